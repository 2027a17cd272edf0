//! Values of JSON, each kept once: users of one account have most of theirs in common.

use std::collections::HashMap;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::bounds::Bounds;
use crate::foreign::Page;
use crate::model::Digest;

/// Values by their numbers.
#[derive(Debug)]
pub(super) struct Values {
    bounds: Bounds,
    numbers: HashMap<Node, usize>,
    shapes: HashMap<Vec<String>, usize>,
}

/// One value, of others by their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Node {
    Null,
    Bool(bool),
    /// As JSON writes it: a script would round it.
    Number(String),
    /// As it is shown; where that is not the whole text, with its digest: another text is another value.
    Text(String, Option<Digest>),
    List(Vec<usize>),
    /// The number of its shape, and the values of its fields.
    Object(usize, Vec<usize>),
}

impl Values {
    pub(super) fn within(bounds: Bounds) -> Self {
        Self {
            bounds,
            numbers: HashMap::new(),
            shapes: HashMap::new(),
        }
    }

    /// The number of a text.
    pub(super) fn text(&mut self, text: &str) -> usize {
        let whole = shown(text);
        let len = whole.len();
        let bounded = self.bounds.text(whole);
        let digest =
            (bounded.len() != len || bounded != shown(text)).then(|| Digest::of(text.as_bytes()));
        self.of_node(Node::Text(bounded, digest))
    }

    /// The number of `value`. Text in it is made fit to show.
    pub(super) fn number(&mut self, value: &Value) -> usize {
        let node = match value {
            Value::Null => Node::Null,
            Value::Bool(it) => Node::Bool(*it),
            Value::Number(it) => Node::Number(it.to_string()),
            Value::String(text) => return self.text(text),
            Value::Array(items) => Node::List(items.iter().map(|it| self.number(it)).collect()),
            Value::Object(fields) => {
                let names = fields.keys();
                let names = names.map(|name| self.bounds.text(shown(name))).collect();
                let next = self.shapes.len();
                let shape = *self.shapes.entry(names).or_insert(next);
                Node::Object(shape, fields.values().map(|it| self.number(it)).collect())
            }
        };
        self.of_node(node)
    }

    fn of_node(&mut self, node: Node) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(node).or_insert(next)
    }

    /// The names of objects' fields, by the numbers of shapes.
    pub(super) fn shapes(&self) -> Vec<&Vec<String>> {
        in_order(&self.shapes)
    }
}

/// `text` as a page may have it.
pub(super) fn shown(text: &str) -> String {
    Page::of(text).as_str().to_owned()
}

fn in_order<T>(numbered: &HashMap<T, usize>) -> Vec<&T> {
    let mut numbered: Vec<(&T, &usize)> = numbered.iter().collect();
    numbered.sort_by_key(|(_, number)| **number);
    numbered.into_iter().map(|(it, _)| it).collect()
}

/// The values as the script reads them.
impl Serialize for Values {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(in_order(&self.numbers))
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Bool(it) => to.serialize_bool(*it),
            Self::Number(it) => to.collect_map([("n", it)]),
            Self::Text(it, _) => to.serialize_str(it),
            Self::List(items) => to.collect_seq([0].iter().chain(items)),
            Self::Object(shape, values) => to.collect_seq([shape + 1].iter().chain(values)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::bounds::BOUNDS;
    use super::*;

    #[test]
    fn two_texts_that_look_alike_once_they_are_cut_are_two_values() {
        for bounds in BOUNDS {
            let mut values = Values::within(bounds);
            let text =
                |middle: &str| json!(format!("{}{middle}{}", "a".repeat(700), "b".repeat(700)));
            let one = values.number(&text("x"));
            assert_ne!(one, values.number(&text("y")));
            assert_eq!(one, values.number(&text("x")));
        }
    }
}
