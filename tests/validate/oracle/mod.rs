//! What is wrong with an event, straight from the tables: slow, and with nothing in common with the
//! checker but the tables. Forms of text, which have tests of their own, are left out.

mod enums;
mod observables;
mod table;

use std::rc::Rc;

use serde_json::{Map, Value};

pub(super) use table::Table;
use table::{Attribute, words};

/// Codes that this says nothing about.
pub(super) const LEFT_OUT: [&str; 2] = ["bad_format", "datetime_mismatch"];

/// 2000 and 2100 in milliseconds.
const TIMES_MS: [i64; 2] = [946_684_800_000, 4_102_444_800_000];

/// A code and a path.
type Finding = (String, String);

struct Oracle {
    table: Rc<Table>,
    /// Profiles that the event declares.
    on: Vec<String>,
    found: Vec<Finding>,
}

/// What is wrong with `event` by the one of `tables` that is of `version`; without one, of the version
/// that it names.
pub(super) fn findings(tables: &[Rc<Table>], event: &Value, version: Option<&str>) -> Vec<Finding> {
    let named = event["metadata"]["version"].as_str().unwrap_or_default();
    let version = version.unwrap_or(named);
    let Some(table) = tables.iter().find(|it| it.version() == version) else {
        return vec![("version_unknown".into(), "$.metadata.version".into())];
    };
    let mut oracle = Oracle {
        table: Rc::clone(table),
        on: Vec::new(),
        found: Vec::new(),
    };
    oracle.event(event);
    oracle.found
}

impl Oracle {
    fn add(&mut self, code: &str, path: impl Into<String>) {
        self.found.push((code.to_owned(), path.into()));
    }

    fn event(&mut self, event: &Value) {
        let Some(fields) = event.as_object() else {
            return self.add("wrong_type", "$");
        };
        let version = event["metadata"]["version"].as_str();
        if version.is_some_and(|it| it != self.table.version()) {
            self.add("version_mismatch", "$.metadata.version");
        }
        let uid = &event["class_uid"];
        let Some(class) = uid.as_i64().and_then(|it| self.table.class(it).cloned()) else {
            let code = match fields.get("class_uid") {
                None => "required_missing",
                Some(uid) if is_integer(uid) => "class_unknown",
                Some(_) => "wrong_type",
            };
            return self.add(code, "$.class_uid");
        };
        if let Some(profiles) = event["metadata"]["profiles"].as_array() {
            self.profiles(&class, profiles);
        }
        self.fields(fields, &class, "$");
        let [activity, kind] = ["activity_id", "type_uid"].map(|it| integer(&event[it]));
        let class_uid = uid.as_i64().map(i128::from);
        if let (Some(class), Some(activity), Some(kind)) = (class_uid, activity, kind)
            && class * 100 + activity != kind
        {
            self.add("type_uid_incorrect", "$.type_uid");
        }
        self.observables(fields, &class);
    }

    fn profiles(&mut self, class: &Value, declared: &[Value]) {
        for (at, profile) in declared.iter().enumerate() {
            let Some(name) = profile.as_str() else {
                continue;
            };
            let path = format!("$.metadata.profiles[{at}]");
            if !self.table.has_profile(name) {
                self.add("profile_unknown", path);
            } else if self.on.iter().any(|it| it == name) {
                self.add("profile_repeated", path);
            } else {
                if !words(&class["p"]).contains(&name) {
                    self.add("profile_not_registered", path);
                }
                self.on.push(name.to_owned());
            }
        }
    }

