//! A store of many users, most of whose events wait: how long it takes to open, in a process that
//! has just started, and to be asked how it is.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use rollcall::config::OutboxLimits;
use rollcall::map::Dialect;
use rollcall::model::{
    Arn, AttachedPolicy, Digest, EntityKey, EventId, Fact, Mfa, MfaDevice, Provenance, Revision,
    Tag, User,
};
use rollcall::observe::StatusReport;
use rollcall::run::Receiver;
use rollcall::store::{
    AccountRecord, BatchLimits, DeliveryState, EntityRecord, ObservedDigests, Placement, SentEvent,
    StagedEvent, Staging, Store,
};
use time::OffsetDateTime;

/// The argument that asks this program to open a store.
pub(crate) const MODE: &str = "--open-store";

const ACCOUNTS: u64 = 1_000;
const USERS_EACH: u64 = 200;
/// All of the first one's events wait; the second one has taken its own.
const RECEIVERS: [&str; 2] = ["slow@00000001", "quick@00000002"];
/// About the size of an event, with some of it never twice the same.
const EVENT_BYTES: usize = 1_500;
const RUNS: usize = 3;

/// The times of the run of median opening time.
pub(crate) fn measure(_binary: &Path) -> String {
    let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a home");
    let dir = home.path().join("state");
    fill(&dir);
    let mut runs: Vec<(f64, f64)> = (0..RUNS).map(|_| open_elsewhere(&dir)).collect();
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (open_ms, status_ms) = runs[RUNS / 2];
    format!("{open_ms:.0} ms, {status_ms:.1} ms")
}

fn open_elsewhere(dir: &Path) -> (f64, f64) {
    let program = std::env::current_exe().expect("a path to this program");
    let output = Command::new(program).arg(MODE).arg(dir).output();
    let output = output.expect("this program starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    let figures: Vec<f64> = printed.split_whitespace().flat_map(str::parse).collect();
    match figures[..] {
        [open_ms, status_ms] => (open_ms, status_ms),
        _ => unreachable!("{printed}{}", String::from_utf8_lossy(&output.stderr)),
    }
}

/// Opens the store in `dir`, asks for its status, and prints how many milliseconds each took.
pub(crate) fn open_and_print(dir: &str) {
    let start = Instant::now();
    let store = Store::open(Path::new(dir)).expect("the store opens");
    let open = start.elapsed();
    let start = Instant::now();
    let receivers = RECEIVERS.map(|id| Receiver {
        sink: id.to_owned(),
        id: id.to_owned(),
        dialect: Dialect::Ocsf,
        outbox: OutboxLimits::default(),
    });
    let status = StatusReport::of(&store, &receivers, OffsetDateTime::now_utc());
    let status = status.expect("a status");
    let asked = start.elapsed();
    assert_eq!(status.accounts.len() as u64, ACCOUNTS);
    assert_eq!(status.sinks[0].waiting, ACCOUNTS * USERS_EACH);
    println!("{} {}", open.as_secs_f64() * 1e3, asked.as_secs_f64() * 1e3);
}

fn fill(dir: &Path) {
    let store = Store::open(dir).expect("a new store");
    let limits = BatchLimits {
        count: 5_000,
        bytes: usize::MAX,
    };
    for account in 0..ACCOUNTS {
        let id = format!("{:012}", 100_000_000_000 + account);
        store.stage(staging(&store, &id)).expect("it is staged");
        let record = AccountRecord {
            ordinal: 1,
            ..AccountRecord::default()
        };
        let remembered = store.remember_account(&id, &record);
        remembered.expect("it is remembered");
        let batch = store.next_batch(RECEIVERS[1], limits).expect("a batch");
        let receipts: Vec<_> = batch.events.iter().map(|event| event.receipt()).collect();
        store.acknowledge(&receipts).expect("it is acknowledged");
    }
}

fn staging(store: &Store, account: &str) -> Staging {
    let mut staging = Staging::new(account, OffsetDateTime::now_utc());
    for number in 0..USERS_EACH {
        let user = user(account, number);
        let entity = EntityKey::user(account, &user.id);
        let content = user.content_digest(false);
        let digests = ObservedDigests {
            observed: user.observation_digest(),
            content,
            merged: content,
        };
        let record = EntityRecord::new(&user, digests, 1).expect("a small user");
        staging.entities.push((entity.clone(), record));
        for receiver in RECEIVERS {
            let event = event(store.id(), receiver, &entity, content);
            staging.events.push(event);
        }
    }
    staging
}

fn event(store: &[u8; 16], receiver: &str, entity: &EntityKey, digest: Digest) -> StagedEvent {
    let id = EventId::derive(&Revision {
        store,
        receiver,
        entity,
        number: 1,
        digest: &digest,
    });
    let mut json = format!("{{\"id\":\"{id}\",\"digest\":\"{digest}\",\"user\":\"{entity:?}\"");
    while json.len() < EVENT_BYTES {
        json.push_str(",\"arn\":\"arn:aws:iam::aws:policy/ReadOnlyAccess\"");
    }
    json.push('}');
    StagedEvent {
        receiver: receiver.to_owned(),
        entity: entity.clone(),
        id,
        json: json.into_bytes(),
        state: Some(DeliveryState::new(1, SentEvent { id, digest }, [7; 16], 1)),
        placement: Placement::Replace,
        unsendable: None,
    }
}

/// A user with something of everything.
fn user(account: &str, number: u64) -> User {
    let known = Provenance {
        source: "benchmark".into(),
        as_of: OffsetDateTime::now_utc(),
    };
    let arn = Arn::parse(format!("arn:aws:iam::{account}:user/user-{number}"));
    let tags = ["team", "email", "cost-center"].map(|key| Tag {
        key: key.to_owned(),
        value: format!("{key} of {number}@example.com"),
    });
    let policy = AttachedPolicy {
        name: "ReadOnlyAccess".to_owned(),
        arn: "arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned(),
    };
    let device = MfaDevice {
        serial_number: format!("arn:aws:iam::{account}:mfa/user-{number}"),
        enabled_at: None,
    };
    User {
        name: format!("user-{number}"),
        arn: arn.expect("an ARN"),
        id: format!("AIDA{account}{number:05}"),
        path: "/".to_owned(),
        created_at: OffsetDateTime::UNIX_EPOCH + time::Duration::days(19_000),
        password_last_used: Fact::known(None, &known),
        tags: Fact::known(tags.to_vec(), &known),
        groups: Fact::known(Vec::new(), &known),
        attached_policies: Fact::known(vec![policy], &known),
        inline_policies: Fact::known(Vec::new(), &known),
        permissions_boundary: Fact::known(None, &known),
        mfa: Fact::known(Mfa::Devices(vec![device]), &known),
        console: Fact::not_collected("benchmark"),
        access_keys: Fact::known(Vec::new(), &known),
        service_specific_credentials: Fact::known(Vec::new(), &known),
        signing_certificates: Fact::known(Vec::new(), &known),
        ssh_public_keys: Fact::known(Vec::new(), &known),
    }
}
