//! What is found of secrets, and what is left as it is.

mod echoes;
mod encodings;
mod kept;
mod many;
mod parts;
mod words;

use super::known::Known;
use super::windows;

fn taken_out(known: &Known, text: &str) -> String {
    let found = windows::taken_out_of(text, |window, start, found| {
        known.find(window, start, found);
    });
    found.unwrap_or_else(|| text.to_owned())
}
