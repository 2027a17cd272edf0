//! The table of the mapping, for a terminal.

use crate::map::{Dialect, fields};
use crate::table::{Width, paragraph};

/// Every fact, where events have it, and what tells it.
pub(super) fn text(width: Width) -> String {
    let mut text = String::new();
    for field in fields() {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("{}\n", field.iam));
        for (name, dialect) in [("ocsf", Dialect::Ocsf), ("sekoia", Dialect::Sekoia)] {
            let paths = match field.paths(dialect) {
                [] => "–".to_owned(),
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
            if what != "–" {
                text.push_str(&paragraph(&format!("  {name:<8}"), what, width));
            }
        }
    }
    text
}
