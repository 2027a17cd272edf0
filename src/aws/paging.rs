//! A listing's pages, followed to the end and no further: whoever answers may lead in a circle, or
//! on for ever.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Action, AwsError};

/// Ten pages for each user that an account may have.
const PAGES_MAX: usize = 50_000;
/// Many times what an account may have of anything.
const ITEMS_MAX: usize = 1_000_000;

/// How far a listing was followed.
#[derive(Debug, Default)]
pub struct Paging {
    /// Hashes of the markers so far, which may be long.
    seen: HashSet<u64>,
    pages: usize,
    items: usize,
}

impl Paging {
    /// The marker of the page after one of `action` that held `items`: `next`, if there is one. An
    /// error if it leads back to a page that was read, or too far.
    pub fn follow(
        &mut self,
        action: Action,
        items: usize,
        next: Option<String>,
    ) -> Result<Option<String>, AwsError> {
        self.pages += 1;
        self.items += items;
        let Some(marker) = next else {
            return Ok(None);
        };
        let mut hasher = DefaultHasher::new();
        marker.hash(&mut hasher);
        let why = if !self.seen.insert(hasher.finish()) {
            "a page's marker leads back to a page that was read already".to_owned()
        } else if self.pages >= PAGES_MAX {
            format!("the listing does not end within {PAGES_MAX} pages")
        } else if self.items >= ITEMS_MAX {
            format!("the listing does not end within {ITEMS_MAX} entries")
        } else {
            return Ok(Some(marker));
        };
        Err(AwsError::malformed(action, why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTION: Action = Action::ListUsers;

    /// How many pages are read if `marker` yields that of each, and why no more are.
    fn read(items: usize, marker: impl Fn(usize) -> Option<String>) -> (usize, Option<String>) {
        let mut paging = Paging::default();
        for page in 0.. {
            match paging.follow(ACTION, items, marker(page)) {
                Ok(Some(_)) => {}
                Ok(None) => return (page + 1, None),
                Err(error) => return (page + 1, Some(error.message.into())),
            }
        }
        unreachable!("the range has no end")
    }

    #[test]
    fn a_listing_with_an_end_is_read_to_it() {
        let (pages, why) = read(1, |page| (page < 10_000).then(|| page.to_string()));
        assert_eq!((pages, why), (10_001, None));
    }

    #[test]
    fn markers_that_lead_in_a_circle_of_any_length_are_malformed() {
        for length in [1, 2, 3, 500] {
            let (pages, why) = read(0, |page| Some((page % length).to_string()));
            assert_eq!(pages, length + 1);
            assert!(why.is_some_and(|why| why.contains("was read already")));
        }
    }

    #[test]
    fn a_listing_without_an_end_is_left_after_enough_pages_or_entries() {
        let (pages, why) = read(0, |page| Some(page.to_string()));
        assert_eq!(pages, PAGES_MAX);
        assert!(why.is_some_and(|why| why.contains("within 50000 pages")));
        let (pages, why) = read(1_000, |page| Some(page.to_string()));
        assert_eq!(pages, ITEMS_MAX / 1_000);
        assert!(why.is_some_and(|why| why.contains("within 1000000 entries")));
    }
}
