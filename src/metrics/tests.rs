//! What is counted, and that counting it again and again costs little.

use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::*;
use crate::aws::{Action, AwsErrorClass};
use crate::collect::Completeness;
use crate::config::OutboxLimits;
use crate::deliver::Verdict;
use crate::map::Dialect;
use crate::model::{Digest, EntityKey, EventId, PassRecord, Reason, Unknown};
use crate::store::{AccountRecord, BatchLimits, PassOf, Placement, StagedEvent, Staging};

const ACCOUNT: &str = "111122223333";

fn receiver(events: u64) -> Receiver {
    Receiver {
        sink: "siem".to_owned(),
        id: "siem@00000001".to_owned(),
        dialect: Dialect::Ocsf,
        outbox: OutboxLimits {
            events,
            bytes: u64::MAX,
        },
    }
}

fn store() -> (tempfile::TempDir, Store) {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(&home.path().join("state")).unwrap();
    (home, store)
}

/// Stages so many events of `account`.
fn stage(store: &Store, account: &str, events: usize) {
    let mut staging = Staging::new(account, OffsetDateTime::from_unix_timestamp(1_000).unwrap());
    staging.events = (0..events)
        .map(|number| {
            let mut id = [0; 16];
            id[..8].copy_from_slice(&number.to_le_bytes());
            id[8..].copy_from_slice(&Digest::of(account.as_bytes()).as_bytes()[..8]);
            StagedEvent {
                receiver: "siem@00000001".to_owned(),
                entity: EntityKey::user(account, format!("{number:06}")),
                id: EventId::from_bytes(id),
                json: b"{}".to_vec(),
                state: None,
                placement: Placement::Replace,
                unsendable: None,
            }
        })
        .collect();
    store.stage(staging).unwrap();
}

/// The samples of `text` whose line starts with `name`.
fn samples<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    text.lines().filter(|line| line.starts_with(name)).collect()
}

fn report(users: u64) -> PassReport {
    let mut report = PassReport::default();
    report.account_id = ACCOUNT.to_owned();
    report.users = users;
    report.tally.admins = 2;
    report.tally.without_mfa = 3;
    report.completeness = Some(Completeness::Proven);
    report
}

#[test]
fn an_incomplete_pass_leaves_what_the_last_complete_one_found() {
    let (_home, store) = store();
    let metrics = Metrics::new().unwrap();
    metrics.pass_ended(&report(7));
    let mut second = report(1);
    second.completeness = Some(Completeness::Contradicted {
        counted: 7,
        seen: 1,
    });
    let denied = Unknown {
        reason: Reason::Denied,
        detail: "iam:ListMFADevices".to_owned(),
    };
    second.unknown_facts.insert(("mfa", denied), 1);
    second.learnt_rates.insert(Action::ListUsers, 2.5);
    let throttled = (Action::ListUsers, Some(AwsErrorClass::Throttled));
    second
        .outcomes
        .extend([((Action::ListUsers, None), 4), (throttled, 2)]);
    metrics.pass_ended(&second);
    metrics.pass_failed(Some("444455556666"));
    metrics.left(&["777788889999".to_owned()]);
    let text = metrics.text_of_pass(&store, &[receiver(10)]).unwrap();
    let own: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.contains("seconds"))
        .filter(|line| !line.contains("build_info") && !line.contains("store_bytes"))
        .collect();
    insta::assert_snapshot!(own.join("\n"));
}

#[test]
fn what_an_earlier_process_found_shows_before_the_first_pass() {
    let (_home, store) = store();
    let complete = PassOf {
        at_unix_ms: 1_700_000_000_500,
        record: PassRecord {
            users: 7,
            held_back: 6,
            ..PassRecord::default()
        },
    };
    let record = AccountRecord {
        last_pass: Some(complete.clone()),
        last_complete: Some(complete),
        ..AccountRecord::default()
    };
    store.remember_account(ACCOUNT, &record).unwrap();
    let metrics = Metrics::new().unwrap();
    metrics.adopt(&store).unwrap();
    let text = metrics.text(&store, &[]).unwrap();
    for line in [
        "rollcall_users{account=\"111122223333\"} 7",
        "rollcall_deletions_held_back{account=\"111122223333\"} 6",
        "rollcall_last_complete_pass_timestamp_seconds{account=\"111122223333\"} 1700000000.5",
        "rollcall_accounts{state=\"ok\"} 1",
        "rollcall_passes_total{result=\"complete\"} 0",
    ] {
        assert!(text.lines().any(|it| it == line), "{line} in {text}");
    }
    assert_eq!(samples(&text, "rollcall_next_pass"), [""; 0], "no daemon");
    metrics.left(&[ACCOUNT.to_owned()]);
    let text = metrics.text(&store, &[]).unwrap();
    assert!(!text.contains(ACCOUNT), "{text}");
}

