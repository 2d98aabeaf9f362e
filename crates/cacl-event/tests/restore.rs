//! What a shell makes of a restore call: the values, and nothing but the values.
#![cfg(unix)]

use std::process::{Command, Stdio};

use cacl_event::{
    ClientKey, Settings,
    restore::{Restore, Way},
};
use serde_json::{Value, json};

/// The arguments that `aws` gets when `sh` runs a text, and what else the text printed.
fn arguments(text: &str) -> (Vec<String>, String) {
    // A function in place of the program: each argument, ended by a NUL.
    let script = format!("aws() {{ printf '%s\\0' \"$@\" >&2; }}\n{text}");
    // Nothing is found on its path, so it can run nothing else.
    let mut sh = Command::new("/bin/sh");
    sh.args(["-eu", "-c", &script]).env_clear().env("PATH", "/nowhere").stdin(Stdio::null());
    let output = sh.output().expect("sh runs");
    assert!(output.status.success(), "{text}");
    let arguments = String::from_utf8(output.stderr).expect("text");
    let arguments = arguments.strip_suffix('\0').expect("ended arguments").split('\0');
    (arguments.map(str::to_owned).collect(), String::from_utf8(output.stdout).expect("text"))
}

const HOSTILE: [&str; 14] = [
    "it's",
    "'; echo gone; '",
    "$(echo gone)",
    "`echo gone`",
    "${HOME} $HOME \\$HOME",
    "a\\b\\\\c\\",
    "say \"hi\"",
    "bang!! !echo",
    "line\nbreak\r\n\ttab",
    "\u{1b}[31mred\u{7}\u{9b}1m",
    "left\u{202e}right\u{2066}",
    "--profile=evil",
    "file:///etc/passwd",
    "ünï 客户 🦀",
];

#[test]
fn hostile_values_arrive_as_they_are() {
    let state: Settings =
        [("callbackURLs".to_owned(), json!(HOSTILE)), ("tokenValidityUnits.accessToken".to_owned(), json!("minutes"))]
            .into_iter()
            .chain(HOSTILE.iter().enumerate().map(|(index, value)| (format!("setting{index}"), json!(value))))
            .chain([("odd'; echo gone; '\n".to_owned(), json!(1))])
            .collect();
    let client = ClientKey { user_pool: "eu-west-1_a'b$(echo gone)".into(), client: "c`echo gone`'d".into() };
    for way in [Way::Update, Way::Create { secret: None }] {
        let profile = Some("-it's $HOME");
        let endpoint_url = Some("http://127.0.0.1:1");
        let call = Restore { client: &client, state: &state, way, profile, endpoint_url }.call().expect("settings");
        let (arguments, printed) = arguments(&call.to_string());
        assert_eq!(printed, "");
        let [service, operation, region, profile, endpoint, option, input] = &arguments[..] else {
            panic!("{arguments:?}")
        };
        let name = if way == Way::Update { "update-user-pool-client" } else { "create-user-pool-client" };
        assert_eq!([service, operation, region], ["cognito-idp", name, "--region=eu-west-1"]);
        assert_eq!(
            [profile, endpoint, option],
            ["--profile=-it's $HOME", "--endpoint-url=http://127.0.0.1:1", "--cli-input-json"]
        );
        let input: Value = serde_json::from_str(input).expect("JSON");
        assert_eq!(input["UserPoolId"], json!("eu-west-1_a'b$(echo gone)"));
        assert_eq!(input.get("ClientId").and_then(Value::as_str), (way == Way::Update).then_some("c`echo gone`'d"));
        let mut urls: Vec<&str> =
            input["CallbackURLs"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut expected = HOSTILE.to_vec();
        urls.sort_unstable();
        expected.sort_unstable();
        assert_eq!(urls, expected);
        for (index, value) in HOSTILE.iter().enumerate() {
            assert_eq!(input[format!("Setting{index}")], json!(value));
        }
        assert_eq!(input["TokenValidityUnits"], json!({"AccessToken": "minutes"}));
        assert_eq!(input["Odd'; echo gone; '\n"], json!(1));
    }
}

/// Pasted into a shell that takes no comments, the notes run nothing.
#[test]
fn notes_mean_nothing_to_a_shell() {
    let state: Settings = [("a".to_owned(), json!("x")), ("'; echo gone #\n`echo gone`".to_owned(), json!("HIDDEN_X"))]
        .into_iter()
        .collect();
    let client = ClientKey { user_pool: "p".into(), client: "c".into() };
    let restore = Restore { client: &client, state: &state, way: Way::Update, profile: None, endpoint_url: None };
    let call = restore.call().expect("settings");
    let words = call.notes.join(" ");
    let (arguments, printed) = arguments(&format!("aws {words}"));
    assert_eq!((arguments.join(" "), printed), (words, String::new()));
}
