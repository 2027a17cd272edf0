//! What needs attention, a sentence each: in the table, in the JSON, and for the health.

use super::{AccountStatus, FailureStatus, PassStatus, SinkStatus, StatusReport};
use crate::run::how_to_accept_deletions;

impl StatusReport {
    /// The same, with what needs attention.
    #[must_use]
    pub fn with_problems(mut self) -> Self {
        let mut problems = self.general_problems();
        for account in &self.accounts {
            let of_account = self.account_problems(account).into_iter();
            problems.extend(of_account.map(|it| format!("{}: {it}", account.id)));
        }
        for sink in &self.sinks {
            let of_sink = self.sink_problems(sink).into_iter();
            problems.extend(of_sink.map(|it| format!("{}: {it}", sink.name)));
        }
        self.problems = problems;
        self
    }

    /// Why the daemon does not do its work, if it does not: nothing could be collected for two
    /// periods. A sink that takes nothing is no reason.
    pub fn why_unhealthy(&self) -> Option<String> {
        let since = self.daemon.as_ref()?.nothing_collected_since.as_ref()?;
        Some(format!("nothing could be collected since {since}"))
    }

    /// Whether all is well, in one line.
    pub(super) fn headline(&self) -> String {
        let problems = self.problems.len();
        match self.nothing_since() {
            Some(since) => format!("NOT WELL: nothing could be collected since {since}."),
            None if problems == 1 => "NOT WELL: 1 problem, named below.".to_owned(),
            None if problems > 1 => format!("NOT WELL: {problems} problems, named below."),
            None => match (self.last_pass_at(), &self.daemon) {
                (None, None) => "Nothing has been collected yet: run rollcall collect.".to_owned(),
                (None, Some(_)) => {
                    "Nothing has been collected yet: the first pass has not ended.".to_owned()
                }
                (Some(_), Some(_)) => "All is well.".to_owned(),
                (Some(at), None) => {
                    format!("All was well at the last pass, {} ago.", self.ago(at))
                }
            },
        }
    }

    /// Since when nothing could be collected, as far as that is known.
    fn nothing_since(&self) -> Option<&str> {
        let of_daemon = self.daemon.as_ref();
        let of_daemon = of_daemon.and_then(|it| it.nothing_collected_since.as_deref());
        let of_run = self.last_failure.as_ref().filter(|it| !it.is_partial);
        let of_accounts = || {
            let since = self.accounts.iter().map(AccountStatus::nothing_since);
            since.collect::<Option<Vec<_>>>()?.into_iter().max()
        };
        let of_run = of_run.map(|it| it.since.as_str());
        of_daemon.or(of_run).or_else(of_accounts)
    }

    fn last_pass_at(&self) -> Option<&str> {
        let passes = self.accounts.iter().filter_map(AccountStatus::last_pass);
        passes.map(|pass| pass.at.as_str()).max()
    }

    /// What concerns no account or sink alone.
    pub(super) fn general_problems(&self) -> Vec<String> {
        let failure = self.last_failure.as_ref().map(|failure| {
            let what = match failure.is_partial {
                true => "not every account of the organization could be listed",
                false => "nothing could be collected",
            };
            format!("{what} {}: {}", failure.when(), failure.why)
        });
        let is_told = self.last_failure.as_ref().is_some_and(|it| !it.is_partial);
        let overdue = self.why_unhealthy().filter(|_| !is_told);
        let daemon = self.daemon.as_ref();
        let refused = daemon.and_then(|it| it.reload_refused.as_ref());
        let refused = refused.map(|refused| {
            let (at, why) = (&refused.at, &refused.why);
            format!(
                "the configuration read at {at} was refused, and the one before it stays: {why}"
            )
        });
        let of_audit = daemon.iter().flat_map(|it| &it.audit_failures);
        let of_audit = of_audit.map(|it| format!("{} since {}: {}", it.what, it.since, it.why));
        let overdue = overdue.into_iter().chain(refused).chain(of_audit);
        failure.into_iter().chain(overdue).collect()
    }

