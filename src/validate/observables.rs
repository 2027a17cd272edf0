//! Observables: what they name has to be there, of their type and with their value.

use super::event::Check;
use super::json::{Json, Object, text_of};
use super::path::Path;
use super::problem::Code;
use super::scalar;
use super::table::{Attribute, Class, Kind, Shape, Table};
use crate::foreign::Shown;

/// `type_id` Unknown and Other, which fit everything.
const ANY_TYPE: [i64; 2] = [0, 99];

/// So much is shown of a name, and of the value beside it.
const NAME_CHARS_MAX: usize = 60;
/// So many values are shown of a list.
const VALUES_SHOWN: usize = 5;

/// What the name of an observable leads to.
struct Named<'t, 'e, 'j> {
    values: Vec<&'e Json<'j>>,
    /// Inside of an object without a shape there is none.
    attribute: Option<&'t Attribute>,
}

/// Checks the observable `at` of `event`.
pub(super) fn check(
    check: &mut Check<'_, '_>,
    event: &Object<'_>,
    class: &Class,
    observable: &Object<'_>,
    at: usize,
) {
    let Some(name) = observable.get("name").and_then(Json::str) else {
        return;
    };
    let all = Path::Event.field("observables");
    let path = all.element(at);
    let named = match find(check, event, class, name) {
        Ok(named) => named,
        Err(why) => {
            let name = Shown::within(name, NAME_CHARS_MAX);
            let message = format!("{name} names nothing: {why}");
            return check.add(path.field("name"), Code::ObservableBadName, message);
        }
    };
    let name = Shown::within(name, NAME_CHARS_MAX);
    if named.values.is_empty() {
        let message = format!("{name} is not in this event; name what it has");
        return check.add(path.field("name"), Code::ObservableDangling, message);
    }
    let Some(attribute) = named.attribute else {
        return;
    };
    if let (Some(right), Some(found)) = (type_of(check.table, attribute), observable.get("type_id"))
        && !is_of_type(found, right)
    {
        let caption = caption(check.table, class, right);
        let message = format!(
            "is {}; {name} is of type {right}{caption}",
            scalar::shown(found)
        );
        check.add(path.field("type_id"), Code::ObservableType, message);
    }
    if let Some(value) = observable.get("value").and_then(Json::str) {
        let message = match attribute.kind {
            Kind::Object(_) => format!("{name} is an object; an observable of it has no value"),
            Kind::Scalar(_) if named.values.iter().any(|it| text_of(it) == value) => return,
            Kind::Scalar(_) => {
                let there = listed(&named.values);
                let value = Shown::within(value, NAME_CHARS_MAX);
                format!("{value} is not what {name} has in this event: {there}")
            }
        };
        check.add(path.field("value"), Code::ObservableValue, message);
    }
}

/// The values that an observable may have, as far as they are read.
fn listed(values: &[&Json<'_>]) -> String {
    let shown = values.iter().take(VALUES_SHOWN);
    let mut shown: Vec<String> = shown.map(|value| scalar::shown(value).into()).collect();
    if let Some(more @ 1..) = values.len().checked_sub(VALUES_SHOWN) {
        shown.push(format!("and {more} more"));
    }
    shown.join(", ")
}

/// The caption of a type of observables, after a space.
fn caption(table: &Table, class: &Class, type_id: i64) -> String {
    let observables = class.shape.attribute("observables");
    let shape = observables.and_then(|it| table.shape(&it.kind));
    let types = shape.and_then(|it| it.attribute("type_id")?.values.as_deref());
    let known = types
        .into_iter()
        .flatten()
        .find(|it| it.number == Some(type_id));
    known.map_or_else(String::new, |it| format!(" {}", it.caption))
}

/// What `name` leads to, step by step; of a path that the class does not allow, what it allows.
fn find<'t, 'e, 'j>(
    check: &Check<'t, '_>,
    event: &'e Object<'j>,
    class: &'t Class,
    name: &str,
) -> Result<Named<'t, 'e, 'j>, String> {
    let mut steps = steps(name).into_iter();
    let (field, index) = step(steps.next().unwrap_or_default())?;
    let mut attribute = live(check, &class.shape, field, index)?;
    let mut values = Vec::new();
    pick(event, field, index, attribute.is_array, &mut values);
    let mut is_inside_free = false;
    for next in steps {
        let (field, index) = step(next)?;
        if is_inside_free {
            return Err("an object without a shape is named by one field at most".to_owned());
        }
        let shape = check.table.shape(&attribute.kind);
        let shape = shape.ok_or_else(|| format!("{} has no fields", attribute.name))?;
        let objects = values.iter().filter_map(|value| value.object());
        let objects: Vec<&Object<'_>> = objects.collect();
        values.clear();
        if shape.is_free() {
            is_inside_free = true;
            values.extend(objects.iter().filter_map(|object| object.get(field)));
            continue;
        }
        attribute = live(check, shape, field, index)?;
        for object in objects {
            pick(object, field, index, attribute.is_array, &mut values);
        }
    }
    values.retain(|value| **value != Json::Null);
    Ok(Named {
        values,
        attribute: (!is_inside_free).then_some(attribute),
    })
}

