//! The whole way from the wire: what AWS answers, and what people read.

use aws_smithy_http_client::test_util::infallible_client_fn;

use crate::{Access, Error, Reason, Session, stack};

/// What describing a stack ends in when AWS answers so.
async fn described(access: &Access, status: u16, body: &'static str) -> Error {
    let answer = move |_| http::Response::builder().status(status).body(body).expect("a response");
    let session = Session::with_http_client(access, infallible_client_fn(answer));
    stack::describe(&session, "cacl-cognito-api-calls").await.expect_err("refused")
}

fn xml(code: &str, message: &str) -> &'static str {
    let xml = format!(
        "<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    );
    // Scripted answers live as long as the test.
    Box::leak(xml.into_boxed_str())
}

struct Case {
    status: u16,
    code: &'static str,
    message: &'static str,
    reason: Reason,
    help: &'static str,
}

#[tokio::test(start_paused = true)]
async fn every_refusal_says_what_why_and_what_to_do() {
    let cases = [
        Case {
            status: 403,
            code: "AccessDenied",
            message: "User: arn:aws:iam::123456789012:user/kim is not authorized to perform: cloudformation:DescribeStacks \
                      on resource: arn:aws:cloudformation:eu-west-1:123456789012:stack/cacl/* because no identity-based \
                      policy allows the cloudformation:DescribeStacks action",
            reason: Reason::Permission,
            help: "ask for the permission cloudformation:DescribeStacks on arn:aws:cloudformation:eu-west-1:123456789012:\
                   stack/cacl/*",
        },
        Case {
            status: 403,
            code: "AccessDenied",
            message: "User: x is not authorized to perform: cloudformation:DescribeStacks with an explicit deny in a service \
                      control policy",
            reason: Reason::Permission,
            help: "a service control policy forbids cloudformation:DescribeStacks",
        },
        Case {
            status: 403,
            code: "AccessDenied",
            message: "Access Denied",
            reason: Reason::Permission,
            help: "ask for the permission cloudformation:DescribeStacks",
        },
        Case {
            status: 403,
            code: "ExpiredToken",
            message: "The security token included in the request is expired",
            reason: Reason::Expired,
            help: "aws sso login --profile work",
        },
        Case {
            status: 403,
            code: "InvalidClientTokenId",
            message: "The security token included in the request is invalid.",
            reason: Reason::Credentials,
            help: "profile work",
        },
        Case {
            status: 403,
            code: "SignatureDoesNotMatch",
            message: "Signature expired: 20261123T100000Z is now earlier than 20261123T110000Z",
            reason: Reason::Credentials,
            help: "clock",
        },
        Case {
            status: 400,
            code: "Throttling",
            message: "Rate exceeded",
            reason: Reason::Throttled,
            help: "try again in a minute",
        },
        Case {
            status: 503,
            code: "ServiceUnavailable",
            message: "Service is unavailable",
            reason: Reason::Offline,
            help: "the other side",
        },
    ];
    for case in cases {
        let access = Access { profile: Some("work".into()), ..Access::default() };
        let error = described(&access, case.status, xml(case.code, case.message)).await;
        assert_eq!(error.reason, case.reason, "{}", case.message);
        assert_eq!(error.to_string(), "cannot read the stack cacl-cognito-api-calls");
        assert_eq!(error.why.as_deref(), Some(format!("{}: {}", case.code, case.message).as_str()));
        let help = error.help.unwrap_or_default();
        assert!(help.contains(case.help), "{}: {help}", case.message);
    }
}

#[tokio::test]
async fn what_aws_says_is_cleaned() {
    let error = described(&Access::default(), 400, xml("Odd", "a&#x202e;b\u{7f}c")).await;
    let why = error.why.expect("why");
    assert!(!why.chars().any(|c| c.is_control() || c == '\u{202e}'), "{why:?}");
    assert!(why.starts_with("Odd: a"), "{why}");
}

#[tokio::test]
async fn a_page_of_a_proxy_is_told_from_an_answer() {
    let error = described(&Access::default(), 407, "<html><body>sign in</body></html>").await;
    let why = error.why.expect("why");
    assert!(why.contains("407"), "{why}");
}

mod unanswered {
    use aws_smithy_runtime_api::{
        client::{
            http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
            orchestrator::HttpRequest,
            result::ConnectorError,
            runtime_components::RuntimeComponents,
        },
        shared::IntoShared as _,
    };

    use super::*;

    /// A network on which nobody answers, for this reason.
    #[derive(Debug, Clone)]
    struct Unreachable(&'static str);

    const REFUSED: Unreachable = Unreachable("connection refused");

    impl HttpConnector for Unreachable {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            HttpConnectorFuture::ready(Err(ConnectorError::io(std::io::Error::other(self.0).into())))
        }
    }

    impl HttpClient for Unreachable {
        fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
            self.clone().into_shared()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_endpoint_that_is_not_there_is_named() {
        let access = Access { endpoint_url: Some("http://127.0.0.1:4566".into()), ..Access::default() };
        let session = Session::with_http_client(&access, REFUSED);
        let error = session.identity().await.expect_err("nobody there");
        assert_eq!(error.reason, Reason::Offline);
        assert_eq!(error.why.as_deref(), Some("connection refused"));
        assert!(
            error.help.is_some_and(|help| help.contains("http://127.0.0.1:4566") && help.contains("cacl-tui local"))
        );
        let session = Session::with_http_client(&Access::default(), REFUSED);
        let error = session.identity().await.expect_err("nobody there");
        assert!(error.help.is_some_and(|help| help.contains("eu-west-1 is a region")));
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_is_not_found_is_named() {
        // The words of glibc.
        let unknown = Unreachable("failed to lookup address information: Name or service not known");
        let session = Session::with_http_client(&Access::default(), unknown.clone());
        let error = stack::describe(&session, "cacl-cognito-api-calls").await.expect_err("nobody there");
        let host = "cannot find the host cloudformation.eu-west-1.amazonaws.com";
        assert_eq!(error.why, Some(format!("{host}: {}", unknown.0)));
        let access = Access { endpoint_url: Some("http://nowhere.invalid:81/path".into()), ..Access::default() };
        let session = Session::with_http_client(&access, unknown);
        let error = session.identity().await.expect_err("nobody there");
        assert!(error.why.expect("why").starts_with("cannot find the host nowhere.invalid:81: "));
    }
}
