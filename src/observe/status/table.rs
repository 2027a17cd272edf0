//! A status as people read it: a table of accounts, one of sinks, and what needs attention.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{AccountStatus, StatusReport};
use crate::table::{Head, Table, Width, paragraph};

impl StatusReport {
    /// Whether all is well, and two tables within `width`, each followed by what is wrong.
    pub fn table(&self, width: Width) -> String {
        let mut general = String::new();
        for problem in self.general_problems() {
            general += &paragraph("", &problem, width);
        }
        let daemon = match &self.daemon {
            Some(daemon) => {
                let (pid, since) = (daemon.pid, &daemon.started_at);
                let next = match daemon.next_pass_at.as_deref() {
                    // Of the past while a pass is under way.
                    Some(at) if *at > *self.at => format!("next pass at {at}\n"),
                    _ => String::new(),
                };
                format!("running since {since}, process {pid}\n{next}")
            }
            None => "not running\n".to_owned(),
        };
        let accounts = match self.accounts.is_empty() {
            true => "no account has been passed over yet\n".to_owned(),
            false => self.account_table(width),
        };
        format!(
            "{}\n{daemon}{general}\n{accounts}\n{}",
            self.headline(),
            self.sink_table(width)
        )
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
            for problem in self.account_problems(account) {
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
            for problem in self.sink_problems(sink) {
                problems += &paragraph(&format!("{}: ", sink.name), &problem, width);
            }
        }
        table.text(width) + &problems
    }

    /// The time from `then` to this status, in its largest unit.
    pub(super) fn ago(&self, then: &str) -> String {
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

/// An RFC 3339 time without its seconds.
fn to_the_minute(moment: &str) -> String {
    match moment.split_at_checked("2026-11-20T18:40".len()) {
        Some((minute, _)) if moment.ends_with('Z') => format!("{minute}Z"),
        _ => moment.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::{DaemonStatus, FailureStatus, PassStatus, SinkStatus};

    fn at(minute: u8) -> String {
        format!("2026-11-20T18:{minute:02}:00Z")
    }

    fn failure(is_partial: bool, why: &str) -> Option<FailureStatus> {
        Some(FailureStatus {
            since: at(10),
            at: at(40),
            why: why.to_owned(),
            is_partial,
        })
    }

    fn pass(incomplete: Option<&str>) -> Option<PassStatus> {
        Some(PassStatus {
            id: "01".to_owned(),
            at: at(5),
            users: 253,
            tally: Default::default(),
            held_back_deletions: if incomplete.is_some() { 0 } else { 120 },
            missing_facts: 3,
            stale_facts: 12,
            incomplete: incomplete.map(Into::into),
        })
    }

    fn account(id: &str) -> AccountStatus {
        AccountStatus {
            id: id.to_owned(),
            last_complete: pass(None),
            last_incomplete: None,
            last_failure: None,
            checkpoint: Some(at(1)),
        }
    }

    fn report() -> StatusReport {
        StatusReport {
            at: at(45),
            daemon: Some(DaemonStatus {
                next_pass_at: Some(at(50)),
                reload_refused: None,
                version: "0.1.0".to_owned(),
                pid: 812,
                started_at: at(0),
                last_collected_at: Some(at(6)),
                nothing_collected_since: Some(at(6)),
                audit_failures: Vec::new(),
            }),
            problems: Vec::new(),
            last_failure: failure(false, "sts:GetCallerIdentity: credentials not accepted"),
            accounts: vec![
                account("111122223333"),
                AccountStatus {
                    last_complete: None,
                    checkpoint: None,
                    last_failure: failure(false, "sts:AssumeRole: role not granted"),
                    ..account("444455556666")
                },
                AccountStatus {
                    last_incomplete: pass(Some("iam:ListUsers: AWS server error")),
                    ..account("777788889999")
                },
            ],
            sinks: vec![SinkStatus {
                name: "sekoia-asset".to_owned(),
                is_configured: true,
                waiting: 200_000,
                waiting_bytes: 1 << 27,
                waiting_since: Some(at(7)),
                dead_letters: 1,
                trouble: Some("it answered 401 Unauthorized; check the sink's api_key".into()),
                is_stopped: true,
                is_full: true,
                accounts_behind: 2,
            }],
        }
    }

    #[test]
    fn a_status_that_is_not_well_says_so_first_and_fits_in_80_columns() {
        let text = report().with_problems().table(Width::Terminal(80));
        for line in text.lines() {
            assert!(line.len() <= 80, "{line}");
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn events_that_nobody_sends_are_a_problem() {
        let mut report = report();
        report.daemon = None;
        report.accounts.clear();
        report.last_failure = None;
        report.sinks[0].trouble = None;
        assert!(report.sinks[0].waiting > 0);
        let text = report.clone().with_problems().table(Width::Pipe);
        assert!(text.starts_with("NOT WELL: "), "{text}");
        assert!(text.contains("NOT DELIVERED: "), "{text}");
        report.sinks[0].waiting = 0;
        let text = report.with_problems().table(Width::Pipe);
        assert!(!text.contains("NOT DELIVERED: "), "{text}");
    }

    #[test]
    fn a_report_of_an_older_daemon_is_read() {
        let mut document = serde_json::to_value(report()).unwrap();
        let fields = document.as_object_mut().unwrap();
        fields.retain(|key, _| !["problems", "last_failure"].contains(&key.as_str()));
        let daemon = document["daemon"].as_object_mut().unwrap();
        daemon.retain(|key, _| ["version", "pid", "started_at"].contains(&key.as_str()));
        let sink = document["sinks"][0].as_object_mut().unwrap();
        sink.retain(|key, _| !["is_stopped", "is_full", "accounts_behind"].contains(&key.as_str()));
        assert!(serde_json::from_value::<StatusReport>(document).is_ok());
    }
}