/// The attribute that a step leads to; only lists have an index.
fn live<'t>(
    check: &Check<'t, '_>,
    shape: &'t Shape,
    field: &str,
    index: Option<&str>,
) -> Result<&'t Attribute, String> {
    let attribute = shape.attribute(field).filter(|it| it.is_live(check.on));
    let attribute = attribute
        .ok_or_else(|| format!("{} has {}", shape.name, shape.names(check.on).join(", ")))?;
    match index.is_none() || attribute.is_array {
        true => Ok(attribute),
        false => Err(format!("{field} is no list and has no index")),
    }
}

/// Adds what the field holds: of a list all elements, or the one of the index.
fn pick<'e, 'j>(
    object: &'e Object<'j>,
    field: &str,
    index: Option<&str>,
    is_array: bool,
    values: &mut Vec<&'e Json<'j>>,
) {
    match (object.get(field), index) {
        (Some(Json::Array(list)), None | Some("")) if is_array => values.extend(list),
        (Some(Json::Array(list)), Some(index)) if is_array => {
            values.extend(index.parse().ok().and_then(|at: usize| list.get(at)));
        }
        (value, _) => values.extend(value),
    }
}

/// The steps of a path: split at dots outside of brackets.
fn steps(name: &str) -> Vec<&str> {
    let (mut steps, mut end) = (Vec::new(), name.len());
    // From the end, so that the next bracket is known at each dot.
    let mut next_bracket = None;
    for (at, byte) in name.bytes().enumerate().rev() {
        match byte {
            b'[' | b']' => next_bracket = Some(byte),
            b'.' if next_bracket != Some(b']') => {
                steps.push(&name[at + 1..end]);
                end = at;
            }
            _ => {}
        }
    }
    steps.push(&name[..end]);
    steps.reverse();
    steps
}

/// The field of a step, and its index if it has brackets: `groups[2]`, `groups[]`.
fn step(text: &str) -> Result<(&str, Option<&str>), String> {
    let (field, index) = match text.strip_suffix(']').map(|head| head.split_once('[')) {
        Some(Some((field, index))) => (field, Some(index)),
        Some(None) => ("", None),
        None => (text, None),
    };
    let is_index = index.is_none_or(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
    match is_index && !field.is_empty() && !field.contains(['[', ']']) {
        true => Ok((field, index)),
        false => Err("a path has names between dots, as user.groups[].name".to_owned()),
    }
}

/// The type of observables that name `attribute`.
fn type_of(table: &Table, attribute: &Attribute) -> Option<i64> {
    let of_kind = || match &attribute.kind {
        Kind::Scalar(scalar) => scalar.observable,
        Kind::Object(_) => table.shape(&attribute.kind)?.observable,
    };
    attribute.observable.or_else(of_kind)
}

/// Whether `found` is the type `right` or fits everything; a wrong type is reported elsewhere.
fn is_of_type(found: &Json<'_>, right: i64) -> bool {
    match found {
        Json::Integer(found) => *found == right || ANY_TYPE.contains(found),
        Json::Huge(_) => false,
        // A truth value counts as 0 or 1.
        Json::Bool(found) => !*found || right == 1,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn a_path_is_split_at_dots_outside_of_brackets_in_a_time_like_its_length() {
        for (name, expected) in [
            ("user.groups[].name", &["user", "groups[]", "name"][..]),
            ("a[b.c].d", &["a[b.c]", "d"]),
            ("a.b]", &["a.b]"]),
            ("", &[""]),
            (".", &["", ""]),
        ] {
            assert_eq!(steps(name), expected, "{name}");
        }
        assert_eq!(steps(&"a.".repeat(1_000_000)).len(), 1_000_001);
    }
}
