//! Successes whose body says that events were refused.

use rollcall::deliver::Verdict;
use rollcall::model::EventId;
use serde_json::json;

use super::answers::verdict_of;
use crate::support::reply::Reply;

#[track_caller]
fn partial(verdict: Verdict) -> Vec<(usize, bool, String)> {
    let Verdict::Partial { refused } = verdict else {
        panic!("{verdict:?}");
    };
    let refused = refused.into_iter();
    refused
        .map(|it| (it.index, it.is_retryable, it.why))
        .collect()
}

#[tokio::test]
async fn a_success_that_names_refused_events_by_position_or_id_refuses_those_alone() {
    let error = json!({"type": "mapper_parsing_exception", "reason": "uid is odd"});
    let taken = json!({"index": {"status": 201}});
    let refused = |status: u16| json!({"index": {"status": status, "error": error}});
    let id = EventId::from_bytes([7; 16]).to_string();
    for (body, is_retryable) in [
        (
            json!({"errors": true, "items": [refused(400), taken]}),
            false,
        ),
        (
            json!({"errors": true, "items": [refused(409), taken]}),
            false,
        ),
        (
            json!({"errors": true, "items": [refused(429), taken]}),
            true,
        ),
        (
            json!({"errors": true, "items": [refused(503), taken]}),
            true,
        ),
        (
            json!({"errors": true, "items": [{"status": 400}, {"status": 200}]}),
            false,
        ),
        (
            json!({"errors": [{"index": 0, "message": "uid is odd"}]}),
            false,
        ),
        (
            json!({"rejected": [{"index": 0, "reason": "full", "status": 429}]}),
            true,
        ),
        (
            json!({"rejected": [{"id": id, "reason": "uid is odd"}]}),
            false,
        ),
        (json!({"rejected": [id]}), false),
    ] {
        let refused = partial(verdict_of(Reply::json(200, &body)).await);
        let refused: Vec<_> = refused.iter().map(|it| (it.0, it.1)).collect();
        assert_eq!(refused, [(0, is_retryable)], "{body}");
    }
    let body = json!({"errors": true, "items": [taken, refused(400)]});
    let refused = partial(verdict_of(Reply::json(200, &body)).await);
    assert_eq!(refused[0].0, 1);
    for part in ["400", "mapper_parsing_exception", "uid is odd"] {
        assert!(refused[0].2.contains(part), "{}", refused[0].2);
    }
}

#[tokio::test]
async fn splunks_first_invalid_event_is_refused_and_those_after_it_are_sent_again() {
    for (status, number) in [(400, json!(0)), (200, json!(0)), (400, json!("0"))] {
        let body = json!({
            "text": "Invalid data format", "code": 6, "invalid-event-number": number
        });
        let refused = partial(verdict_of(Reply::json(status, &body)).await);
        let refused_at: Vec<_> = refused.iter().map(|it| (it.0, it.1)).collect();
        assert_eq!(refused_at, [(0, false), (1, true)]);
        assert!(
            refused[0].2.contains("6: Invalid data format"),
            "{refused:?}"
        );
    }
    let body = json!({"text": "Incorrect index", "code": 7, "invalid-event-number": 1});
    let refused = partial(verdict_of(Reply::json(400, &body)).await);
    assert_eq!((refused.len(), refused[0].0, refused[0].1), (1, 1, false));
}

#[tokio::test]
async fn a_success_that_counts_refused_events_without_naming_them_is_a_rejection_to_search() {
    for (body, part) in [
        (
            json!({"partialSuccess": {"rejectedLogRecords": 1, "errorMessage": "too old"}}),
            "too old",
        ),
        (
            json!({"partialSuccess": {"rejectedLogRecords": "2"}}),
            "rejected 2",
        ),
        (
            json!({"partial_success": {"rejectedItems": 2}}),
            "rejected 2",
        ),
        (json!({"errors": true}), "there were errors"),
        (json!({"errors": ["uid is odd"]}), "uid is odd"),
        (
            json!({"errors": [{"code": "E1", "message": "odd"}]}),
            "E1: odd",
        ),
        (json!({"rejected": [1]}), "rejected"),
        (json!({"rejected": [{"index": 7}]}), "rejected"),
        (json!({"failed": 1, "message": "odd"}), "failed: odd"),
        (
            json!({"errors": true, "items": [{"index": {"status": 400}}]}),
            "errors",
        ),
        (
            json!({"text": "odd", "code": 6, "invalid-event-number": 2}),
            "6: odd",
        ),
    ] {
        let verdict = verdict_of(Reply::json(200, &body)).await;
        let Verdict::Rejected { why } = verdict else {
            panic!("{body}: {verdict:?}");
        };
        assert!(why.contains(part), "{body}: {why}");
    }
}

#[tokio::test]
async fn a_success_that_counts_no_refused_event_is_delivered() {
    let taken = json!({"index": {"status": 201}});
    for body in [
        json!({"errors": false, "items": [taken, taken]}),
        json!({"errors": [], "rejected": 0, "failed": 0}),
        json!({"errors": null, "failed": false, "rejected": {}}),
        json!({"partialSuccess": {}}),
        json!({"partialSuccess": {"rejectedLogRecords": 0, "errorMessage": "deprecated"}}),
        json!({"partialSuccess": {"rejectedLogRecords": "0"}}),
        json!({"text": "Success", "code": 0, "ackId": 7}),
        json!({"event_ids": ["1", "2"]}),
    ] {
        let verdict = verdict_of(Reply::json(200, &body)).await;
        assert_eq!(verdict, Verdict::Delivered, "{body}");
    }
}
