//! The command line from outside: exit codes, precedence, what goes to stdout and what to stderr.

mod common;

use common::{Home, ran};
use rstest::rstest;

fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn help_names_every_exit_code_and_hides_what_is_internal() {
    let (code, help, stderr) = ran(Home::new().cacl().arg("--help"));
    assert_eq!((code, stderr.as_str()), (0, ""));
    for part in ["Exit codes:", "130  interrupted", "deploy", "teardown", "replay", "demo", "local", "SERVICE_PREFIX"] {
        assert!(help.contains(part), "{part} is missing in:\n{help}");
    }
    assert!(!help.contains("subscriber "), "the hidden command shows:\n{help}");
}

#[test]
fn version_goes_to_stdout() {
    let (code, version, _) = ran(Home::new().cacl().arg("--version"));
    assert_eq!((code, version), (0, format!("cacl-tui {}\n", env!("CARGO_PKG_VERSION"))));
}

#[rstest]
#[case::unknown_option(&["watch", "--nonsense"])]
#[case::unknown_command(&["nonsense"])]
#[case::bad_prefix(&["--prefix", "Not_Fine", "watch"])]
#[case::bad_stack_name(&["--stack-name", "1st", "watch"])]
#[case::bad_since(&["watch", "--since", "yesterday"])]
#[case::bad_severity(&["watch", "--fail-on", "awful"])]
#[case::bad_filter(&["watch", "--filter", "sev>=awful"])]
#[case::tui_without_terminal(&["watch", "--output", "tui"])]
#[case::deploy_without_answer(&["deploy"])]
#[case::teardown_without_answer(&["teardown"])]
#[case::typo_in_event(&["pattern", "--events", "UpdateUserPolClient"])]
#[case::unknown_event(&["pattern", "--events", "Foo"])]
#[case::not_an_endpoint(&["watch", "--endpoint-url", "not-a-url"])]
#[case::endpoint_without_host(&["watch", "--endpoint-url", "https://"])]
#[case::nothing_to_count(&["watch", "--count", "0"])]
#[case::last_without_journal(&["watch", "--output", "text", "--since", "last", "--no-journal"])]
#[case(&["watch", "--region", "not a region"])]
fn wrong_usage_is_2(#[case] arguments: &[&str]) {
    let (code, stdout, stderr) = ran(Home::new().cacl().args(arguments));
    assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
    assert!(stderr.starts_with("error:"), "{stderr}");
}

/// What is wrong, and where it stands: clap speaks of options, also where a variable gave the value.
#[rstest]
#[case::bell(&["watch"], &[("CACL_BELL", "loud")], "'loud' for 'CACL_BELL'")]
#[case::filter(&["watch"], &[("CACL_FILTER", "sev>=awful")], "'sev>=awful' for 'CACL_FILTER': there is no sev awful")]
#[case::prefix(&["--color", "never"], &[("SERVICE_PREFIX", "Not_Fine")], "'Not_Fine' for 'SERVICE_PREFIX'")]
#[case::endpoint(&["deploy"], &[("AWS_ENDPOINT_URL", "nowhere")], "'nowhere' for 'AWS_ENDPOINT_URL': no URL")]
#[case::the_flag(&["watch", "--bell", "loud"], &[("CACL_BELL", "soft")], "'loud' for '--bell ")]
#[case::only_the_flag(&["watch", "--count", "none"], &[("CACL_BELL", "high")], "'none' for '--count <N>': no whole number")]
#[case::usage(&["replay"], &[("AWS_REGION", "x"), ("CACL_STACK_NAME", "x")], "Usage: cacl-tui replay <FILE>...\n")]
fn wrong_values_are_blamed_on_where_they_stand(
    #[case] arguments: &[&str],
    #[case] variables: &[(&str, &str)],
    #[case] words: &str,
) {
    let (code, _, stderr) = ran(Home::new().cacl().args(arguments).envs(variables.iter().copied()));
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains(words), "{words} is not in {stderr}");
}

#[test]
fn a_journal_that_cannot_be_had_is_no_place_to_go_on_from() {
    let home = Home::new();
    std::fs::write(home.path().join("file"), "").expect("written");
    let mut watch = home.cacl();
    watch.args(["watch", "--output", "text", "--since", "last", "--log-group", "/x", "--region", "eu-west-1"]);
    let (code, stdout, stderr) = ran(watch.env("CACL_NO_JOURNAL", "1"));
    assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
    assert!(stderr.contains("journal") && stderr.contains("help: leave out --no-journal"), "{stderr}");
}

