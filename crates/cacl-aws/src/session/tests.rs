use aws_smithy_http_client::test_util::infallible_client_fn;

use super::*;

#[test]
fn loopback_is_told_from_the_host() {
    for url in ["http://127.0.0.1:4566", "http://localhost:80/x", "http://[::1]:9", "http://u:p@127.0.0.2", "LOCALHOST"]
    {
        assert!(is_loopback(url), "{url}");
    }
    for url in
        ["https://sts.amazonaws.com", "http://127.example.org", "http://10.0.0.1", "http://localhost.example.org"]
    {
        assert!(!is_loopback(url), "{url}");
    }
}

#[tokio::test]
async fn the_caller_is_asked_of_sts() {
    let http_client = infallible_client_fn(|request| {
        assert_eq!(request.uri().host(), Some("sts.eu-west-1.amazonaws.com"));
        let body = String::from_utf8(request.body().bytes().expect("in memory").to_vec()).expect("text");
        assert!(body.starts_with("Action=GetCallerIdentity"), "{body}");
        let xml = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
                   <Arn>arn:aws:iam::123456789012:user/Alice</Arn><UserId>AIDACACLLOCAL01</UserId>\
                   <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
        http::Response::new(xml)
    });
    let session = Session::with_http_client(&Access::default(), http_client);
    let identity = session.identity().await.expect("an identity");
    assert_eq!((identity.account.as_str(), identity.name().as_str()), ("123456789012", "user/Alice"));
    assert!(identity.is_local());
}

#[test]
fn a_session_knows_its_place() {
    let http_client = infallible_client_fn(|_| http::Response::new(""));
    let access = Access { endpoint_url: Some("http://127.0.0.1:4566".into()), ..Access::default() };
    let local = Session::with_http_client(&access, http_client.clone());
    assert!(local.is_loopback());
    assert_eq!(local.pace(), Duration::from_millis(300));
    let access = Access { region: Some("cn-north-1".into()), ..Access::default() };
    let china = Session::with_http_client(&access, http_client);
    assert_eq!((china.region(), china.dns_suffix(), china.is_loopback()), ("cn-north-1", "amazonaws.com.cn", false));
    assert_eq!(china.pace(), Duration::from_secs(2));
}

#[test]
fn without_a_region_the_flag_and_the_variable_are_named() {
    let error = no_region();
    assert_eq!(error.reason, Reason::Invalid);
    let help = error.help.expect("help");
    assert!(help.contains("--region") && help.contains("AWS_REGION"), "{help}");
}
