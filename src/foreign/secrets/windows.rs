//! A long text, looked through in windows: as much memory as a window takes, and a lock on the
//! known secrets no longer than one.

use std::sync::Arc;

use super::reading::is_skipped;

/// So many characters that are read are looked at at once.
const WINDOW: usize = 64 * 1024;
/// So many of them are looked at again with the next: far more than of any encoding gives a secret
/// away. What is found of one secret in two windows is one place.
const OVERLAP: usize = 8 * 1024;

/// Where a secret is in a text.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) name: Arc<str>,
}

/// `text` with names in the places of secrets, where `find` finds any: it is given each window,
/// where that begins, and what to add to.
pub(super) fn taken_out_of(
    text: &str,
    mut find: impl FnMut(&str, usize, &mut Vec<Found>),
) -> Option<String> {
    let mut found = Vec::new();
    let mut start = 0;
    loop {
        let end = forward(text, start, WINDOW);
        find(&text[start..end], start, &mut found);
        if end == text.len() {
            break;
        }
        start = back(text, end, OVERLAP);
    }
    (!found.is_empty()).then(|| replaced(text, found))
}

/// Where so many characters end that are read, from `start` on.
fn forward(text: &str, start: usize, count: usize) -> usize {
    if text.len() - start <= count {
        return text.len();
    }
    let mut read = text[start..].char_indices();
    let after = read.by_ref().filter(|(_, it)| !is_skipped(*it)).nth(count);
    after.map_or(text.len(), |(at, _)| start + at)
}

/// Where so many characters begin that are read, and that end at `end`.
fn back(text: &str, end: usize, count: usize) -> usize {
    let mut read = text[..end].char_indices().rev();
    let first = read.by_ref().filter(|(_, it)| !is_skipped(*it));
    first.take(count).last().map_or(0, |(at, _)| at)
}

fn replaced(text: &str, mut found: Vec<Found>) -> String {
    found.sort_by_key(|it| (it.start, std::cmp::Reverse(it.end)));
    let (mut shown, mut at) = (String::with_capacity(text.len()), 0);
    for Found { start, end, name } in found {
        if start >= at {
            shown.push_str(text.get(at..start).unwrap_or_default());
            shown.push('[');
            shown.push_str(&name);
            shown.push(']');
        }
        at = at.max(end);
    }
    shown.push_str(text.get(at..).unwrap_or_default());
    shown
}
