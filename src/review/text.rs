//! A comparison for a terminal: a paragraph a difference, below its field.

use serde_json::Value;

use super::compare::{Arrival, Comparison, FieldDifferences, SameDifference, Who};
use super::difference::Change;
use super::items::KEYS;
use crate::foreign::Shown;
use crate::table::{Width, paragraph};

/// Users that are named behind a difference; how many there are is always told.
const NAMES_MAX: usize = 5;
/// Users that came or went and are more than a user, named each.
const ARRIVALS_MAX: usize = 40;
/// Differences of one user each that are shown where there are many.
const SINGLE_SHOWN: usize = 3;
/// Differences that are shown of one field.
const DIFFERENCES_MAX: usize = 12;
const VALUE_CHARS_MAX: usize = 120;
/// So many bytes before a difference are shown with it.
const APART_BEFORE: usize = 20;
/// How far the first line of a row is left of its others.
const ROW_HANGS: usize = 2;
/// How a value is shown that is not there.
const ABSENT: &str = "absent";

impl Comparison {
    /// The comparison in lines of at most `width`. Names and values are cut to what is read; the
    /// JSON has all of it.
    pub fn text(&self, width: Width) -> String {
        let came_or_went = [
            ("added", &self.added),
            ("removed", &self.removed),
            ("deleted", &self.deleted),
        ];
        let came_or_went = came_or_went.into_iter().filter(|(_, who)| !who.is_empty());
        let mut totals = format!(
            "{} before, {} after: {} changed",
            counted(self.before, "user"),
            self.after,
            self.changed
        );
        for (what, users) in came_or_went.clone() {
            totals += &format!(", {} {what}", users.len());
        }
        totals += &format!(", {} unchanged", self.unchanged);
        let mut text = paragraph("", &totals, width);
        for (what, users) in came_or_went {
            text.push_str(&paragraph(&format!("{what:<9}"), &arrivals(users), width));
        }
        for field in &self.fields {
            text.push('\n');
            text.push_str(&of_field(field, width));
        }
        text
    }
}

fn of_field(field: &FieldDifferences, width: Width) -> String {
    let path = Shown::within(&field.field, VALUE_CHARS_MAX);
    let head = format!("{path}: {}", counted(field.users, "user"));
    let mut text = paragraph("", &head, width);
    let (shared, single) = field.shared_and_single();
    for same in shared.iter().take(DIFFERENCES_MAX) {
        text.push_str(&row(&of_difference(same), width));
    }
    if let Some(left @ 1..) = shared.len().checked_sub(DIFFERENCES_MAX) {
        let left = format!(
            "and {} (all: --output json)",
            counted(left, "other difference")
        );
        text.push_str(&row(&left, width));
    }
    for one in single.iter().take(SINGLE_SHOWN) {
        text.push_str(&row(&of_difference(one), width));
    }
    if let Some(left @ 1..) = single.len().checked_sub(SINGLE_SHOWN) {
        let left = format!("and {left} more of one user each (all: --output json)");
        text.push_str(&row(&left, width));
    }
    text
}

/// A line below a field, whose further lines are indented more than it.
fn row(text: &str, width: Width) -> String {
    paragraph("    ", text, width).split_off(ROW_HANGS)
}

/// A difference and its users, as in `1 → 2: 3 users (anna, ben, carl)`.
fn of_difference(same: &SameDifference) -> String {
    let within = match same.within.as_slice() {
        [] => String::new(),
        items => {
            let items = Shown::within(items.join(", "), VALUE_CHARS_MAX);
            format!("of {items}: ")
        }
    };
    let count = counted(same.users.len(), "user");
    let (what, names) = (same.change.text(), names(&same.users));
    format!("{within}{what}: {count} ({names})")
}

impl Change {
    /// The change in words: `1 → 2`, `+ developers`, `- developers`.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Value { before, after } => {
                let shown = |value: &Option<Value>| match value {
                    Some(value) => shown(value),
                    None => ABSENT.to_owned(),
                };
                match (shown(before), shown(after)) {
                    (old, new) if old == new => apart(before, after),
                    (old, new) => format!("{old} → {new}"),
                }
            }
            Self::ItemAdded { after } => format!("+ {}", item(after)),
            Self::ItemRemoved { before } => format!("- {}", item(before)),
            Self::Order => "another order".to_owned(),
        }
    }
}

