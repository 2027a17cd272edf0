//! A status as people read it: a table of accounts, one of sinks, and what needs attention.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{AccountStatus, PassStatus, SinkStatus, StatusReport};
use crate::table::{Head, Table, Width, paragraph};

impl StatusReport {
    /// Two tables within `width`, each followed by what is wrong.
    pub fn table(&self, width: Width) -> String {
        let daemon = match &self.daemon {
            Some(daemon) => {
                let (pid, since) = (daemon.pid, &daemon.started_at);
                format!("running since {since}, process {pid}\n")
            }
            None => "not running\n".to_owned(),
        };
        let accounts = match self.accounts.is_empty() {
            true => "no account has been passed over yet\n".to_owned(),
            false => self.account_table(width),
        };
        format!("{daemon}\n{accounts}\n{}", self.sink_table(width))
    }

    fn account_table(&self, width: Width) -> String {
        let mut table = Table::new([
            Head::Text("account"),
            Head::Text("complete pass"),
            Head::Number("ago"),
            Head::Number("users"),
            Head::Number("admins"),
            Head::Number("no MFA"),
            Head::Text("checkpoint"),
        ]);
        let mut problems = String::new();
        for account in &self.accounts {
            table.push(self.account(account));
            for problem in account_problems(account) {
                problems += &paragraph(&format!("{}: ", account.id), &problem, width);
            }
        }
        table.text(width) + &problems
    }

    fn account(&self, account: &AccountStatus) -> [String; 7] {
        let checkpoint = account.checkpoint.as_deref().map(to_the_minute);
        let checkpoint = checkpoint.unwrap_or_default();
        let id = account.id.clone();
        let Some(pass) = &account.last_complete else {
            let none = String::new;
            return [
                id,
                "none yet".into(),
                none(),
                none(),
                none(),
                none(),
                checkpoint,
            ];
        };
        [
            id,
            to_the_minute(&pass.at),
            self.ago(&pass.at),
            pass.users.to_string(),
            pass.tally.admins.to_string(),
            pass.tally.without_mfa.to_string(),
            checkpoint,
        ]
    }

    fn sink_table(&self, width: Width) -> String {
        let mut table = Table::new([
            Head::Text("sink"),
            Head::Number("waiting"),
            Head::Number("KiB"),
            Head::Number("oldest"),
            Head::Number("dead letters"),
        ]);
        let mut problems = String::new();
        for sink in &self.sinks {
            let oldest = sink.waiting_since.as_deref().map(|since| self.ago(since));
            table.push([
                sink.name.clone(),
                sink.waiting.to_string(),
                sink.waiting_bytes.div_ceil(1024).to_string(),
                oldest.unwrap_or_default(),
                sink.dead_letters.to_string(),
            ]);
            for problem in sink_problems(sink) {
                problems += &paragraph(&format!("{}: ", sink.name), &problem, width);
            }
        }
        table.text(width) + &problems
    }

    /// The time from `then` to this status, in its largest unit.
    fn ago(&self, then: &str) -> String {
        let parse = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
        let (Some(then), Some(now)) = (parse(then), parse(&self.at)) else {
            return "?".to_owned();
        };
        let seconds = (now - then).whole_seconds().max(0);
        match seconds {
            0..120 => format!("{seconds}s"),
            120..7_200 => format!("{}m", seconds / 60),
            7_200..172_800 => format!("{}h", seconds / 3_600),
            _ => format!("{}d", seconds / 86_400),
        }
    }
}

fn account_problems(account: &AccountStatus) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some(PassStatus { at, incomplete, .. }) = &account.last_incomplete {
        let why = incomplete.as_deref().unwrap_or_default();
        problems.push(format!("the last pass, at {at}, is INCOMPLETE: {why}"));
    }
    let tally = account.last_complete.as_ref().map(|pass| pass.tally);
    let tally = tally.unwrap_or_default();
    for (unknown, fact) in [
        (tally.admin_unknown, "whether they are administrators"),
        (tally.mfa_unknown, "whether they have MFA"),
    ] {
        if unknown > 0 {
            problems.push(format!("of {unknown} users it is unknown {fact}"));
        }
    }
    problems
}

fn sink_problems(sink: &SinkStatus) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some(trouble) = &sink.trouble {
        problems.push(format!("NOT DELIVERING: {trouble}"));
    }
    if !sink.is_configured {
        let name = &sink.name;
        problems.push(format!(
            "not in the configuration any more: nobody sends this; rollcall state forget --sink \
             {name} drops it"
        ));
    }
    if sink.dead_letters > 0 {
        problems.push("rollcall dead-letters list shows what it rejected for good".to_owned());
    }
    problems
}

/// An RFC 3339 time without its seconds.
fn to_the_minute(moment: &str) -> String {
    match moment.split_at_checked("2026-11-20T18:40".len()) {
        Some((minute, _)) if moment.ends_with('Z') => format!("{minute}Z"),
        _ => moment.to_owned(),
    }
}
