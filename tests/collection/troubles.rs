//! What goes wrong in a case, and which calls that can keep from telling.

use std::collections::BTreeSet;

use fastrand::Rng;

use super::drawn::one;
use crate::support::sim_aws::{Denial, Fault, SimAccount, SimAws, SimUser};

/// Calls that may be denied.
const ACTIONS: [&str; 13] = [
    "GetAccountSummary",
    "ListUsers",
    "GetAccountAuthorizationDetails",
    "ListVirtualMFADevices",
    "GenerateCredentialReport",
    "GetCredentialReport",
    "ListGroupsForUser",
    "ListAttachedGroupPolicies",
    "ListMFADevices",
    "ListAccessKeys",
    "GetAccessKeyLastUsed",
    "ListServiceSpecificCredentials",
    "ListSSHPublicKeys",
];
/// Calls about the whole account: to try one of them until it is given up takes seconds, but
/// not for each user.
const ACCOUNT_WIDE: [&str; 7] = [
    ACTIONS[0],
    ACTIONS[1],
    ACTIONS[2],
    ACTIONS[3],
    ACTIONS[4],
    ACTIONS[5],
    ACTIONS[11],
];
/// Calls whose answers are listings.
const LISTINGS: [&str; 9] = [
    ACTIONS[1],
    ACTIONS[2],
    ACTIONS[3],
    ACTIONS[6],
    ACTIONS[7],
    ACTIONS[8],
    ACTIONS[9],
    ACTIONS[11],
    ACTIONS[12],
];
/// What passes when a call is sent again.
const PASSING: [Fault; 9] = [
    Fault::Throttling,
    Fault::ServiceFailure,
    Fault::ServiceUnavailable,
    Fault::CutBefore,
    Fault::CutWithin,
    Fault::MismatchedXml,
    Fault::Html,
    Fault::TruncatedAt(250),
    Fault::EmptyBody,
];

/// Everything that goes wrong in a case.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    denied: BTreeSet<&'static str>,
    /// An action that fails however often it is called.
    broken: Option<(&'static str, Fault)>,
    /// A listing whose pages do not lead on.
    astray: Option<(&'static str, Fault)>,
    /// A fault that hits this share of all calls.
    passing: Option<(Fault, f64)>,
    /// So many users too many or too few, in so many answers.
    pub(super) wrong_count: Option<(i64, u32)>,
    /// At most one: between two, a user could be found as it never was.
    change: Option<Change>,
    seed: u64,
}

/// A change of the account while it is read.
#[derive(Clone, Debug)]
struct Change {
    /// After this answer.
    after: (&'static str, u64),
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    UserDeleted(String),
    GroupDeleted(String),
    KeysDeleted(String),
    UserCreated,
}

/// Draws at most a few: with many, nothing is left to be known.
pub(super) fn draw(rng: &mut Rng, account: &SimAccount) -> Troubles {
    let mut troubles = Troubles {
        seed: rng.u64(..),
        ..Troubles::default()
    };
    if rng.bool() {
        let count = rng.usize(1..=4);
        troubles.denied = (0..count).map(|_| one(rng, ACTIONS)).collect();
    }
    if rng.u8(..16) == 0 {
        let fault = PASSING[rng.usize(1..PASSING.len())];
        troubles.broken = Some((one(rng, ACCOUNT_WIDE), fault));
    }
    if rng.u8(..6) == 0 {
        let fault = one(rng, [Fault::NoMarker, Fault::RepeatedMarker]);
        troubles.astray = Some((one(rng, LISTINGS), fault));
    }
    if rng.u8(..4) == 0 {
        troubles.passing = Some((one(rng, PASSING), 0.03));
    }
    if rng.u8(..6) == 0 {
        troubles.wrong_count = Some((rng.i64(1..=5), one(rng, [1, u32::MAX])));
    }
    if rng.u8(..3) == 0 {
        troubles.change = change(rng, account);
    }
    troubles
}

fn change(rng: &mut Rng, account: &SimAccount) -> Option<Change> {
    let user = rng.choice(account.users.keys())?.clone();
    let group = rng.choice(account.groups.keys())?.clone();
    let what = match rng.u8(..4) {
        0 => What::UserDeleted(user),
        1 => What::GroupDeleted(group),
        2 => What::KeysDeleted(user),
        _ => What::UserCreated,
    };
    let after = match &what {
        What::KeysDeleted(_) => ("ListAccessKeys", rng.u64(1..=20)),
        _ => (one(rng, ACTIONS), rng.u64(1..=4)),
    };
    Some(Change { after, what })
}

impl Troubles {
    /// Has `sim` behave like this.
    pub(super) fn befall(&self, sim: &SimAws) {
        for action in &self.denied {
            sim.inject(Fault::Denied(Denial::NothingAllows).of(action));
        }
        for (action, fault) in self.broken.iter().chain(&self.astray) {
            sim.inject(fault.of(action));
        }
        if let Some((off, times)) = self.wrong_count {
            sim.inject(Fault::WrongCount(off).of("GetAccountSummary").times(times));
        }
        if let Some((fault, share)) = self.passing {
            sim.inject(fault.of_all().with_probability(share, self.seed));
        }
        if let Some(change) = self.change.clone() {
            let (action, call) = change.after;
            sim.after(action, call, move |account| change.what.happen(account));
        }
    }

    /// The calls that fail.
    pub(super) fn hidden(&self) -> BTreeSet<&'static str> {
        let mut hidden = self.denied.clone();
        hidden.extend(self.broken.map(|(action, _)| action));
        let astray = self.astray.filter(|(_, fault)| *fault == Fault::NoMarker);
        hidden.extend(astray.map(|(action, _)| action));
        hidden
    }

    /// The calls that perhaps cannot, or for some users only: a marker can repeat only where
    /// there is a second page.
    pub(super) fn perhaps_hidden(&self) -> BTreeSet<&'static str> {
        let mut hidden = self.hidden();
        hidden.extend(self.astray.map(|(action, _)| action));
        hidden
    }

    /// Whether the account stays as it is.
    pub(super) fn leave_the_account_alone(&self) -> bool {
        self.change.is_none()
    }
}

impl What {
    fn happen(self, account: &mut SimAccount) {
        match self {
            Self::UserDeleted(name) => {
                account.users.remove(&name);
            }
            Self::GroupDeleted(name) => account.delete_group(&name),
            Self::KeysDeleted(name) => {
                if let Some(user) = account.users.get_mut(&name) {
                    user.keys.clear();
                }
            }
            Self::UserCreated => {
                let newcomer = SimUser::new("zz-newcomer").mfa("GAHT11111111");
                account.users.insert(newcomer.name.clone(), newcomer);
            }
        }
    }
}
