//! `collect --verify`: an invalid event is reported, and goes out.

use std::io::Write;
use std::sync::{Arc, Mutex};

use rollcall::analyze::AdminRule;
use rollcall::map::{Dialect, MappingRules};
use rollcall::model::User;
use rollcall::run::{KnownUser, MappingPlan};
use time::OffsetDateTime;

use crate::mapping::catalogue::{cases, pass};
use crate::support::agent::Agent;
use crate::support::moto::Account;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The event in the dialect sekoia about a user who was created at `created_at`, and the log.
fn event(created_at: OffsetDateTime, verifies: bool) -> (Option<Vec<u8>>, String) {
    let case = cases().swap_remove(0);
    let user = User {
        created_at,
        ..case.user
    };
    let plan = MappingPlan {
        admin: AdminRule::new(AdminRule::DOCUMENTED),
        rules: MappingRules::default(),
        with_root: true,
        with_scps: false,
        verifies,
    };
    let log = Log::default();
    let to = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || to.clone())
        .finish();
    let known = KnownUser::first_seen(&user, None);
    let event = tracing::subscriber::with_default(subscriber, || {
        plan.event(&case.account, known, pass(), Dialect::Sekoia)
    });
    let log = log.0.lock().unwrap().clone();
    (event, String::from_utf8(log).unwrap())
}

#[test]
fn an_invalid_event_is_logged_with_its_path_and_still_there() {
    let (valid, log) = event(pass().collected_at, true);
    assert!(valid.is_some() && log.is_empty(), "{log}");
    let (sent, log) = event(OffsetDateTime::UNIX_EPOCH, true);
    assert!(sent.is_some());
    for part in [
        "ERROR",
        "report this bug",
        "timestamp_implausible",
        "$.time",
        "arn:aws:iam::",
    ] {
        assert!(log.contains(part), "{part}: {log}");
    }
    let (unchecked, log) = event(OffsetDateTime::UNIX_EPOCH, false);
    assert_eq!(unchecked, sent);
    assert!(log.is_empty(), "{log}");
}

#[test]
fn collect_verify_finds_nothing_wrong_with_what_it_sends() {
    let account = Account::new();
    let output = Agent::new()
        .account(&account)
        .args(["collect", "--verify"])
        .run();
    assert!(
        !output.stderr.contains("report this bug"),
        "{}",
        output.stderr
    );
    assert_eq!(output.code, Some(0), "{}", output.stderr);
}
