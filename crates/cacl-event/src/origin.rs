//! By what means a call was made.
//!
//! `invokedBy` and `sessionCredentialFromConsole` are `CloudTrail`'s own words and count first. The user agent is the
//! caller's word: it tells tools apart that have no reason to lie, and never makes a call a console call.

use crate::{names::names, node::Node};

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
    pub(crate) fn of(record: &Node<'_>) -> Self {
        let invoked_by = record.at(&["userIdentity", "invokedBy"]).and_then(Node::as_str).filter(|by| !by.is_empty());
        let from_console = record.get("sessionCredentialFromConsole").and_then(Node::as_bool) == Some(true);
        match invoked_by {
            Some(CLOUDFORMATION) => Self::CloudFormation,
            // The console's own back ends call on, still with the session of the person in front.
            Some(INTERNAL) | None if from_console => Self::Console,
            Some(_) => Self::Service,
            None if record.at(&["userIdentity", "type"]).and_then(Node::as_str) == Some("AWSService") => Self::Service,
            None => Self::of_user_agent(record.text("userAgent").unwrap_or_default()),
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

    #[rstest]
    #[case::cli_v1("aws-cli/1.29.62 Python/3.11.4 Linux/6.1 botocore/1.31.62", Origin::Cli)]
    #[case::cli_v2(
        "aws-cli/2.15.10 md/awscrt#0.19 ua/2.0 os/macos#23.2 md/arch#arm64 lang/python#3.11 md/command#cognito-idp.update-user-pool-client",
        Origin::Cli
    )]
    #[case::cli_bracketed("[aws-cli/2.7.0 Python/3.9.11 Linux/5.10 exe/x86_64]", Origin::Cli)]
    #[case::cloudshell("aws-cli/2.15.0 exec-env/CloudShell", Origin::Cli)]
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
    #[case::opentofu(
        "APN/1.0 OpenTofu/1.6.0 (+https://opentofu.org) terraform-provider-aws/5.31.0 aws-sdk-go-v2/1.24.0",
        Origin::Terraform
    )]
    #[case::pulumi(
        "APN/1.0 Pulumi/1.0 PulumiAWS/6.18 (+https://www.pulumi.com) terraform-provider-aws/5.31 aws-sdk-go-v2/1.24",
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
        assert_eq!(Origin::of(&Node::from(&record)), expected);
    }

    #[rstest]
    #[case::console(json!({"sessionCredentialFromConsole": "true", "userAgent": "Mozilla/5.0"}), Origin::Console)]
    #[case::console_over_agent(json!({"sessionCredentialFromConsole": "true", "userAgent": "aws-cli/2.15"}), Origin::Console)]
    #[case::console_flag_false(json!({"sessionCredentialFromConsole": "false", "userAgent": "Mozilla/5.0"}), Origin::Unknown)]
    #[case::behind_console(json!({"sessionCredentialFromConsole": "true", "userIdentity": {"invokedBy": "AWS Internal"}}), Origin::Console)]
    #[case::cloudformation(json!({"userIdentity": {"invokedBy": "cloudformation.amazonaws.com"}, "userAgent": "cloudformation.amazonaws.com"}), Origin::CloudFormation)]
    #[case::cloudformation_from_console(json!({"sessionCredentialFromConsole": "true", "userIdentity": {"invokedBy": "cloudformation.amazonaws.com"}}), Origin::CloudFormation)]
    #[case::service(json!({"userIdentity": {"invokedBy": "amplify.amazonaws.com"}, "userAgent": "aws-cli/2"}), Origin::Service)]
    #[case::service_identity(json!({"userIdentity": {"type": "AWSService"}, "userAgent": "x"}), Origin::Service)]
    #[case::nothing(json!({}), Origin::Unknown)]
    fn records(#[case] record: serde_json::Value, #[case] expected: Origin) {
        assert_eq!(Origin::of(&Node::from(&record)), expected);
    }
}
