//! What differs, and what does not.

mod comparisons;
mod differences;
mod files;

use serde_json::Value;

use super::*;

fn found(before: Value, after: Value) -> Vec<String> {
    let differences = differences(&before, &after).into_iter();
    let shown = differences.map(|it| {
        let within = it.within.join("/");
        format!("{}({within}) {}", it.field, it.change.text())
    });
    shown.collect()
}

fn events(of: &[(&str, Value)]) -> Events {
    Events::of(
        of.iter()
            .map(|(name, json)| ((*name).to_owned(), json.clone())),
    )
}
