//! What happened, as summaries and exit codes show it.

mod exit_status;
mod held_back;

pub use exit_status::ExitStatus;
pub use held_back::{how_to_accept_deletions, how_to_stop};

use crate::aws::AwsError;
use crate::deliver::ForwarderReport;
use crate::run::agent::Receiver;
use crate::run::fleet::{AccountError, FleetError, Member};
use crate::run::pass::PassReport;
use crate::store::{Store, StoreError};

/// What became of one sink's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkReport {
    /// The sink's name.
    pub name: String,
    /// What its forwarder did.
    pub forwarded: ForwarderReport,
    /// Events that still wait.
    pub waiting: u64,
}

/// What became of one account, in few words: there may be thousands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountReport {
    /// The account's id.
    pub id: String,
    /// Its configured name, or the organization's.
    pub name: Option<String>,
    /// Users collected.
    pub users: u64,
    /// Users of them that were seen for the first time.
    pub appeared: u64,
    /// Users of them that changed.
    pub changed: u64,
    /// Users reported as deleted, which are not among the users collected.
    pub deleted: u64,
    /// Facts that were asked for and could not be read, over all users.
    pub unknown_facts: u64,
    /// Calls to AWS, retries included.
    pub calls: u64,
    /// Whether the pass did not begin, or ended early.
    pub has_failed: bool,
    /// What the account alone would have ended with.
    pub status: ExitStatus,
    /// Why not all of it was collected, if so.
    pub why: Option<String>,
}

/// What `collect` did.
#[derive(Debug, Default)]
pub struct RunReport {
    /// The accounts that were passed over, in the order of their ids.
    pub accounts: Vec<AccountReport>,
    /// The pass, where it was the only one.
    pub pass: Option<PassReport>,
    /// Why there was no account to pass over, if so.
    pub refused: Option<FleetError>,
    /// Why the organization may have more accounts, if so.
    pub listing_failure: Option<AwsError>,
    /// Accounts that the organization does not hold any more.
    pub left: Vec<String>,
    /// Calls to AWS that belong to no account.
    pub shared_calls: u64,
    /// Every sink.
    pub sinks: Vec<SinkReport>,
    /// Events that cannot be sent, and are dead letters.
    pub unsendable: u64,
    /// Whether an outbox is still too full for what is known.
    pub is_behind: bool,
    /// Whether a signal ended it.
    pub is_interrupted: bool,
}

impl PassReport {
    fn status(&self) -> ExitStatus {
        match &self.failure {
            Some(error) if self.users == 0 && error.class.is_refusal() => ExitStatus::AwsRefused,
            _ if !self.is_collected() => ExitStatus::Partial,
            _ => ExitStatus::Done,
        }
    }
}

impl SinkReport {
    /// Whether everything for the sink was delivered, and nothing rejected.
    pub fn is_done(&self) -> bool {
        self.waiting == 0 && self.forwarded.dead_letters == 0
    }
}

impl RunReport {
    /// The ids of all accounts that there are, whatever came of their passes; `None` if they are
    /// not all known.
    pub(in crate::run) fn present_accounts(&self) -> Option<Vec<String>> {
        let are_known = self.refused.is_none()
            && self.listing_failure.is_none()
            && self.accounts.iter().all(|account| !account.id.is_empty());
        let ids = || self.accounts.iter().map(|account| account.id.clone());
        are_known.then(|| ids().collect())
    }

    /// The exit code: what keeps everything from working comes before what is missing.
    pub fn status(&self) -> ExitStatus {
        let of_passes = match &self.refused {
            Some(error) => error.status(),
            None => self.of_accounts(),
        };
        if self.is_interrupted {
            ExitStatus::Interrupted
        } else if matches!(of_passes, ExitStatus::AwsRefused | ExitStatus::Usage) {
            of_passes
        } else if !self.is_delivered() {
            ExitStatus::Undelivered
        } else {
            of_passes
        }
    }

    /// Whether every sink was sent everything, and rejected nothing.
    fn is_delivered(&self) -> bool {
        let are_done = self.sinks.iter().all(SinkReport::is_done);
        are_done && self.unsendable == 0 && !self.is_behind
    }

    /// Adds whether a receiver is still behind.
    pub(in crate::run) fn add_behind(
        &mut self,
        store: &Store,
        receivers: &[Receiver],
    ) -> Result<(), StoreError> {
        let behind = store.receivers_behind()?;
        let is_configured = |id: &String| receivers.iter().any(|it| it.id == *id);
        self.is_behind = behind.iter().any(|(id, _)| is_configured(id));
        Ok(())
    }

    /// Whether AWS let us read anything, and whether that was all.
    fn of_accounts(&self) -> ExitStatus {
        let is = |status| move |account: &AccountReport| account.status == status;
        let is_whole = self.listing_failure.is_none();
        if is_whole && self.accounts.iter().all(is(ExitStatus::Done)) {
            ExitStatus::Done
        } else if !self.accounts.is_empty() && self.accounts.iter().all(is(ExitStatus::AwsRefused))
        {
            ExitStatus::AwsRefused
        } else {
            ExitStatus::Partial
        }
    }

    /// Passes end in any order; people look for an id.
    pub(in crate::run) fn order_accounts(&mut self) {
        self.accounts.sort_by(|a, b| a.id.cmp(&b.id));
    }
}

impl AccountReport {
    pub(in crate::run) fn of(member: &Member, pass: &PassReport) -> Self {
        let status = pass.status();
        Self {
            id: pass.account_id.clone(),
            name: member.name.clone(),
            users: pass.users,
            appeared: pass.appeared,
            changed: pass.changed,
            deleted: pass.deletions.sent,
            unknown_facts: pass.unknown_facts.values().sum(),
            calls: pass.calls.values().sum(),
            has_failed: pass.failure.is_some(),
            status,
            why: (status != ExitStatus::Done).then(|| pass.why_not_whole()),
        }
    }

    pub(in crate::run) fn failed(member: &Member, error: &AccountError) -> Self {
        Self {
            id: member.id.clone().unwrap_or_default(),
            name: member.name.clone(),
            users: 0,
            appeared: 0,
            changed: 0,
            deleted: 0,
            unknown_facts: 0,
            calls: 0,
            has_failed: true,
            status: error.status(),
            why: Some(error.to_string()),
        }
    }
}

impl FleetError {
    /// The exit code.
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Refused(error) if error.class.is_refusal() => ExitStatus::AwsRefused,
            Self::Refused(_) => ExitStatus::Partial,
            Self::Unknown { .. } | Self::Nobody => ExitStatus::Usage,
        }
    }
}
