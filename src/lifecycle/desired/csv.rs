//! Desired users as CSV: a line each, lists joined by `;`, tags as `key=value`.

use std::collections::BTreeMap;

use super::DesiredError;
use super::entry::{Entry, FIELDS};
use super::state::DesiredKeys;

/// The entries of `text`, each with its line. An empty cell says nothing.
pub(super) fn entries(place: &str, text: &str) -> Result<Vec<(String, Entry)>, DesiredError> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let unusable = |at: String, why: String| DesiredError::unusable(place, at, why);
    let of_csv = |error: csv::Error| {
        let line = error.position().map_or(1, |it| it.line());
        unusable(format!("line {line}"), error.to_string())
    };
    let heads = reader.headers().map_err(of_csv)?.clone();
    for (index, head) in heads.iter().enumerate() {
        let why = match () {
            () if !FIELDS.contains(&head) => {
                format!(
                    "there is no column {head:?}; there are {}",
                    FIELDS.join(", ")
                )
            }
            () if heads.iter().take(index).any(|it| it == head) => {
                format!("column {head:?} is there twice")
            }
            () => continue,
        };
        return Err(unusable("line 1".to_owned(), why));
    }
    let mut entries = Vec::new();
    for record in reader.records() {
        let record = record.map_err(of_csv)?;
        let at = format!("line {}", record.position().map_or(0, |it| it.line()));
        let cells = heads
            .iter()
            .zip(&record)
            .filter(|(_, cell)| !cell.is_empty());
        let entry = entry(&cells.collect());
        entries.push((at.clone(), entry.map_err(|why| unusable(at, why))?));
    }
    Ok(entries)
}

fn entry(cells: &BTreeMap<&str, &str>) -> Result<Entry, String> {
    let cell = |name: &str| cells.get(name).copied();
    let list = |name: &str| Some(cell(name)?.split(';').map(str::to_owned).collect());
    let mut tags = BTreeMap::new();
    for tag in cell("tags").into_iter().flat_map(|cell| cell.split(';')) {
        let pair = tag.split_once('=');
        let (key, value) = pair.ok_or_else(|| format!("tag {tag:?} is no key=value"))?;
        if tags.insert(key.to_owned(), value.to_owned()).is_some() {
            return Err(format!("tag {key:?} is there twice"));
        }
    }
    Ok(Entry {
        name: cell("name").unwrap_or_default().to_owned(),
        path: cell("path").map(str::to_owned),
        groups: list("groups"),
        policies: list("policies"),
        tags,
        keys: match cell("keys") {
            None | Some("none") => DesiredKeys::None,
            Some("one") => DesiredKeys::One,
            Some(other) => return Err(format!("keys {other:?} is neither none nor one")),
        },
        exempt: match cell("exempt") {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => return Err(format!("exempt {other:?} is neither true nor false")),
        },
    })
}
