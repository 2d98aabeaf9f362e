//! By what means a call was made.
//!
//! `invokedBy` and `sessionCredentialFromConsole` are `CloudTrail`'s own words and count first. The user agent is the
//! caller's word: it tells tools apart that have no reason to lie, and never makes a call a console call.

use crate::{names::names, pack::Node};

/// By what means a call was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// The AWS management console.
    Console,
    /// The AWS CLI, v1 or v2.
    Cli,
    /// An SDK or any other program.
    Sdk,
    /// `CloudFormation` on somebody's behalf.
    CloudFormation,
    /// Terraform or `OpenTofu`.
    Terraform,
    /// The CDK.
    Cdk,
    /// Another AWS service.
    Service,
    /// Nothing tells.
    Unknown,
}

names!(Origin {
    Console => "console",
    Cli => "cli",
    Sdk => "sdk",
    CloudFormation => "cloudformation",
    Terraform => "terraform",
    Cdk => "cdk",
    Service => "service",
    Unknown => "unknown",
});

const CLOUDFORMATION: &str = "cloudformation.amazonaws.com";
/// What stands for a service that AWS does not name.
const INTERNAL: &str = "AWS Internal";

impl Origin {
    /// Reads a whole record.
    pub(crate) fn of(record: Node<'_>) -> Self {
        let [identity, from_console, agent] =
            record.pick(["userIdentity", "sessionCredentialFromConsole", "userAgent"]);
        let [invoked_by, kind] = identity.unwrap_or(Node::NULL).pick(["invokedBy", "type"]);
        let from_console = from_console.and_then(Node::as_bool) == Some(true);
        match invoked_by.and_then(Node::as_str).filter(|by| !by.is_empty()) {
            Some(CLOUDFORMATION) => Self::CloudFormation,
            // The console's own back ends call on, still with the session of the person in front.
            Some(INTERNAL) | None if from_console => Self::Console,
            Some(_) => Self::Service,
            None if kind.and_then(Node::as_str) == Some("AWSService") => Self::Service,
            None => Self::of_user_agent(agent.and_then(Node::as_str).unwrap_or_default()),
        }
    }

    /// What a user agent lets on; never the console.
    fn of_user_agent(user_agent: &str) -> Self {
        let mut found = Self::Unknown;
        let mut browser = false;
        // Some services write the user agent in brackets.
        for product in user_agent.split([' ', '[', ']', '(', ')', ',', ';']).filter(|product| !product.is_empty()) {
            let is = |name: &str| product.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
            // Pulumi carries Terraform's provider within, so it is asked for first; it is "any other program".
            if is("pulumi") {
                return Self::Sdk;
            } else if is("terraform") || is("opentofu") {
                found = Self::Terraform;
            } else if found == Self::Terraform {
                // Settled, unless Pulumi is still to come.
            } else if is("aws-cdk") || is("cdk/") {
                found = Self::Cdk;
            } else if is("aws-cli/") && found != Self::Cdk {
                found = Self::Cli;
            } else if is("mozilla/") || is("opera/") {
                browser = true;
            } else if is("aws-sdk") && found == Self::Unknown {
                found = Self::Sdk;
            }
        }
        match found {
            Self::Unknown if user_agent == CLOUDFORMATION => Self::CloudFormation,
            Self::Unknown if is_console_name(user_agent) => Self::Unknown,
            Self::Unknown if user_agent.ends_with(".amazonaws.com") || user_agent == INTERNAL => Self::Service,
            Self::Unknown if browser || user_agent.trim().is_empty() => Self::Unknown,
            Self::Unknown => Self::Sdk,
            found => found,
        }
    }
}

