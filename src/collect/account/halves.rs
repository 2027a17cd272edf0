//! Users whom ListUsers and the authorization details tell of at the same time, each page by page
//! and in an order of its own: whom both have told of is complete.

use std::collections::{HashMap, HashSet};

use super::bulk::{NoDetails, NotListed};
use super::convert::ListedUser;
use super::details::UserDetails;
use super::join::Entry;

/// Users by ARN, of whom one of the two has told so far.
#[derive(Debug, Default)]
pub(super) struct Halves {
    listed: HashMap<String, ListedUser>,
    detailed: HashMap<String, UserDetails>,
    /// Of whom both have told: a page that repeats one makes no second user.
    joined: HashSet<String>,
    listing_end: Option<NotListed>,
    details_end: Option<NoDetails>,
}

impl Halves {
    /// ListUsers tells of `user`.
    pub(super) fn list(&mut self, user: ListedUser) -> Option<Entry> {
        let arn = user.arn.to_string();
        if self.joined.contains(&arn) {
            return None;
        }
        if let Some(details) = self.detailed.remove(&arn) {
            self.joined.insert(arn);
            return Some(joined(user, details));
        }
        match &self.details_end {
            Some(why) => {
                self.joined.insert(arn);
                Some(Entry::without_details(user, why.clone()))
            }
            None => {
                self.listed.entry(arn).or_insert(user);
                None
            }
        }
    }

    /// The details tell of `user`.
    pub(super) fn detail(&mut self, user: UserDetails) -> Option<Entry> {
        let arn = user.arn.to_string();
        if self.joined.contains(&arn) {
            return None;
        }
        if let Some(listed) = self.listed.remove(&arn) {
            self.joined.insert(arn);
            return Some(joined(listed, user));
        }
        match &self.listing_end {
            Some(why) => {
                self.joined.insert(arn);
                Some(Entry::unlisted(user, why.clone()))
            }
            None => {
                self.detailed.entry(arn).or_insert(user);
                None
            }
        }
    }

    /// ListUsers tells of nobody else: those whom it did not tell of.
    pub(super) fn end_listing(&mut self, why: NotListed) -> Vec<Entry> {
        let left = std::mem::take(&mut self.detailed);
        self.joined.extend(left.keys().cloned());
        let left = left.into_values();
        let left = left.map(|details| Entry::unlisted(details, why.clone()));
        let left = by_name(left.collect());
        self.listing_end = Some(why);
        left
    }

    /// The details tell of nobody else: those whom they did not tell of.
    pub(super) fn end_details(&mut self, why: NoDetails) -> Vec<Entry> {
        let left = std::mem::take(&mut self.listed);
        self.joined.extend(left.keys().cloned());
        let left = left.into_values();
        let left = left.map(|listed| Entry::without_details(listed, why.clone()));
        let left = by_name(left.collect());
        self.details_end = Some(why);
        left
    }

    /// Whether ListUsers may tell of somebody else.
    pub(super) fn awaits_listing(&self) -> bool {
        self.listing_end.is_none()
    }

    /// Whether the details may tell of somebody else.
    pub(super) fn awaits_details(&self) -> bool {
        self.details_end.is_none()
    }
}

/// What both tell. Of two users who had the name one after the other, the later one alone.
fn joined(listed: ListedUser, details: UserDetails) -> Entry {
    match listed.id == details.id {
        true => Entry {
            listed,
            is_listed: Ok(()),
            details: Ok(details),
        },
        false if details.created_at < listed.created_at => {
            Entry::without_details(listed, NoDetails::Newer)
        }
        false => Entry::unlisted(details, NotListed::Newer),
    }
}

fn by_name(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by(|a, b| a.listed.name.cmp(&b.listed.name));
    entries
}

#[cfg(test)]
mod tests {
    use time::{Duration, OffsetDateTime};

    use super::*;
    use crate::model::{Arn, Provenance};

