//! Objects: which fields there are, and which there must be.

use super::event::Check;
use super::format::instant_ms;
use super::json::{Json, Object};
use super::near;
use super::path::Path;
use super::problem::Code;
use super::table::{Attribute, Kind, Shape};

/// How far a date-time may be from the time beside it: what the one rounds and the other cuts.
const SAME_INSTANT_MS: i128 = 1;

impl<'t> Check<'t, '_> {
    /// Checks the fields of an object, or of the event itself.
    pub(super) fn fields(&mut self, object: &Object<'_>, shape: &'t Shape, path: Path<'_>) {
        let mut seen = vec![false; shape.attributes().len()];
        for (name, value) in object.iter() {
            let path = path.field(name);
            let Some(place) = shape.place(name) else {
                self.unknown_field(name, shape, path);
                continue;
            };
            let attribute = &shape.attributes()[place];
            if attribute.is_live(self.on) {
                seen[place] = true;
                self.field(object, attribute, value, path);
            } else {
                let profiles = self.table.names(attribute.profiles);
                let message = format!("only with a profile in metadata.profiles: {profiles}");
                self.add(path, Code::ProfileNotDeclared, message);
            }
        }
        for place in &shape.required {
            let attribute = &shape.attributes()[*place];
            if !seen[*place] && attribute.is_live(self.on) {
                self.missing(attribute, shape, path);
            }
        }
        self.constraints(object, shape, path);
    }

    fn unknown_field(&mut self, name: &str, shape: &Shape, path: Path<'_>) {
        let meant = near::meant(name, &shape.names(self.on));
        let message = format!("not in {}{meant}", shape.name);
        self.add(path, Code::AttributeUnknown, message);
    }

    fn missing(&mut self, attribute: &Attribute, shape: &Shape, path: Path<'_>) {
        let by = match attribute.profiles {
            0 => String::new(),
            profiles => format!(" by profile {}", self.table.names(profiles)),
        };
        let what = attribute.allowed(self.table);
        let message = format!("required in {}{by}: {what}", shape.name);
        self.add(path.field(&attribute.name), Code::RequiredMissing, message);
    }

    fn field(
        &mut self,
        of: &Object<'_>,
        attribute: &'t Attribute,
        value: &Json<'_>,
        path: Path<'_>,
    ) {
        if let Some(since) = &attribute.deprecated {
            let message = format!("deprecated since OCSF {since}");
            self.add(path, Code::AttributeDeprecated, message);
        }
        match value {
            Json::Null => self.add(path, Code::Null, "is null; left out, it is unknown as well"),
            Json::Array(values) if attribute.is_array => {
                for (at, value) in values.iter().enumerate() {
                    self.value(value, attribute, path.element(at));
                }
            }
            other if attribute.is_array => {
                let what = attribute.allowed(self.table);
                self.wrong_type(path, other, &format!("a list of {what}"));
            }
            other => self.value(other, attribute, path),
        }
        if attribute.values.is_some() {
            self.enumerated(of, attribute, value, path);
        }
        if let Kind::Scalar(scalar) = &attribute.kind
            && scalar.name == "datetime_t"
            && let Some(timestamp) = attribute.name.strip_suffix("_dt")
        {
            self.same_instant(of.get(timestamp), timestamp, value, path);
        }
    }

    fn value(&mut self, value: &Json<'_>, attribute: &'t Attribute, path: Path<'_>) {
        match (&attribute.kind, value) {
            (Kind::Scalar(scalar), value) => self.scalar(value, scalar, attribute, path),
            (kind, Json::Object(object)) => match self.table.shape(kind) {
                Some(shape) if !shape.is_free() => self.fields(object, shape, path),
                _ => self.free(value, path),
            },
            (_, other) => self.wrong_type(path, other, &attribute.allowed(self.table)),
        }
    }

    fn constraints(&mut self, object: &Object<'_>, shape: &Shape, path: Path<'_>) {
        for constraint in &shape.constraints {
            let is_there = |name: &&String| object.get(name).is_some_and(|it| *it != Json::Null);
            let count = constraint.names.iter().filter(is_there).count();
            let (is_right, how_many) = match constraint.is_just_one {
                true => (count == 1, "exactly one"),
                false => (count > 0, "at least one"),
            };
            if !is_right {
                let names = constraint.names.join(", ");
                let message = format!("needs {how_many} of {names}; has {count}");
                self.add(path, Code::ConstraintFailed, message);
            }
        }
    }

    fn same_instant(
        &mut self,
        timestamp: Option<&Json<'_>>,
        name: &str,
        date_time: &Json<'_>,
        path: Path<'_>,
    ) {
        let stamp = match timestamp {
            Some(Json::Integer(ms)) => i128::from(*ms),
            Some(Json::Huge(_)) => i128::MAX,
            _ => return,
        };
        // A line break after it is reported as a wrong form, and says nothing about the time.
        let text = date_time
            .str()
            .map(|it| it.strip_suffix('\n').unwrap_or(it));
        let Some(at) = text.and_then(instant_ms) else {
            return;
        };
        if (i128::from(at) - stamp).abs() > SAME_INSTANT_MS {
            let message = format!("is {at} ms; {name} is {stamp}");
            self.add(path, Code::DatetimeMismatch, message);
        }
    }
}
