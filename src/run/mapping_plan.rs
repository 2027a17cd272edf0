//! How users become events, by configuration.

use crate::analyze::{AdminRule, AdminVerdict};
use crate::map::{self, Change, Dialect, Inventoried, Judged, Rendered, TagNames};
use crate::model::{Account, PassStamp, User};

/// How users become events.
#[derive(Debug, Clone)]
pub struct MappingPlan {
    /// Who is an administrator.
    pub admin: AdminRule,
    /// What tags tell about people.
    pub tag_names: TagNames,
    /// Whether the root user is told.
    pub with_root: bool,
}

impl MappingPlan {
    /// Whether there are events about `user` at all.
    pub(super) fn tells(&self, user: &User) -> bool {
        self.with_root || !user.is_root()
    }

    /// The event about `user` in `dialect`, digested as the user is `known`: with the last known
    /// value of what is unknown now. It says what changed since `last`.
    ///
    /// `None` for a root user that is not told, and if it cannot be written, which is logged.
    pub fn event(
        &self,
        account: &Account,
        user: &User,
        known: &User,
        last: Option<&User>,
        stamp: PassStamp,
        dialect: Dialect,
    ) -> Option<Rendered> {
        if !self.tells(user) {
            return None;
        }
        let (admin_now, admin_known) = (self.admin.judge(user), self.admin.judge(known));
        let changes = last.map_or_else(Vec::new, |last| self.changes(last, known, &admin_known));
        let now = Inventoried {
            account,
            user,
            admin: &admin_now,
            tag_names: &self.tag_names,
            changes: &changes,
            pass: stamp,
        };
        let known = Inventoried {
            user: known,
            admin: &admin_known,
            ..now
        };
        dialect
            .render_against(&now, &known)
            .inspect_err(|error| tracing::error!(%error, "a user has no event"))
            .ok()
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
        let admin = self.admin.judge(user);
        let last_known = Inventoried {
            account,
            user,
            admin: &admin,
            tag_names: &self.tag_names,
            changes: &[],
            pass: stamp,
        };
        dialect
            .render_deletion(&last_known)
            .inspect_err(|error| tracing::error!(%error, "a deletion has no event"))
            .ok()
    }

    fn changes(&self, last: &User, known: &User, admin: &AdminVerdict) -> Vec<Change> {
        let before = Judged {
            user: last,
            admin: &self.admin.judge(last),
        };
        map::changes(before, Judged { user: known, admin })
    }
}