/// What the console calls itself, which anybody can.
fn is_console_name(user_agent: &str) -> bool {
    user_agent.ends_with("console.amazonaws.com")
        || user_agent.ends_with("console.aws.amazon.com")
        || user_agent.ends_with("signin.amazonaws.com")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::pack::Packed;

    #[rstest]
    #[case::cli_v1("aws-cli/1.29.62 Python/3.11.4 Linux/6.1 botocore/1.31.62", Origin::Cli)]
    #[case::cli_v2(
        "aws-cli/2.15.10 md/awscrt#0.19 ua/2.0 os/macos#23.2 md/arch#arm64 lang/python#3.11 md/command#cognito-idp.update-user-pool-client",
        Origin::Cli
    )]
    #[case::cli_bracketed("[aws-cli/2.7.0 Python/3.9.11 Linux/5.10 exe/x86_64]", Origin::Cli)]
    #[case::cloudshell("aws-cli/2.15.0 exec-env/CloudShell", Origin::Cli)]
    #[case::cli_v1_new(
        "aws-cli/1.36.0 md/Botocore#1.35.59 ua/2.0 os/linux#6.1 md/arch#x86_64 lang/python#3.12.3",
        Origin::Cli
    )]
    #[case::cli_in_cloudshell(
        "aws-cli/2.13.5 Python/3.11.4 Linux/4.14.255 exec-env/CloudShell exe/x86_64.amzn.2 prompt/off command/cognito-idp.update-user-pool-client",
        Origin::Cli
    )]
    #[case::botocore("Botocore/1.31.62 Python/3.11.4 Linux/6.1", Origin::Sdk)]
    #[case::boto3_old("Boto3/1.20.24 Python/3.9.7 Linux/5.4 Botocore/1.23.24", Origin::Sdk)]
    #[case::java_v1(
        "aws-sdk-java/1.12.261 Linux/5.10 OpenJDK_64-Bit_Server_VM/25.332 java/1.8.0_332 vendor/Oracle_Corporation cfg/retry-mode/legacy",
        Origin::Sdk
    )]
    #[case::java_v2(
        "aws-sdk-java/2.31.9 md/io#sync md/http#Apache ua/2.1 api/CognitoIdentityProvider#2.31.x os/Linux#6.1 lang/java#21.0.6 m/D,N",
        Origin::Sdk
    )]
    #[case::go_v1("aws-sdk-go/1.44.298 (go1.20.5; linux; amd64)", Origin::Sdk)]
    #[case::go_v2_service(
        "aws-sdk-go-v2/1.36.3 ua/2.1 os/linux lang/go#1.24.1 md/GOOS#linux md/GOARCH#amd64 api/cognitoidentityprovider#1.51.4 m/E",
        Origin::Sdk
    )]
    #[case::dotnet(
        "aws-sdk-dotnet-coreclr/3.7.300.37 ua/2.0 os/linux#6.1 lang/.NET_Core#8.0.1 md/ClientAsync",
        Origin::Sdk
    )]
    #[case::powershell(
        "AWSPowerShell.Common/4.1.500 .NET_Core/8.0.1 OS/Linux PowerShellCore/7.4 ClientAsync",
        Origin::Sdk
    )]
    #[case::php("aws-sdk-php/3.300.0 ua/2.0 OS/Linux#6.1 lang/php#8.3.0 GuzzleHttp/7", Origin::Sdk)]
    #[case::ruby(
        "aws-sdk-ruby3/3.190.0 ua/2.0 api/cognito_identity_provider#1.83.0 os/linux lang/ruby#3.3.0",
        Origin::Sdk
    )]
    #[case::cpp("aws-sdk-cpp/1.11.200 ua/2.0 md/aws-crt#0.24.4 os/Linux/6.1 lang/c++#C++17 md/GCC#12.2", Origin::Sdk)]
    #[case::kotlin(
        "aws-sdk-kotlin/1.4.30 ua/2.1 api/cognito-identity-provider#1.4.30 os/linux lang/kotlin#2.1.0",
        Origin::Sdk
    )]
    #[case::swift(
        "aws-sdk-swift/1.2.0 ua/2.1 api/cognito_identity_provider#1.2.0 os/macos#14.5 lang/swift#6.0",
        Origin::Sdk
    )]
    #[case::javascript_in_lambda(
        "aws-sdk-js/3.749.0 ua/2.1 os/linux#5.10 lang/js md/nodejs#22.14 api/cognito-identity-provider#3.749.0 exec-env/AWS_Lambda_nodejs22.x",
        Origin::Sdk
    )]
    #[case::serverless("aws-sdk-nodejs/2.1531.0 linux/v18.19.0 promise", Origin::Sdk)]
    #[case::sam("aws-sam-cli/1.108.0 Boto3/1.34.11 md/Botocore#1.34.11 ua/2.0 os/linux lang/python#3.11", Origin::Sdk)]
    #[case::amplify("amplify-cli/12.10.1 aws-sdk-nodejs/2.1426.0 linux/v18.19.0", Origin::Sdk)]
    #[case::boto3("Boto3/1.34.11 md/Botocore#1.34.11 ua/2.0 os/linux lang/python#3.12", Origin::Sdk)]
    #[case::javascript(
        "aws-sdk-js/3.499.0 ua/2.1 os/linux lang/js md/nodejs#20.11 api/cognito-identity-provider#3.499.0",
        Origin::Sdk
    )]
    #[case::node("aws-sdk-nodejs/2.1083.0 linux/v16.15.0 exec-env/AWS_Lambda_nodejs16.x promise", Origin::Sdk)]
    #[case::go("aws-sdk-go-v2/1.24.1 os/linux lang/go#1.21.5", Origin::Sdk)]
    #[case::java("aws-sdk-java/2.23.7 Linux/6.1 OpenJDK_64-Bit_Server_VM/17", Origin::Sdk)]
    #[case::rust("aws-sdk-rust/1.3.0 os/linux lang/rust/1.95.0", Origin::Sdk)]
    #[case::sdk_in_browser("Mozilla/5.0 (X11; Linux x86_64) aws-sdk-js/2.1500 callback", Origin::Sdk)]
    #[case::other_program("Python-urllib/3.12", Origin::Sdk)]
    #[case::curl("curl/8.5.0", Origin::Sdk)]
    #[case::terraform(
        "APN/1.0 HashiCorp/1.0 Terraform/1.6.6 (+https://www.terraform.io) terraform-provider-aws/5.31.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.24.0",
        Origin::Terraform
    )]
    #[case::terraform_v4(
        "APN/1.0 HashiCorp/1.0 Terraform/1.3.6 (+https://www.terraform.io) terraform-provider-aws/4.45.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go/1.44.149 (go1.19.3; linux; amd64)",
        Origin::Terraform
    )]
    #[case::terraform_v6(
        "APN/1.0 HashiCorp/1.0 Terraform/1.13.3 (+https://www.terraform.io) terraform-provider-aws/6.14.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.39.1 ua/2.1 os/linux lang/go#1.24.6 md/GOOS#linux md/GOARCH#amd64 api/cognitoidentityprovider#1.57.5 m/E,b",
        Origin::Terraform
    )]
    #[case::terraform_after_the_sdk(
        "aws-sdk-go/1.10.18 (go1.8; linux; amd64) APN/1.0 HashiCorp/1.0 Terraform/0.9.8",
        Origin::Terraform
    )]
    #[case::opentofu(
        "APN/1.0 OpenTofu/1.6.0 (+https://opentofu.org) terraform-provider-aws/5.31.0 aws-sdk-go-v2/1.24.0",
        Origin::Terraform
    )]
    #[case::pulumi(
        "APN/1.0 Pulumi/1.0 PulumiAWS/6.18 (+https://www.pulumi.com) terraform-provider-aws/5.31 aws-sdk-go-v2/1.24",
        Origin::Sdk
    )]
    #[case::pulumi_classic(
        "APN/1.0 Pulumi/1.0 Pulumi-Aws/4.17.0 (+https://www.pulumi.com) aws-sdk-go/1.40.20 (go1.16.4; darwin; amd64)",
        Origin::Sdk
    )]
    #[case::pulumi_native(
        "aws-sdk-go-v2/1.36.3 os/linux lang/go#1.24 APN/1.0 Pulumi/1.0 PulumiAwsNative/1.12",
        Origin::Sdk
    )]
    #[case::pulumi_last("APN/1.0 HashiCorp/1.0 Terraform/1.0 terraform-provider-aws/dev pulumi-aws/6.0", Origin::Sdk)]
    #[case::cdk("aws-cdk/2.118.0 aws-sdk-nodejs/2.1500.0 linux/v20", Origin::Cdk)]
    #[case::cdk_cli("aws-sdk-js/3.741.0 aws-cdk-cli/2.1000.0", Origin::Cdk)]
    #[case::cloudformation("cloudformation.amazonaws.com", Origin::CloudFormation)]
    #[case::service("lambda.amazonaws.com", Origin::Service)]
    #[case::internal("AWS Internal", Origin::Service)]
    #[case::browser("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36", Origin::Unknown)]
    #[case::would_be_console("console.amazonaws.com", Origin::Unknown)]
    #[case::would_be_signin("signin.amazonaws.com", Origin::Unknown)]
    #[case::empty("", Origin::Unknown)]
    fn user_agents(#[case] user_agent: &str, #[case] expected: Origin) {
        let record = json!({"userIdentity": {"type": "IAMUser"}, "userAgent": user_agent});
        assert_eq!(Origin::of(Packed::from(&record).node()), expected);
    }

    #[rstest]
    #[case::console(json!({"sessionCredentialFromConsole": "true", "userAgent": "Mozilla/5.0"}), Origin::Console)]
    #[case::console_over_agent(json!({"sessionCredentialFromConsole": "true", "userAgent": "aws-cli/2.15"}), Origin::Console)]
    #[case::console_over_terraform(json!({"sessionCredentialFromConsole": true, "userAgent": "Terraform/1.6.6"}), Origin::Console)]
    #[case::console_flag_false(json!({"sessionCredentialFromConsole": "false", "userAgent": "Mozilla/5.0"}), Origin::Unknown)]
    #[case::behind_console(json!({"sessionCredentialFromConsole": "true", "userIdentity": {"invokedBy": "AWS Internal"}}), Origin::Console)]
    #[case::cloudformation(json!({"userIdentity": {"invokedBy": "cloudformation.amazonaws.com"}, "userAgent": "cloudformation.amazonaws.com"}), Origin::CloudFormation)]
    #[case::cloudformation_from_console(json!({"sessionCredentialFromConsole": "true", "userIdentity": {"invokedBy": "cloudformation.amazonaws.com"}}), Origin::CloudFormation)]
    #[case::service(json!({"userIdentity": {"invokedBy": "amplify.amazonaws.com"}, "userAgent": "aws-cli/2"}), Origin::Service)]
    #[case::service_identity(json!({"userIdentity": {"type": "AWSService"}, "userAgent": "x"}), Origin::Service)]
    #[case::nothing(json!({}), Origin::Unknown)]
    fn records(#[case] record: serde_json::Value, #[case] expected: Origin) {
        assert_eq!(Origin::of(Packed::from(&record).node()), expected);
    }
}