/// A check of recorded events in which there are none is rather a check of the wrong file.
#[rstest]
#[case::nothing("")]
#[case::blank("\n\n")]
#[case::prose("no events here\n")]
#[case::no_records(r#"{"Records": []}"#)]
#[case::platform(r#"{"time":"2026-10-01T08:41:07Z","type":"platform.start","record":{"requestId":"x"}}"#)]
fn a_recording_without_an_event_is_3(#[case] recording: &str) {
    for options in [&["-o", "jsonl"] as &[&str], &["-o", "csv"], &["--fail-on", "low"], &["--speed", "1000"]] {
        let home = Home::new();
        let mut replay = home.cacl();
        let (code, stdout, stderr) = ran(replay.args(["replay", "-"]).args(options).write_stdin(recording));
        assert_eq!(code, 3, "{options:?}: {stderr}");
        assert!(stderr.contains("error: nothing to replay: there is no event in stdin\nhelp: "), "{stderr}");
        assert!(stdout.is_empty() || options.contains(&"csv"), "{stdout}");
    }
    let home = Home::new();
    let mut both = home.cacl();
    let (code, _, stderr) =
        ran(both.args(["replay", "-", &fixture("update.json"), "-o", "jsonl"]).write_stdin(recording));
    assert_eq!(code, 0, "one of two is enough: {stderr}");
    assert!(stderr.contains("note: there is no event in stdin"), "{stderr}");
}

#[rstest]
#[case::profile(&["--profile", "nope"], "error: there is no profile nope\n")]
#[case::profile_and_region(&["--profile", "nope", "--region", "eu-west-1"], "error: there is no profile nope\n")]
#[case::no_credentials(&["--region", "eu-west-1"], "caused by: there are no credentials: ")]
fn without_credentials_it_is_said_what_is_missing(#[case] arguments: &[&str], #[case] words: &str) {
    let (code, _, stderr) = ran(Home::new().cacl().args(["watch", "-o", "text"]).args(arguments));
    assert_eq!(code, 4, "{stderr}");
    assert!(stderr.contains(words) && stderr.contains("help: "), "{stderr}");
}

#[rstest]
#[case(&["watch", "--output", "jsonl"])]
#[case(&["deploy", "--yes"])]
#[case(&["teardown", "--yes"])]
fn no_credentials_is_4(#[case] arguments: &[&str]) {
    let (code, stdout, stderr) = ran(Home::new().cacl().args(arguments).env("AWS_REGION", "eu-west-1"));
    assert_eq!((code, stdout.as_str()), (4, ""), "{stderr}");
    assert!(stderr.starts_with("error:") && stderr.contains("help:"), "{stderr}");
}

#[test]
fn no_region_says_what_to_do() {
    let (code, _, stderr) = ran(Home::new().cacl().args(["watch", "--output", "text"]));
    assert_ne!(code, 0);
    assert!(stderr.contains("help:") && stderr.contains("region"), "{stderr}");
}

#[test]
fn nobody_listening_at_the_endpoint_is_1() {
    let home = Home::new();
    let mut command = home.cacl();
    // A reserved port: one that was free a moment ago may be another test's by now.
    command.args(["watch", "--output", "text", "--endpoint-url", "http://127.0.0.1:1"]);
    command.env("AWS_ACCESS_KEY_ID", "a").env("AWS_SECRET_ACCESS_KEY", "b");
    let (code, _, stderr) = ran(&mut command);
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.starts_with("error:"), "{stderr}");
}

/// Flag, then environment, then `.env`, then the default; told apart by which of them is complained about.
#[rstest]
#[case::file(Some("Bad_File"), None, None, "Bad_File")]
#[case::environment_over_file(Some("Bad_File"), Some("Bad_Env"), None, "Bad_Env")]
#[case::flag_over_all(Some("Bad_File"), Some("Bad_Env"), Some("Bad_Flag"), "Bad_Flag")]
fn precedence(
    #[case] file: Option<&str>,
    #[case] environment: Option<&str>,
    #[case] flag: Option<&str>,
    #[case] blamed: &str,
) {
    let home = Home::new();
    if let Some(value) = file {
        std::fs::write(home.path().join(".env"), format!("SERVICE_PREFIX={value}\n")).expect("written");
    }
    let mut command = home.cacl();
    command.args(["watch", "--output", "text"]);
    if let Some(value) = environment {
        command.env("SERVICE_PREFIX", value);
    }
    if let Some(value) = flag {
        command.args(["--prefix", value]);
    }
    let (code, _, stderr) = ran(&mut command);
    assert_eq!(code, 2);
    assert!(stderr.contains(blamed), "{stderr}");
}

#[test]
fn a_broken_env_file_is_named_but_not_quoted() {
    let home = Home::new();
    std::fs::write(home.path().join(".env"), "AWS_REGION=eu-west-1\nsecret stuff without a sign\n").expect("written");
    let (code, stdout, stderr) = ran(home.cacl().arg("watch"));
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains(".env") && stderr.contains("line 2") && stderr.contains("help:"), "{stderr}");
    assert!(!stderr.contains("secret stuff"), "{stderr}");
}

