//! A change and its event, as a person reads them.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

/// What became of each user in `events`: field by field, before and after.
pub(super) fn changes(events: &[Value]) -> String {
    let mut text = String::new();
    for event in events {
        let name = event["user"]["name"].as_str().unwrap_or_default();
        let _ = writeln!(text, "Pass 2: {name} changed");
        let changes = event["unmapped"]["aws_iam"]["changes"].as_array();
        for change in changes.into_iter().flatten() {
            let field = change["field"].as_str().unwrap_or_default();
            let (before, after) = (value(&change["before"]), value(&change["after"]));
            let _ = writeln!(text, "  {field:<14}{before} -> {after}");
        }
    }
    text
}

/// The heart of an event, in its own shape.
pub(super) fn event(event: &Value) -> String {
    let of = |object: &Value, names: &[&str]| -> Value {
        let parts = names
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), object.get(*name)?.clone())));
        Value::Object(parts.collect::<Map<_, _>>())
    };
    let groups = event["user"]["groups"].as_array();
    let groups: Vec<&Value> = groups.into_iter().flatten().map(|it| &it["name"]).collect();
    let mut user = of(
        &event["user"],
        &["name", "uid", "type_id", "type", "has_mfa", "email_addr"],
    );
    user["groups"] = groups.iter().map(|name| json!({"name": name})).collect();
    let mut heart = of(event, &["class_uid", "class_name", "activity_name"]);
    heart["cloud"] = json!({"account": {"uid": event["cloud"]["account"]["uid"]}});
    heart["user"] = user;
    let mut text = format!("{heart:#}");
    text.push('\n');
    text
}

/// A text as it is, or a list of texts joined.
fn value(value: &Value) -> String {
    let Some(text) = value.as_str() else {
        return "none".to_owned();
    };
    match serde_json::from_str::<Vec<String>>(text) {
        Ok(list) if list.is_empty() => "none".to_owned(),
        Ok(list) => list.join(", "),
        Err(_) => text.to_owned(),
    }
}