/// A value as people write it: text in quotes only where it could be taken for something else.
fn shown(value: &Value) -> String {
    Shown::within(plain(value), VALUE_CHARS_MAX).into()
}

/// Two values that look the same, as JSON from a little before they differ: all that is not ASCII, and
/// each space after another, by its code.
fn apart(before: &Option<Value>, after: &Option<Value>) -> String {
    let [old, new] = [before, after].map(|value| {
        let json = value.as_ref().map_or(ABSENT.to_owned(), Value::to_string);
        let mut last = ' ';
        let coded = json.chars().map(|it| {
            let is_plain = it.is_ascii_graphic() || (it == ' ' && last != ' ');
            last = it;
            match is_plain {
                true => it.to_string(),
                false => format!("\\u{{{:x}}}", u32::from(it)),
            }
        });
        coded.collect::<String>()
    });
    let both = old.bytes().zip(new.bytes());
    let from = both.take_while(|(old, new)| old == new).count();
    let from = from.saturating_sub(APART_BEFORE);
    let part = |text: &str| {
        let part = Shown::within(&text[from..], VALUE_CHARS_MAX);
        match from {
            0 => part.to_string(),
            _ => format!("…{part}"),
        }
    };
    format!("{} → {}", part(&old), part(&new))
}

/// An item of a list: of an object what it is called comes first.
fn item(value: &Value) -> String {
    let named = KEYS.into_iter().find_map(|key| {
        let name = value.get(key)?.as_str()?;
        let mut rest = value.as_object()?.clone();
        rest.remove(key);
        Some((Shown::within(name, VALUE_CHARS_MAX), rest))
    });
    match named {
        Some((name, rest)) if rest.is_empty() => name.into(),
        Some((name, rest)) => format!("{name} {}", shown(&rest.into())),
        None => shown(value),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(plain).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, value)| format!("{name}: {}", plain(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// Whether `text` cannot be taken for a number, `true`, `absent` or a list.
fn is_plain(text: &str) -> bool {
    let is_json = || serde_json::from_str::<Value>(text).is_ok();
    let is_padded = text.trim() != text;
    let is_like_one = text.starts_with(['[', '{']);
    !text.is_empty() && text != ABSENT && !is_padded && !is_like_one && !is_json()
}

/// Those that came or went: each that is more than a user with what it is, then some of the others.
fn arrivals(users: &[Arrival]) -> String {
    let told = users.iter().filter(|user| user.is_told()).count();
    let (told, others) = users.split_at(told.min(ARRIVALS_MAX));
    let told = told
        .iter()
        .map(|user| format!("{} ({})", Shown::of(&user.who.name), Shown::of(user.word())));
    let others: Vec<Who> = others.iter().map(|user| user.who.clone()).collect();
    let rest = (!others.is_empty()).then(|| names(&others));
    told.chain(rest).collect::<Vec<_>>().join(", ")
}

fn names(users: &[Who]) -> String {
    let shown = users.iter().take(NAMES_MAX);
    let shown: Vec<String> = shown.map(|who| Shown::of(&who.name).into()).collect();
    match users.len().checked_sub(NAMES_MAX) {
        Some(more @ 1..) => format!("{} and {more} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn two_values_that_differ_are_never_shown_alike() {
        let long = |end: &str| json!(format!("{}{end}", "a".repeat(130)));
        for (before, after) in [
            (long("x"), long("y")),
            (json!("[a, b]"), json!(["a", "b"])),
            (json!("{a: b}"), json!({"a": "b"})),
            (json!("a b"), json!("a  b")),
            (json!("a b"), json!("a\u{a0}b")),
            (json!("\u{e9}"), json!("e\u{301}")),
        ] {
            let change = Change::Value {
                before: Some(before),
                after: Some(after),
            };
            let text = change.text();
            let (old, new) = text.split_once(" → ").unwrap();
            assert_ne!(
                Shown::of(old).to_string(),
                Shown::of(new).to_string(),
                "{text}"
            );
        }
    }
}
