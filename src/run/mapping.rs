//! How users become events, by configuration.

use crate::analyze::{AdminRule, AdminVerdict, Privilege};
use crate::map::{self, AdminBy, Dialect, EventInput, Judged, MappingRules, RenderError};
use crate::model::{
    Account, Digest, EntityKey, EventId, FieldChange, FormerName, Mfa, PassStamp, Revision,
    StaleFact, Tally, User,
};
use crate::validate::{Rules, Severity};

/// How users become events.
#[derive(Debug, Clone)]
pub struct MappingPlan {
    /// Who is an administrator.
    pub admin: AdminRule,
    /// What else the operator decides about events.
    pub rules: MappingRules,
    /// Whether there are events about the root user.
    pub with_root: bool,
    /// Whether service control policies limit verdicts.
    pub with_scps: bool,
    /// Whether each event is checked against its schema before it is staged.
    pub verifies: bool,
}

/// A user as known: with the last known value of what is unknown now.
#[derive(Debug, Clone, Copy)]
pub struct KnownUser<'a> {
    /// The user.
    pub user: &'a User,
    /// Which facts are as last known.
    pub stale: &'a [StaleFact],
    /// The names that it had before.
    pub former_names: &'a [FormerName],
    /// How much it can do, where that was judged.
    pub privilege: Option<&'a Privilege>,
}

/// One user, judged: everything that its events are made from.
pub(super) struct JudgedUser<'a> {
    account: &'a Account,
    stamp: PassStamp,
    plan: &'a MappingPlan,
    known: KnownUser<'a>,
    admin: AdminVerdict,
}

impl<'a> KnownUser<'a> {
    /// A user of whom nothing was known before.
    pub fn first_seen(user: &'a User, privilege: Option<&'a Privilege>) -> Self {
        Self {
            user,
            stale: &[],
            former_names: &[],
            privilege,
        }
    }
}

impl MappingPlan {
    /// Whether there are events about `user` at all.
    pub(super) fn includes(&self, user: &User) -> bool {
        self.with_root || !user.is_root()
    }

    /// Whether events of `dialects` tell what policies allow.
    pub fn needs_policies(&self, dialects: impl IntoIterator<Item = Dialect>) -> bool {
        let is_told =
            |dialect| dialect == Dialect::Ocsf || self.rules.admin_by == AdminBy::Effective;
        dialects.into_iter().any(is_told)
    }

    /// Judges `known` of `account`, as of the pass `stamp`.
    pub(super) fn judge<'a>(
        &'a self,
        account: &'a Account,
        stamp: PassStamp,
        known: KnownUser<'a>,
    ) -> JudgedUser<'a> {
        JudgedUser {
            account,
            stamp,
            plan: self,
            admin: self.admin.judge(known.user),
            known,
        }
    }

    /// What is known of `user`, of this `privilege`, counted; `None` if an earlier observation may
    /// know more.
    pub(super) fn tally(&self, user: &User, privilege: Option<&Privilege>) -> Option<Tally> {
        let is_admin = self.is_admin(privilege, &self.admin.judge(user));
        let is_known = is_admin.is_some() && user.mfa.value().is_some();
        is_known.then(|| tally(user, is_admin))
    }

    /// Whether a user is an administrator, as events of the dialect `ocsf` tell it; and as those of
    /// `sekoia` do where no verdicts are made, or names are to decide.
    fn is_admin(&self, privilege: Option<&Privilege>, by_names: &AdminVerdict) -> Option<bool> {
        let is_by_names = self.rules.admin_by == AdminBy::Names;
        let tier = privilege.filter(|_| !is_by_names).map(|it| it.tier);
        map::is_admin(tier, by_names)
    }

    /// The event about a user, as if it were the first one, as one line of JSON. `None` for a root
    /// user that is left out, and if it cannot be written, which is logged.
    pub fn event(
        &self,
        account: &Account,
        known: KnownUser<'_>,
        stamp: PassStamp,
        dialect: Dialect,
    ) -> Option<Vec<u8>> {
        let user = known.user;
        if !self.includes(user) {
            return None;
        }
        let judged = self.judge(account, stamp, known);
        let written = judged.digest(dialect).and_then(|digest| {
            let entity = EntityKey::user(&account.id, &user.id);
            let id = EventId::derive(&Revision {
                store: &[0; 16],
                receiver: dialect.as_str(),
                entity: &entity,
                number: 1,
                digest: &digest,
            });
            judged.write(dialect, &id, &[])
        });
        written
            .inspect_err(|error| tracing::error!(%error, "a user has no event"))
            .ok()
    }
}