    fn fields(&mut self, fields: &Map<String, Value>, item: &Value, path: &str) {
        let table = Rc::clone(&self.table);
        let attributes = table.attributes(item);
        for (name, value) in fields {
            let path = step(path, name);
            match attributes.iter().find(|it| it.name == name) {
                None => self.add("attribute_unknown", path),
                Some(it) if !it.is_live(&self.on) => self.add("profile_not_declared", path),
                Some(it) => self.field(fields, it, value, &path),
            }
        }
        for attribute in attributes {
            let is_missing = !fields.contains_key(attribute.name)
                && attribute.is_required
                && attribute.is_live(&self.on);
            if is_missing {
                self.add("required_missing", step(path, attribute.name));
            }
        }
        for (kind, names) in item["k"].as_object().into_iter().flatten() {
            let names = names.as_array().unwrap().iter();
            let there =
                names.filter(|it| !fields.get(it.as_str().unwrap()).is_none_or(Value::is_null));
            let is_right = match (kind.as_str(), there.count()) {
                ("just_one", count) => count == 1,
                (_, count) => count > 0,
            };
            if !is_right {
                self.add("constraint_failed", path);
            }
        }
    }

    fn field(&mut self, of: &Map<String, Value>, it: &Attribute<'_>, value: &Value, path: &str) {
        if it.is_deprecated {
            self.add("attribute_deprecated", path);
        }
        match value {
            Value::Null => self.add("null", path),
            Value::Array(values) if it.is_array => {
                for (at, value) in values.iter().enumerate() {
                    self.value(value, it, &format!("{path}[{at}]"));
                }
            }
            _ if it.is_array => self.add("wrong_type", path),
            value => self.value(value, it, path),
        }
        if it.captions.is_some() {
            self.enumerated(of, it, value, path);
        }
    }

    fn value(&mut self, value: &Value, it: &Attribute<'_>, path: &str) {
        let Some(object) = self.table.object(it.kind).cloned() else {
            return self.scalar(value, it.kind, path);
        };
        match value.as_object() {
            None => self.add("wrong_type", path),
            // A shape without fields takes all.
            Some(_) if words(&object["a"]).is_empty() => {}
            Some(fields) => self.fields(fields, &object, path),
        }
    }

    fn scalar(&mut self, value: &Value, kind: &str, path: &str) {
        let of = self.table.scalar(kind).clone();
        let is_right = match of["b"].as_str().unwrap_or(kind) {
            "json_t" => return,
            "string_t" => value.is_string(),
            "boolean_t" => value.is_boolean(),
            "float_t" => value.is_number(),
            _ => is_integer(value),
        };
        let (text, number) = (value.as_str(), value.as_i64());
        let chars = text.map_or(0, |it| it.chars().count() as u64);
        let is_number = is_integer(value) && of["b"] != "float_t" && kind != "float_t";
        let is_outside = |ends: &[i64]| number.is_none_or(|it| it < ends[0] || it > ends[1]);
        let range = of["rg"].as_array();
        let range = range.map(|it| it.iter().filter_map(Value::as_i64).collect::<Vec<_>>());
        if !is_right {
            self.add("wrong_type", path);
        } else if is_number && number.is_none() {
            self.add("out_of_range", path);
        } else if kind == "timestamp_t" && is_outside(&TIMES_MS) {
            self.add("timestamp_implausible", path);
        } else if is_number && range.is_some_and(|it| is_outside(&it)) {
            self.add("out_of_range", path);
        } else if text == Some("") {
            self.add("empty_string", path);
        } else if of["ml"].as_u64().is_some_and(|max| chars > max) {
            self.add("too_long", path);
        }
    }
}

fn is_integer(value: &Value) -> bool {
    value.is_i64() || value.is_u64()
}

fn integer(value: &Value) -> Option<i128> {
    value
        .as_i64()
        .map(i128::from)
        .or(value.as_u64().map(i128::from))
}

/// The path of a field, which is quoted if it is no plain name.
fn step(path: &str, name: &str) -> String {
    let is_letter = |char: char| char.is_alphabetic() || char == '_';
    let is_plain =
        name.starts_with(is_letter) && name.chars().all(|it| is_letter(it) || it.is_numeric());
    match is_plain {
        true => format!("{path}.{name}"),
        false => format!("{path}[{}]", Value::from(name)),
    }
}
