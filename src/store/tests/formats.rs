//! Stores of earlier versions, and what a look at a store leaves alone.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{ACCOUNT, ALL, Fixture, RECEIVER, user};
use crate::store::disk::{FORMAT, db_dir, format_text, make_sled};
use crate::store::record::{self, MetaKey, OutboxKey, blob, entity_key, fixed, receiver_key};
use crate::store::trees::Tree;
use crate::store::{AccountRecord, Checkpoint, Store, StoreError, sink_of};

/// A record as formats 1 and 2 wrote it.
fn old_record<T: Serialize>(key: &[u8], content: &T) -> Vec<u8> {
    let plain = postcard::to_stdvec(content).unwrap();
    let packed = lz4_flex::compress_prepend_size(&plain);
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(&packed);
    let mut record = vec![1];
    record.extend_from_slice(&hasher.finalize().to_le_bytes());
    record.extend_from_slice(&packed);
    record
}

/// Bytes as formats 1 and 2 wrote them.
#[derive(Serialize)]
struct OldBytes<'a>(#[serde(serialize_with = "as_bytes")] &'a [u8]);

fn as_bytes<S: serde::Serializer>(bytes: &&[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bytes(bytes)
}

/// A kept user of layout 2, with nothing known but its name.
fn old_user(id: &str, name: &str) -> Vec<u8> {
    let created_at = OffsetDateTime::UNIX_EPOCH;
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/{name}");
    let nothing: [Option<()>; 9] = [None; 9];
    let mut kept = vec![2];
    kept.extend_from_slice(&[0; 8]);
    let head = postcard::to_stdvec(&(name, arn, id, "/", created_at)).unwrap();
    kept.extend_from_slice(&head);
    kept.extend_from_slice(&postcard::to_stdvec(&nothing).unwrap());
    kept
}

/// Writes a store of format 1 or 2: `known` is known and waits, `deleted` waits as deleted.
fn write_old(dir: &Path, format: u32) {
    std::fs::create_dir_all(dir).unwrap();
    let db = make_sled(&db_dir(dir)).unwrap();
    let put = |tree: &str, key: &[&str], record: &dyn Fn(&[u8]) -> Vec<u8>| {
        let key = key.join("\0").into_bytes();
        let record = record(&key);
        db.open_tree(tree).unwrap().insert(key, record).unwrap();
    };
    put("meta", &["begun"], &|_| Vec::new());
    put("meta", &["checkpoint", ACCOUNT], &|key| {
        old_record(key, &(1_000_i64, 2_000_i64, 2_u64))
    });
    put("known", &[ACCOUNT, "AIDAKNOWN"], &|key| {
        old_record(key, &OldBytes(&old_user("AIDAKNOWN", "anna")))
    });
    for (id, json) in [("AIDAKNOWN", "known"), ("AIDAGONE", "deleted")] {
        let key = ["siem", ACCOUNT, id];
        put("states", &key, &|key| {
            old_record(key, &([1_u8; 32], [2_u8; 16], true))
        });
        put("outbox", &key, &|key| {
            let json = OldBytes(json.as_bytes());
            match format {
                1 => old_record(key, &([2_u8; 16], json)),
                _ => old_record(key, &([2_u8; 16], json, 1_700_000_000_i64)),
            }
        });
    }
    put("dead", &["siem", ACCOUNT, "AIDADEAD"], &|key| {
        old_record(key, &([3_u8; 16], "no", 5_i64, OldBytes(b"rejected")))
    });
    db.flush().unwrap();
    drop(db);
    std::fs::write(
        dir.join("format"),
        format!("rollcall state, format {format}\n"),
    )
    .unwrap();
}

#[test]
fn an_older_store_keeps_its_users_its_deletions_and_its_dead_letters() {
    for format in [1, 2] {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("state");
        write_old(&dir, format);
        let look = Store::open_existing(&dir).unwrap_err();
        assert!(matches!(look, StoreError::OlderFormat { .. }), "{look}");
        for _ in 0..2 {
            let store = Store::open(&dir).unwrap();
            assert_eq!(store.user_ids(ACCOUNT).unwrap(), ["AIDAKNOWN"]);
            let users = store.users_after(ACCOUNT, None, 9).unwrap();
            assert_eq!(users[0].1.user().unwrap().name, "anna");
            assert_eq!(store.account(ACCOUNT).unwrap().checkpoint.unwrap().users, 2);
            let now = OffsetDateTime::now_utc();
            store.adopt_receivers(&[RECEIVER.to_owned()], now).unwrap();
            let waiting = store.next_batch(RECEIVER, ALL).unwrap().events;
            assert_eq!(waiting.len(), 1, "format {format}");
            assert_eq!(waiting[0].json, b"deleted");
            let letters = store.dead_letters().unwrap();
            assert_eq!((letters.len(), letters[0].sink()), (1, "siem"));
            // The receiver was sent something about the user, and nothing that is up to date.
            let known = store.delivery_state(RECEIVER, &super::entity("AIDAKNOWN"));
            assert_eq!(known.unwrap().map(|state| state.epoch), Some(0));
            assert!(store.outbox_fills().keys().all(|it| sink_of(it) == "siem"));
        }
        assert_eq!(super::names_in(&dir), ["format", "lock", "store", "writes"]);
    }
}

/// A record of an entity whose user has fewer fields than are needed.
#[derive(Serialize)]
struct OfOlderUser {
    #[serde(with = "fixed")]
    observed: [u8; 32],
    #[serde(with = "fixed")]
    content: [u8; 32],
    #[serde(with = "fixed")]
    merged: [u8; 32],
    ordinal: u64,
    #[serde(with = "blob")]
    user: Vec<u8>,
}

/// The store's own record as it was before it named the rollcall that wrote last.
#[derive(Serialize, Deserialize)]
struct OlderStoreRecord {
    #[serde(with = "fixed")]
    id: [u8; 16],
    writes: u64,
}

/// Whether a store that holds such a record of an older rollcall's drops it, and has the next pass
/// look at everybody.
fn drops(tree: Tree, key: &[u8], record: Vec<u8>) -> bool {
    let mut state = Fixture::new();
    state.queued(&[user("u", "a")]);
    let now = OffsetDateTime::now_utc();
    let account = AccountRecord {
        checkpoint: Some(Checkpoint::new(now, now, 1)),
        ..AccountRecord::default()
    };
    state.store().remember_account(ACCOUNT, &account).unwrap();
    let records = state.store().shared.trees.get(tree);
    records.insert(key, record).unwrap();
    let store_key = MetaKey::Store.to_bytes();
    let meta = &state.store().shared.trees.meta;
    let own = meta.get(&store_key).unwrap().unwrap();
    let older: OlderStoreRecord = record::decode(&store_key, &own).unwrap();
    let older = record::encode(&store_key, &older).unwrap();
    meta.insert(store_key, older).unwrap();
    assert_eq!(state.store().inspect().unwrap().damaged(), 1, "{tree:?}");
    state.reopen();
    let is_gone = !state
        .store()
        .shared
        .trees
        .get(tree)
        .contains_key(key)
        .unwrap();
    is_gone && state.store().account(ACCOUNT).unwrap().checkpoint.is_none()
}

#[test]
fn a_record_of_another_layout_is_dropped_and_the_next_pass_looks_at_every_user() {
    let known = super::entity("u");
    let place = OutboxKey {
        receiver: RECEIVER.to_owned(),
        account: ACCOUNT.to_owned(),
        number: 7,
    };
    let name = BTreeMap::from([("name", "anna")]);
    for (tree, key) in [
        (Tree::Entities, entity_key(&known)),
        (Tree::Tombstones, entity_key(&known)),
        (Tree::Deliveries, receiver_key(RECEIVER, &known)),
        (Tree::Outbox, place.to_bytes()),
        (Tree::Dead, place.to_bytes()),
    ] {
        let record = record::encode(&key, &name).unwrap();
        assert!(drops(tree, &key, record), "{tree:?}");
    }
    let older = OfOlderUser {
        observed: [1; 32],
        content: [2; 32],
        merged: [3; 32],
        ordinal: 1,
        user: record::pack(&name).unwrap(),
    };
    let key = entity_key(&known);
    let record = record::encode(&key, &older).unwrap();
    assert!(drops(Tree::Entities, &key, record));
}

#[test]
fn an_interrupted_migration_is_done_again() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("state");
    write_old(&dir, 2);
    drop(Store::open(&dir).unwrap());
    // The format was not yet written, and the earlier trees not yet dropped.
    let again = home.path().join("again");
    write_old(&again, 2);
    let store = Store::open(&again).unwrap();
    assert_eq!(store.user_ids(ACCOUNT).unwrap(), ["AIDAKNOWN"]);
    drop(store);
    std::fs::write(again.join("format"), "rollcall state, format 2\n").unwrap();
    let error = Store::open(&again);
    // Without its earlier trees it is no store of format 2: it is set aside, and nobody is taken
    // for sent.
    assert!(error.unwrap().user_ids(ACCOUNT).unwrap().is_empty());
}

