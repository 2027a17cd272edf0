//! One item of DynamoDB as plain JSON.

use serde_json::{Map, Value};

/// The value that `typed` is: `{"S": "x"}` is `"x"`. Sets are lists; what no user has is an error.
pub(super) fn plain(typed: &Value) -> Result<Value, String> {
    let pair = typed.as_object().filter(|it| it.len() == 1);
    let (kind, value) = pair
        .and_then(|it| it.iter().next())
        .ok_or("it is no typed value")?;
    match (kind.as_str(), value) {
        ("S", Value::String(_)) | ("BOOL", Value::Bool(_)) | ("SS", Value::Array(_)) => {
            Ok(value.clone())
        }
        ("L", Value::Array(all)) => all.iter().map(plain).collect(),
        ("M", Value::Object(all)) => {
            let all = all
                .iter()
                .map(|(key, value)| Ok((key.clone(), plain(value)?)));
            let all: Result<Map<_, _>, String> = all.collect();
            all.map(Value::Object)
        }
        ("NULL", _) => Ok(Value::Null),
        _ => Err(format!("values of type {kind:?} have no place in a user")),
    }
}
