//! A status as people read it.

use std::fmt::Write as _;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{AccountStatus, PassStatus, SinkStatus, StatusReport};

impl StatusReport {
    /// A short text, one line a fact.
    pub fn table(&self) -> String {
        let mut text = String::new();
        match &self.daemon {
            Some(daemon) => {
                let (pid, since) = (daemon.pid, &daemon.started_at);
                let _ = writeln!(text, "running since {since}, process {pid}");
            }
            None => text.push_str("not running\n"),
        }
        for account in &self.accounts {
            self.account(&mut text, account);
        }
        if self.accounts.is_empty() {
            text.push_str("no account has been passed over yet\n");
        }
        for sink in &self.sinks {
            self.sink(&mut text, sink);
        }
        text
    }

    fn account(&self, text: &mut String, account: &AccountStatus) {
        let _ = writeln!(text, "\naccount {}", account.id);
        match &account.last_complete {
            Some(pass) => {
                let PassStatus {
                    at, users, tally, ..
                } = pass;
                let _ = writeln!(text, "  last complete pass  {at} ({} ago)", self.ago(at));
                let _ = writeln!(
                    text,
                    "  users               {users}: {} administrators{}, {} without MFA{}",
                    tally.admins,
                    unknown(tally.admin_unknown),
                    tally.without_mfa,
                    unknown(tally.mfa_unknown)
                );
            }
            None => text.push_str("  last complete pass  none yet\n"),
        }
        if let Some(PassStatus { at, incomplete, .. }) = &account.last_incomplete {
            let why = incomplete.as_deref().unwrap_or_default();
            let _ = writeln!(text, "  last pass           {at}, INCOMPLETE: {why}");
        }
        if let Some(checkpoint) = &account.checkpoint {
            let _ = writeln!(
                text,
                "  checkpoint          users created until {checkpoint}"
            );
        }
    }

    fn sink(&self, text: &mut String, sink: &SinkStatus) {
        let unconfigured = match sink.is_configured {
            true => "",
            false => " (not in the configuration any more: nobody sends this)",
        };
        let _ = writeln!(text, "\nsink {}{unconfigured}", sink.name);
        let waiting = match (sink.waiting, &sink.waiting_since) {
            (0, _) => "nothing".to_owned(),
            (events, Some(since)) => format!(
                "{events} events ({} KiB), the oldest for {}",
                sink.waiting_bytes.div_ceil(1024),
                self.ago(since)
            ),
            (events, None) => format!("{events} events"),
        };
        let _ = writeln!(text, "  waiting             {waiting}");
        if sink.dead_letters > 0 {
            let _ = writeln!(
                text,
                "  rejected for good   {} (rollcall dead-letters list)",
                sink.dead_letters
            );
        }
        if let Some(trouble) = &sink.trouble {
            let _ = writeln!(text, "  NOT DELIVERING      {trouble}");
        }
    }

    /// The time from `then` to this status.
    fn ago(&self, then: &str) -> String {
        let parse = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
        let (Some(then), Some(now)) = (parse(then), parse(&self.at)) else {
            return "an unknown time".to_owned();
        };
        let seconds = u64::try_from((now - then).whole_seconds()).unwrap_or_default();
        let rounded = match seconds {
            0..120 => seconds,
            120..7_200 => seconds / 60 * 60,
            _ => seconds / 3_600 * 3_600,
        };
        humantime::format_duration(Duration::from_secs(rounded)).to_string()
    }
}

fn unknown(users: u64) -> String {
    match users {
        0 => String::new(),
        users => format!(" (unknown of {users})"),
    }
}
