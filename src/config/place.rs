//! Where in a file the key stands that an error is about.

use std::ops::Range;

use toml::de::DeTable;

/// The bytes of the first key of the sink number `index` that `message` names in backticks; `None`
/// where it names none that is there, as of one that is missing.
pub(super) fn of_sink_key(text: &str, index: usize, message: &str) -> Option<Range<usize>> {
    let document = DeTable::parse(text).ok()?;
    let sinks = document.get_ref().get("sinks")?.get_ref().as_array()?;
    of_key(sinks.get(index)?.get_ref().as_table()?, message)
}

/// The bytes of the first key of the table `name` that `message` names in backticks, else of the
/// table's own name; `None` where there is no such table.
pub(super) fn of_table_key(text: &str, name: &str, message: &str) -> Option<Range<usize>> {
    let document = DeTable::parse(text).ok()?;
    let (head, table) = document.get_ref().get_key_value(name)?;
    let key = table
        .get_ref()
        .as_table()
        .and_then(|it| of_key(it, message));
    Some(key.unwrap_or_else(|| head.span()))
}

fn of_key(table: &DeTable<'_>, message: &str) -> Option<Range<usize>> {
    let mut named = message.split('`').skip(1).step_by(2);
    named.find_map(|text| {
        // A key, or what to set it to.
        let key = text.split(' ').next()?;
        Some(table.get_key_value(key)?.0.span())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, index: usize, message: &str) -> Option<&'static str> {
        let known = ["url", "'token'", "path"];
        let span = of_sink_key(text, index, message)?;
        known.into_iter().find(|key| *key == &text[span.clone()])
    }

    #[test]
    fn a_key_is_found_in_its_sink_however_that_is_written() {
        let tables = "[[sinks]]\nurl = \"a\"\n[[sinks]]\nname = \"url = 1\"\n 'token' = \"b\"\n";
        assert_eq!(found(tables, 0, "`url` is no URL"), Some("url"));
        assert_eq!(found(tables, 1, "`url` is no URL"), None);
        assert_eq!(
            found(tables, 1, "`token` without `preset`"),
            Some("'token'")
        );
        assert_eq!(
            found(tables, 1, "needs `preset` beside `token`"),
            Some("'token'")
        );
        assert_eq!(found(tables, 2, "`token`"), None);
        let list = "sinks = [{ type = \"ndjson\", path = \"a\" }]";
        assert_eq!(found(list, 0, "its own `path`"), Some("path"));
        assert_eq!(found("no TOML", 0, "`path`"), None);
    }

    #[test]
    fn a_table_is_found_by_a_key_of_it_or_by_its_name() {
        let text = "[log]\nlevel = 1\n[status]\n\"listen\" = \"b\"\n";
        let found = |name, message| Some(&text[of_table_key(text, name, message)?]);
        assert_eq!(found("status", "`level` and `listen`"), Some("\"listen\""));
        assert_eq!(found("status", "needs `token`"), Some("status"));
        assert_eq!(found("aws", "`listen`"), None);
    }
}
