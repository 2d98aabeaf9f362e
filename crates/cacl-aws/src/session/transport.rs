//! The way to AWS: TLS by rustls on ring, through a proxy where the environment names one.

use aws_smithy_http_client::{
    Builder, Connector,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{http::SharedHttpClient, runtime_components::RuntimeComponents};

use crate::{Error, Reason};

/// Never through a proxy: this machine.
const THIS_MACHINE: &str = "localhost,127.0.0.0/8,::1";

/// The HTTP client, by the variables that `variable` gives.
pub(super) fn client(variable: impl Fn(&str) -> Option<String>) -> Result<SharedHttpClient, Error> {
    let tls = Provider::Rustls(CryptoMode::Ring);
    let Some(proxy) = proxy(variable)? else {
        return Ok(Builder::new().tls_provider(tls).build_https());
    };
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder();
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.proxy_config(proxy.clone()).tls_provider(tls.clone()).build()
    }))
}

/// The proxy for HTTPS. AWS is spoken to in no other way; what is plain HTTP is an emulator, or the container's or the
/// instance's own source of credentials, and is near. `ALL_PROXY` is left alone, as the `aws` CLI does.
fn proxy(variable: impl Fn(&str) -> Option<String>) -> Result<Option<ProxyConfig>, Error> {
    let first = |names: &[&str]| names.iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
    let Some(url) = first(&["HTTPS_PROXY", "https_proxy"]) else { return Ok(None) };
    // As curl has it, a proxy without a scheme is spoken to in plain HTTP.
    let url = if url.contains("://") { url } else { format!("http://{url}") };
    let proxy = ProxyConfig::https(url).map_err(|_| {
        // The URL may hold a password, so neither it nor what is wrong with it is quoted.
        Error::new(Reason::Invalid, "HTTPS_PROXY names no proxy that can be used")
            .because("only http:// and https:// proxies are known")
            .advise("write it as http://proxy.example.org:8080")
    })?;
    let direct =
        first(&["NO_PROXY", "no_proxy"]).map_or(THIS_MACHINE.to_owned(), |own| format!("{own},{THIS_MACHINE}"));
    Ok(Some(proxy.no_proxy(direct)))
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncBufReadExt as _, BufReader},
        net::TcpListener,
    };

    use super::*;
    use crate::{Access, Session};

    /// What the first line is that a proxy hears when somebody asks who they are; `None` if it is left alone.
    async fn heard(name: &'static str, no_proxy: &'static str, endpoint_url: Option<&str>) -> Option<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let client = client(move |variable| match variable {
            "NO_PROXY" => Some(no_proxy.to_owned()),
            variable => (variable == name).then(|| address.clone()),
        });
        let access = Access {
            region: Some("eu-west-1".to_owned()),
            endpoint_url: endpoint_url.map(str::to_owned),
            keys: Some(("AKIAIOSFODNN7EXAMPLE".to_owned(), "scripted".to_owned())),
            ..Access::default()
        };
        let session = Session::resolve(&access, client.expect("a client")).await.expect("opens").without_retries();
        let proxy = async {
            let (stream, _) = listener.accept().await.expect("accepts");
            let mut line = String::new();
            BufReader::new(stream).read_line(&mut line).await.expect("reads");
            line
        };
        tokio::select! {
            biased;
            line = proxy => Some(line.trim_end().to_owned()),
            _ = session.identity() => None,
        }
    }

    #[tokio::test]
    async fn aws_is_reached_through_the_proxy_and_this_machine_is_not() {
        for name in ["HTTPS_PROXY", "https_proxy"] {
            let line = heard(name, "example.org", None).await;
            assert_eq!(line.as_deref(), Some("CONNECT sts.eu-west-1.amazonaws.com:443 HTTP/1.1"), "{name}");
        }
        for local in ["https://127.0.0.1:1", "https://localhost:1", "http://127.0.0.1:1"] {
            assert_eq!(heard("HTTPS_PROXY", "example.org", Some(local)).await, None, "{local}");
        }
        assert_eq!(heard("HTTPS_PROXY", "127.0.0.3", Some("https://127.0.0.3:1")).await, None);
    }

    #[test]
    fn a_proxy_that_is_none_is_said_so_without_its_password() {
        let error =
            client(|name| (name == "HTTPS_PROXY").then(|| "ftp://kim:s3cr3t@x".to_owned())).expect_err("no proxy");
        assert_eq!(error.reason, Reason::Invalid);
        assert!(!format!("{error:?}").contains("s3cr3t"), "{error:?}");
    }
}
