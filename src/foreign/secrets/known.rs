//! Known secrets, and where they are in a text.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::forms::{Form, forms};
use super::index::{Index, SHORT_LEN};
use super::reading::{Reading, is_skipped};
use super::windows::Found;

/// A longer one is known by its beginning.
const LEN_MAX: usize = 8 * 1024;
/// So many secrets of one name are remembered for good; of more, those replaced longest ago go.
const OF_A_NAME_MAX: usize = 64;

/// Known secrets, and an index of their forms.
#[derive(Debug, Default)]
pub(super) struct Known {
    secrets: BTreeMap<u64, Secret>,
    index: Index,
    next_id: u64,
}

/// A secret. Its debug output shows its name alone.
struct Secret {
    name: Arc<str>,
    text: String,
    forms: Vec<Form>,
    is_for_good: bool,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Secret").field(&self.name).finish()
    }
}

impl Known {
    /// Remembers `text` by `name`; the same one again is the newest, and has the newer name.
    pub(super) fn add_for_good(&mut self, name: &str, text: &str) {
        let mut kept = self.secrets.iter().filter(|(_, it)| it.is_for_good);
        let same = kept.find(|(_, it)| it.text == text.trim());
        if let Some(id) = same.map(|(&id, _)| id) {
            self.remove(id);
        }
        let id = self.add(name, text);
        if let Some(secret) = self.secrets.get_mut(&id) {
            secret.is_for_good = true;
        }
        let of_name = self.secrets.iter();
        let of_name = of_name.filter(|(_, it)| it.is_for_good && *it.name == *name);
        let of_name: Vec<u64> = of_name.map(|(&id, _)| id).collect();
        if of_name.len() > OF_A_NAME_MAX {
            self.remove(of_name[0]);
        }
    }

    /// Remembers `text` by `name`, until it is removed by what this returns.
    pub(super) fn add(&mut self, name: &str, text: &str) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let text = text.trim();
        // Texts are read without what is not seen.
        if text.chars().filter(|it| !is_skipped(*it)).count() < SHORT_LEN {
            return id;
        }
        let forms = forms(&text[..text.floor_char_boundary(LEN_MAX)]);
        self.index.add(id, &forms);
        let secret = Secret {
            name: name.into(),
            text: text.to_owned(),
            forms,
            is_for_good: false,
        };
        self.secrets.insert(id, secret);
        id
    }

    pub(super) fn remove(&mut self, id: u64) {
        if let Some(secret) = self.secrets.remove(&id) {
            self.index.remove(id, &secret.forms);
        }
    }

    /// Adds to `found` where secrets are in `window`, which begins at `start` in its text.
    pub(super) fn find(&self, window: &str, start: usize, found: &mut Vec<Found>) {
        if self.index.is_empty() || window.len() < SHORT_LEN {
            return;
        }
        for reading in Reading::all_of(window) {
            self.find_in(&reading, start, found);
        }
    }

    fn find_in(&self, reading: &Reading, start: usize, found: &mut Vec<Found>) {
        let bytes = reading.bytes();
        // What begins and ends in a place that was found is part of it.
        let mut found_to = 0;
        for at in 0..bytes.len() {
            if at + Index::LEN <= found_to {
                continue;
            }
            for place in self.index.places(&bytes, at) {
                let Some(secret) = self.secrets.get(&place.secret) else {
                    continue;
                };
                let form = &secret.forms[place.form];
                let same = extended(&bytes, at, &form.bytes, place.offset);
                let from = place.offset - (at - same.start);
                if same.len() < form.part_len || !form.is_telling(from..from + same.len()) {
                    continue;
                }
                found_to = found_to.max(same.end);
                let whole = match form.has_edges {
                    true => with_edges(reading, &bytes, same),
                    false => same,
                };
                if let Some((from, to)) = reading.place(whole.start, whole.end) {
                    found.push(Found {
                        start: start + from,
                        end: start + to,
                        name: Arc::clone(&secret.name),
                    });
                }
            }
        }
    }
}

/// As much of `bytes` around `at` as is the same around `offset` in `form`.
fn extended(bytes: &[u8], at: usize, form: &[u8], offset: usize) -> Range<usize> {
    let same = |pairs: (&u8, &u8)| pairs.0 == pairs.1;
    let before = bytes[..at].iter().rev().zip(form[..offset].iter().rev());
    let before = before.take_while(|&pair| same(pair)).count();
    let after = bytes[at..].iter().zip(&form[offset..]);
    let after = after.take_while(|&pair| same(pair)).count();
    at - before..at + after
}

/// `place`, and what directly beside it may be of the same Base64 and hold a part of the secret.
fn with_edges(reading: &Reading, bytes: &[u8], place: Range<usize>) -> Range<usize> {
    const EDGE_LEN: usize = 3;
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let (mut start, mut end) = (place.start, place.end);
    while place.start - start < EDGE_LEN
        && start > 0
        && is_digit(bytes[start - 1])
        && reading.adjoins(start - 1)
    {
        start -= 1;
    }
    let goes_on = |end: usize, is: &dyn Fn(u8) -> bool| {
        bytes.get(end).is_some_and(|byte| is(*byte)) && reading.adjoins(end - 1)
    };
    while end - place.end < EDGE_LEN && goes_on(end, &is_digit) {
        end += 1;
    }
    while goes_on(end, &|byte| byte == b'=') {
        end += 1;
    }
    start..end
}
