//! Known secrets, found in a text by their anchors: eight bytes in a row, at such distances that
//! every part that gives a secret away holds one.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::forms::{Form, forms};
use super::reading::Reading;

/// A shorter secret is none: chance finds it in any text.
const LEN_MIN: usize = 4;
/// A longer one is known by its beginning.
const LEN_MAX: usize = 8 * 1024;
const ANCHOR_LEN: usize = 8;
/// So many secrets of one name are remembered for good; of more, those replaced longest ago go.
const OF_A_NAME_MAX: usize = 64;

/// Known secrets. Their anchors are kept by their bytes.
#[derive(Debug)]
pub(super) struct Known {
    secrets: BTreeMap<u64, Secret>,
    anchors: BTreeMap<[u8; ANCHOR_LEN], Vec<Anchor>>,
    next_id: u64,
}

/// A secret. Its debug output shows its name alone.
struct Secret {
    name: Arc<str>,
    text: String,
    forms: Vec<Form>,
    is_for_good: bool,
}

/// Where an anchor is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Anchor {
    secret: u64,
    form: usize,
    offset: usize,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Secret").field(&self.name).finish()
    }
}

impl Known {
    pub(super) const fn new() -> Self {
        Self {
            secrets: BTreeMap::new(),
            anchors: BTreeMap::new(),
            next_id: 0,
        }
    }

    /// Remembers `text` by `name`; the same one again is the newest, and has the newer name.
    pub(super) fn add_for_good(&mut self, name: &str, text: &str) {
        let spaceless: String = text.split_whitespace().collect();
        let mut kept = self.secrets.iter().filter(|(_, it)| it.is_for_good);
        let same = kept.find(|(_, it)| it.text == spaceless);
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
        // Texts are read without spaces.
        let text: String = text.split_whitespace().collect();
        if text.len() < LEN_MIN || !text.is_ascii() {
            return id;
        }
        let forms = forms(text.get(..LEN_MAX).unwrap_or(&text));
        for (form, it) in forms.iter().enumerate() {
            for offset in anchors_of(it) {
                let Some(key) = anchor(&it.bytes, offset) else {
                    continue;
                };
                let anchor = Anchor {
                    secret: id,
                    form,
                    offset,
                };
                self.anchors.entry(key).or_default().push(anchor);
            }
        }
        let secret = Secret {
            name: name.into(),
            text,
            forms,
            is_for_good: false,
        };
        self.secrets.insert(id, secret);
        id
    }

    pub(super) fn remove(&mut self, id: u64) {
        let Some(secret) = self.secrets.remove(&id) else {
            return;
        };
        for form in &secret.forms {
            for key in anchors_of(form).filter_map(|offset| anchor(&form.bytes, offset)) {
                if let Some(anchors) = self.anchors.get_mut(&key) {
                    anchors.retain(|anchor| anchor.secret != id);
                    if anchors.is_empty() {
                        self.anchors.remove(&key);
                    }
                }
            }
        }
    }

    /// `text` with names in the places of secrets.
    pub(super) fn taken_out_of(&self, text: &str) -> String {
        if self.secrets.is_empty() || text.len() < LEN_MIN {
            return text.to_owned();
        }
        let reading = Reading::of(text);
        let bytes = reading.bytes();
        let mut found: Vec<(usize, usize, &str)> = Vec::new();
        for (place, name) in self.find(&bytes) {
            if let Some((start, end)) = reading.place(place.start, place.end) {
                found.push((start, end, name));
            }
        }
        found.sort_by_key(|&(start, end, _)| (start, std::cmp::Reverse(end)));
        let (mut shown, mut at) = (String::with_capacity(text.len()), 0);
        for (start, end, name) in found {
            if start >= at {
                shown.push_str(text.get(at..start).unwrap_or_default());
                shown.push('[');
                shown.push_str(name);
                shown.push(']');
            }
            at = at.max(end);
        }
        shown.push_str(text.get(at..).unwrap_or_default());
        shown
    }

    /// Where secrets are in `bytes`, and their names.
    fn find<'a>(&'a self, bytes: &[u8]) -> Vec<(Range<usize>, &'a str)> {
        let mut found = Vec::new();
        for at in 0..bytes.len() {
            for short in self.short_at(&bytes[at..]) {
                found.push((at..at + short.text.len(), &*short.name));
            }
            let anchors = anchor(bytes, at).and_then(|key| self.anchors.get(&key));
            for anchor in anchors.into_iter().flatten() {
                let Some(secret) = self.secrets.get(&anchor.secret) else {
                    continue;
                };
                let form = &secret.forms[anchor.form];
                let place = extended(bytes, at, &form.bytes, anchor.offset);
                if place.len() >= form.part_len {
                    let place = match form.has_edges {
                        true => with_edges(bytes, place),
                        false => place,
                    };
                    found.push((place, &*secret.name));
                }
            }
        }
        found
    }

    /// The secrets that are too short for an anchor, and that `bytes` begins with.
    fn short_at(&self, bytes: &[u8]) -> impl Iterator<Item = &Secret> {
        let short = self.secrets.values();
        let short = short.filter(|it| it.text.len() < ANCHOR_LEN);
        short.filter(move |it| bytes.starts_with(&it.forms[0].bytes))
    }
}

/// Where the anchors of `form` are: any part that gives it away has one.
fn anchors_of(form: &Form) -> impl Iterator<Item = usize> + use<> {
    let stride = form.part_len.saturating_sub(ANCHOR_LEN) + 1;
    let last = form.bytes.len().saturating_sub(ANCHOR_LEN);
    let is_long = form.bytes.len() >= ANCHOR_LEN;
    (0..=last)
        .step_by(stride)
        .chain([last])
        .filter(move |_| is_long)
}

fn anchor(bytes: &[u8], at: usize) -> Option<[u8; ANCHOR_LEN]> {
    bytes.get(at..at + ANCHOR_LEN)?.try_into().ok()
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

/// `place`, and what beside it may be of the same Base64 and hold a part of the secret.
fn with_edges(bytes: &[u8], place: Range<usize>) -> Range<usize> {
    const EDGE_LEN: usize = 3;
    let is_digit = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let before = bytes[..place.start].iter().rev().take(EDGE_LEN);
    let start = place.start - before.take_while(is_digit).count();
    let after = bytes[place.end..].iter().take(EDGE_LEN);
    let end = place.end + after.take_while(is_digit).count();
    let padding = bytes[end..].iter().take_while(|byte| **byte == b'=');
    start..end + padding.count()
}
