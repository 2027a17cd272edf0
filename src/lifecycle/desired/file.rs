//! A file of desired users: TOML `[[users]]`, JSON `{"users": [...]}` or CSV, by its ending.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::entry::Entry;
use super::{DesiredError, DesiredState, csv};
use crate::file;

/// Some 100,000 users.
const LEN_MAX: u64 = 64 * 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Toml {
    users: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
    users: Vec<Entry>,
}

/// Reads the file at `path`.
pub(super) fn read(path: &Path, own_path: &str) -> Result<DesiredState, DesiredError> {
    let place = path.display().to_string();
    let text = file::read_text(path, LEN_MAX).map_err(|error| DesiredError::Unread {
        file: place.as_str().into(),
        why: error.to_string().into(),
    })?;
    parse(&place, &text, own_path)
}

/// Reads `text` by the ending of `place`.
fn parse(place: &str, text: &str, own_path: &str) -> Result<DesiredState, DesiredError> {
    let ending = Path::new(place).extension().and_then(|it| it.to_str());
    let entries = match ending.map(str::to_ascii_lowercase).as_deref() {
        Some("toml") => toml(place, text)?,
        Some("json") => json(place, text)?,
        Some("csv") => csv::entries(place, text)?,
        _ => {
            let why = "its name ends with none of .toml, .json and .csv, which say how it is read";
            return Err(DesiredError::unusable(place, "the file", why));
        }
    };
    DesiredState::of(place, own_path, entries)
}

fn toml(place: &str, text: &str) -> Result<Vec<(String, Entry)>, DesiredError> {
    let at = |byte: usize| {
        let before = text.get(..byte).unwrap_or_default();
        format!("line {}", before.matches('\n').count() + 1)
    };
    let file: Toml = toml::from_str(text).map_err(|error| {
        let at = at(error.span().map_or(0, |span| span.start));
        DesiredError::unusable(place, at, error.message())
    })?;
    let entries = file.users.into_iter();
    let entries = entries.map(|entry| (at(entry.span().start), entry.into_inner()));
    Ok(entries.collect())
}

fn json(place: &str, text: &str) -> Result<Vec<(String, Entry)>, DesiredError> {
    let file: Json = serde_json::from_str(text).map_err(|error| {
        let at = format!("line {}", error.line());
        DesiredError::unusable(place, at, error.to_string())
    })?;
    let entries = file.users.into_iter().enumerate();
    let entries = entries.map(|(index, entry)| (format!("users[{index}]"), entry));
    Ok(entries.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str = "[[users]]\nname = \"anna\"\ngroups = [\"ops\", \"dev\"]\nkeys = \"one\"\n\
                        tags = { team = \"core\" }\n\n[[users]]\nname = \"bob\"\nexempt = true\n";
    const JSON: &str = r#"{"users": [
        {"name": "bob", "exempt": true},
        {"name": "anna", "groups": ["dev", "ops"], "keys": "one", "tags": {"team": "core"}}
    ]}"#;
    const CSV: &str = "name,groups,keys,exempt,tags\nanna,ops;dev,one,,team=core\nbob,,,true,\n";

    fn why(place: &str, text: &str) -> String {
        parse(place, text, "/r/").unwrap_err().to_string()
    }

    #[test]
    fn three_spellings_of_one_state_are_one_state() {
        let states = [("a.toml", TOML), ("a.json", JSON), ("a.csv", CSV)];
        let states = states.map(|(place, text)| parse(place, text, "/r/").unwrap());
        assert_eq!(states[0].users, states[1].users);
        assert_eq!(states[0].users, states[2].users);
        assert_eq!(states[0].digest(), states[2].digest());
        assert_eq!(states[0].get("ANNA").unwrap().path, "/r/");
    }

    #[test]
    fn an_error_names_the_file_and_the_line() {
        let toml = "[[users]]\nname = \"anna\"\n[[users]]\nname = \"b/b\"\n";
        let error = why("a.toml", toml);
        assert!(
            error.contains("a.toml") && error.contains("line 3"),
            "{error}"
        );
        let error = why("a.csv", "name,groups\nanna,x\n\"b b\",\n");
        assert!(error.contains("line 3") && error.contains("b b"), "{error}");
        let error = why(
            "a.json",
            "{\"users\": [\n{\"name\": \"anna\", \"grups\": []}]}",
        );
        assert!(
            error.contains("line 2") && error.contains("grups"),
            "{error}"
        );
        assert!(why("a.yaml", "").contains(".toml"));
    }

    #[test]
    fn what_would_not_mean_what_its_writer_meant_is_refused() {
        for (entry, part) in [
            (r#"{"name": "anna"}, {"name": "Anna"}"#, "case"),
            (r#"{"name": ""}"#, "name"),
            (r#"{"name": "anna", "path": "/other/"}"#, "/r/"),
            (r#"{"name": "anna", "policies": ["admin"]}"#, "ARN"),
            (r#"{"name": "anna", "keys": "two"}"#, "two"),
            (
                r#"{"name": "anna", "tags": {"Managed-By": "x"}}"#,
                "Managed-By",
            ),
            (
                r#"{"name": "anna", "tags": {"rollcall:exempt": "x"}}"#,
                "rollcall:exempt",
            ),
            (r#"{"UserName": "anna"}"#, "UserName"),
        ] {
            let error = why("a.json", &format!("{{\"users\": [{entry}]}}"));
            assert!(error.contains(part), "{entry}: {error}");
        }
        assert!(why("a.csv", "name,grups\nanna,x\n").contains("grups"));
        assert!(why("a.csv", "name,name\nanna,x\n").contains("twice"));
        assert!(why("a.toml", "[[user]]\nname = \"a\"\n").contains("user"));
    }

    #[test]
    fn a_state_of_nobody_removes_nobody() {
        let state = parse("a.json", r#"{"users": []}"#, "/r/").unwrap();
        assert!(state.removal_bar.is_some());
        assert!(
            parse("a.csv", "name\n", "/r/")
                .unwrap()
                .removal_bar
                .is_some()
        );
        assert!(parse("a.json", JSON, "/r/").unwrap().removal_bar.is_none());
    }
}
