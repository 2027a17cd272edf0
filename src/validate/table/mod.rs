//! What a version of OCSF allows in the classes that rollcall knows: `schemas/ocsf-*.json`, which
//! `scripts/ocsf-tables` makes, read once.

mod raw;
mod read;
mod version;

pub use version::Version;

use std::sync::Arc;

use super::format::Format;

/// A version's classes and objects.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) version: String,
    /// Names of profiles; a bit of [`Profiles`] each.
    pub(super) profiles: Vec<String>,
    pub(super) classes: Vec<Class>,
    objects: Vec<Shape>,
}

/// A set of profiles, a bit each.
pub(super) type Profiles = u32;

/// A class of events.
#[derive(Debug)]
pub(super) struct Class {
    /// `class_uid`.
    pub(super) uid: i64,
    /// `user_inventory`.
    pub(super) name: String,
    /// Profiles that are registered for it.
    pub(super) profiles: Profiles,
    pub(super) shape: Shape,
}

/// What an object, or the event itself, consists of.
#[derive(Debug)]
pub(super) struct Shape {
    /// `object user`, `class user_inventory`.
    pub(super) name: String,
    /// In the order of [`order`]. Without any, every field is allowed.
    attributes: Vec<Attribute>,
    /// Places of the required ones.
    pub(super) required: Vec<usize>,
    pub(super) constraints: Vec<Constraint>,
    /// `type_id` of an observable that is such an object.
    pub(super) observable: Option<i64>,
}

/// One field.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) name: String,
    /// Profiles one of which has to be declared; 0 if it needs none.
    pub(super) profiles: Profiles,
    pub(super) kind: Kind,
    pub(super) is_array: bool,
    /// The values that it has, if it is an enum.
    pub(super) values: Option<Arc<[EnumValue]>>,
    /// The field with the caption.
    pub(super) sibling: Option<String>,
    /// `type_id` of an observable that names it.
    pub(super) observable: Option<i64>,
    /// The version that deprecated it.
    pub(super) deprecated: Option<String>,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// One value of this type.
    Scalar(Arc<Scalar>),
    /// An object, by its place in the table.
    Object(usize),
}

/// A type of scalars.
#[derive(Debug)]
pub(super) struct Scalar {
    /// `username_t`.
    pub(super) name: String,
    pub(super) base: Base,
    pub(super) observable: Option<i64>,
    pub(super) format: Option<Format>,
    pub(super) range: Option<(i64, i64)>,
    pub(super) chars_max: Option<usize>,
}

/// What a scalar is in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// A string.
    String,
    /// `true` or `false`.
    Boolean,
    /// An integer of 64 bits.
    Integer,
    /// Any number.
    Float,
    /// Anything.
    Json,
}

/// A value of an enum.
#[derive(Debug)]
pub(super) struct EnumValue {
    /// As JSON spells it.
    pub(super) key: String,
    /// The same, of a numeric enum.
    pub(super) number: Option<i64>,
    pub(super) caption: String,
    /// The version that deprecated it.
    pub(super) deprecated: Option<String>,
}

/// How many of some fields there are.
#[derive(Debug)]
pub(super) struct Constraint {
    pub(super) is_just_one: bool,
    pub(super) names: Vec<String>,
}

impl Table {
    pub(super) fn class(&self, uid: i64) -> Option<&Class> {
        self.classes.iter().find(|class| class.uid == uid)
    }

    /// The shape of an object; of a scalar there is none.
    pub(super) fn shape(&self, kind: &Kind) -> Option<&Shape> {
        match kind {
            Kind::Object(place) => self.objects.get(*place),
            Kind::Scalar(_) => None,
        }
    }

    /// The profile's bit.
    pub(super) fn profile(&self, name: &str) -> Option<Profiles> {
        let place = self.profiles.iter().position(|other| other == name);
        place.map(|place| 1 << place)
    }

    /// The names of `profiles`.
    pub(super) fn names(&self, profiles: Profiles) -> String {
        let all = self.profiles.iter().enumerate();
        let some = all.filter(|(place, _)| profiles >> place & 1 == 1);
        let names: Vec<&str> = some.map(|(_, name)| name.as_str()).collect();
        names.join(", ")
    }
}

impl Shape {
    pub(super) fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// Whether every field is allowed.
    pub(super) fn is_free(&self) -> bool {
        self.attributes.is_empty()
    }

    /// The names of the attributes that there are with the profiles `on`.
    pub(super) fn names(&self, on: Profiles) -> Vec<&str> {
        let live = self.attributes.iter().filter(|it| it.is_live(on));
        let mut names: Vec<&str> = live.map(|it| it.name.as_str()).collect();
        names.sort_unstable();
        names
    }

    /// The place of the attribute `name`.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        let attributes = &self.attributes;
        let found = attributes.binary_search_by(|it| order(&it.name).cmp(&order(name)));
        found.ok()
    }

    /// The attribute `name`.
    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.get(self.place(name)?)
    }
}

/// How attributes are sorted: most names differ in length, which is compared at once.
fn order(name: &str) -> (usize, &str) {
    (name.len(), name)
}

impl Attribute {
    /// Whether it is there with the profiles `on`.
    pub(super) fn is_live(&self, on: Profiles) -> bool {
        self.profiles == 0 || self.profiles & on != 0
    }

    /// What is allowed there, for messages: its type, and of an enum its values.
    pub(super) fn allowed(&self, table: &Table) -> String {
        let name = match &self.kind {
            Kind::Scalar(scalar) => scalar.name.as_str(),
            Kind::Object(_) => table
                .shape(&self.kind)
                .map_or("object", |it| it.name.as_str()),
        };
        match self.values.as_deref() {
            Some(values) => format!("{name}, one of {}", listed(values)),
            None => name.to_owned(),
        }
    }
}

/// The values that are allowed, with their captions.
pub(super) fn listed(values: &[EnumValue]) -> String {
    let values = values.iter().map(|value| match value.number {
        Some(number) => format!("{number} {}", value.caption),
        None => value.key.clone(),
    });
    values.collect::<Vec<_>>().join(", ")
}