#[test]
fn no_flipped_bit_makes_a_newer_format_that_would_be_refused_for_ever() {
    let whole = format_text(FORMAT);
    let mut state = Fixture::new();
    for bit in 0..whole.len() * 8 {
        let mut damaged = whole.clone().into_bytes();
        damaged[bit / 8] ^= 1 << (bit % 8);
        state.close();
        std::fs::write(state.dir.join("format"), damaged).unwrap();
        state.reopen();
    }
    assert_eq!(state.quarantines(), whole.len() * 8);
}

#[test]
fn a_look_at_a_store_that_is_not_there_makes_none() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("state");
    assert!(Store::open_existing(&dir).unwrap().is_none());
    assert!(!dir.exists());
}

#[test]
fn a_look_at_a_damaged_store_is_an_error_and_leaves_it_where_it_is() {
    let mut state = Fixture::new();
    state.queued(&[user("u", "a")]);
    state.close();
    let db = state.dir.join("store").join("db");
    std::fs::write(&db, "no database at all").unwrap();
    let error = Store::open_existing(&state.dir).unwrap_err();
    assert!(error.to_string().contains("is damaged"), "{error}");
    assert!(error.to_string().contains("rollcall collect"), "{error}");
    assert_eq!(state.quarantines(), 0);
}

