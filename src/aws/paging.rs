//! A listing's pages, followed to the end and no further: whoever answers may lead in a circle, or
//! on for ever.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Action, AwsError};

/// Ten pages for each user that an account may have.
const PAGES_MAX: usize = 50_000;
/// Many times what an account may have of anything.
const ITEMS_MAX: usize = 1_000_000;
/// Pages in a row that may bring nothing new: AWS sends empty ones, but not for ever.
const PAGES_WITHOUT_NEWS_MAX: usize = 100;

/// How far a listing was followed.
#[derive(Debug, Default)]
pub struct Paging {
    /// Hashes of the markers so far, which may be long.
    seen: HashSet<u64>,
    pages: usize,
    items: usize,
    /// Hashes of the ids so far.
    known: HashSet<u64>,
    /// Pages in a row, up to the present one, that brought no id that was not known.
    without_news: usize,
}

impl Paging {
    /// The marker of the page after one of `action` that held the entries with `ids`: `next`, if
    /// there is one. An error if it leads back to a page that was read, too far, or nowhere.
    pub fn follow<I>(
        &mut self,
        action: Action,
        ids: I,
        next: Option<String>,
    ) -> Result<Option<String>, AwsError>
    where
        I: IntoIterator,
        I::Item: Hash,
    {
        self.pages += 1;
        let Some(marker) = next else {
            return Ok(None);
        };
        let mut is_news = false;
        for id in ids {
            self.items += 1;
            is_news |= self.known.insert(hash(id));
        }
        self.without_news = if is_news { 0 } else { self.without_news + 1 };
        let pages = self.pages;
        let why = if !self.seen.insert(hash(marker.as_str())) {
            "a page's marker leads back to a page that was read already".to_owned()
        } else if self.without_news >= PAGES_WITHOUT_NEWS_MAX {
            format!(
                "the listing leads on after {pages} pages, and the last {PAGES_WITHOUT_NEWS_MAX} \
                 of them held nothing new"
            )
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

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTION: Action = Action::ListUsers;

    /// How many pages of so many new entries are read if `marker` yields that of each, and why no
    /// more are.
    fn read(items: usize, marker: impl Fn(usize) -> Option<String>) -> (usize, Option<String>) {
        read_of(|page| (page * items..(page + 1) * items).collect(), marker)
    }

    /// The same of pages that hold entries of these `ids`.
    fn read_of(
        ids: impl Fn(usize) -> Vec<usize>,
        marker: impl Fn(usize) -> Option<String>,
    ) -> (usize, Option<String>) {
        let mut paging = Paging::default();
        for page in 0.. {
            match paging.follow(ACTION, ids(page), marker(page)) {
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
            let (pages, why) = read(1, |page| Some((page % length).to_string()));
            assert_eq!(pages, length + 1);
            assert!(why.is_some_and(|why| why.contains("was read already")));
        }
    }

    #[test]
    fn a_listing_without_an_end_is_left_after_enough_pages_or_entries() {
        let (pages, why) = read(1, |page| Some(page.to_string()));
        assert_eq!(pages, PAGES_MAX);
        assert!(why.is_some_and(|why| why.contains("within 50000 pages")));
        let (pages, why) = read(1_000, |page| Some(page.to_string()));
        assert_eq!(pages, ITEMS_MAX / 1_000);
        assert!(why.is_some_and(|why| why.contains("within 1000000 entries")));
    }

    #[test]
    fn pages_that_bring_nothing_new_for_ever_end_a_listing_after_a_hundred() {
        let on = |page: usize| Some(page.to_string());
        for repeated in [vec![], vec![0], vec![0, 1]] {
            let (pages, why) = read_of(
                |page| {
                    if page < 7 {
                        vec![page]
                    } else {
                        repeated.clone()
                    }
                },
                on,
            );
            assert_eq!(pages, 107);
            let why = why.expect("an error");
            assert!(why.contains("after 107 pages, and the last 100"), "{why}");
        }
    }

    #[test]
    fn a_listing_with_many_empty_pages_between_entries_is_read_to_its_end() {
        let (pages, why) = read_of(
            |page| if page % 100 == 99 { vec![page] } else { vec![] },
            |page| (page < 1_000).then(|| page.to_string()),
        );
        assert_eq!((pages, why), (1_001, None));
    }
}
