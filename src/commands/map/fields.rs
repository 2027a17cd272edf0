//! The table of the mapping, for a terminal and for machines.

use serde::Serialize;

use crate::map::{Dialect, Field, fields};
use crate::table::{Width, paragraph};

/// So wide is the text where no terminal says how wide it may be: it is for people all the same.
const COLUMNS: u16 = 80;
/// Narrower columns hold no path, and wider ones are hard to read.
const COLUMNS_LEAST: u16 = 60;
const COLUMNS_MOST: u16 = 100;
/// What stands where there is nothing.
const NONE: &str = "–";

/// One fact, for machines.
#[derive(Serialize)]
struct Entry {
    fact: &'static str,
    /// Paths, `[]` standing for any item of a list.
    ocsf: &'static [&'static str],
    sekoia: &'static [&'static str],
    #[serde(rename = "type")]
    kind: &'static str,
    says: &'static str,
    example: &'static str,
    told_by: Option<&'static str>,
}

impl From<&Field> for Entry {
    fn from(field: &Field) -> Self {
        Self {
            fact: field.iam,
            ocsf: field.paths(Dialect::Ocsf),
            sekoia: field.paths(Dialect::Sekoia),
            kind: field.kind,
            says: field.meaning,
            example: field.example,
            told_by: Some(field.calls).filter(|calls| *calls != NONE),
        }
    }
}

/// Every fact, where events have it, and what tells it, as a JSON list.
pub(super) fn json() -> serde_json::Result<String> {
    let entries: Vec<Entry> = fields().map(Entry::from).collect();
    Ok(serde_json::to_string(&entries)? + "\n")
}

/// The same in lines.
pub(super) fn text(width: Width) -> String {
    let width = match width {
        Width::Pipe => Width::Terminal(COLUMNS),
        Width::Terminal(columns) => Width::Terminal(columns.clamp(COLUMNS_LEAST, COLUMNS_MOST)),
    };
    let mut text = String::new();
    for field in fields() {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("{}\n", field.iam));
        for (name, dialect) in [("ocsf", Dialect::Ocsf), ("sekoia", Dialect::Sekoia)] {
            let paths = match field.paths(dialect) {
                [] => NONE.to_owned(),
                paths => paths.join(", "),
            };
            text.push_str(&paragraph(&format!("  {name:<8}"), &paths, width));
        }
        for (name, what) in [
            ("is", field.kind),
            ("says", field.meaning),
            ("as", field.example),
            ("from", field.calls),
        ] {
            if what != NONE {
                text.push_str(&paragraph(&format!("  {name:<8}"), what, width));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn no_line_of_the_table_is_longer_than_80_columns() {
        for width in [Width::Pipe, Width::Terminal(80)] {
            let text = text(width);
            let long = text.lines().find(|line| line.chars().count() > 80);
            assert_eq!(long, None);
        }
    }

    #[test]
    fn machines_read_every_fact_with_its_paths() {
        let table: Value = serde_json::from_str(&json().unwrap()).unwrap();
        let facts = table.as_array().unwrap();
        assert_eq!(facts.len(), fields().count());
        let user_id = facts.iter().find(|it| it["fact"] == "UserId").unwrap();
        assert_eq!(user_id["sekoia"][1], "user.account.uid_alt");
        assert_eq!(facts[0]["told_by"], Value::Null);
    }
}
