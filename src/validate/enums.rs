//! Enums, and the captions beside them.

use super::event::Check;
use super::json::{Json, Object};
use super::path::Path;
use super::problem::Code;
use super::scalar::shown;
use super::table::{Attribute, Base, EnumValue, Kind, listed};

/// `Other`: the caption is the source's own word.
const OTHER: &str = "99";

/// The caption of a value, and where it is.
#[derive(Clone, Copy)]
struct Caption<'c, 'j> {
    name: &'c str,
    value: Option<&'c Json<'j>>,
    path: Path<'c>,
}

impl Check<'_, '_> {
    /// Checks the values of an enum, `of` being the object that has it.
    pub(super) fn enumerated(
        &mut self,
        of: &Object<'_>,
        attribute: &Attribute,
        value: &Json<'_>,
        path: Path<'_>,
    ) {
        let values = match value {
            Json::Array(values) if attribute.is_array => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        let sibling = attribute.sibling.as_deref();
        let captions = sibling.and_then(|name| of.get(name));
        let (Path::Field(object, _) | Path::Element(object, _)) = path else {
            return;
        };
        let captions_path = object.field(sibling.unwrap_or_default());
        let list = match captions {
            Some(Json::Array(list)) if attribute.is_array => Some(list),
            _ => None,
        };
        if let Some(list) = list.filter(|list| list.len() != values.len()) {
            let message = format!("{} captions of {} values", list.len(), values.len());
            self.add(captions_path, Code::SiblingMismatch, message);
        }
        for (at, value) in values.iter().enumerate() {
            let caption = sibling.map(|name| match list {
                Some(list) => Caption {
                    name,
                    value: list.get(at),
                    path: captions_path.element(at),
                },
                None => Caption {
                    name,
                    value: captions,
                    path: captions_path,
                },
            });
            let path = match attribute.is_array {
                true => path.element(at),
                false => path,
            };
            self.one_of(attribute, value, caption, path);
        }
    }

    fn one_of(
        &mut self,
        attribute: &Attribute,
        value: &Json<'_>,
        caption: Option<Caption<'_, '_>>,
        path: Path<'_>,
    ) {
        let Some(allowed) = attribute.values.as_deref() else {
            return;
        };
        let is_integer = matches!(&attribute.kind, Kind::Scalar(it) if it.base == Base::Integer);
        let known = match value {
            Json::Integer(number) if is_integer => {
                allowed.iter().find(|it| it.number == Some(*number))
            }
            Json::Huge(_) if is_integer => None,
            Json::String(text) if !is_integer => allowed.iter().find(|it| it.key == **text),
            // Whatever else it is, it is reported as of a wrong type.
            _ => return,
        };
        let Some(known) = known else {
            let message = format!("{} is none of {}", shown(value), listed(allowed));
            return self.add(path, Code::EnumUnknown, message);
        };
        if let Some(since) = &known.deprecated {
            let message = format!(
                "{} ({}) is deprecated since OCSF {since}",
                known.key, known.caption
            );
            self.add(path, Code::EnumDeprecated, message);
        }
        if let Some(caption) = caption {
            self.caption(attribute, known, caption);
        }
    }

    fn caption(&mut self, attribute: &Attribute, of: &EnumValue, caption: Caption<'_, '_>) {
        let found = caption.value.filter(|value| **value != Json::Null);
        let text = found.and_then(Json::str);
        let is_right = text == Some(of.caption.as_str());
        if of.key == OTHER {
            let Caption { name, path, .. } = caption;
            if found.is_none() {
                let message = format!(
                    "missing; of {} 99, {name} is the source's own word",
                    attribute.name
                );
                self.add(path, Code::SiblingOfOtherMissing, message);
            } else if is_right {
                let message = format!("is {}; the source's own word says more", of.caption);
                self.add(path, Code::SiblingOfOtherGeneric, message);
            }
        } else if let Some(found) = found.filter(|_| text.is_some() && !is_right) {
            let right = format!("{} {} is \"{}\"", attribute.name, of.key, of.caption);
            self.add(
                caption.path,
                Code::SiblingMismatch,
                format!("is {}; {right}", shown(found)),
            );
        }
    }
}