#[test]
fn what_an_older_store_kept_for_a_sink_that_is_gone_can_be_forgotten_and_goes_after_its_time() {
    let now = OffsetDateTime::now_utc();
    let legacy = "siem@unknown".to_owned();
    let upgraded = || {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("state");
        write_old(&dir, 2);
        let store = Store::open(&dir).unwrap();
        (home, store)
    };
    let (_home, store) = upgraded();
    let known = store.receivers().unwrap();
    assert_eq!(known.len(), 1, "{known:?}");
    assert!(known[0].is_legacy());
    assert_eq!(
        store.receivers_of("siem", &[]).unwrap(),
        std::slice::from_ref(&legacy)
    );
    let day = time::Duration::DAY;
    let removed = store.remove_ended(&[], None, now, now - day).unwrap();
    assert!(removed.receivers.is_empty(), "{removed:?}");
    let removed = store.remove_ended(&[], None, now + day, now + day).unwrap();
    assert_eq!(removed.receivers, [(legacy, 1)]);
    let entity = super::entity("AIDAKNOWN");
    let state = store.delivery_state("siem@unknown", &entity).unwrap();
    assert_eq!(state, None);
    assert!(store.receivers().unwrap().is_empty());
    // The first receiver of that name takes everything over.
    let (_home, store) = upgraded();
    store.adopt_receivers(&[RECEIVER.to_owned()], now).unwrap();
    let known = store.receivers().unwrap();
    assert_eq!((known.len(), known[0].receiver.as_str()), (1, RECEIVER));
}
