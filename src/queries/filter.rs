//! Which users match: yes, no, or not known, since a fact is not.

use time::{Duration, OffsetDateTime};

use super::answer::FoundUser;
use super::who::is_same;
use super::{Glob, TagFilter};
use crate::cli::{FilterArgs, Whether};
use crate::map::AdminBy;
use crate::model::{AccessKey, Fact, Mfa, User};

/// Whether a user matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// That depends on these facts, which are not known.
    Unknown(Vec<&'static str>),
}

/// What a user must be.
#[derive(Debug, Clone, Copy)]
pub struct UserFilter<'a> {
    args: &'a FilterArgs,
    admin_by: AdminBy,
    now: OffsetDateTime,
}

impl<'a> UserFilter<'a> {
    /// The filter that `args` ask for, at `now`.
    pub fn new(args: &'a FilterArgs, admin_by: AdminBy, now: OffsetDateTime) -> Self {
        Self {
            args,
            admin_by,
            now,
        }
    }

    /// Whether `found` matches everything. What does not match for certain does not, whatever else
    /// is not known.
    pub fn matches(&self, found: &FoundUser) -> Match {
        let mut unknown = Vec::new();
        for (fact, is_so) in self.answers(found) {
            match is_so {
                Some(true) => {}
                Some(false) => return Match::No,
                None => unknown.push(fact),
            }
        }
        match unknown.is_empty() {
            true => Match::Yes,
            false => Match::Unknown(unknown),
        }
    }

    /// Whether each thing that is asked for is so, if known, by the fact that tells it.
    fn answers(&self, found: &FoundUser) -> Vec<(&'static str, Option<bool>)> {
        let (args, user) = (self.args, found.user.as_ref());
        let mut answers = Vec::new();
        let mut ask = |is_asked: bool, fact, is_so: &dyn Fn() -> Option<bool>| {
            if is_asked {
                let told_by: &[&str] = match fact {
                    "admin" => &["privilege"],
                    "last_used" => &["access_keys", "password_last_used"],
                    _ => &[fact],
                };
                // What was once so may not be by now.
                let is_known = !found.is_stale(told_by);
                answers.push((fact, is_known.then(is_so).flatten()));
            }
        };
        let name = args
            .name
            .as_ref()
            .is_none_or(|it: &Glob| it.matches(&user.name));
        let path = args
            .path
            .as_deref()
            .is_none_or(|it| user.path.starts_with(it));
        let created = args.created_since.is_none_or(|since| {
            let since = since.as_of(self.now);
            since.is_none_or(|since| user.created_at >= since)
        });
        ask(true, "name", &|| Some(name && path && created));
        ask(args.admin, "admin", &|| found.is_admin(self.admin_by));
        if args.mfa != Some(Whether::Unknown) {
            ask(args.mfa.is_some(), "mfa", &|| self.mfa(user));
        }
        ask(args.console, "console_access", &|| {
            user.console.value().map(|it| it.enabled)
        });
        ask(args.group.is_some(), "groups", &|| self.is_member(user));
        ask(args.tag.is_some(), "tags", &|| {
            let tag: &TagFilter = args.tag.as_ref()?;
            user.tags.value().map(|tags| tag.matches(tags))
        });
        ask(args.key_age.is_some(), "access_keys", &|| {
            self.has_old_key(user)
        });
        ask(args.unused.is_some(), "last_used", &|| self.is_unused(user));
        if args.mfa == Some(Whether::Unknown) {
            let is_unknown = user.mfa.value().is_none() || found.is_stale(&["mfa"]);
            answers.push(("mfa", Some(is_unknown)));
        }
        answers
    }

    fn mfa(&self, user: &User) -> Option<bool> {
        let is_active = user.mfa.value().map(Mfa::is_active);
        match self.args.mfa? {
            Whether::Yes => is_active,
            Whether::No => is_active.map(|it| !it),
            // Of everybody, that is known.
            Whether::Unknown => None,
        }
    }

    fn is_member(&self, user: &User) -> Option<bool> {
        let group = self.args.group.as_deref()?;
        let groups = user.groups.value()?;
        Some(groups.iter().any(|it| is_same(&it.name, group)))
    }

    fn has_old_key(&self, user: &User) -> Option<bool> {
        let before = self.before(self.args.key_age)?;
        let active = user.access_keys.value()?.iter().filter(|key| key.active);
        let is_old = active.map(|key| key.rotated_at.map(|at| at < before));
        any(is_old)
    }

    /// Whether nothing of the user was used since then. One that is newer has not been idle so long.
    fn is_unused(&self, user: &User) -> Option<bool> {
        let before = self.before(self.args.unused)?;
        let of_keys: Fact<Vec<_>> = user.access_keys.clone().map(|keys| {
            let used = keys.into_iter().map(|key: AccessKey| key.last_used);
            used.flatten().map(|it| it.at).collect()
        });
        let of_password = user
            .password_last_used
            .value()
            .map(|at| at.is_some_and(|at| at >= before));
        let of_keys = of_keys
            .value()
            .map(|used| used.iter().any(|at| *at >= before));
        let is_used = any([Some(user.created_at >= before), of_password, of_keys].into_iter());
        is_used.map(|it| !it)
    }

    /// The time so long ago.
    fn before(&self, age: Option<std::time::Duration>) -> Option<OffsetDateTime> {
        let age = Duration::try_from(age?).unwrap_or(Duration::MAX);
        let earliest = OffsetDateTime::UNIX_EPOCH;
        Some(self.now.checked_sub(age).unwrap_or(earliest))
    }
}

/// Whether one of `answers` is yes; not known if none is, and one is not.
fn any(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut answer = Some(false);
    for each in answers {
        match each {
            Some(true) => return Some(true),
            Some(false) => {}
            None => answer = None,
        }
    }
    answer
}

#[cfg(test)]
mod tests;
