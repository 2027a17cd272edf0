//! A comparison as one page, which needs nothing else and works from a file.
//!
//! Architecture invariant: what events say is in the page as JSON alone, which the script writes as
//! text; the page's policy lets no other script run.

mod bounds;
mod data;
mod field;
mod values;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Comparison, Events};
use crate::foreign::Page;
use bounds::{BOUNDS, Bounds, PAGE_BYTES_MAX};
use data::Data;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// What a page shows.
#[derive(Debug)]
pub struct Review<'a> {
    /// What the two sets of events are called, the earlier first.
    pub files: [&'a str; 2],
    /// The earlier events.
    pub before: &'a Events,
    /// The later events.
    pub after: &'a Events,
    /// What differs between them.
    pub comparison: &'a Comparison,
    /// The facts that events were made from, by the user's ARN, where they are known.
    pub sources: &'a BTreeMap<String, Value>,
}

impl Review<'_> {
    /// The page, in HTML: with as much of each user as a small page has room for.
    pub fn html(&self) -> Result<String, serde_json::Error> {
        let mut page = String::new();
        for bounds in BOUNDS {
            page = self.html_within(bounds)?;
            if page.len() <= PAGE_BYTES_MAX {
                break;
            }
        }
        Ok(page)
    }

    fn html_within(&self, bounds: Bounds) -> Result<String, serde_json::Error> {
        let data = serde_json::to_string(&Data::of(self, bounds))?;
        let page = PAGE.replace("{policy}", &policy());
        let page = page.replace("{style}", STYLE).replace("{script}", SCRIPT);
        // What comes last is not looked at again.
        Ok(page.replacen("{data}", &inert(Page::json(&data).as_str()), 1))
    }
}

/// What the browser lets the page do: its own style and script, and nothing else.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; \
         form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// The same JSON without a character that HTML or a script would take for its own.
fn inert(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for char in json.chars() {
        match char {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                text.push_str(&format!("\\u{:04x}", u32::from(char)));
            }
            char => text.push(char),
        }
    }
    text
}
