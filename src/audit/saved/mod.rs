//! Records in the text of a saved file, recognised by content:
//!
//! | text | what it is |
//! |---|---|
//! | `{"Records": [...]}` | a file of CloudTrail's own |
//! | `{"Events": [{"CloudTrailEvent": "..."}]}` | `aws cloudtrail lookup-events` |
//! | `{"detail": {...}}` | a message of EventBridge |
//! | `{"Messages": [{"Body": "..."}]}` | such messages, by `aws sqs receive-message` |
//! | `{...}` | a record |
//!
//! Several of them may follow each other, be a line each, or be in a list.

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::record::{Record, RecordError};

/// Where in a text something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// Which record of the text it is, from 1.
    pub record: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ":{}: record {}", self.line, self.record)
    }
}

/// Why something in a text is no record.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// A record is none.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// An event of `lookup-events` has no `CloudTrailEvent`, which has all that counts.
    #[error("it has no CloudTrailEvent; save lookup-events without --query")]
    Outer,
    /// Nothing of it is a record's.
    #[error(
        "it is no record of CloudTrail; save what `aws cloudtrail lookup-events` prints, or \
         CloudTrail's own files"
    )]
    Other,
    /// The JSON is broken. Where it is one document over several lines, all of it is lost.
    #[error("no JSON: {0}; save it again")]
    NoJson(String),
    /// The listing has more pages, which are not in this file.
    #[error("there is a NextToken: lookup-events was cut off; save it again without --max-items")]
    Cut,
}

/// What a document may be.
#[derive(Default, Deserialize)]
struct Document<'a> {
    #[serde(rename = "Records", borrow, default)]
    records: Option<Vec<&'a RawValue>>,
    #[serde(rename = "Events", borrow, default)]
    events: Option<Vec<&'a RawValue>>,
    #[serde(rename = "NextToken", default)]
    next_token: Option<String>,
    #[serde(rename = "CloudTrailEvent", default)]
    cloud_trail_event: Option<String>,
    #[serde(rename = "EventId", default)]
    event_id: Option<String>,
    #[serde(borrow, default)]
    detail: Option<&'a RawValue>,
    #[serde(rename = "Messages", borrow, default)]
    messages: Option<Vec<&'a RawValue>>,
    #[serde(rename = "Body", default)]
    body: Option<String>,
    #[serde(rename = "eventVersion", borrow, default)]
    event_version: Option<&'a RawValue>,
    #[serde(rename = "eventID", borrow, default)]
    own_id: Option<&'a RawValue>,
    #[serde(rename = "eventTime", borrow, default)]
    event_time: Option<&'a RawValue>,
}

impl<'a> Document<'a> {
    /// What `json` is; nothing of all that if it is no object.
    fn of(json: &'a str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    /// Whether it has anything that records have.
    fn is_like_a_record(&self) -> bool {
        let fields = [self.event_version, self.own_id, self.event_time];
        fields.iter().any(Option::is_some)
    }
}

/// Gives every record of `text` to `each`, in order, and what is none with the reason. Ends with the
/// first error of `each`.
pub fn each_record<'t>(
    text: &'t str,
    each: impl FnMut(Place, Result<Record, SavedError>) -> io::Result<()>,
) -> io::Result<()> {
    let mut reading = Reading {
        text,
        counted: (0, 1),
        record: 0,
        each,
    };
    let mut start = 0;
    while start < text.len() {
        let mut documents = serde_json::Deserializer::from_str(&text[start..]).into_iter();
        for document in documents.by_ref() {
            let document: &'t RawValue = match document {
                Ok(document) => document,
                Err(error) => match reading.broken(start, &error)? {
                    Some(next_line) => {
                        start = next_line;
                        break;
                    }
                    None => return Ok(()),
                },
            };
            reading.document(document)?;
            start = offset(text, document.get()) + document.get().len();
        }
        if text[start..].trim_start().is_empty() {
            break;
        }
    }
    Ok(())
}

