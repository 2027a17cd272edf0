//! The tables in `schemas/`, read word by word whenever one is asked for.

use std::fs;

use serde_json::{Map, Value};

use crate::mapping::catalogue::directory;

/// The table of a version.
pub(in crate::validate) struct Table(Value);

/// One attribute of an object or class.
pub(super) struct Attribute<'t> {
    pub(super) name: &'t str,
    pub(super) is_required: bool,
    pub(super) profiles: Vec<&'t str>,
    /// A type, or the name of an object.
    pub(super) kind: &'t str,
    pub(super) is_array: bool,
    /// Captions by values, of an enum.
    pub(super) captions: Option<Map<String, Value>>,
    pub(super) sibling: Option<&'t str>,
    pub(super) observable: Option<i64>,
    pub(super) is_deprecated: bool,
}

impl Table {
    pub(in crate::validate) fn of(version: &str) -> Self {
        let path = directory(&format!("schemas/ocsf-{version}.json"));
        Self(serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
    }

    pub(in crate::validate) fn version(&self) -> &str {
        self.0["v"].as_str().unwrap()
    }

    pub(super) fn has_profile(&self, name: &str) -> bool {
        words(&self.0["p"]).contains(&name)
    }

    pub(super) fn class(&self, uid: i64) -> Option<&Value> {
        self.0["c"].get(uid.to_string())
    }

    /// The object `kind`; `None` of a scalar.
    pub(super) fn object(&self, kind: &str) -> Option<&Value> {
        self.0["o"].get(kind)
    }

    pub(super) fn scalar(&self, kind: &str) -> &Value {
        &self.0["t"][kind]
    }

    pub(super) fn attributes<'t>(&'t self, item: &'t Value) -> Vec<Attribute<'t>> {
        let words = words(&item["a"]).into_iter();
        words.map(|word| self.attribute(word, item)).collect()
    }

    fn attribute<'t>(&'t self, word: &'t str, item: &'t Value) -> Attribute<'t> {
        let (head, own) = word.split_once(':').unwrap_or((word, ""));
        let (head, profiles) = head.split_once('@').unwrap_or((head, ""));
        let name = head.trim_end_matches(['*', '+']);
        let definition = match own {
            "" => self.0["a"][name].as_str().unwrap(),
            own => own,
        };
        let kind = definition.split(['[', '=', '~', '#', '!']).next().unwrap();
        let marked = |mark: char| {
            let (_, rest) = definition.split_once(mark)?;
            rest.split(['=', '~', '#', '!']).next()
        };
        let number = marked('=').map(|it| it.parse::<usize>().unwrap());
        let captions = number.map(|it| self.0["e"][it].as_object().unwrap().clone());
        Attribute {
            name,
            is_required: head.ends_with('*'),
            profiles: profiles.split(',').filter(|it| !it.is_empty()).collect(),
            kind,
            is_array: definition.contains("[]"),
            captions: of_class(item, name, self).or(captions),
            sibling: marked('~'),
            observable: marked('#').map(|it| it.parse().unwrap()),
            is_deprecated: definition.contains('!'),
        }
    }
}

impl Attribute<'_> {
    pub(super) fn is_live(&self, on: &[String]) -> bool {
        self.profiles.is_empty() || on.iter().any(|it| self.profiles.contains(&it.as_str()))
    }
}

/// The values of what follows from the class, if `item` is one.
fn of_class(item: &Value, name: &str, table: &Table) -> Option<Map<String, Value>> {
    let caption = item["c"].as_str()?;
    let classes = table.0["c"].as_object().unwrap();
    let (uid, _) = classes.iter().find(|(_, class)| *class == item)?;
    let one = |key: String, caption: String| Map::from_iter([(key, caption.into())]);
    match name {
        "class_uid" => Some(one(uid.clone(), caption.to_owned())),
        "category_uid" => {
            let caption = item["g"][1].as_str().unwrap().to_owned();
            Some(one(item["g"][0].to_string(), caption))
        }
        "type_uid" => {
            let mut words = words(&item["a"]).into_iter();
            let activity = words.find(|it| it.starts_with("activity_id")).unwrap();
            let activities = table.attribute(activity, item).captions.unwrap();
            let uid: i64 = uid.parse().unwrap();
            let types = activities.iter().filter_map(|(number, activity)| {
                let number = uid * 100 + number.parse::<i64>().ok()?;
                let caption = format!("{caption}: {}", activity.as_str().unwrap());
                Some((number.to_string(), caption.into()))
            });
            Some(types.collect())
        }
        _ => None,
    }
}

pub(super) fn words(text: &Value) -> Vec<&str> {
    text.as_str()
        .unwrap_or_default()
        .split_whitespace()
        .collect()
}