    pub(super) fn account_problems(&self, account: &AccountStatus) -> Vec<String> {
        let mut problems = Vec::new();
        if let Some(failure) = &account.last_failure {
            problems.push(format!(
                "no pass could begin {}: {}",
                failure.when(),
                failure.why
            ));
        }
        if let Some(PassStatus { at, incomplete, .. }) = &account.last_incomplete {
            let why = incomplete.as_deref().unwrap_or_default();
            problems.push(format!("the last pass, at {at}, is INCOMPLETE: {why}"));
        }
        let Some(pass) = account.last_pass() else {
            return problems;
        };
        if pass.held_back_deletions > 0 {
            let pid = self.daemon.as_ref().map(|daemon| daemon.pid);
            problems.push(format!(
                "{} users are gone at once, too many to believe it: their deletion is held back; \
                 if they are gone, {}",
                pass.held_back_deletions,
                how_to_accept_deletions(&account.id, pid)
            ));
        }
        let unknown = [
            (pass.tally.admin_unknown, "whether they are administrators"),
            (pass.tally.mfa_unknown, "whether they have MFA"),
        ];
        for (users, fact) in unknown.iter().filter(|(users, _)| *users > 0) {
            problems.push(format!("of {users} users it is unknown {fact}"));
        }
        if pass.missing_facts + pass.stale_facts > 0 {
            problems.push(format!(
                "missing facts: {}; facts as last known: {}; calls for them were denied or failed \
                 (rollcall check names permissions that are missing)",
                pass.missing_facts, pass.stale_facts
            ));
        }
        problems
    }

    pub(super) fn sink_problems(&self, sink: &SinkStatus) -> Vec<String> {
        let mut problems = Vec::new();
        match &sink.trouble {
            Some(why) if sink.is_stopped => problems.push(format!(
                "NOT DELIVERING until somebody acts, and tried again now and then: {why}"
            )),
            Some(why) => problems.push(format!("NOT DELIVERING: {why}")),
            None => {}
        }
        // Why a sink took nothing is known to whoever sends alone.
        if self.daemon.is_none() && sink.is_configured && sink.waiting > 0 {
            problems.push(format!(
                "NOT DELIVERED: {} events wait, and no rollcall sends them; the log of the last \
                 run says why they were not taken, rollcall check whether they would be now, and \
                 rollcall collect or run sends them",
                sink.waiting
            ));
        }
        if sink.is_full || sink.accounts_behind > 0 {
            let full = if sink.is_full { "is" } else { "was" };
            let behind = match sink.accounts_behind {
                0 => String::new(),
                1 => ", and it lacks users of 1 account".to_owned(),
                more => format!(", and it lacks users of {more} accounts"),
            };
            problems.push(format!(
                "its outbox {full} full{behind}: nothing is lost, and all is sent as soon as it takes \
                 events"
            ));
        }
        if !sink.is_configured {
            let name = &sink.name;
            let is_present = |it: &SinkStatus| it.is_configured && it.name == *name;
            let what = match self.sinks.iter().any(is_present) {
                true => "an earlier destination of this sink",
                false => "not in the configuration any more",
            };
            problems.push(format!(
                "{what}: nobody sends this; rollcall state forget --sink {name} drops it"
            ));
        }
        if sink.dead_letters > 0 {
            problems.push("rollcall dead-letters list shows what it rejected for good".to_owned());
        }
        problems
    }
}

impl FailureStatus {
    fn when(&self) -> String {
        match self.since == self.at {
            true => format!("at {}", self.at),
            false => format!("since {}, last tried at {}", self.since, self.at),
        }
    }
}

impl AccountStatus {
    /// The last pass, complete or not.
    fn last_pass(&self) -> Option<&PassStatus> {
        self.last_incomplete
            .as_ref()
            .or(self.last_complete.as_ref())
    }

    /// Since when nothing could be collected of the account, if that is so.
    fn nothing_since(&self) -> Option<&str> {
        let failed = self.last_failure.as_ref().map(|it| it.since.as_str());
        let empty = self.last_incomplete.as_ref().filter(|pass| pass.users == 0);
        failed.or(empty.map(|pass| pass.at.as_str()))
    }
}
