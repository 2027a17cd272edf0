//! One case of the property: an account, its credential report, and how it is read.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use fastrand::Rng;
use rollcall::config::{AccessKeyLookup, AwsSettings, MfaLookup, Strategy};
use time::{Duration, OffsetDateTime};

use super::troubles::{self, Troubles};
use crate::support::sim_aws::{PageShape, SimAccount, SimAws, SimReport, SimUser};

/// What listings are cut into pages.
const LISTINGS: [Option<&str>; 4] = [
    None,
    Some("ListUsers"),
    Some("GetAccountAuthorizationDetails"),
    Some("ListVirtualMFADevices"),
];

/// A case.
pub(super) struct Drawn {
    pub(super) account: SimAccount,
    pub(super) reading: Reading,
    pub(super) troubles: Troubles,
}

/// How the account is read, and what of it the credential report has.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) strategy: Strategy,
    pub(super) mfa: MfaLookup,
    pub(super) access_keys: AccessKeyLookup,
    max_in_flight: usize,
    pages: Vec<(Option<&'static str>, PageShape)>,
    /// Names of users that the report does not cover, or only lists their predecessors.
    pub(super) not_in_report: BTreeSet<String>,
    /// Whether there is a report before one is asked for.
    pub(super) has_old_report: bool,
}

impl Drawn {
    /// The case of this number, always the same.
    pub(super) fn of(number: u64) -> Self {
        let mut rng = Rng::with_seed(number);
        let users = rng.usize(..40);
        let mut account = SimAccount::generate(rng.u64(..), users);
        let not_in_report = credential_report(&mut rng, &mut account);
        let troubles = troubles::draw(&mut rng, &account);
        let reading = Reading {
            strategy: one(
                &mut rng,
                [
                    Strategy::Auto,
                    Strategy::Auto,
                    Strategy::Bulk,
                    Strategy::PerUser,
                ],
            ),
            mfa: one(
                &mut rng,
                [MfaLookup::Auto, MfaLookup::Auto, MfaLookup::Live],
            ),
            access_keys: one(&mut rng, [AccessKeyLookup::Report, AccessKeyLookup::Ids]),
            max_in_flight: rng.usize(1..=16),
            pages: pages(&mut rng),
            not_in_report,
            has_old_report: account.report.is_some(),
        };
        Self {
            account,
            reading,
            troubles,
        }
    }

    /// An AWS that holds the account and behaves as drawn.
    pub(super) fn start(&self) -> SimAws {
        let sim = SimAws::start([self.account.clone()]);
        for (action, shape) in &self.reading.pages {
            sim.pages(*action, *shape);
        }
        self.troubles.befall(&sim);
        sim
    }

    pub(super) fn settings(&self, sim: &SimAws) -> AwsSettings {
        AwsSettings {
            strategy: self.reading.strategy,
            mfa: self.reading.mfa,
            access_keys: self.reading.access_keys,
            max_in_flight: NonZeroUsize::new(self.reading.max_in_flight).unwrap(),
            ..sim.settings()
        }
    }
}

/// One of `choices`.
pub(super) fn one<T: Copy, const N: usize>(rng: &mut Rng, choices: [T; N]) -> T {
    choices[rng.usize(..N)]
}

fn pages(rng: &mut Rng) -> Vec<(Option<&'static str>, PageShape)> {
    let mut pages = Vec::new();
    for listing in LISTINGS {
        if rng.bool() {
            let shape = PageShape::short(rng.usize(1..=20)).with_empty(rng.u32(..=1));
            let ends_empty = rng.bool();
            pages.push((
                listing,
                if ends_empty {
                    shape.ending_empty()
                } else {
                    shape
                },
            ));
        }
    }
    pages
}

/// A report that is being made when asked for, or one that is two hours old: then some users are
/// newer, and some have the name of a user that was deleted since.
fn credential_report(rng: &mut Rng, account: &mut SimAccount) -> BTreeSet<String> {
    account.report_polls = rng.u32(..=1);
    if rng.u8(..4) == 0 {
        return BTreeSet::new();
    }
    let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap();
    let mut then = account.clone();
    let mut not_covered = BTreeSet::new();
    for (name, user) in &mut account.users {
        match rng.u8(..8) {
            0 => {
                then.users.remove(name);
            }
            1 => {
                then.users.insert(name.clone(), predecessor(user));
            }
            _ => continue,
        }
        *user = born_again(user, now - Duration::HOUR);
        not_covered.insert(name.clone());
    }
    account.report = Some(SimReport::of(&then, now - Duration::hours(2)));
    not_covered
}

/// A user of the same name and path, with everything else in a report different.
fn predecessor(user: &SimUser) -> SimUser {
    let mut other = SimUser::new(&user.name);
    other.path.clone_from(&user.path);
    if user.mfa.is_empty() {
        other = other.mfa("GAHT99999999");
    }
    other
}

fn born_again(user: &SimUser, created_at: OffsetDateTime) -> SimUser {
    let mut user = SimUser {
        created_at,
        ..user.clone()
    };
    for credential in user.service_credentials.values_mut() {
        credential.created_at = created_at;
    }
    user
}
