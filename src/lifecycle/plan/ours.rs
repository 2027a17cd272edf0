//! Whose a user is, and when it was last used.

use time::{Duration, OffsetDateTime};

use super::Rules;
use crate::config::LifecycleSettings;
use crate::lifecycle::{EXEMPT_TAG, OWNER_TAG, OWNER_VALUE};
use crate::model::{Fact, User};

/// A use within so long is a use.
pub(super) const UNUSED_FOR: Duration = Duration::days(7);

/// Whose a user is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lifecycle) enum Owner {
    /// Ours, by tag and by path.
    Us,
    /// Not ours, for this reason.
    Others(&'static str),
    /// Its tags are not known, for this reason.
    Unknown(String),
}

/// Whose `user` is.
pub(in crate::lifecycle) fn owner(user: &User, settings: &LifecycleSettings) -> Owner {
    if user.is_root() || !user.path.starts_with(&settings.path) {
        return Owner::Others("it is not below the path of [lifecycle]");
    }
    if let Some(why) = user.tags.why_unknown() {
        return Owner::Unknown(why.to_string());
    }
    match tag(user, OWNER_TAG) {
        Some(OWNER_VALUE) => Owner::Us,
        _ => Owner::Others("it has no tag managed-by = rollcall"),
    }
}

/// The value of the user's tag `key`. AWS tells no case of keys apart.
pub(super) fn tag<'a>(user: &'a User, key: &str) -> Option<&'a str> {
    let mut tags = user.tags.value()?.iter();
    let found = tags.find(|tag| tag.key.eq_ignore_ascii_case(key))?;
    Some(&found.value)
}

/// By what `user` is exempt, if it is; an error where that is not known.
pub(super) fn exempt(user: &User, settings: &LifecycleSettings) -> Result<Option<String>, String> {
    if settings.is_exempt(&user.name) {
        return Ok(Some("[lifecycle]".to_owned()));
    }
    if tag(user, EXEMPT_TAG).is_some() {
        return Ok(Some(format!("its tag {EXEMPT_TAG}")));
    }
    if settings.exempt_groups.is_empty() {
        return Ok(None);
    }
    match &user.groups {
        Fact::Known { value, .. } => {
            let group = settings.exempt_group(value.iter().map(|group| &group.name));
            Ok(group.map(|name| format!("its group {name}")))
        }
        Fact::Unknown(why) => Err(format!("whether a group exempts it is unknown: {why}")),
    }
}

/// The first fact about the user's access that is not known.
pub(super) fn unknown_access(user: &User) -> Option<String> {
    let facts = [
        ("tags", user.tags.why_unknown()),
        ("access keys", user.access_keys.why_unknown()),
        ("console password", user.console.why_unknown()),
        (
            "last use of the password",
            user.password_last_used.why_unknown(),
        ),
    ];
    let mut unknown = facts
        .into_iter()
        .filter_map(|(name, why)| Some((name, why?)));
    let of_fact = unknown
        .next()
        .map(|(name, why)| format!("{name} unknown: {why}"));
    let keys = || user.access_keys.value().into_iter().flatten();
    let of_key = || {
        let is_whole = keys().all(|key| key.id.is_some() && key.rotated_at.is_some());
        (!is_whole).then(|| "id or age of an access key is unknown".to_owned())
    };
    of_fact.or_else(of_key)
}

/// The last use of a key or the password, if there was one.
pub(super) fn last_used(user: &User) -> Option<OffsetDateTime> {
    let keys = user.access_keys.value().into_iter().flatten();
    let keys = keys.filter_map(|key| key.last_used.as_ref().map(|it| it.at));
    let password = user.password_last_used.value().copied().flatten();
    keys.chain(password).max()
}

/// AWS refuses what is signed by a clock that is further off.
const CLOCKS_APART: Duration = Duration::minutes(15);

impl Rules<'_> {
    /// Why nothing is done to `user`, if AWS created it later than now.
    pub(super) fn why_ahead(&self, user: &User) -> Option<String> {
        let is_ahead = user.created_at - self.now > CLOCKS_APART;
        is_ahead.then(|| {
            let date = user.created_at.date();
            format!("AWS created it on {date}, which is in the future: one of the clocks is wrong")
        })
    }

    /// Whether `at` counts as recent. What lies ahead does: one of the clocks is wrong.
    pub(super) fn is_recent(&self, at: OffsetDateTime, within: Duration) -> bool {
        self.now - at < within
    }
}
