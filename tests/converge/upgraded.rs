//! A state directory that an earlier version left.

use std::path::Path;

use serde::Serialize;
use time::OffsetDateTime;

use super::site::{ID, Settings, Site, about, file_sink, is_deletion};
use crate::support::sim_aws::SimUser;

const SEGMENT_SIZE: usize = 4 * 1024 * 1024;

/// A record as format 2 wrote it: version 1, CRC-32 of key and rest, LZ4 block.
fn record<T: Serialize>(key: &[u8], content: &T) -> Vec<u8> {
    let plain = postcard::to_stdvec(content).unwrap();
    let packed = lz4_flex::compress_prepend_size(&plain);
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(&packed);
    let checksum = hasher.finalize().to_le_bytes();
    [&[1], &checksum[..], &packed].concat()
}

/// Bytes as format 2 wrote them.
#[derive(Serialize)]
struct OldBytes(#[serde(serialize_with = "as_bytes")] Vec<u8>);

fn as_bytes<S: serde::Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bytes(bytes)
}

/// A user as format 2 kept it, with nothing known but its name.
fn kept(user: &SimUser) -> OldBytes {
    let arn = format!("arn:aws:iam::{ID}:user/{}", user.name);
    let head = (&user.name, arn, &user.id, "/", OffsetDateTime::UNIX_EPOCH);
    let nothing: [Option<()>; 9] = [None; 9];
    let mut kept = vec![2, 0, 0, 0, 0, 0, 0, 0, 0];
    kept.extend(postcard::to_stdvec(&head).unwrap());
    kept.extend(postcard::to_stdvec(&nothing).unwrap());
    OldBytes(kept)
}

/// Writes a store of format 2, by which `sink` was sent each of `users`.
fn write_format_2(dir: &Path, sink: &str, users: &[SimUser]) {
    std::fs::create_dir_all(dir).unwrap();
    let config = sled::Config::new().path(dir.join("store"));
    let db = config.segment_size(SEGMENT_SIZE).open().unwrap();
    let put = |tree: &str, key: &[&str], record: &dyn Fn(&[u8]) -> Vec<u8>| {
        let key = key.join("\0").into_bytes();
        let record = record(&key);
        db.open_tree(tree).unwrap().insert(key, record).unwrap();
    };
    put("meta", &["begun"], &|_| Vec::new());
    put("meta", &["checkpoint", ID], &|key| {
        record(key, &(1_000_i64, 2_000_i64, users.len() as u64))
    });
    for user in users {
        put("known", &[ID, &user.id], &|key| record(key, &kept(user)));
        put("states", &[sink, ID, &user.id], &|key| {
            record(key, &([1_u8; 32], [2_u8; 16], false))
        });
    }
    db.flush().unwrap();
    drop(db);
    std::fs::write(dir.join("format"), "rollcall state, format 2\n").unwrap();
}

#[test]
fn a_user_that_is_gone_when_the_state_is_upgraded_is_told_as_deleted_alone() {
    for emit in ["changed", "all"] {
        let [ann, bob] = ["ann", "bob"].map(SimUser::new);
        let site = Site::of([bob.clone()]);
        let dir = site.agent.state_home().join("rollcall");
        write_format_2(&dir, "strict", &[ann, bob]);
        site.configure(&Settings {
            mapping: format!("emit = \"{emit}\""),
            sinks: file_sink("strict", ""),
            ..Settings::default()
        });
        site.collect(0);
        let events = site.file("strict.ndjson");
        let of_ann = about(&events, "ann");
        assert_eq!(of_ann.len(), 1, "{emit}: {events:#?}");
        assert!(is_deletion(&of_ann[0]), "{}", of_ann[0]);
        assert_eq!(about(&events, "bob").len(), 1, "{emit}: {events:#?}");
    }
}