#[test]
fn what_waits_is_shown_by_sink_with_the_oldest_and_the_verdicts() {
    let (_home, store) = store();
    let metrics = Metrics::new().unwrap();
    stage(&store, ACCOUNT, 3);
    let sink = metrics.of_sink("siem");
    sink.answered(&Verdict::Delivered, Duration::from_millis(20));
    sink.delivered(1);
    let limits = BatchLimits {
        count: 1,
        bytes: usize::MAX,
    };
    let first = store.next_batch("siem@00000001", limits).unwrap().events;
    let now = OffsetDateTime::now_utc();
    store.dead_letter(&first[0].receipt(), "bad", now).unwrap();
    let text = metrics.text_of_pass(&store, &[receiver(10)]).unwrap();
    for line in [
        "rollcall_outbox_events{sink=\"siem\"} 2",
        "rollcall_outbox_capacity_events{sink=\"siem\"} 10",
        "rollcall_outbox_oldest_timestamp_seconds{sink=\"siem\"} 1000",
        "rollcall_dead_letters{sink=\"siem\"} 1",
        "rollcall_deliveries_total{sink=\"siem\",verdict=\"delivered\"} 1",
        "rollcall_events_delivered_total{sink=\"siem\"} 1",
        "rollcall_delivery_duration_seconds_count{sink=\"siem\"} 1",
    ] {
        assert!(text.lines().any(|it| it == line), "{line} in {text}");
    }
    let rest = store.next_batch("siem@00000001", BatchLimits { count: 9, ..limits });
    let receipts: Vec<_> = rest.unwrap().events.iter().map(|it| it.receipt()).collect();
    store.acknowledge(&receipts).unwrap();
    let text = metrics.text_of_pass(&store, &[receiver(10)]).unwrap();
    assert_eq!(samples(&text, "rollcall_outbox_oldest"), [""; 0]);
    assert!(text.contains("rollcall_outbox_events{sink=\"siem\"} 0"));
}

#[test]
fn a_scrape_of_a_thousand_accounts_costs_the_same_however_much_waits() {
    let ((_home, full), (_other_home, empty)) = (store(), store());
    let metrics = Metrics::new().unwrap();
    for number in 0..1_000 {
        let mut report = report(200);
        report.account_id = format!("{number:012}");
        metrics.pass_ended(&report);
    }
    let scrape = |store: &Store| {
        let began = Instant::now();
        let text = metrics.text(store, &[receiver(200_000)]).unwrap();
        (began.elapsed(), text)
    };
    let events = match std::env::var_os("ROLLCALL_LONG") {
        Some(_) => 200,
        None => 20,
    };
    for number in 0..1_000 {
        stage(&full, &format!("{number:012}"), events);
    }
    // In turns: whatever else the machine does, it does to both.
    let turns = (0..20).map(|_| (scrape(&empty).0, scrape(&full).0));
    let (of_empty, of_full): (Vec<Duration>, Vec<Duration>) = turns.unzip();
    let (of_empty, of_full) = (of_empty.iter().min(), of_full.iter().min());
    let (_, text) = scrape(&full);
    let waiting = format!("rollcall_outbox_events{{sink=\"siem\"}} {}", events * 1_000);
    assert!(text.contains(&waiting), "{waiting}");
    assert_eq!(samples(&text, "rollcall_users{").len(), 1_000);
    let (of_empty, of_full) = (of_empty.unwrap(), of_full.unwrap());
    assert!(*of_full < *of_empty * 2, "{of_empty:?}, and {of_full:?}");
}

#[test]
fn the_audit_log_is_counted_by_sink_account_and_region() {
    let (_home, store) = store();
    let metrics = Metrics::new().unwrap();
    let place = ["siem", ACCOUNT, "us-east-1"];
    metrics.audit().took(place, 3);
    metrics.audit().took(place, 4);
    let at = OffsetDateTime::from_unix_timestamp(1_500).unwrap();
    metrics.audit().read(place, at);
    let text = metrics.text_of_pass(&store, &[]).unwrap();
    let labels = format!("{{account=\"{ACCOUNT}\",region=\"us-east-1\",sink=\"siem\"}}");
    let records = format!("rollcall_audit_records_total{labels} 7");
    assert_eq!(samples(&text, "rollcall_audit_records"), [records]);
    let read = format!("rollcall_audit_read_timestamp_seconds{labels} 1500");
    assert_eq!(samples(&text, "rollcall_audit_read"), [read]);
}
