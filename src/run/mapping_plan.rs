//! How users become events, by configuration.

use crate::analyze::{AdminRule, AdminVerdict};
use crate::map::{self, Dialect, Inventoried, Judged, RenderError, Rendered, Seal, TagNames};
use crate::model::{Account, EventId, FieldChange, Mfa, PassStamp, Tally, User};

/// How users become events.
#[derive(Debug, Clone)]
pub struct MappingPlan {
    /// Who is an administrator.
    pub admin: AdminRule,
    /// What tags tell about people.
    pub tag_names: TagNames,
    /// Whether the root user is told.
    pub with_root: bool,
    /// Whether a new last-used time alone is a change.
    pub is_last_use_content: bool,
}

/// One user, judged: everything that its events are made from.
pub(super) struct Judgement<'a> {
    account: &'a Account,
    stamp: PassStamp,
    plan: &'a MappingPlan,
    user: &'a User,
    known: &'a User,
    admin_now: AdminVerdict,
    admin_known: AdminVerdict,
}

impl MappingPlan {
    /// Whether there are events about `user` at all.
    pub(super) fn tells(&self, user: &User) -> bool {
        self.with_root || !user.is_root()
    }

    /// Judges `user` as it is now, and as it is `known`: with the last known value of what is
    /// unknown now.
    pub(super) fn judge<'a>(
        &'a self,
        account: &'a Account,
        stamp: PassStamp,
        user: &'a User,
        known: &'a User,
    ) -> Judgement<'a> {
        let admin_now = self.admin.judge(user);
        let admin_known = if std::ptr::eq(user, known) {
            admin_now.clone()
        } else {
            self.admin.judge(known)
        };
        Judgement {
            account,
            stamp,
            plan: self,
            user,
            known,
            admin_now,
            admin_known,
        }
    }

    /// `user`, counted.
    pub(super) fn tally(&self, user: &User) -> Tally {
        tally(user, &self.admin.judge(user))
    }

    /// The event about a `user` of whom nothing is kept. `None` for a root user that is not told,
    /// and if it cannot be written, which is logged.
    pub fn event(
        &self,
        account: &Account,
        user: &User,
        stamp: PassStamp,
        dialect: Dialect,
    ) -> Option<Rendered> {
        if !self.tells(user) {
            return None;
        }
        let judged = self.judge(account, stamp, user, user);
        logged(dialect.render(&judged.now(&[])))
    }

    /// The event that `user`, as last known, was deleted; `None` if it cannot be written, which is
    /// logged.
    pub fn deletion(
        &self,
        account: &Account,
        user: &User,
        stamp: PassStamp,
        dialect: Dialect,
    ) -> Option<Rendered> {
        let judged = self.judge(account, stamp, user, user);
        logged(dialect.render_deletion(&judged.now(&[])))
    }
}

impl Judgement<'_> {
    /// The seal of the user's event in `dialect`; `None` if it cannot be written, which is logged.
    pub(super) fn seal(&self, dialect: Dialect) -> Option<Seal> {
        let known = Inventoried {
            user: self.known,
            admin: &self.admin_known,
            ..self.now(&[])
        };
        logged(dialect.seal(&known))
    }

    /// The user's event in `dialect`, telling what changed.
    pub(super) fn write(
        &self,
        dialect: Dialect,
        id: &EventId,
        changes: &[FieldChange],
    ) -> Option<Vec<u8>> {
        logged(dialect.write(&self.now(changes), id))
    }

    /// What changed since the user was known as `last`.
    pub(super) fn changes(&self, last: &User) -> Vec<FieldChange> {
        let before = Judged {
            user: last,
            admin: &self.plan.admin.judge(last),
        };
        let after = Judged {
            user: self.known,
            admin: &self.admin_known,
        };
        map::changes(before, after)
    }

    /// UserId.
    pub(super) fn user_id(&self) -> &str {
        &self.user.id
    }

    /// The user, counted.
    pub(super) fn tally(&self) -> Tally {
        tally(self.known, &self.admin_known)
    }

    fn now<'b>(&'b self, changes: &'b [FieldChange]) -> Inventoried<'b> {
        Inventoried {
            account: self.account,
            user: self.user,
            admin: &self.admin_now,
            tag_names: &self.plan.tag_names,
            is_last_use_content: self.plan.is_last_use_content,
            changes,
            pass: self.stamp,
        }
    }
}

fn tally(user: &User, admin: &AdminVerdict) -> Tally {
    let has_mfa = user.mfa.value().map(Mfa::is_active);
    Tally {
        admins: u64::from(matches!(admin, AdminVerdict::Admin(_))),
        admin_unknown: u64::from(*admin == AdminVerdict::Unknown),
        without_mfa: u64::from(has_mfa == Some(false)),
        mfa_unknown: u64::from(has_mfa.is_none()),
    }
}

fn logged<T>(rendered: Result<T, RenderError>) -> Option<T> {
    rendered
        .inspect_err(|error| tracing::error!(%error, "a user has no event"))
        .ok()
}
