//! Records of CloudTrail's, from a saved file to events.

use rollcall::audit::{Event, each_record};
use rollcall::foreign::Page;
use rollcall::validate::Rules;
use serde_json::Value;

use crate::seen::assert_seen;

/// Panics if a record of `text` becomes an event that is not valid, is not about it, or says other
/// things when it is read again.
pub fn check(text: &str) {
    let events = read(text);
    assert_eq!(events, read(text));
}

fn read(text: &str) -> Vec<Result<String, String>> {
    let mut events = Vec::new();
    let read = each_record(text, |_, record| {
        events.push(match record {
            Ok(record) => {
                let json = Event::of(&record).to_json().expect("an event");
                let json = String::from_utf8(json).expect("UTF-8");
                let problems = Rules::OwnVersion.check(&json);
                assert!(problems.is_empty(), "{problems:?} {json}");
                let event: Value = serde_json::from_str(&json).expect("JSON");
                assert_eq!(event["metadata"]["uid"], record.event_id);
                assert!(!json.contains('\n'), "{json}");
                Ok(json)
            }
            Err(error) => {
                let error = Page::of(&error.to_string()).to_string();
                assert_seen(&error, &['\n', '\t']);
                Err(error)
            }
        });
        Ok(())
    });
    read.expect("a text is read to its end");
    events
}
