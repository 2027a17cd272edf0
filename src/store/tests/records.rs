//! Records of the audit log: each staged once, with how far their follower came.

use time::OffsetDateTime;

use super::{ACCOUNT, ALL, Fixture, RECEIVER};
use crate::model::{EntityKey, EntityKind, EventId, Origin, RecordId};
use crate::store::{AuditProgress, Placement, RecordStaging, StagedEvent, TakenRecord};

const REGION: &str = "us-east-1";

fn id(unix_s: i64, number: u8) -> RecordId {
    RecordId {
        unix_s,
        uuid: [number; 16],
    }
}

fn staging(records: &[RecordId], floor: Option<i64>) -> RecordStaging {
    let event = |id: &RecordId| StagedEvent {
        receiver: RECEIVER.to_owned(),
        entity: EntityKey {
            source: Origin::Aws,
            account: ACCOUNT.to_owned(),
            kind: EntityKind::AuditRecord,
            id: "one id for all".to_owned(),
        },
        id: EventId::from_bytes(id.uuid),
        json: format!("{{\"at\":{}}}", id.unix_s).into_bytes(),
        state: None,
        placement: Placement::Record,
        unsendable: None,
    };
    RecordStaging {
        follower: RECEIVER.to_owned(),
        account: ACCOUNT.to_owned(),
        at: OffsetDateTime::UNIX_EPOCH,
        records: records
            .iter()
            .map(|it| taken(*it, Some(event(it))))
            .collect(),
        hints: Vec::new(),
        floors: floor
            .map(|unix_s| (REGION.to_owned(), unix_s))
            .into_iter()
            .collect(),
        places: vec![REGION.to_owned()],
        failing: Vec::new(),
    }
}

fn taken(id: RecordId, event: Option<StagedEvent>) -> TakenRecord {
    let place = REGION.to_owned();
    TakenRecord { id, place, event }
}

/// The ids that are remembered.
fn recent(fixture: &Fixture) -> Vec<RecordId> {
    let recent = progress(fixture).recent.into_iter();
    recent.map(|(id, _)| id).collect()
}

fn progress(fixture: &Fixture) -> AuditProgress {
    fixture.store().audit_progress(RECEIVER, ACCOUNT).unwrap()
}