struct Reading<'t, F> {
    text: &'t str,
    /// So many bytes were looked at for ends of lines, and which line that is.
    counted: (usize, usize),
    record: usize,
    each: F,
}

impl<'t, F: FnMut(Place, Result<Record, SavedError>) -> io::Result<()>> Reading<'t, F> {
    fn document(&mut self, document: &'t RawValue) -> io::Result<()> {
        if !document.get().starts_with('[') {
            return self.item(document);
        }
        match serde_json::from_str::<Vec<&RawValue>>(document.get()) {
            Ok(items) => items.into_iter().try_for_each(|item| self.item(item)),
            Err(error) => self.refuse(document, SavedError::NoJson(error.to_string())),
        }
    }

    /// A page of records, or one.
    fn item(&mut self, item: &'t RawValue) -> io::Result<()> {
        let found = Document::of(item.get());
        let lists = [&found.records, &found.events, &found.messages];
        if lists.iter().all(|it| it.is_none()) {
            return self.one(item, found);
        }
        for one in lists.into_iter().flatten().flatten() {
            self.one(one, Document::of(one.get()))?;
        }
        match found.next_token {
            Some(_) => self.refuse(item, SavedError::Cut),
            None => Ok(()),
        }
    }

    /// A record, in whatever it is wrapped.
    fn one(&mut self, item: &'t RawValue, found: Document<'t>) -> io::Result<()> {
        match found {
            Document {
                cloud_trail_event: Some(record),
                ..
            } => self.record(item, &record),
            Document {
                detail: Some(record),
                ..
            } => self.record(item, record.get()),
            Document {
                body: Some(body), ..
            } => match Document::of(&body).detail {
                Some(record) => self.record(item, record.get()),
                None => self.record(item, &body),
            },
            Document {
                event_id: Some(_), ..
            } => self.refuse(item, SavedError::Outer),
            other if item.get().starts_with('{') && !other.is_like_a_record() => {
                self.refuse(item, SavedError::Other)
            }
            _ => self.record(item, item.get()),
        }
    }

    fn record(&mut self, at: &'t RawValue, json: &str) -> io::Result<()> {
        let parsed = Record::parse(json).map_err(SavedError::from);
        self.give(at.get(), parsed)
    }

    fn refuse(&mut self, at: &'t RawValue, why: SavedError) -> io::Result<()> {
        self.give(at.get(), Err(why))
    }

    fn give(&mut self, at: &'t str, parsed: Result<Record, SavedError>) -> io::Result<()> {
        self.record += 1;
        let place = match parsed {
            // Lines are counted only where somebody is told.
            Ok(_) => Place {
                line: 0,
                record: self.record,
            },
            Err(_) => self.place(offset(self.text, at)),
        };
        (self.each)(place, parsed)
    }

    fn place(&mut self, at: usize) -> Place {
        let (counted, line) = self.counted;
        let (from, line) = if at < counted {
            (0, 1)
        } else {
            (counted, line)
        };
        let line = line + self.text[from..at].matches('\n').count();
        self.counted = (at, line);
        Place {
            line,
            record: self.record,
        }
    }

    /// Tells of broken JSON behind `start`; where the next line begins, unless what is broken goes on
    /// there.
    fn broken(&mut self, start: usize, error: &serde_json::Error) -> io::Result<Option<usize>> {
        let rest = &self.text[start..];
        let begin = start + (rest.len() - rest.trim_start().len());
        let blank_lines = self.text[start..begin].matches('\n').count();
        let is_one_line = error.line() <= blank_lines + 1;
        let next_line = self.text[begin..].find('\n').map(|end| begin + end + 1);
        self.record += 1;
        let place = self.place(begin);
        let why = SavedError::NoJson(error.to_string());
        (self.each)(place, Err(why))?;
        let begins_again = |at: &usize| self.text[*at..].starts_with('{');
        Ok(next_line.filter(|at| is_one_line || begins_again(at)))
    }
}

/// Where `part` begins in `text`.
fn offset(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}
