//! Events of every class, drawn from the tables in `schemas/`.

use std::fs;

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::mapping::catalogue::directory;

/// Deeper objects are left out where that is allowed.
const DEPTH_MAX: usize = 4;

/// The table of a version.
pub(super) struct Facts {
    table: Value,
    version: String,
}

/// A word of an item: an attribute.
struct Word<'f> {
    name: &'f str,
    is_required: bool,
    profiles: Vec<&'f str>,
    definition: &'f str,
}

impl Facts {
    pub(super) fn of(version: &str) -> Self {
        let path = directory(&format!("schemas/ocsf-{version}.json"));
        Self {
            table: serde_json::from_slice(&fs::read(path).unwrap()).unwrap(),
            version: version.to_owned(),
        }
    }

    /// Names of attributes, of any object.
    pub(super) fn names(&self) -> Vec<String> {
        self.table["a"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    }

    /// An event of any class that is right for the most part.
    pub(super) fn event(&self, rng: &mut Rng) -> Value {
        let classes = self.table["c"].as_object().unwrap();
        let (uid, class) = classes.iter().nth(rng.usize(..classes.len())).unwrap();
        let all: Vec<&str> = class["p"].as_str().unwrap().split(' ').collect();
        let profiles: Vec<&str> = all.into_iter().filter(|_| rng.u8(..4) == 0).collect();
        let mut event = self.item(rng, class, &profiles, 0);
        let uid: i64 = uid.parse().unwrap();
        let activity = event["activity_id"].as_i64().unwrap_or(1);
        event.insert("class_uid".to_owned(), json!(uid));
        event.insert("category_uid".to_owned(), class["g"][0].clone());
        event.insert("type_uid".to_owned(), json!(uid * 100 + activity));
        for caption in ["class_name", "category_name", "type_name"] {
            event.remove(caption);
        }
        event["metadata"]["version"] = json!(self.version);
        event["metadata"]["profiles"] = json!(profiles);
        Value::Object(event)
    }

    fn item(&self, rng: &mut Rng, item: &Value, on: &[&str], depth: usize) -> Map<String, Value> {
        let mut object = Map::new();
        let mut captions = Vec::new();
        for word in item["a"].as_str().unwrap().split_whitespace() {
            let word = self.word(word);
            let is_live =
                word.profiles.is_empty() || word.profiles.iter().any(|it| on.contains(it));
            let one_in = if depth < DEPTH_MAX { 4 } else { 40 };
            if is_live && (word.is_required || rng.u8(..one_in) == 0) && depth < 3 * DEPTH_MAX {
                let value = self.value(rng, word.definition, on, depth);
                captions.extend(self.caption(word.definition, &value));
                object.insert(word.name.to_owned(), value);
            }
        }
        for (name, caption) in captions {
            if rng.bool() || object.contains_key(&name) {
                object.insert(name, caption);
            }
        }
        object
    }

    fn word<'f>(&'f self, word: &'f str) -> Word<'f> {
        let (head, own) = word.split_once(':').unwrap_or((word, ""));
        let (head, profiles) = head.split_once('@').unwrap_or((head, ""));
        let name = head.trim_end_matches(['*', '+']);
        Word {
            name,
            is_required: head.ends_with('*'),
            profiles: profiles.split(',').filter(|it| !it.is_empty()).collect(),
            definition: match own {
                "" => self.table["a"][name].as_str().unwrap(),
                own => own,
            },
        }
    }

    fn value(&self, rng: &mut Rng, definition: &str, on: &[&str], depth: usize) -> Value {
        let kind = definition.split(['[', '=', '~', '#', '!']).next().unwrap();
        let mut one = || match self.values(definition) {
            Some(values) => {
                let keys: Vec<&String> = values.keys().filter(|key| *key != "!").collect();
                let key = keys[rng.usize(..keys.len())];
                key.parse::<i64>().map_or_else(|_| json!(key), Value::from)
            }
            None if self.table["o"][kind].is_object() => {
                Value::Object(self.item(rng, &self.table["o"][kind], on, depth + 1))
            }
            None => scalar(rng, kind, &self.table["t"][kind]),
        };
        match definition.contains("[]") {
            true => vec![one(), one()].into(),
            false => one(),
        }
    }

    /// The sibling's name, and its caption for `value`.
    fn caption(&self, definition: &str, value: &Value) -> Option<(String, Value)> {
        let values = self.values(definition)?;
        let sibling = definition.split('~').nth(1)?.split(['#', '!']).next()?;
        let caption = |value: &Value| values[&value.to_string()].clone();
        let captions = match value {
            Value::Array(list) => list.iter().map(caption).collect(),
            value => caption(value),
        };
        Some((sibling.to_owned(), captions))
    }

    fn values(&self, definition: &str) -> Option<&Map<String, Value>> {
        let number = definition.split('=').nth(1)?;
        let number: usize = number.split(['~', '#', '!']).next()?.parse().ok()?;
        self.table["e"][number].as_object()
    }
}

fn scalar(rng: &mut Rng, name: &str, of: &Value) -> Value {
    let text = |choices: &[&str], rng: &mut Rng| json!(choices[rng.usize(..choices.len())]);
    match name {
        "timestamp_t" => json!(rng.i64(946_684_799_000..4_102_444_801_000)),
        "datetime_t" => text(
            &[
                "2026-05-31T17:45:10Z",
                "2026-05-31T17:45:10.25+02:00",
                "2026-02-30T00:00:00Z",
            ],
            rng,
        ),
        "email_t" => text(&["a@example.com", "a@b", "a,b@c-d.e."], rng),
        "file_hash_t" => text(&["00ff", "0g"], rng),
        "ip_t" => text(
            &[
                "10.0.0.1",
                "fe80::1%eth0",
                "::ffff:1.2.3.4",
                "010.0.0.1",
                "10.0.0",
            ],
            rng,
        ),
        "subnet_t" => text(
            &[
                "10.0.0.1/8",
                "10.0.0.0/255.0.0.0",
                "fe80::/10",
                "10.0.0.0/33",
                "::%a/8",
            ],
            rng,
        ),
        "mac_t" => text(&["00:1b:44:11:3a:b7", "00:1b:44"], rng),
        "uuid_t" => text(&["71380c4b-55cf-89e0-9e55-cf80a487d071", "71380c4b"], rng),
        "boolean_t" => json!(rng.bool()),
        "float_t" => json!(rng.f64()),
        "json_t" => json!({"any": [1, "é", null]}),
        _ => match of["b"].as_str().unwrap_or(name) {
            "integer_t" | "long_t" => json!(rng.i64(-1..70_000)),
            _ => text(&["text", "é", "x y"], rng),
        },
    }
}
