//! A plan as a file: what is to be done, and what it relied on.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::plan::{Held, Observed, Plan, Refusal};
use super::{DesiredState, Intended, Intent, PlannedAction, Subject, UserAction};
use crate::file;
use crate::foreign::Shown;
use crate::model::{Digest, User};

/// The form of the file.
const FORMAT: u32 = 1;
/// A plan for every user that an account may have.
const LEN_MAX: u64 = 64 * 1024 * 1024;

/// A plan, and what it relied on. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    /// The form of the file; 1.
    pub format: u32,
    /// The plan's id, which its events carry as correlation.
    pub id: Uuid,
    /// When it was made, in RFC 3339.
    pub made_at: String,
    /// The account's id.
    pub account: String,
    /// The file or the table of desired users.
    pub desired: String,
    /// SHA-256 of the desired state.
    pub desired_digest: String,
    /// SHA-256 of what AWS had of users that the plan is about.
    pub observed_digest: String,
    /// AccessKeyIds that a person forced.
    #[serde(default)]
    pub forced: BTreeSet<String>,
    /// What earlier runs began and did not end.
    #[serde(default)]
    pub begun: Vec<Begun>,
    /// What is done.
    pub actions: Vec<PlannedAction>,
    /// What is not.
    pub held: Vec<Held>,
    /// Why nothing is to be done, if so.
    pub refusals: Vec<Refusal>,
    /// SHA-256 of what is done: whoever edits that makes no plan of it.
    pub actions_digest: String,
}

/// What an earlier run began and did not end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begun {
    /// The user.
    pub user: Subject,
    /// What was begun.
    pub what: String,
    /// Since when, in RFC 3339, and what the next run does about it.
    pub then: String,
}

impl Begun {
    /// `intent` as the next run treats it where `desired` is desired.
    fn of(intent: Intent, desired: &DesiredState) -> Self {
        let Intent { user, since, what } = intent;
        let is_desired = desired.get(&user.name).is_some();
        let (what, then) = match what {
            Intended::Delete { .. } if is_desired => (
                "deletion",
                "not finished if it is still there: it is desired again",
            ),
            Intended::Delete { .. } => ("deletion", "finished"),
            Intended::CreateKey { .. } => {
                ("key", "finished: its secret is stored, or the key deleted")
            }
        };
        let since = since.format(&Rfc3339).unwrap_or_default();
        Self {
            user: Subject {
                name: user.name,
                id: Some(user.id),
            },
            what: what.to_owned(),
            then: format!("begun {since}, will be {then}"),
        }
    }
}

/// Why there is no plan to apply.
#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    /// It cannot be read or written.
    #[error("the plan {file} cannot be {what}: {why}")]
    Io {
        /// The file.
        file: Shown,
        /// `read` or `written`.
        what: &'static str,
        /// Why.
        why: Shown,
    },
    /// It is no plan.
    #[error("{file} is no plan: {why}; make one by rollcall lifecycle plan --out FILE")]
    NoPlan {
        /// The file.
        file: Shown,
        /// Why.
        why: Shown,
    },
}

impl PlanFile {
    /// The file of `plan`, made at `now` from both states, from what has not ended and with the
    /// keys `forced`.
    pub fn of(
        plan: Plan,
        desired: &DesiredState,
        observed: &Observed,
        begun: Vec<Intent>,
        forced: BTreeSet<String>,
        now: OffsetDateTime,
    ) -> Self {
        let begun = begun.into_iter().map(|it| Begun::of(it, desired));
        Self {
            format: FORMAT,
            id: Uuid::now_v7(),
            made_at: now.format(&Rfc3339).unwrap_or_default(),
            account: observed.account.id.clone(),
            desired: desired.place.clone(),
            desired_digest: desired.digest().to_string(),
            observed_digest: observed_digest(desired, &plan, observed).to_string(),
            forced,
            begun: begun.collect(),
            actions_digest: digest_of(&plan.actions),
            actions: plan.actions,
            held: plan.held,
            refusals: plan.refusals,
        }
    }

    /// The first of the forced keys that it does not deactivate.
    pub fn not_forced(&self) -> Option<&str> {
        let is_deactivated = |id: &&String| {
            let mut actions = self.actions.iter();
            actions.any(|it| matches!(&it.action, UserAction::DeactivateKey { key } if key == *id))
        };
        let mut keys = self.forced.iter();
        keys.find(|id| !is_deactivated(id)).map(String::as_str)
    }

