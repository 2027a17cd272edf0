//! How the compact form of a table is unpacked.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::format::Format;
use super::raw::{Raw, RawEnum, RawItem, RawType, TableError};
use super::{
    Attribute, Base, Class, Constraint, EnumValue, Kind, Profiles, Scalar, Shape, Table, order,
};

/// Unpacks the table `source`.
pub(super) fn read(source: &str) -> Result<Table, TableError> {
    let raw: Raw = serde_json::from_str(source)?;
    let reader = Reader::new(&raw)?;
    let objects = raw.objects.iter();
    let objects = objects.map(|(name, item)| reader.shape(format!("object {name}"), item));
    let classes = raw
        .classes
        .iter()
        .map(|(uid, item)| reader.class(uid, item));
    Ok(Table {
        objects: objects.collect::<Result<_, _>>()?,
        classes: classes.collect::<Result<_, _>>()?,
        profiles: reader.profiles.iter().map(|it| (*it).to_owned()).collect(),
        version: raw.version.clone(),
    })
}

struct Reader<'r> {
    raw: &'r Raw,
    profiles: Vec<&'r str>,
    kinds: HashMap<&'r str, Kind>,
    enums: Vec<Arc<[EnumValue]>>,
}

impl<'r> Reader<'r> {
    fn new(raw: &'r Raw) -> Result<Self, TableError> {
        let mut kinds = HashMap::new();
        for (name, raw_type) in &raw.types {
            let scalar = Kind::Scalar(Arc::new(scalar(name, raw_type)?));
            kinds.insert(name.as_str(), scalar);
        }
        let objects = raw.objects.keys().enumerate();
        kinds.extend(objects.map(|(place, name)| (name.as_str(), Kind::Object(place))));
        Ok(Self {
            raw,
            profiles: raw.profiles.split_whitespace().collect(),
            kinds,
            enums: raw.enums.iter().map(RawEnum::values).collect(),
        })
    }

    fn class(&self, uid: &str, item: &RawItem) -> Result<Class, TableError> {
        let mut shape = self.shape(format!("class {}", item.name), item)?;
        let number: i64 = uid.parse().map_err(|_| unknown(uid))?;
        let activities = shape
            .attribute("activity_id")
            .and_then(|it| it.values.clone());
        let activities = activities.ok_or_else(|| unknown("activity_id"))?;
        let types = activities.iter().filter_map(|activity| {
            let caption = format!("{}: {}", item.caption, activity.caption);
            Some((number * 100 + activity.number?, caption))
        });
        let types: Vec<(i64, String)> = types.collect();
        let own = [
            ("class_uid", vec![(number, item.caption.clone())]),
            ("category_uid", vec![item.category.clone()]),
            ("type_uid", types),
        ];
        for (name, values) in own {
            let place = shape.place(name).ok_or_else(|| unknown(name))?;
            let values = values.into_iter().map(|(number, caption)| EnumValue {
                key: number.to_string(),
                number: Some(number),
                caption,
                deprecated: None,
            });
            shape.attributes[place].values = Some(values.collect());
        }
        Ok(Class {
            uid: number,
            name: item.name.clone(),
            profiles: self.profiles(item.profiles.split_whitespace())?,
            shape,
        })
    }

    fn shape(&self, name: String, item: &RawItem) -> Result<Shape, TableError> {
        let words = item.attributes.split_whitespace();
        let read: Result<Vec<(Attribute, bool)>, _> = words.map(|it| self.attribute(it)).collect();
        let mut read = read?;
        read.sort_by(|(one, _), (other, _)| order(&one.name).cmp(&order(&other.name)));
        let required = read
            .iter()
            .enumerate()
            .filter(|(_, (_, required))| *required);
        let required = required.map(|(place, _)| place).collect();
        let constraints = item.constraints.iter().map(|(kind, names)| {
            let is_just_one = match kind.as_str() {
                "just_one" => true,
                "at_least_one" => false,
                other => return Err(unknown(other)),
            };
            Ok(Constraint {
                is_just_one,
                names: names.clone(),
            })
        });
        Ok(Shape {
            name,
            required,
            constraints: constraints.collect::<Result<_, _>>()?,
            attributes: read.into_iter().map(|(attribute, _)| attribute).collect(),
            observable: item.observable,
        })
    }

    /// The attribute that `word` says, and whether it is required.
    fn attribute(&self, word: &str) -> Result<(Attribute, bool), TableError> {
        let (head, own) = match word.split_once(':') {
            Some((head, own)) => (head, Some(own)),
            None => (word, None),
        };
        let (head, profiles) = head.split_once('@').unwrap_or((head, ""));
        let name = head.trim_end_matches(['*', '+']);
        let default = self.raw.defaults.get(name).map(String::as_str);
        let definition = own.or(default).ok_or_else(|| unknown(word))?;
        let (definition, deprecated) = cut(definition, '!');
        let (definition, observable) = cut(definition, '#');
        let (definition, sibling) = cut(definition, '~');
        let (definition, number) = cut(definition, '=');
        let kind = definition.trim_end_matches("[]");
        let values = number.map(|number| {
            let values = number.parse().ok().and_then(|it: usize| self.enums.get(it));
            values.cloned().ok_or_else(|| unknown(word))
        });
        let attribute = Attribute {
            name: name.to_owned(),
            profiles: self.profiles(profiles.split(',').filter(|it| !it.is_empty()))?,
            kind: self.kinds.get(kind).ok_or_else(|| unknown(word))?.clone(),
            is_array: definition.len() > kind.len(),
            values: values.transpose()?,
            sibling: sibling.map(str::to_owned),
            observable: observable.and_then(|it| it.parse().ok()),
            deprecated: deprecated.map(str::to_owned),
        };
        Ok((attribute, head.ends_with('*')))
    }

    fn profiles<'n>(&self, names: impl Iterator<Item = &'n str>) -> Result<Profiles, TableError> {
        let mut profiles = 0;
        for name in names {
            let place = self.profiles.iter().position(|other| *other == name);
            profiles |= 1 << place.ok_or_else(|| unknown(name))?;
        }
        Ok(profiles)
    }
}

impl RawEnum {
    fn values(&self) -> Arc<[EnumValue]> {
        let values = self.captions.iter().map(|(key, caption)| EnumValue {
            key: key.clone(),
            number: key.parse().ok(),
            caption: caption.clone(),
            deprecated: self.deprecated.get(key).cloned(),
        });
        let mut values: Vec<EnumValue> = values.collect();
        values.sort_by_key(|value| value.number);
        values.into()
    }
}

fn scalar(name: &str, raw: &RawType) -> Result<Scalar, TableError> {
    let base = match raw.base.as_deref().unwrap_or(name) {
        "string_t" => Base::String,
        "boolean_t" => Base::Boolean,
        "integer_t" | "long_t" => Base::Integer,
        "float_t" => Base::Float,
        "json_t" => Base::Json,
        other => return Err(unknown(other)),
    };
    let format = Format::of(name, raw.pattern.as_deref()).map_err(|()| unknown(name))?;
    Ok(Scalar {
        name: name.to_owned(),
        base,
        observable: raw.observable,
        format,
        range: raw.range,
        chars_max: raw.chars_max,
    })
}

/// `text` before `mark`, and what follows that.
fn cut(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.split_once(mark) {
        Some((head, tail)) => (head, Some(tail)),
        None => (text, None),
    }
}

fn unknown(word: &str) -> TableError {
    TableError::Word(word.to_owned())
}
