//! Teardowns that do not go as they should.

use super::{LocalAws, ran};

fn teardown(aws: &LocalAws) -> (i32, String, String) {
    ran(&mut aws.cacl(&["teardown", "--yes"]))
}

#[test]
fn a_bucket_that_fills_again_meanwhile_is_emptied_again() {
    let aws = LocalAws::start(&["--refill", "2"]);
    assert_eq!(aws.deploy(&["--trail", "create"]).0, 0);
    let (code, stdout, stderr) = teardown(&aws);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let again = "cacl-cloudtrail-000000000000-us-east-1 was filled again meanwhile; emptying it once more";
    assert_eq!(stdout.matches(again).count(), 2, "{stdout}");
    assert!(stdout.contains("DELETE_FAILED") && stdout.contains("Gone.") && stdout.contains("bucket"), "{stdout}");
    assert_eq!(teardown(&aws).0, 3, "there is nothing any more");
}

#[test]
fn what_is_left_is_6_and_goes_the_next_time() {
    let aws = LocalAws::start(&["--refill", "5", "--deny", "DescribeRule"]);
    assert_eq!(aws.deploy(&["--trail", "create"]).0, 0);
    let (code, stdout, stderr) = teardown(&aws);
    assert_eq!(code, 6, "{stdout}{stderr}");
    let (_, left) = stdout.split_once("Left behind:\n").expect("it says so");
    let (left, unchecked) = left.split_once("Not checked:\n").expect("that, too");
    for name in ["stack cacl-cognito-api-calls (DELETE_FAILED)", "bucket cacl-cloudtrail-000000000000-us-east-1"] {
        assert!(left.contains(name), "{name} is not in {left}");
    }
    assert!(!left.contains("function") && !left.contains("rule"), "{left}");
    assert!(unchecked.contains("the rule cacl-app-client-api-call-events: AccessDeniedException"), "{unchecked}");
    assert!(stderr.contains("events:DescribeRule") && stderr.contains("once more"), "{stderr}");

    let (code, stdout, stderr) = teardown(&aws);
    assert_eq!(code, 4, "all that was looked for is gone, and not all could be: {stdout}{stderr}");
    assert!(stdout.contains("Nothing is left of what was checked: stack, ") && !stdout.contains("Gone."), "{stdout}");
    assert!(stdout.contains("Not checked:\n  cannot look for the rule"), "{stdout}");
}
