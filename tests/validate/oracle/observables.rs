//! What observables name.

use serde_json::{Map, Value};

use super::table::words;
use super::{Oracle, integer};

/// Unknown and Other fit everything.
const ANY: [i128; 2] = [0, 99];

/// What a name leads to: the values there, and inside of a shape the type of observables and whether
/// it is an object.
struct Named {
    values: Vec<Value>,
    of: Option<(Option<i64>, bool)>,
}

impl Oracle {
    pub(super) fn observables(&mut self, event: &Map<String, Value>, class: &Value) {
        let all = event.get("observables").and_then(Value::as_array).cloned();
        for (at, observable) in all.unwrap_or_default().iter().enumerate() {
            let Some(name) = observable["name"].as_str() else {
                continue;
            };
            let path = format!("$.observables[{at}]");
            match self.named(event, class, name) {
                None => self.add("observable_bad_name", path + ".name"),
                Some(it) if it.values.is_empty() => self.add("observable_dangling", path + ".name"),
                Some(it) => self.observable(observable, &it, &path),
            }
        }
    }

    fn observable(&mut self, observable: &Value, named: &Named, path: &str) {
        let Some((kind, is_object)) = named.of else {
            return;
        };
        let found = &observable["type_id"];
        let found = integer(found).or(found.as_bool().map(i128::from));
        let fits = |right: i64| {
            let is_any =
                observable["type_id"].is_i64() && found.is_some_and(|it| ANY.contains(&it));
            // False stands for Unknown, and true for 1.
            is_any
                || found.is_none_or(|it| it == i128::from(right))
                || observable["type_id"] == false
        };
        if kind.is_some_and(|right| !fits(right)) {
            self.add("observable_type", format!("{path}.type_id"));
        }
        if let Some(value) = observable["value"].as_str() {
            let is_there = |it: &Value| match it {
                Value::String(text) => text == value,
                // Nothing that an observable could be.
                Value::Array(_) | Value::Object(_) => false,
                other => {
                    let text = other.to_string();
                    text == value
                }
            };
            if is_object || !named.values.iter().any(is_there) {
                self.add("observable_value", format!("{path}.value"));
            }
        }
    }

    fn named(&self, event: &Map<String, Value>, class: &Value, name: &str) -> Option<Named> {
        let table = &self.table;
        let mut values = vec![Value::Object(event.clone())];
        let mut item = Some(class.clone());
        let mut of = None;
        for step in name.split('.') {
            let (field, index) = field_and_index(step)?;
            let item_now = item.take()?;
            if words(&item_now["a"]).is_empty() {
                // Anything, and nothing below it.
                values = values
                    .iter()
                    .filter_map(|it| it.get(field))
                    .cloned()
                    .collect();
                of = None;
                continue;
            }
            let attributes = table.attributes(&item_now);
            let attribute = attributes.iter().find(|it| it.name == field)?;
            if !attribute.is_live(&self.on) || (index.is_some() && !attribute.is_array) {
                return None;
            }
            let there = values.iter().filter_map(|it| it.get(field));
            let there = there.flat_map(|value| match (value.as_array(), index) {
                (Some(list), None | Some("")) if attribute.is_array => list.clone(),
                (Some(list), Some(index)) if attribute.is_array => {
                    let at: Option<usize> = index.parse().ok();
                    at.and_then(|at| list.get(at))
                        .cloned()
                        .into_iter()
                        .collect()
                }
                _ => vec![value.clone()],
            });
            values = there.collect();
            item = table.object(attribute.kind).cloned();
            let of_kind = match &item {
                Some(object) => object["b"].as_i64(),
                None => table.scalar(attribute.kind)["o"].as_i64(),
            };
            of = Some((attribute.observable.or(of_kind), item.is_some()));
        }
        values.retain(|it| !it.is_null());
        Some(Named { values, of })
    }
}

/// `groups`, `groups[]`, `groups[2]`.
fn field_and_index(step: &str) -> Option<(&str, Option<&str>)> {
    let (field, index) = match step.split_once('[') {
        Some((field, rest)) => (field, Some(rest.strip_suffix(']')?)),
        None => (step, None),
    };
    let is_index = index.is_none_or(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
    (is_index && !field.is_empty() && !field.contains(']')).then_some((field, index))
}
