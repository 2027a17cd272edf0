//! Whether a person sees all that is in a text.

/// Panics if `text` holds what changes a terminal, or is not seen; `may_have` is excepted.
pub fn assert_seen(text: &str, may_have: &[char]) {
    let unseen = |it: char| {
        it.is_control()
            || matches!(it, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let found = text
        .chars()
        .find(|it| unseen(*it) && !may_have.contains(it));
    assert!(found.is_none(), "{found:?} in {text:?}");
}
