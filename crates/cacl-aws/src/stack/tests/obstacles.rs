//! What is in the way of a deployment: a wreck, an operation under way, a stuck rollback, somebody else's stack.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_wreck_is_deleted_first() {
    for wreck in ["ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED", "REVIEW_IN_PROGRESS"] {
        let script = change_set(script(), "CREATE_COMPLETE", "")
            .on(
                "DescribeStacks",
                // Found by name; while deleting by ARN; not found by name; while creating.
                [stack(wreck), stack("DELETE_COMPLETE"), no_stack(), stack("CREATE_COMPLETE")],
            )
            .on(
                "ListStackResources",
                [resources(&[("TrailBucket", "AWS::S3::Bucket", "trail-bucket", "CREATE_COMPLETE")])],
            )
            .on("GET /trail-bucket?versions", [versions(&["log".into()], None), versions(&[], None)])
            .on("POST /trail-bucket?delete", [(200, "<DeleteResult/>".into())])
            .on("DeleteStack", [xml("DeleteStack", "")])
            .on(
                "DescribeStackEvents",
                [
                    events(&[("1", NAME, STACK, wreck, "")]),
                    events(&[("2", NAME, STACK, "DELETE_COMPLETE", ""), ("1", NAME, STACK, wreck, "")]),
                    events(&[("2", NAME, STACK, "DELETE_COMPLETE", ""), ("1", NAME, STACK, wreck, "")]),
                    events(&[("2", NAME, STACK, "DELETE_COMPLETE", ""), ("1", NAME, STACK, wreck, "")]),
                    events(&[("4", NAME, STACK, "CREATE_COMPLETE", ""), ("2", NAME, STACK, "DELETE_COMPLETE", "")]),
                ],
            );
        let (told, error, asked) = run(script).await;
        assert_eq!(error, None, "{wreck}");
        assert_eq!(told[1], format!("the stack is in {wreck} and can only be deleted; deleting it first"));
        assert_eq!(told[2], "emptied trail-bucket (1 object)");
        assert_eq!(told.last().map(String::as_str), Some("done true LogGroupName"));
        assert!(asked.bodies("DeleteStack").concat().contains(crate::scripted::ARN), "by ARN");
        assert!(asked.bodies("CreateChangeSet").concat().contains("ChangeSetType=CREATE"));
        assert_eq!(told.iter().filter(|line| line.starts_with("resources")).count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_under_way_is_followed_from_its_beginning() {
    let script = change_set(script(), "FAILED", "didn't contain changes")
        .on("DescribeStacks", [stack("UPDATE_IN_PROGRESS"), stack("UPDATE_IN_PROGRESS"), stack("UPDATE_COMPLETE")])
        .on(
            "DescribeStackEvents",
            [
                events(&[
                    ("6", "Rule", "AWS::Events::Rule", "UPDATE_COMPLETE", ""),
                    ("5", NAME, STACK, "UPDATE_IN_PROGRESS", "User Initiated"),
                    ("4", NAME, STACK, "CREATE_COMPLETE", ""),
                    ("3", "Rule", "AWS::Events::Rule", "CREATE_COMPLETE", ""),
                ]),
                events(&[
                    ("7", NAME, STACK, "UPDATE_COMPLETE", ""),
                    ("6", "Rule", "AWS::Events::Rule", "UPDATE_COMPLETE", ""),
                ]),
            ],
        );
    let (told, error, _) = run(script).await;
    assert_eq!(error, None);
    let expect = [
        in_bucket(),
        "an operation is under way (UPDATE_IN_PROGRESS); following it first".into(),
        "resources Rule".into(),
        format!("{NAME} UPDATE_IN_PROGRESS"),
        "Rule UPDATE_COMPLETE".into(),
        format!("{NAME} UPDATE_COMPLETE"),
        "done true LogGroupName".into(),
    ];
    assert_eq!(told, expect, "and it counts as a change");
}

#[tokio::test(start_paused = true)]
async fn a_rollback_that_is_stuck_is_continued() {
    let script = change_set(script(), "FAILED", "didn't contain changes")
        .on(
            "DescribeStacks",
            [stack("UPDATE_ROLLBACK_FAILED"), stack("UPDATE_ROLLBACK_IN_PROGRESS"), stack("UPDATE_ROLLBACK_COMPLETE")],
        )
        .on("ContinueUpdateRollback", [xml("ContinueUpdateRollback", "")])
        .on(
            "DescribeStackEvents",
            [
                events(&[("1", NAME, STACK, "UPDATE_ROLLBACK_FAILED", "")]),
                events(&[("1", NAME, STACK, "UPDATE_ROLLBACK_FAILED", "")]),
                events(&[
                    ("2", NAME, STACK, "UPDATE_ROLLBACK_COMPLETE", ""),
                    ("1", NAME, STACK, "UPDATE_ROLLBACK_FAILED", ""),
                ]),
            ],
        );
    let (told, error, asked) = run(script).await;
    assert_eq!(error, None);
    assert_eq!(asked.count("ContinueUpdateRollback"), 1);
    assert_eq!(told.last().map(String::as_str), Some("done false LogGroupName"));
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_stack_is_not_touched() {
    let foreign = xml(
        "DescribeStacks",
        "<Stacks><member><StackId>arn:x</StackId><StackName>x</StackName><CreationTime>2026-09-24T16:00:00Z</CreationTime>\
         <StackStatus>ROLLBACK_COMPLETE</StackStatus></member></Stacks>",
    );
    let (_, error, asked) = run(script().on("DescribeStacks", [foreign])).await;
    let error = error.expect("refused");
    assert_eq!(
        (error.reason, error.what.as_str()),
        (Reason::Invalid, "the stack cacl-cognito-api-calls was not made by cacl-tui")
    );
    assert!(!asked.calls().iter().any(|call| call.starts_with("Delete") || call.starts_with("Create")));
}