    /// Reads the plan at `path`.
    pub fn read(path: &Path) -> Result<Self, PlanFileError> {
        let name = || Shown::of(path.display());
        let text = file::read_text(path, LEN_MAX).map_err(|error| PlanFileError::Io {
            file: name(),
            what: "read",
            why: error.to_string().into(),
        })?;
        let no_plan = |why: String| PlanFileError::NoPlan {
            file: name(),
            why: why.into(),
        };
        let plan: Self = serde_json::from_str(&text).map_err(|error| no_plan(error.to_string()))?;
        if plan.format != FORMAT {
            let why = format!("its format is {}, not {FORMAT}", plan.format);
            return Err(no_plan(why));
        }
        match plan.actions_digest == digest_of(&plan.actions) {
            true => Ok(plan),
            false => Err(no_plan("its actions were edited".to_owned())),
        }
    }

    /// Writes the plan to `path`, whole or not at all, for its owner alone.
    pub fn write(&self, path: &Path) -> Result<(), PlanFileError> {
        let is_there = path.try_exists().unwrap_or(true);
        if is_there && let Err(error @ PlanFileError::NoPlan { .. }) = Self::read(path) {
            return Err(PlanFileError::Io {
                file: Shown::of(path.display()),
                what: "written",
                why: Shown::of(format!("another file is there, and stays: {error}")),
            });
        }
        let written = || {
            let directory = path.parent().filter(|it| !it.as_os_str().is_empty());
            let mut file = tempfile::NamedTempFile::new_in(directory.unwrap_or(Path::new(".")))?;
            serde_json::to_writer_pretty(&mut file, self)?;
            file.write_all(b"\n")?;
            file.as_file().sync_all()?;
            file.persist(path)?;
            Ok::<_, std::io::Error>(())
        };
        written().map_err(|error| PlanFileError::Io {
            file: Shown::of(path.display()),
            what: "written",
            why: error.to_string().into(),
        })
    }

    /// What `now` has that this plan did not rely on; `None` where it still applies.
    pub fn changed(&self, now: &Self) -> Option<&'static str> {
        if self.account != now.account {
            return Some("it is of another account");
        }
        if self.desired != now.desired || self.desired_digest != now.desired_digest {
            return Some("the desired users have changed");
        }
        if self.observed_digest != now.observed_digest {
            return Some("users in AWS have changed");
        }
        let steps = |plan: &Self| -> Vec<_> {
            let actions = plan.actions.iter();
            let actions = actions.map(|it| (it.user.clone(), it.action.kind()));
            actions.collect()
        };
        (steps(self) != steps(now)).then_some("time has passed, and another plan would be made")
    }
}

fn digest_of(actions: &[PlannedAction]) -> String {
    // Texts and times always have a JSON.
    let text = serde_json::to_vec(actions).unwrap_or_default();
    Digest::of(&text).to_string()
}

/// Of the users that the desired state or the plan names, without what changes by itself: when
/// facts were read and credentials were last used. Guards look at those again.
fn observed_digest(desired: &DesiredState, plan: &Plan, observed: &Observed) -> Digest {
    let of_actions = plan.actions.iter().map(|it| &it.user);
    let of_plan = of_actions.chain(plan.held.iter().map(|it| &it.user));
    let of_plan: BTreeSet<&str> = of_plan.filter_map(|user| user.id.as_deref()).collect();
    let users = observed.users.iter();
    let named =
        users.filter(|it| desired.get(&it.name).is_some() || of_plan.contains(it.id.as_str()));
    let mut users: Vec<_> = named.map(|user| state(user, observed)).collect();
    users.sort_by_cached_key(ToString::to_string);
    Digest::of(serde_json::Value::from(users).to_string().as_bytes())
}

fn state(user: &User, observed: &Observed) -> serde_json::Value {
    let stored = observed.stored_keys.get(&user.id);
    let tags = user.tags.value().map(|tags| {
        let mut tags = tags.clone();
        tags.sort();
        tags
    });
    let sorted = |texts: Option<Vec<String>>| {
        texts.map(|mut texts| {
            texts.sort();
            texts
        })
    };
    let groups = user.groups.value();
    let groups = sorted(groups.map(|all| all.iter().map(|it| it.name.clone()).collect()));
    let policies = user.attached_policies.value();
    let policies = sorted(policies.map(|all| all.iter().map(|it| it.arn.clone()).collect()));
    let keys = user.access_keys.value();
    let key = |key: &crate::model::AccessKey| format!("{:?} {}", key.id, key.active);
    let keys = sorted(keys.map(|all| all.iter().map(key).collect()));
    serde_json::json!({
        "id": user.id,
        "name": user.name,
        "path": user.path,
        "tags": tags,
        "boundary": user.permissions_boundary.value(),
        "groups": groups,
        "policies": policies,
        "keys": keys,
        "stored": stored.map(|it| it.value()),
        "console": user.console.value().map(|it| it.enabled),
    })
}
