//! Values of enums, and the captions beside them.

use serde_json::{Map, Value};

use super::table::Attribute;
use super::{Oracle, integer};

impl Oracle {
    pub(super) fn enumerated(
        &mut self,
        of: &Map<String, Value>,
        it: &Attribute<'_>,
        value: &Value,
        path: &str,
    ) {
        let caption = it.sibling.and_then(|name| of.get(name));
        let (parent, _) = path.rsplit_once('.').unwrap();
        let caption_path = format!("{parent}.{}", it.sibling.unwrap_or_default());
        let (Some(values), true) = (value.as_array(), it.is_array) else {
            let path = path.to_owned() + if it.is_array { "[0]" } else { "" };
            return self.one_of(it, value, caption, [&path, &caption_path]);
        };
        let captions = caption.and_then(Value::as_array);
        if captions.is_some_and(|captions| captions.len() != values.len()) {
            self.add("sibling_mismatch", caption_path.as_str());
        }
        for (at, value) in values.iter().enumerate() {
            let (caption, caption_path) = match captions {
                Some(captions) => (captions.get(at), format!("{caption_path}[{at}]")),
                None => (caption, caption_path.clone()),
            };
            self.one_of(
                it,
                value,
                caption,
                [&format!("{path}[{at}]"), &caption_path],
            );
        }
    }

    fn one_of(
        &mut self,
        it: &Attribute<'_>,
        value: &Value,
        caption: Option<&Value>,
        [path, caption_path]: [&str; 2],
    ) {
        let all = it.captions.as_ref().unwrap();
        let is_text = self.table.scalar(it.kind)["b"] == "string_t" || it.kind == "string_t";
        let key = match is_text {
            true => value.as_str().map(str::to_owned),
            false => integer(value).map(|it| it.to_string()),
        };
        let Some(key) = key else {
            return;
        };
        // Beside the values, "!" has those that are deprecated.
        let Some(right) = all.get(&key).and_then(Value::as_str) else {
            return self.add("enum_unknown", path);
        };
        if !all.get("!").is_none_or(|it| it[&key].is_null()) {
            self.add("enum_deprecated", path);
        }
        let caption = caption.filter(|it| !it.is_null());
        let is_right = caption.and_then(Value::as_str) == Some(right);
        match (it.sibling, key.as_str(), caption) {
            (None, ..) => {}
            (_, "99", None) => self.add("sibling_of_other_missing", caption_path),
            (_, "99", Some(_)) if is_right => self.add("sibling_of_other_generic", caption_path),
            (_, "99", _) | (.., None) => {}
            (.., Some(caption)) if caption.is_string() && !is_right => {
                self.add("sibling_mismatch", caption_path);
            }
            _ => {}
        }
    }
}
