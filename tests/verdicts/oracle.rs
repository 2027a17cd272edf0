//! A second evaluator, slow and written from AWS's documentation alone: it reads the JSON of
//! policies for every request, and shares nothing with the first.

use serde_json::Value;

/// Three values: `None` is not known.
pub(super) type Kleene = Option<bool>;

/// What a request has for a key.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    Values(Vec<String>),
    Absent,
    Unknown,
}

pub(super) struct Asked<'a> {
    pub(super) action: &'a str,
    pub(super) resource: &'a str,
    /// What the request has for a key, which is in lower case.
    pub(super) key: &'a dyn Fn(&str) -> Key,
}

pub(super) fn and(one: Kleene, other: Kleene) -> Kleene {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

pub(super) fn or(one: Kleene, other: Kleene) -> Kleene {
    not(and(not(one), not(other)))
}

pub(super) fn not(value: Kleene) -> Kleene {
    value.map(|value| !value)
}

/// Whether a statement of `effect` in `document` applies.
pub(super) fn applies(document: &Value, effect: &str, asked: &Asked<'_>) -> Kleene {
    let is_new = document["Version"] == "2012-10-17";
    list(&document["Statement"])
        .iter()
        .filter(|statement| statement["Effect"] == effect)
        .map(|it| statement(it, is_new, asked))
        .fold(Some(false), or)
}

fn statement(statement: &Value, is_new: bool, asked: &Asked<'_>) -> Kleene {
    let actions = |name: &str| {
        let patterns = texts(&statement[name]);
        let action = asked.action.to_lowercase();
        patterns.iter().any(|it| glob(&it.to_lowercase(), &action))
    };
    let action = match statement.get("Action") {
        Some(_) => actions("Action"),
        None => !actions("NotAction"),
    };
    if !action {
        return Some(false);
    }
    let resource = match (statement.get("Resource"), statement.get("NotResource")) {
        (Some(list), _) => resources(list, is_new, asked, false),
        (None, Some(list)) => resources(list, is_new, asked, true),
        (None, None) => Some(true),
    };
    let conditions = statement.get("Condition").and_then(Value::as_object);
    let each = conditions
        .into_iter()
        .flatten()
        .flat_map(|(operator, keys)| {
            keys.as_object()
                .into_iter()
                .flatten()
                .map(move |(key, values)| condition(operator, key, values, is_new, asked))
        });
    each.fold(resource, and)
}

fn resources(list: &Value, is_new: bool, asked: &Asked<'_>, is_negated: bool) -> Kleene {
    let mut listed = Some(false);
    for text in texts(list) {
        let one = match expand(&text, is_new, true, asked) {
            Expanded::Pattern(pattern) => Some(matches(&pattern, asked.resource)),
            Expanded::NoValue if is_negated => return Some(false),
            Expanded::NoValue => Some(false),
            Expanded::Unknown => None,
        };
        listed = or(listed, one);
    }
    if is_negated { not(listed) } else { listed }
}

fn condition(operator: &str, key: &str, values: &Value, is_new: bool, asked: &Asked<'_>) -> Kleene {
    let operator = operator.to_lowercase();
    let found = (asked.key)(&key.to_lowercase());
    let values = texts(values);
    if operator == "null" {
        return match found {
            Key::Unknown => None,
            Key::Absent => Some(values.iter().any(|it| it == "true")),
            Key::Values(found) if found.is_empty() => Some(values.iter().any(|it| it == "true")),
            Key::Values(_) => Some(values.iter().any(|it| it == "false")),
        };
    }
    let (for_all, rest) = strip(&operator, "forallvalues:");
    let (for_any, rest) = strip(rest, "foranyvalue:");
    let (if_exists, rest) = match rest.strip_suffix("ifexists") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let negated = rest.contains("not");
    let base = rest.replacen("not", "", 1);
    let missing = if_exists || for_all || (negated && !for_any);
    let found = match found {
        Key::Unknown => return None,
        Key::Absent => return Some(missing),
        Key::Values(found) => found,
    };
    if found.is_empty() && !for_all && !for_any {
        return Some(missing);
    }
    let is_text = base.starts_with("string") || base.starts_with("arn");
    let has_wildcards = base == "stringlike" || base.starts_with("arn");
    let mut expanded = Vec::new();
    let mut is_open = false;
    for value in &values {
        match expand(value, is_new && is_text, has_wildcards, asked) {
            Expanded::Pattern(pattern) => expanded.push((value, pattern)),
            Expanded::NoValue => return Some(false),
            Expanded::Unknown => is_open = true,
        }
    }
    let one = |found: &String| {
        let is_match = expanded.iter().any(|(value, pattern)| match base.as_str() {
            "stringequals" | "stringlike" => matches(pattern, found),
            "stringequalsignorecase" => {
                let text: String = pattern.iter().map(|(char, _)| char).collect();
                found.to_lowercase() == text.to_lowercase()
            }
            "arnlike" | "arnequals" => matches(pattern, found),
            "bool" => found.to_lowercase() == value.to_lowercase(),
            "numericequals" => number(found) == number(value),
            "numericlessthan" => number(found) < number(value),
            other => panic!("the tables have no {other}"),
        });
        match (is_match, is_open) {
            (true, _) => Some(true),
            (false, true) => None,
            (false, false) => Some(false),
        }
    };
    let signed = |found: &String| if negated { not(one(found)) } else { one(found) };
    if for_all {
        return found.iter().map(signed).fold(Some(true), and);
    }
    if for_any {
        return found.iter().map(signed).fold(Some(false), or);
    }
    let any = found.iter().map(one).fold(Some(false), or);
    if negated { not(any) } else { any }
}

fn strip<'a>(text: &'a str, prefix: &str) -> (bool, &'a str) {
    match text.strip_prefix(prefix) {
        Some(rest) => (true, rest),
        None => (false, text),
    }
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

/// One character of a pattern: itself, or a wildcard.
type Piece = (char, bool);

enum Expanded {
    Pattern(Vec<Piece>),
    NoValue,
    Unknown,
}

fn expand(text: &str, with_variables: bool, with_wildcards: bool, asked: &Asked<'_>) -> Expanded {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let variable = rest.strip_prefix("${").filter(|_| with_variables);
        if let Some((inside, behind)) = variable.and_then(|it| it.split_once('}')) {
            rest = behind;
            let (key, default) = match inside.split_once(',') {
                Some((key, default)) => (key.trim(), Some(default.trim().trim_matches('\''))),
                None => (inside.trim(), None),
            };
            if matches!(inside, "*" | "?" | "$") {
                pieces.extend(inside.chars().map(|char| (char, false)));
                continue;
            }
            let value = match ((asked.key)(&key.to_lowercase()), default) {
                (Key::Unknown, _) => return Expanded::Unknown,
                (Key::Values(values), _) if values.len() == 1 => values[0].clone(),
                (_, Some(default)) => default.to_owned(),
                _ => return Expanded::NoValue,
            };
            pieces.extend(value.chars().map(|char| (char, false)));
            continue;
        }
        pieces.push((char, with_wildcards && (char == '*' || char == '?')));
        rest = &rest[char.len_utf8()..];
    }
    Expanded::Pattern(pieces)
}

fn glob(pattern: &str, text: &str) -> bool {
    let pieces: Vec<Piece> = pattern
        .chars()
        .map(|it| (it, it == '*' || it == '?'))
        .collect();
    matches(&pieces, text)
}

fn matches(pattern: &[Piece], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    // reachable[j]: the pattern so far matches the first j characters.
    let mut reachable = vec![false; text.len() + 1];
    reachable[0] = true;
    for (char, is_wild) in pattern {
        let mut next = vec![false; text.len() + 1];
        for j in 0..=text.len() {
            next[j] = match (is_wild, char) {
                (true, '*') => reachable[..=j].contains(&true),
                (true, _) => j > 0 && reachable[j - 1],
                (false, _) => j > 0 && reachable[j - 1] && text[j - 1] == *char,
            };
        }
        reachable = next;
    }
    reachable[text.len()]
}

fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        single => vec![single.clone()],
    }
}

fn texts(value: &Value) -> Vec<String> {
    let texts = list(value).into_iter().map(|it| match it {
        Value::String(text) => text,
        other => other.to_string(),
    });
    texts.collect()
}
