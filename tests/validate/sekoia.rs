//! The dialect `sekoia`: the checker and the schema agree about every event.

use fastrand::Rng;
use rollcall::map::Dialect;
use rollcall::validate::Rules;
use serde_json::{Value, json};

use super::mutate::mutate;
use crate::mapping::catalogue::events;
use crate::mapping::schema;

/// So many events are made wrong.
const EVENTS: usize = 5_000;

#[test]
fn every_event_of_the_mapping_is_valid() {
    for event in events(Dialect::Sekoia) {
        let problems = Rules::Sekoia.check(&event.to_string());
        assert!(problems.is_empty(), "{problems:#?}\n{event:#}");
    }
}

#[test]
fn the_schema_gives_the_same_verdict_on_events_made_wrong() {
    let ours = events(Dialect::Sekoia);
    let names = [
        "type",
        "type_id",
        "groups",
        "privileges",
        "full_name",
        "uid",
        "name",
        "enrichments",
    ];
    let names = names.map(str::to_owned);
    let mut rng = Rng::with_seed(7);
    let mut invalid = 0;
    for _ in 0..EVENTS {
        let event = ours[rng.usize(..ours.len())].clone();
        let line = match rng.u8(..4) {
            0 => typed(&mut rng, event).to_string(),
            _ => mutate(&mut rng, event, &names),
        };
        // A schema takes 1.0 for 1; and what is no JSON is none of its business.
        let Ok(event) = serde_json::from_str::<Value>(&line) else {
            continue;
        };
        let problems = Rules::Sekoia.check(&line);
        if problems.iter().any(|it| it.code.as_str() == "bad_json")
            || line.contains(":1.0")
            || line.contains("[1.0")
        {
            continue;
        }
        let findings = schema::findings(Dialect::Sekoia, &event);
        invalid += usize::from(!findings.is_empty());
        assert_eq!(
            problems.is_empty(),
            findings.is_empty(),
            "{problems:#?}\n{findings:#?}\n{event:#}"
        );
    }
    assert!(invalid > EVENTS / 4, "{invalid}");
}

/// The event with another type, groups and tags: what the rules about them are for.
fn typed(rng: &mut Rng, mut event: Value) -> Value {
    let user = event["user"].as_object_mut().unwrap();
    let types = [json!("User"), json!("Admin"), json!("Service")];
    let ids = [json!(1), json!(2), json!(4)];
    let groups = [
        json!([]),
        json!([{"name": "a"}]),
        json!([{"name": "a", "privileges": []}]),
        json!([{"name": "a", "privileges": ["b"]}, {"name": "b"}]),
        json!([{"name": "a", "privileges": ["b"]}, {"name": "a", "privileges": ["b"]}]),
    ];
    for (name, values) in [("type", &types[..]), ("type_id", &ids), ("groups", &groups)] {
        match rng.usize(..=values.len()) {
            at if at < values.len() => drop(user.insert(name.to_owned(), values[at].clone())),
            _ => drop(user.remove(name)),
        }
    }
    if rng.bool() {
        user.remove("full_name");
    }
    event
}
