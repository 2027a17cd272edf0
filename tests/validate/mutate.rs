//! Events made wrong at random, in their values and in their text.

use fastrand::Rng;
use serde_json::{Value, json};

/// Makes some changes to `event` and writes it as one line. Fields are named by `names`.
pub(super) fn mutate(rng: &mut Rng, mut event: Value, names: &[String]) -> String {
    for _ in 0..rng.usize(..4) {
        change(rng, &mut event, names);
    }
    if rng.u8(..3) == 0 {
        observe(rng, &mut event);
    }
    let text = event.to_string();
    match rng.u8(..8) {
        0 => change_text(rng, &text),
        _ => text,
    }
}

/// Changes one value somewhere.
fn change(rng: &mut Rng, value: &mut Value, names: &[String]) {
    let goes_on = rng.u8(..4) > 0;
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let at = rng.usize(..fields.len());
            let name = fields.keys().nth(at).unwrap().clone();
            if goes_on {
                return change(rng, &mut fields[&name], names);
            }
            let other = match rng.u8(..4) {
                0 => ["x", "user", "", "a b", "naïve", "1a", "_dt", "uid "][rng.usize(..8)]
                    .to_owned(),
                _ => names[rng.usize(..names.len())].clone(),
            };
            match rng.u8(..5) {
                0 => drop(fields.remove(&name)),
                1 => drop(fields.insert(other, any(rng))),
                2 => {
                    let moved = fields.remove(&name).unwrap();
                    fields.insert(other, moved);
                }
                3 => drop(fields.insert(other, fields[&name].clone())),
                _ => fields[&name] = any(rng),
            }
        }
        Value::Array(list) if !list.is_empty() => {
            let at = rng.usize(..list.len());
            match rng.u8(..4) {
                0 => drop(list.remove(at)),
                1 => list.push(list[at].clone()),
                2 => list.push(any(rng)),
                _ => change(rng, &mut list[at], names),
            }
        }
        Value::Number(number) if number.is_i64() && rng.bool() => {
            let number = number.as_i64().unwrap();
            *value = json!(
                [number.wrapping_add(1), number / 1000, number.wrapping_neg()][rng.usize(..3)]
            );
        }
        Value::String(text) if rng.bool() => {
            *value = match rng.u8(..4) {
                0 => json!(format!("{text}x")),
                1 => json!(text.to_uppercase()),
                2 => json!([text]),
                _ => json!(format!("{text}\n")),
            }
        }
        other => *other = any(rng),
    }
}

fn any(rng: &mut Rng) -> Value {
    let long = "9".repeat(43);
    let all = json!([
        null, true, false, 0, 1, 2, 3, 4, 6, 99, -1, 65536, 3001, 3004, 5003, 9_223_372_036_854_775_807_i64,
        9_223_372_036_854_775_808_u64, 1.0, 1.5, 1e300, 1_780_315_200, 1_780_315_200_250_i64,
        1_780_315_200_250_000_i64, "", "text", "Other", "Unknown", "User", "Collect", "99", "!", "1.6.0",
        "1.7.0", "1.8.0", "1.5.0", "cloud", "datetime", "host", "incident", "2026-06-01T12:00:00.250Z",
        "2026-06-01T12:00:00.252Z", "2026-06-01", "a@example.com", "10.0.0.1", "::1", "10.0.0.0/8", long,
        [], {}, [1, 99], ["x", "Other"], ["cloud", "cloud"], [null], {"name": "x"}, {"uid": 1, "name": ""},
        [{"name": "x"}, {"uid": "y", "type_id": 99}],
    ]);
    let all = all.as_array().unwrap();
    all[rng.usize(..all.len())].clone()
}

/// Adds an observable of something in the event, or nearly so.
fn observe(rng: &mut Rng, event: &mut Value) {
    let mut name = String::new();
    let mut at = &*event;
    while name.is_empty() || rng.u8(..4) > 0 {
        match at {
            Value::Object(fields) if !fields.is_empty() => {
                let (field, value) = fields.iter().nth(rng.usize(..fields.len())).unwrap();
                name = match name.as_str() {
                    "" => field.clone(),
                    name => format!("{name}.{field}"),
                };
                at = value;
            }
            Value::Array(list) if !list.is_empty() => {
                let place = rng.usize(..list.len());
                name += [
                    "",
                    "[]",
                    format!("[{place}]").as_str(),
                    "[7]",
                    "[",
                    ".[x.y]",
                    "[0]]",
                ][rng.usize(..7)];
                at = &list[place];
            }
            _ => break,
        }
    }
    let value = match at {
        Value::String(text) if rng.u8(..4) > 0 => json!(text),
        Value::Object(_) if rng.bool() => Value::Null,
        other => json!(other.to_string()),
    };
    let type_id = [0, 1, 2, 4, 5, 10, 20, 21, 27, 31, 35, 99][rng.usize(..12)];
    let mut observable = json!({"name": name, "type_id": type_id});
    if rng.u8(..3) > 0 {
        observable["value"] = value;
    }
    if rng.u8(..5) == 0 {
        observable["type_id"] = any(rng);
    }
    if let Value::Object(fields) = event {
        match fields.get_mut("observables") {
            Some(Value::Array(list)) => list.push(observable),
            _ => drop(fields.insert("observables".to_owned(), json!([observable]))),
        }
    }
}

/// Changes what no value can hold.
fn change_text(rng: &mut Rng, text: &str) -> String {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let at = places[rng.usize(1..places.len())];
    let insert = |what: &str| format!("{}{what}{}", &text[..at], &text[at..]);
    let swap = |old: &str, new: &str| text.replacen(old, new, 1);
    match rng.u8(..10) {
        0 => text[..at].to_owned(),
        1 => insert([",", "}", "\"", "\\", "0", "-", "\u{1}", " ", "\u{a0}"][rng.usize(..9)]),
        2 => swap(":1,", ":NaN,"),
        3 => swap(":1,", ":1.0,"),
        4 => swap(":1,", ":123456789012345678901234567890,"),
        5 => swap("\":\"", "\":\"\\ud800"),
        6 => swap("\":\"", "\":\"\\ud83d\\ude00\\udc00"),
        7 => swap("{", "{\"time\":1,"),
        8 => swap("\"user\":{", "\"user\":{\"name\":\"\\u0061\","),
        _ => swap(
            "\"unmapped\":{",
            "\"unmapped\":{\"a\\ud800\":[\"\\udc00\"],\"a b\":\"\\ud800\",",
        ),
    }
}