#[test]
fn a_record_is_staged_once_also_after_a_restart_and_none_replaces_another() {
    let mut fixture = Fixture::new();
    let first = [id(7, 1), id(7, 2), id(8, 3)];
    let stage = |fixture: &Fixture, ids: &[RecordId]| {
        fixture.store().stage_records(staging(ids, None)).unwrap()
    };
    assert_eq!(stage(&fixture, &first), 3);
    fixture.reopen();
    assert_eq!(stage(&fixture, &[id(7, 2), id(9, 4)]), 1);
    let waiting = [r#"{"at":7}"#, r#"{"at":7}"#, r#"{"at":8}"#, r#"{"at":9}"#];
    assert_eq!(fixture.waiting(), waiting);
    let mut ids = fixture.outbox().into_iter().map(|event| event.id);
    assert_eq!(ids.next(), Some(EventId::from_bytes([1; 16])));
    let delivered = fixture.outbox();
    let receipts: Vec<_> = delivered.iter().map(|event| event.receipt()).collect();
    fixture.store().acknowledge(&receipts).unwrap();
    assert_eq!(stage(&fixture, &first), 0);
    assert!(
        fixture
            .store()
            .next_batch(RECEIVER, ALL)
            .unwrap()
            .events
            .is_empty()
    );
}

#[test]
fn the_floor_is_kept_and_what_was_taken_before_it_is_forgotten() {
    let mut fixture = Fixture::new();
    let ids = [id(7, 1), id(9, 2), id(i64::MAX, 3)];
    let store = fixture.store();
    store.stage_records(staging(&ids, Some(5))).unwrap();
    assert_eq!(recent(&fixture), ids);
    // A region that is not followed any more keeps nothing.
    let mut elsewhere = staging(&[], Some(1));
    elsewhere.floors = vec![("eu-west-3".to_owned(), 1)];
    fixture.store().stage_records(elsewhere).unwrap();
    fixture
        .store()
        .stage_records(staging(&[], Some(9)))
        .unwrap();
    fixture.reopen();
    let floors = progress(&fixture).floors.into_iter();
    assert_eq!(floors.collect::<Vec<_>>(), [(REGION.to_owned(), 9)]);
    assert_eq!(recent(&fixture), ids[1..]);
}

#[test]
fn a_place_that_fails_keeps_its_own_records_in_mind_and_no_others() {
    const FAILING: &str = "us-east-2";
    let mut fixture = Fixture::new();
    let begin = |records: Vec<TakenRecord>, floors: &[(&str, i64)]| RecordStaging {
        records,
        floors: floors
            .iter()
            .map(|(place, at)| ((*place).to_owned(), *at))
            .collect(),
        places: vec![REGION.to_owned(), FAILING.to_owned()],
        ..staging(&[], None)
    };
    let store = fixture.store();
    let own = TakenRecord {
        place: FAILING.to_owned(),
        ..taken(id(2, 9), None)
    };
    let both = [(REGION, 1), (FAILING, 1)];
    store.stage_records(begin(vec![own], &both)).unwrap();
    for at in 2..1_200_i64 {
        let other = taken(id(at, (at % 250) as u8), None);
        store.stage_records(begin(vec![other], &[])).unwrap();
    }
    let failing = RecordStaging {
        failing: vec![FAILING.to_owned()],
        ..begin(Vec::new(), &[(REGION, 1_190)])
    };
    store.stage_records(failing).unwrap();
    fixture.reopen();
    let kept = recent(&fixture);
    assert_eq!((kept.len(), kept[0]), (11, id(2, 9)));
    // Once it brings something again, everything is as before.
    let settled = begin(Vec::new(), &[(FAILING, 1_195)]);
    fixture.store().stage_records(settled).unwrap();
    assert_eq!(recent(&fixture).len(), 10);
}

#[test]
fn everything_before_the_floor_is_forgotten_however_much_it_is() {
    let fixture = Fixture::new();
    let ids: Vec<RecordId> = (0..2_500)
        .map(|at| id(at % 9, (at / 9 % 250) as u8))
        .collect();
    let none = |id: &RecordId| taken(*id, None);
    for ids in ids.chunks(500) {
        let staged = RecordStaging {
            records: ids.iter().map(none).collect(),
            ..staging(&[], None)
        };
        fixture.store().stage_records(staged).unwrap();
    }
    assert!(recent(&fixture).len() > 2_000);
    fixture
        .store()
        .stage_records(staging(&[], Some(9)))
        .unwrap();
    assert_eq!(recent(&fixture), []);
}

#[test]
fn a_receiver_that_is_forgotten_leaves_no_record() {
    let fixture = Fixture::new();
    let store = fixture.store();
    store.stage_records(staging(&[id(7, 1)], Some(5))).unwrap();
    store.forget_receiver(RECEIVER).unwrap();
    assert_eq!(progress(&fixture), AuditProgress::default());
}

#[test]
fn a_rejected_record_is_a_dead_letter_that_can_be_sent_again() {
    let fixture = Fixture::new();
    let store = fixture.store();
    store.stage_records(staging(&[id(7, 1)], None)).unwrap();
    let receipt = fixture.outbox()[0].receipt();
    let now = OffsetDateTime::now_utc();
    store.dead_letter(&receipt, "too bad", now).unwrap();
    assert!(fixture.outbox().is_empty());
    let letters = store.dead_letters().unwrap();
    assert_eq!(store.retry_dead_letters(&letters, now).unwrap(), [true]);
    assert_eq!(fixture.outbox()[0].id, EventId::from_bytes([1; 16]));
}
