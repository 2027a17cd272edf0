//! Accounts, as their last passes left them. Their ids are text of AWS's until proven otherwise.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use prometheus::{GaugeVec, IntGaugeVec};
use time::OffsetDateTime;

use super::MetricsError;
use super::families::{Families, seconds};
use crate::aws::LearntRates;
use crate::foreign::Shown;
use crate::model::{Reason, Tally};
use crate::run::PassReport;
use crate::store::AccountRecord;

/// Accounts, as their last passes left them.
#[derive(Debug)]
pub(super) struct Accounts {
    known: Mutex<Known>,
    last_complete: GaugeVec,
    users: IntGaugeVec,
    admins: IntGaugeVec,
    without_mfa: IntGaugeVec,
    admins_without_mfa: IntGaugeVec,
    held_back: IntGaugeVec,
    accounts: IntGaugeVec,
    unknown_facts: IntGaugeVec,
    rates: GaugeVec,
}

/// What is added up over accounts when somebody asks.
#[derive(Debug, Default)]
struct Known {
    accounts: BTreeMap<String, OfAccount>,
    left: usize,
}

/// What is known of one account.
#[derive(Debug, Default)]
struct OfAccount {
    has_failed: bool,
    unknown_facts: BTreeMap<(&'static str, Reason), u64>,
    rates: LearntRates,
}

impl Accounts {
    pub(super) fn new(families: Families<'_>) -> Result<Self, MetricsError> {
        let of_account = |name, help| families.gauge(name, help, &["account"]);
        Ok(Self {
            known: Mutex::default(),
            last_complete: families.fraction(
                "rollcall_last_complete_pass_timestamp_seconds",
                "When the last pass over the account began that saw every user.",
                &["account"],
            )?,
            users: of_account("rollcall_users", "Users that the last complete pass read.")?,
            admins: of_account(
                "rollcall_users_admin",
                "Administrators among them, the last known value standing for an unknown one.",
            )?,
            without_mfa: of_account(
                "rollcall_users_without_mfa",
                "Users among them without MFA, the last known value standing for an unknown one.",
            )?,
            admins_without_mfa: of_account(
                "rollcall_users_admin_without_mfa",
                "Administrators among them without MFA, likewise.",
            )?,
            held_back: of_account(
                "rollcall_deletions_held_back",
                "Users who are gone and not reported as deleted until somebody accepts it.",
            )?,
            accounts: families.gauge(
                "rollcall_accounts",
                "Accounts: ok were seen whole by the last pass, failed were not, left are not in \
                 the organization any more.",
                &["state"],
            )?,
            unknown_facts: families.gauge(
                "rollcall_unknown_facts",
                "Facts about users that the last passes asked for and could not read.",
                &["fact", "reason"],
            )?,
            rates: families.fraction(
                "rollcall_aws_rate_limit_per_second",
                "Calls a second that AWS let through, where that is less than configured: the \
                 least over all accounts.",
                &["action"],
            )?,
        })
    }

    /// What an earlier process left of `account`.
    pub(super) fn adopt(&self, account: &str, record: &AccountRecord) {
        let account = Shown::of(account);
        let account = account.as_str();
        let last = record.last_pass.as_ref().map(|last| &last.record);
        let is_whole = last.is_some_and(|last| last.incomplete.is_none());
        let of_account = OfAccount {
            has_failed: record.failed_attempts.is_some() || !is_whole,
            ..OfAccount::default()
        };
        self.known().accounts.insert(account.to_owned(), of_account);
        if let Some(complete) = &record.last_complete {
            let found = &complete.record;
            self.set_complete(
                account,
                seconds(complete.at_unix_ms),
                found.users,
                found.tally,
            );
        }
        let held_back = last.map_or(0, |last| last.held_back);
        self.set(&self.held_back, account, held_back);
    }

    /// A pass over an account has ended just now.
    pub(super) fn passed(&self, report: &PassReport) {
        let account = Shown::of(&report.account_id);
        let account = account.as_str();
        let mut of_account = OfAccount {
            has_failed: !report.saw_every_user(),
            rates: report.learnt_rates.clone(),
            ..OfAccount::default()
        };
        for ((fact, why), users) in &report.unknown_facts {
            let count = of_account.unknown_facts.entry((fact, why.reason));
            *count.or_default() += users;
        }
        self.known().accounts.insert(account.to_owned(), of_account);
        if report.saw_every_user() {
            let now = OffsetDateTime::now_utc().unix_timestamp_nanos() as f64 / 1e9;
            let at = now - report.duration.as_secs_f64();
            self.set_complete(account, at, report.users, report.tally);
        }
        self.set(&self.held_back, account, report.deletions.held_back);
    }

    /// No pass over `account` could begin.
    pub(super) fn failed(&self, account: &str) {
        let mut known = self.known();
        let account = Shown::of(account).as_str().to_owned();
        let of_account = known.accounts.entry(account).or_default();
        of_account.has_failed = true;
    }

    /// These accounts are not in the organization any more: nothing about them is shown.
    pub(super) fn left(&self, accounts: &[String]) {
        let mut known = self.known();
        known.left = accounts.len();
        for account in accounts.iter().map(Shown::of) {
            let account = account.as_str();
            known.accounts.remove(account);
            // What has no sample needs none removed.
            let _ = self.last_complete.remove_label_values(&[account]);
            for gauge in [
                &self.users,
                &self.admins,
                &self.without_mfa,
                &self.admins_without_mfa,
                &self.held_back,
            ] {
                let _ = gauge.remove_label_values(&[account]);
            }
        }
    }

    /// Adds up what is of all accounts.
    pub(super) fn refresh(&self) {
        let known = self.known();
        let failed = known.accounts.values().filter(|it| it.has_failed).count();
        let states = [
            ("ok", known.accounts.len() - failed),
            ("failed", failed),
            ("left", known.left),
        ];
        for (state, count) in states {
            self.set(&self.accounts, state, count as u64);
        }
        self.unknown_facts.reset();
        self.rates.reset();
        let mut rates = LearntRates::new();
        for account in known.accounts.values() {
            for ((fact, reason), users) in &account.unknown_facts {
                let labels = [fact, reason.as_str()];
                self.unknown_facts
                    .with_label_values(&labels)
                    .add(whole(*users));
            }
            for (action, rate) in &account.rates {
                let least = rates.entry(*action).or_insert(*rate);
                *least = least.min(*rate);
            }
        }
        for (action, rate) in rates {
            self.rates.with_label_values(&[action.as_str()]).set(rate);
        }
    }

    fn set_complete(&self, account: &str, at_seconds: f64, users: u64, tally: Tally) {
        let at = self.last_complete.with_label_values(&[account]);
        at.set(at_seconds);
        self.set(&self.users, account, users);
        self.set(&self.admins, account, tally.admins);
        self.set(&self.without_mfa, account, tally.without_mfa);
        let of_admins = tally.admins_without_mfa;
        self.set(&self.admins_without_mfa, account, of_admins);
    }

    fn set(&self, gauge: &IntGaugeVec, label: &str, value: u64) {
        gauge.with_label_values(&[label]).set(whole(value));
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A count as a gauge takes it.
pub(super) fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
