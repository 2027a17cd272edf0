//! Where forms begin and what is inside them, by a few bytes: each place of a text is looked up
//! once, however many secrets there are.

use std::collections::HashMap;

use super::forms::Form;

/// Eight bytes in a row, at such distances that every part that gives a secret away holds them.
const ANCHOR_LEN: usize = 8;
/// A shorter form is none: chance finds it in any text.
pub(super) const SHORT_LEN: usize = 4;
/// As much of Base64 of a short secret: what chance finds in words.
const SHORT_BASE64_LEN: usize = 6;

/// Places in forms, by their bytes.
#[derive(Debug, Default)]
pub(super) struct Index {
    anchors: HashMap<[u8; ANCHOR_LEN], Vec<Place>>,
    /// The beginnings of forms that are too short for an anchor.
    short: HashMap<[u8; SHORT_LEN], Vec<Place>>,
}

/// A place in a form of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) secret: u64,
    pub(super) form: usize,
    pub(super) offset: usize,
}

impl Index {
    /// So many bytes are looked at in one place.
    pub(super) const LEN: usize = ANCHOR_LEN;

    pub(super) fn is_empty(&self) -> bool {
        self.anchors.is_empty() && self.short.is_empty()
    }

    pub(super) fn add(&mut self, secret: u64, forms: &[Form]) {
        for (form, it) in forms.iter().enumerate() {
            for offset in anchors_of(it) {
                if let Some(key) = bytes_at(&it.bytes, offset) {
                    let place = Place {
                        secret,
                        form,
                        offset,
                    };
                    self.anchors.entry(key).or_default().push(place);
                }
            }
            if let Some(key) = short_key(it) {
                let place = Place {
                    secret,
                    form,
                    offset: 0,
                };
                self.short.entry(key).or_default().push(place);
            }
        }
    }

    pub(super) fn remove(&mut self, secret: u64, forms: &[Form]) {
        for form in forms {
            for key in anchors_of(form).filter_map(|offset| bytes_at(&form.bytes, offset)) {
                forget(&mut self.anchors, key, secret);
            }
            if let Some(key) = short_key(form) {
                forget(&mut self.short, key, secret);
            }
        }
    }

    /// The places that may be the one at `at` in `bytes`.
    pub(super) fn places(&self, bytes: &[u8], at: usize) -> impl Iterator<Item = Place> {
        let anchors = bytes_at(bytes, at).and_then(|key| self.anchors.get(&key));
        let short = match self.short.is_empty() {
            true => None,
            false => bytes_at(bytes, at).and_then(|key| self.short.get(&key)),
        };
        let places = anchors.into_iter().chain(short);
        places.flatten().copied()
    }
}

fn forget<const LEN: usize>(
    places: &mut HashMap<[u8; LEN], Vec<Place>>,
    key: [u8; LEN],
    secret: u64,
) {
    if let Some(of_key) = places.get_mut(&key) {
        of_key.retain(|place| place.secret != secret);
        if of_key.is_empty() {
            places.remove(&key);
        }
    }
}

/// Where the anchors of `form` are: any part that gives it away has one.
fn anchors_of(form: &Form) -> impl Iterator<Item = usize> + use<> {
    let stride = form.part_len.saturating_sub(ANCHOR_LEN) + 1;
    let last = form.bytes.len().saturating_sub(ANCHOR_LEN);
    let is_long = form.bytes.len() >= ANCHOR_LEN;
    let steps = (0..last).step_by(stride).chain([last]);
    steps.filter(move |_| is_long)
}

/// What a form begins with that is too short for an anchor.
fn short_key(form: &Form) -> Option<[u8; SHORT_LEN]> {
    let len_min = match form.has_edges {
        true => SHORT_BASE64_LEN,
        false => SHORT_LEN,
    };
    let is_short = (len_min..ANCHOR_LEN).contains(&form.bytes.len());
    is_short.then(|| bytes_at(&form.bytes, 0)).flatten()
}

fn bytes_at<const LEN: usize>(bytes: &[u8], at: usize) -> Option<[u8; LEN]> {
    bytes.get(at..at + LEN)?.try_into().ok()
}