    /// `anna:2` is the second user of that name, created two days after the epoch.
    fn listed(user: &str) -> ListedUser {
        let (name, number) = user.split_once(':').unwrap_or((user, "1"));
        let days = number.parse().unwrap();
        ListedUser {
            name: name.to_owned(),
            arn: Arn::parse(format!("arn:aws:iam::111122223333:user/{name}")).unwrap(),
            id: user.to_owned(),
            path: "/".to_owned(),
            created_at: OffsetDateTime::UNIX_EPOCH + Duration::days(days),
            password_last_used: None,
        }
    }

    fn detailed(user: &str) -> UserDetails {
        let listed = listed(user);
        UserDetails {
            arn: listed.arn,
            name: listed.name,
            id: listed.id,
            path: listed.path,
            created_at: listed.created_at,
            tags: Vec::new(),
            groups: Vec::new(),
            attached_policies: Vec::new(),
            inline_policies: Vec::new(),
            permissions_boundary: None,
            source: Provenance {
                source: "test".into(),
                as_of: OffsetDateTime::UNIX_EPOCH,
            },
        }
    }

    /// An entry in short: its id, and which of the two told of it.
    fn told<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<(&'a str, bool, bool)> {
        let entries = entries.into_iter();
        let told = entries.map(|it| {
            let id = it.listed.id.as_str();
            (id, it.is_listed.is_ok(), it.details.is_ok())
        });
        told.collect()
    }

    #[test]
    fn a_user_is_complete_as_soon_as_both_have_told_of_it_in_any_order() {
        let mut halves = Halves::default();
        assert!(halves.list(listed("anna")).is_none());
        assert!(halves.detail(detailed("berta")).is_none());
        let anna = halves.detail(detailed("anna"));
        let berta = halves.list(listed("berta"));
        assert_eq!(told(&anna), [("anna", true, true)]);
        assert_eq!(told(&berta), [("berta", true, true)]);
    }

    #[test]
    fn who_is_told_of_twice_is_one_user() {
        let mut halves = Halves::default();
        for _ in 0..2 {
            assert!(halves.list(listed("anna")).is_none());
        }
        assert!(halves.detail(detailed("anna")).is_some());
        assert!(halves.detail(detailed("anna")).is_none());
        assert!(halves.list(listed("anna")).is_none());
        assert!(halves.end_details(NoDetails::Newer).is_empty());
        assert!(halves.end_listing(NotListed::Newer).is_empty());
        assert!(halves.list(listed("anna")).is_none());
    }

    #[test]
    fn who_is_told_of_by_one_alone_waits_for_the_end_of_the_other_and_no_longer() {
        let mut halves = Halves::default();
        for user in ["berta", "anna"] {
            halves.list(listed(user));
        }
        let left = halves.end_details(NoDetails::Newer);
        assert_eq!(told(&left), [("anna", true, false), ("berta", true, false)]);
        let next = halves.list(listed("carla"));
        assert_eq!(told(&next), [("carla", true, false)]);
        assert!(halves.awaits_listing() && !halves.awaits_details());

        let mut halves = Halves::default();
        halves.detail(detailed("anna"));
        let left = halves.end_listing(NotListed::Newer);
        assert_eq!(told(&left), [("anna", false, true)]);
        let next = halves.detail(detailed("berta"));
        assert_eq!(told(&next), [("berta", false, true)]);
        assert!(!halves.awaits_listing() && halves.awaits_details());
    }

    #[test]
    fn of_two_users_who_had_a_name_one_after_the_other_the_later_one_is_told() {
        for (of_listing, of_details, expected) in [
            ("anna:1", "anna:2", ("anna:2", false, true)),
            ("anna:2", "anna:1", ("anna:2", true, false)),
        ] {
            let mut halves = Halves::default();
            halves.list(listed(of_listing));
            let entry = halves.detail(detailed(of_details));
            assert_eq!(told(&entry), [expected]);
        }
    }
}
