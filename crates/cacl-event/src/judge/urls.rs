//! Rules about where users are sent.

use serde_json::Value;

use super::{Subject, client::named};
use crate::Class;

pub(super) const LISTS: [&str; 2] = ["callbackURLs", "logoutURLs"];

/// The URLs that were added; without a baseline those that the call set, for what they are is true of them anyway.
fn added<'a>(subject: &'a Subject<'_>) -> Vec<&'a str> {
    let mut urls: Vec<&str> = LISTS.iter().flat_map(|path| subject.gained(path)).collect();
    let set = LISTS.iter().filter_map(|path| subject.touched(path)).filter(|row| row.class == Class::Set);
    urls.extend(set.filter_map(|row| row.after.as_ref()?.as_array()).flatten().filter_map(Value::as_str));
    urls.sort_unstable();
    urls.dedup();
    urls
}

pub(super) fn plain_http(subject: &Subject<'_>) -> Option<String> {
    let mut urls = added(subject);
    urls.retain(|url| is_plain_http(url));
    named("URL over plain http", &urls)
}

pub(super) fn wildcard(subject: &Subject<'_>) -> Option<String> {
    let mut urls = added(subject);
    urls.retain(|url| is_wildcard(url));
    named("URL with a wildcard", &urls)
}

pub(super) fn is_plain_http(url: &str) -> bool {
    scheme(url).eq_ignore_ascii_case("http") && !is_local(host(url))
}

pub(super) fn is_wildcard(url: &str) -> bool {
    url.contains('*')
}

/// Compared with all URLs that the client had, so that a known domain may move between the lists. Apps' own schemes
/// (`com.example.app://cb`) stand for a domain.
pub(super) fn new_domain(subject: &Subject<'_>) -> Option<String> {
    if !subject.is_known_update() {
        return None;
    }
    if LISTS.iter().all(|path| subject.touched(path).is_none()) {
        return None;
    }
    let had: Vec<String> = LISTS
        .iter()
        .filter_map(|path| subject.diff.row(path)?.before.as_ref()?.as_array())
        .flatten()
        .filter_map(Value::as_str)
        .map(domain)
        .collect();
    let mut new: Vec<String> = LISTS.iter().flat_map(|path| subject.gained(path)).map(domain).collect();
    new.sort();
    new.dedup();
    new.retain(|domain| !had.contains(domain) && !is_local(domain));
    named("URL of a domain that it did not have", &new.iter().map(String::as_str).collect::<Vec<_>>())
}

fn scheme(url: &str) -> &str {
    url.split_once(':').map_or("", |(scheme, _)| scheme.trim())
}

/// The host of a URL without user, port and path, as it is written.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    // Browsers take a backslash for a slash.
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or_default(),
    }
}

/// What is the same for all URLs that one party holds.
fn domain(url: &str) -> String {
    match scheme(url).to_ascii_lowercase() {
        web if web == "http" || web == "https" => host(url).to_ascii_lowercase(),
        own => format!("{own}:"),
    }
}

/// This machine itself: Cognito allows plain http there, and nobody else listens.
fn is_local(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://shop.example.org/cb", "shop.example.org")]
    #[case("HTTPS://Shop.Example.org:8443/cb?x=y", "shop.example.org")]
    #[case("https://shop.example.org@evil.example/cb", "evil.example")]
    #[case("https://evil.example\\@shop.example.org/", "evil.example")]
    #[case("http://[::1]:3000/cb", "::1")]
    #[case("com.example.app://cb", "com.example.app:")]
    #[case("nonsense", ":")]
    #[case("", ":")]
    fn domains(#[case] url: &str, #[case] expected: &str) {
        assert_eq!(domain(url), expected);
    }

    #[rstest]
    #[case("localhost", true)]
    #[case("app.localhost", true)]
    #[case("127.0.0.1", true)]
    #[case("127.1.2.3", true)]
    #[case("::1", true)]
    #[case("localhost.example.org", false)]
    #[case("10.0.0.1", false)]
    fn local_hosts(#[case] host: &str, #[case] expected: bool) {
        assert_eq!(is_local(host), expected);
    }
}