impl JudgedUser<'_> {
    /// The digest of the user's event in `dialect`.
    pub(super) fn digest(&self, dialect: Dialect) -> Result<Digest, RenderError> {
        dialect.digest(&self.input(&[]))
    }

    /// The user's event in `dialect`, with what `changes`.
    pub(super) fn write(
        &self,
        dialect: Dialect,
        id: &EventId,
        changes: &[FieldChange],
    ) -> Result<Vec<u8>, RenderError> {
        self.verified(dialect, dialect.write(&self.input(changes), id))
    }

    /// The facts that the event lacks or gives as last known.
    pub(super) fn owed(&self, dialect: Dialect) -> Vec<String> {
        dialect.owed(&self.input(&[]))
    }

    /// The digest of the event that the user was deleted.
    pub(super) fn deletion_digest(&self, dialect: Dialect) -> Result<Digest, RenderError> {
        dialect.deletion_digest(&self.input(&[]))
    }

    /// The event that the user was deleted.
    pub(super) fn write_deletion(
        &self,
        dialect: Dialect,
        id: &EventId,
    ) -> Result<Vec<u8>, RenderError> {
        self.verified(dialect, dialect.write_deletion(&self.input(&[]), id))
    }

    /// The event that the user is not known by `former` any more.
    pub(super) fn write_closing(
        &self,
        dialect: Dialect,
        former: &FormerName,
        id: &EventId,
    ) -> Result<Vec<u8>, RenderError> {
        let written = dialect.write_closing(&self.input(&[]), former, id);
        self.verified(dialect, written)
    }

    /// What changed since the user was known as `last`, and could do `privilege`.
    pub(super) fn changes(&self, last: &User, privilege: Option<&Privilege>) -> Vec<FieldChange> {
        let before = Judged {
            user: last,
            admin: &self.plan.admin.judge(last),
            privilege,
        };
        let after = Judged {
            user: self.known.user,
            admin: &self.admin,
            privilege: self.known.privilege,
        };
        map::changes(before, after)
    }

    /// The user.
    pub(super) fn user(&self) -> &User {
        self.known.user
    }

    /// The user, counted.
    pub(super) fn tally(&self) -> Tally {
        let is_admin = self.plan.is_admin(self.known.privilege, &self.admin);
        tally(self.known.user, is_admin)
    }

    /// Logs what is wrong with the event that was written, which is a bug of ours. It goes out all
    /// the same: no user is lost for it.
    fn verified(
        &self,
        dialect: Dialect,
        written: Result<Vec<u8>, RenderError>,
    ) -> Result<Vec<u8>, RenderError> {
        if self.plan.verifies
            && let Ok(event) = &written
        {
            let problems = Rules::of(dialect).check(&String::from_utf8_lossy(event));
            for problem in problems.iter().filter(|it| it.severity == Severity::Error) {
                let user = self.known.user.arn.as_str();
                tracing::error!(%dialect, user, %problem, "an event is invalid, and is sent: please report this bug");
            }
        }
        written
    }

    fn input<'b>(&'b self, changes: &'b [FieldChange]) -> EventInput<'b> {
        EventInput {
            account: self.account,
            user: self.known.user,
            admin: &self.admin,
            privilege: self.known.privilege,
            rules: &self.plan.rules,
            changes,
            stale: self.known.stale,
            former_names: self.known.former_names,
            pass: self.stamp,
        }
    }
}

fn tally(user: &User, is_admin: Option<bool>) -> Tally {
    let has_mfa = user.mfa.value().map(Mfa::is_active);
    let is_known_admin = is_admin == Some(true);
    Tally {
        admins: u64::from(is_known_admin),
        admin_unknown: u64::from(is_admin.is_none()),
        without_mfa: u64::from(has_mfa == Some(false)),
        mfa_unknown: u64::from(has_mfa.is_none()),
        admins_without_mfa: u64::from(is_known_admin && has_mfa == Some(false)),
    }
}
