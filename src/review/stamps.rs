//! What changes in an event though the user does not.

use serde_json::Value;

use crate::map::Dialect;

/// The stamps of both dialects.
const STAMPS: [&str; 11] = [
    "metadata.uid",
    "metadata.correlation_uid",
    "metadata.loggers[].version",
    "user.programmatic_credentials[].last_used_time",
    "unmapped.aws_iam.access_keys[].last_used_date",
    "unmapped.aws_iam.access_keys[].last_used_service",
    "unmapped.aws_iam.access_keys[].last_used_region",
    "unmapped.aws_iam.password_last_used",
    "unmapped.aws_iam.changes",
    "unmapped.aws_iam.stale",
    "unmapped.aws_iam.tags_cut",
];
/// Those of dialect `ocsf` alone: the time in `sekoia` is CreateDate. Of unknown facts, that they
/// are unknown is content, and why is not.
const STAMPS_OCSF: [&str; 3] = [
    "time",
    "unmapped.aws_iam.unknown[].reason",
    "unmapped.aws_iam.unknown[].detail",
];
/// Our version in dialect `sekoia`; in `ocsf` it is the version of AWS's API.
const STAMPS_SEKOIA: [&str; 1] = ["metadata.product.version"];

/// The dialect of `event`: one has a type that its class and activity do not make.
pub(super) fn dialect(event: &Value) -> Dialect {
    match event["type_uid"] == 500_301 && event["activity_id"] == 2 {
        true => Dialect::Sekoia,
        false => Dialect::Ocsf,
    }
}

/// Removes the stamps from `event`.
pub(super) fn remove(event: &mut Value) {
    let of_dialect: &[&str] = match dialect(event) {
        Dialect::Ocsf => &STAMPS_OCSF,
        Dialect::Sekoia => &STAMPS_SEKOIA,
    };
    for path in STAMPS.iter().chain(of_dialect) {
        remove_at(event, path);
    }
}

fn remove_at(value: &mut Value, path: &str) {
    let Some((part, rest)) = path.split_once('.') else {
        if let Some(object) = value.as_object_mut() {
            object.remove(path);
        }
        return;
    };
    let below = value.get_mut(part.trim_end_matches("[]"));
    match below {
        Some(Value::Array(items)) => items.iter_mut().for_each(|item| remove_at(item, rest)),
        Some(below) => remove_at(below, rest),
        None => {}
    }
}
