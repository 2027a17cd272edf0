//! The join of ListUsers and the authorization details by UserId, as the pages of both come and
//! in any order: a user leaves as soon as both have it, or one of them has ended.

use std::collections::{HashMap, HashSet};

use time::OffsetDateTime;

use super::super::details::UserDetails;
use super::super::listing::{
    Admitted, DistinctUsers, ListedUser, RefusedUser, UserIdentity, quoted,
};
use super::entry::{Entry, NoDetails, NotListed};
use crate::aws::{Action, AwsError};

/// A page of one of the listings.
pub(in crate::collect) type Users<T> = Vec<Result<T, RefusedUser>>;

/// The users of both listings, of which one has come so far.
#[derive(Debug)]
pub(in crate::collect) struct ListingJoin {
    listed: Half<ListedUser>,
    detailed: Half<UserDetails>,
    /// UserIds that left, or never will.
    settled: HashSet<String>,
    /// Who was created last of those with a name, by name.
    name_holders: HashMap<String, (OffsetDateTime, String)>,
    listing_end: Option<NotListed>,
    details_end: Option<NoDetails>,
    /// Users that are left out, each with what is wrong.
    pub(in crate::collect) left_out: Vec<AwsError>,
    /// Users by whose name another user was found: they are gone, or were renamed.
    pub(in crate::collect) replaced: Vec<Entry>,
}

/// Users that one listing holds and the other does not yet, by UserId.
#[derive(Debug)]
struct Half<T> {
    distinct: DistinctUsers,
    waiting: HashMap<String, T>,
}

impl<T> Half<T> {
    fn of(action: Action) -> Self {
        Self {
            distinct: DistinctUsers::of(action),
            waiting: HashMap::new(),
        }
    }
}

impl ListingJoin {
    pub(in crate::collect) fn new() -> Self {
        Self {
            listed: Half::of(Action::ListUsers),
            detailed: Half::of(Action::GetAccountAuthorizationDetails),
            settled: HashSet::new(),
            name_holders: HashMap::new(),
            listing_end: None,
            details_end: None,
            left_out: Vec::new(),
            replaced: Vec::new(),
        }
    }

    /// A page of ListUsers; those who are complete by it.
    pub(in crate::collect) fn list(&mut self, page: Users<ListedUser>) -> Vec<Entry> {
        self.listed.distinct.begin_page();
        let users = page.into_iter();
        users.filter_map(|user| self.list_one(user)).collect()
    }

    /// A page of details; those who are complete by it.
    pub(in crate::collect) fn detail(&mut self, page: Users<UserDetails>) -> Vec<Entry> {
        self.detailed.distinct.begin_page();
        let users = page.into_iter();
        users.filter_map(|user| self.detail_one(user)).collect()
    }

    fn list_one(&mut self, user: Result<ListedUser, RefusedUser>) -> Option<Entry> {
        let user = user.map_err(|refused| self.refuse(refused)).ok()?;
        let admitted = self.listed.distinct.admit(&user.identity);
        let admitted = admitted.map_err(|refused| self.refuse(refused)).ok()?;
        let id = user.identity.id.clone();
        if admitted == Admitted::Repeated || self.settled.contains(&id) {
            return None;
        }
        self.note_name(&user.identity);
        if let Some(details) = self.detailed.waiting.remove(&id) {
            return self.join(user, details);
        }
        match self.details_end.clone() {
            Some(why) => self.leave(Entry::without_details(user, why)),
            None => {
                self.listed.waiting.insert(id, user);
                None
            }
        }
    }

    fn detail_one(&mut self, user: Result<UserDetails, RefusedUser>) -> Option<Entry> {
        let user = user.map_err(|refused| self.refuse(refused)).ok()?;
        let admitted = self.detailed.distinct.admit(&user.identity);
        let admitted = admitted.map_err(|refused| self.refuse(refused)).ok()?;
        let id = user.identity.id.clone();
        if admitted == Admitted::Repeated || self.settled.contains(&id) {
            return None;
        }
        self.note_name(&user.identity);
        if let Some(listed) = self.listed.waiting.remove(&id) {
            return self.join(listed, user);
        }
        match &self.listing_end {
            Some(why) => {
                let entry = Entry::unlisted(user, why);
                self.leave(entry)
            }
            None => {
                self.detailed.waiting.insert(id, user);
                None
            }
        }
    }

    /// ListUsers has no more pages: those that it does not hold.
    pub(in crate::collect) fn end_listing(&mut self, why: NotListed) -> Vec<Entry> {
        let left = std::mem::take(&mut self.detailed.waiting).into_values();
        let left = left.map(|details| Entry::unlisted(details, &why)).collect();
        self.listing_end = Some(why);
        self.leave_all(left)
    }

    /// The details have no more pages: those that they do not hold.
    pub(in crate::collect) fn end_details(&mut self, why: NoDetails) -> Vec<Entry> {
        let left = std::mem::take(&mut self.listed.waiting).into_values();
        let left = left
            .map(|listed| Entry::without_details(listed, why.clone()))
            .collect();
        self.details_end = Some(why);
        self.leave_all(left)
    }

    /// Whether ListUsers may have another page.
    pub(in crate::collect) fn awaits_listing(&self) -> bool {
        self.listing_end.is_none()
    }

    /// Whether the details may have another page.
    pub(in crate::collect) fn awaits_details(&self) -> bool {
        self.details_end.is_none()
    }

    fn join(&mut self, listed: ListedUser, details: UserDetails) -> Option<Entry> {
        let (one, other) = (&listed.identity, &details.identity);
        if one.created_at != other.created_at {
            let (id, before, now) = (quoted(&one.id), quoted(&one.name), quoted(&other.name));
            let message = format!(
                "UserId {id} is that of two users, {before} in ListUsers and {now} here: their \
                 CreateDates differ"
            );
            self.refuse(RefusedUser {
                id: Some(one.id.clone()),
                error: AwsError::malformed(Action::GetAccountAuthorizationDetails, message),
            });
            return None;
        }
        self.settled.insert(one.id.clone());
        Some(Entry::joined(listed, details))
    }

    /// Whoever is refused by one listing does not leave by the other either.
    fn refuse(&mut self, refused: RefusedUser) {
        if let Some(id) = refused.id {
            self.listed.waiting.remove(&id);
            self.detailed.waiting.remove(&id);
            self.settled.insert(id);
        }
        self.left_out.push(refused.error);
    }

    fn note_name(&mut self, user: &UserIdentity) {
        let holder = (user.created_at, user.id.clone());
        match self.name_holders.get_mut(&user.name) {
            Some(known) if *known < holder => *known = holder,
            Some(_) => {}
            None => {
                self.name_holders.insert(user.name.clone(), holder);
            }
        }
    }

    /// A user that one listing alone holds leaves, unless a newer user has its name: a call by that
    /// name would be answered about the other.
    fn leave(&mut self, entry: Entry) -> Option<Entry> {
        let user = &entry.identity;
        self.settled.insert(user.id.clone());
        let holder = self.name_holders.get(&user.name);
        if holder.is_some_and(|(_, id)| *id != user.id) {
            self.replaced.push(entry);
            return None;
        }
        Some(entry)
    }

    fn leave_all(&mut self, mut entries: Vec<Entry>) -> Vec<Entry> {
        entries.sort_by(|a, b| a.identity.name.cmp(&b.identity.name));
        let entries = entries.into_iter();
        entries.filter_map(|entry| self.leave(entry)).collect()
    }
}

#[cfg(test)]
mod tests;