#[test]
fn every_variable_is_in_env_dist() {
    let described = include_str!("../../../.env.dist");
    let (_, help, _) = ran(Home::new().cacl().arg("--help"));
    let mut pages = vec![help];
    for command in ["deploy", "watch", "teardown", "replay", "restore", "demo", "local", "pattern"] {
        pages.push(ran(Home::new().cacl().args([command, "--help"])).1);
    }
    for page in pages {
        for variable in page.split("[env: ").skip(1).filter_map(|rest| rest.split([']', '=']).next()) {
            assert!(described.contains(&format!("#{variable}=")), "{variable} is not described");
        }
    }
}

#[test]
fn completions_and_man_come_from_the_definition() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, script, _) = ran(Home::new().cacl().args(["completions", shell]));
        assert_eq!(code, 0);
        assert!(script.contains("cacl-tui") && script.contains("teardown"), "{shell}");
    }
    let (code, page, _) = ran(Home::new().cacl().arg("man"));
    assert_eq!(code, 0);
    assert!(page.contains("EXIT STATUS") && page.contains("130"), "{page}");
}

#[test]
fn rules_are_printed_for_people_and_for_programs() {
    let rules = cacl_event::judge::rules();
    let (code, table, _) = ran(Home::new().cacl().arg("rules"));
    assert_eq!((code, table.lines().count()), (0, rules.len()));
    let (code, lines, _) = ran(Home::new().cacl().args(["rules", "-o", "jsonl"]));
    assert_eq!((code, lines.lines().count()), (0, rules.len()));
    for ((rule, row), line) in rules.iter().zip(table.lines()).zip(lines.lines()) {
        assert!(row.contains(rule.id) && row.contains(rule.severity.as_str()) && row.contains(rule.sentence), "{row}");
        let object: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let expected = serde_json::json!({
            "schema": "cacl.rule/1", "rule": rule.id, "severity": rule.severity.as_str(), "looksAt": rule.looks_at,
            "evenIfFailed": rule.even_if_failed, "sentence": rule.sentence,
        });
        assert_eq!(object, expected);
    }
}

#[test]
fn the_log_goes_to_its_file_alone() {
    let home = Home::new();
    let (code, _, stderr) = ran(home.cacl().args(["replay", &fixture("update.json"), "--log", "/no/such/folder/log"]));
    assert_eq!(code, 1);
    assert!(stderr.contains("/no/such/folder/log"), "{stderr}");
}

#[test]
fn pattern_is_printed_and_tried_out() {
    let home = Home::new();
    let (code, pattern, _) = ran(home.cacl().arg("pattern"));
    assert_eq!(code, 0);
    let pattern: serde_json::Value = serde_json::from_str(&pattern).expect("JSON");
    assert_eq!(pattern["detail"]["eventName"], serde_json::json!(["UpdateUserPoolClient", "DeleteUserPoolClient"]));
    let (code, verdict, _) = ran(home.cacl().args(["pattern", "--test", &fixture("update.json")]));
    assert_eq!(code, 0);
    assert!(verdict.starts_with("matches"), "{verdict}");
    let (code, stdout, stderr) = ran(home.cacl().args(["pattern", "--test", "-"]).write_stdin("rubbish"));
    assert_eq!((code, stdout.as_str()), (3, ""));
    assert!(stderr.contains("nothing to try it on: there is no event in stdin"), "{stderr}");
    let other = ["pattern", "--client", "someoneelse", "--test", &fixture("update.json")];
    let (code, verdict, _) = ran(home.cacl().args(other));
    assert_eq!(code, 1);
    assert!(verdict.starts_with("no match") && verdict.contains("detail.requestParameters.clientId"), "{verdict}");
    for (client, noted) in [("web-shop", 2), ("webshop", 0), ("3k1v9s0abcd7efgh2ijkl5mn", 0)] {
        let (code, _, stderr) = ran(home.cacl().args(["pattern", "--client", client]));
        assert_eq!(code, noted, "{stderr}");
        assert_eq!(stderr.contains("with this id"), client == "webshop", "{stderr}");
    }
    let (_, _, stderr) = ran(home.cacl().args(["pattern", "--events", "Branding"]));
    assert!(stderr.contains("UpdateManagedLoginBranding") && stderr.contains("--pattern FILE"), "{stderr}");
    std::fs::write(home.path().join("broken.json"), r#"{"source": "not a list"}"#).expect("written");
    let (code, _, stderr) = ran(home.cacl().args(["pattern", "--pattern", "broken.json"]));
    assert_eq!(code, 2);
    assert!(stderr.contains("broken.json") && stderr.contains("source"), "{stderr}");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let (code, stdout, stderr) = ran(Home::new().cacl().args(["local", "--port", &port]));
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains(&port) && stderr.contains("help: --port 0"), "{stderr}");
}

#[test]
fn a_bad_variable_of_watch_is_wrong_usage_without_a_command_too() {
    let (code, _, stderr) = ran(Home::new().cacl().env("CACL_OUTPUT", "paper"));
    assert_eq!(code, 2);
    assert!(stderr.contains("paper"), "{stderr}");
}
