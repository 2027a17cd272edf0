//! Where a value is: a file of its name, else a variable of its name in capitals.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::PlatformError;
use crate::file;

/// Far more than any configuration has.
const FILE_LEN_MAX: u64 = 1024 * 1024;

/// The values of a container.
pub struct Values<'e> {
    dir: PathBuf,
    variable: &'e dyn Fn(&str) -> Option<String>,
}

impl<'e> Values<'e> {
    /// The files of `dir`, and the variables that `variable` knows.
    pub fn new(dir: &Path, variable: &'e dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            dir: dir.to_owned(),
            variable,
        }
    }

    /// The variable `name` itself, whose file nobody looks for.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|text| !text.trim().is_empty())
    }

    /// The text `name`, without the white space around it.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, PlatformError> {
        let path = self.dir.join(name);
        let text = match path.exists() {
            true => {
                let text = file::read_text(&path, FILE_LEN_MAX);
                Some(text.map_err(|source| PlatformError::File { path, source })?)
            }
            false => self.variable(&name.to_uppercase()),
        };
        let text = text.map(|text| text.trim().to_owned());
        Ok(text.filter(|text| !text.is_empty()))
    }

    /// The text `name`, which has to be there.
    pub(super) fn needed(&self, name: &str) -> Result<String, PlatformError> {
        self.text(name)?.ok_or_else(|| self.missing(name))
    }

    /// The object `name`: JSON or, in a variable, base64 of it.
    pub(super) fn object(&self, name: &str) -> Result<Option<Map<String, Value>>, PlatformError> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let decoded = || STANDARD.decode(&text).ok();
        let value = serde_json::from_str(&text)
            .ok()
            .or_else(|| serde_json::from_slice(&decoded()?).ok());
        match value {
            Some(Value::Object(object)) => Ok(Some(object)),
            _ => Err(PlatformError::Value {
                name: name.to_owned(),
                why: "is no JSON object, nor base64 of one".to_owned(),
            }),
        }
    }

    pub(super) fn missing(&self, name: &str) -> PlatformError {
        PlatformError::Missing {
            name: name.to_owned(),
            dir: self.dir.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_wins_over_a_variable_and_a_variable_may_be_base64() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("both"), "{\"from\": \"file\"}\n").unwrap();
        let variable = |name: &str| match name {
            "BOTH" => Some("{\"from\": \"variable\"}".to_owned()),
            "CODED" => Some(STANDARD.encode("{\"from\": \"base64\"}")),
            "WRONG" => Some("secret-of-mine".to_owned()),
            _ => None,
        };
        let values = Values::new(dir.path(), &variable);
        let from = |name: &str| values.object(name).unwrap().map(|it| it["from"].clone());
        assert_eq!(from("both"), Some(Value::from("file")));
        assert_eq!(from("coded"), Some(Value::from("base64")));
        assert_eq!(from("nowhere"), None);
        let error = values.object("wrong").unwrap_err().to_string();
        assert!(
            error.starts_with("wrong: ") && !error.contains("secret-of-mine"),
            "{error}"
        );
        let error = values.needed("nowhere").unwrap_err().to_string();
        assert!(error.contains("no variable NOWHERE"), "{error}");
    }
}
