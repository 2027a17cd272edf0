//! The pages in a file of JSON: one, several one after the other, or a list of them.

use serde_json::value::RawValue;

use super::error::FileError;

/// One JSON value of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page<'a> {
    /// Its text.
    pub(super) text: &'a str,
    /// Where it begins in the file, in bytes.
    start: usize,
}

/// The values of `text`, each a page, those of a list one by one. Empty if `text` is an empty
/// list.
pub(super) fn pages<'a>(file: &str, text: &'a str) -> Result<Vec<Page<'a>>, FileError> {
    let mut pages = Vec::new();
    let values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    for value in values {
        let value = value.map_err(|error| FileError::json(file, &error))?;
        let page = Page::of(text, value.get());
        if page.text.starts_with('[') {
            let list: Vec<&RawValue> = page.parse(file, text)?;
            pages.extend(list.into_iter().map(|value| Page::of(text, value.get())));
        } else {
            pages.push(page);
        }
    }
    Ok(pages)
}

impl<'a> Page<'a> {
    /// The part `page` of `text`.
    fn of(text: &str, page: &'a str) -> Self {
        Self {
            text: page,
            start: page.as_ptr() as usize - text.as_ptr() as usize,
        }
    }

    /// Reads the page of `file`, whose whole text is `text`; an error is at its place in there.
    pub(super) fn parse<T: serde::Deserialize<'a>>(
        &self,
        file: &str,
        text: &str,
    ) -> Result<T, FileError> {
        serde_json::from_str(self.text).map_err(|error| {
            let before = text.get(..self.start).unwrap_or_default();
            let lines = before.matches('\n').count();
            let last_line = before.rsplit('\n').next().unwrap_or_default();
            FileError::json(file, &error).moved(lines, last_line.len())
        })
    }
}
