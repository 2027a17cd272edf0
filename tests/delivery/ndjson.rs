//! Lines in a file: whole, private, and after the ones that are there.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rollcall::config::NdjsonTarget;
use rollcall::deliver::{Ndjson, Outgoing, Sink, Verdict};
use rollcall::model::EventId;

async fn write(path: &Path, events: &[&str]) -> Verdict {
    let id = EventId::from_bytes([7; 16]);
    let batch: Vec<_> = events
        .iter()
        .map(|json| Outgoing {
            id,
            json: json.as_bytes(),
        })
        .collect();
    Ndjson::new(NdjsonTarget::file(path)).deliver(&batch).await
}

#[tokio::test]
async fn events_are_appended_as_lines_to_a_private_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events");
    assert_eq!(write(&path, &["1", "2"]).await, Verdict::Delivered);
    assert_eq!(write(&path, &["3"]).await, Verdict::Delivered);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "1\n2\n3\n");
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn a_line_torn_by_a_kill_does_not_spoil_the_next_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("events");
    std::fs::write(&path, "1\n{\"torn").unwrap();
    assert_eq!(write(&path, &["2"]).await, Verdict::Delivered);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "1\n{\"torn\n2\n");
}

#[tokio::test]
async fn a_device_takes_lines_too() {
    assert_eq!(
        write(Path::new("/dev/null"), &["1"]).await,
        Verdict::Delivered
    );
}

#[tokio::test]
async fn a_full_disk_is_retried() {
    let verdict = write(Path::new("/dev/full"), &["1"]).await;
    assert!(matches!(&verdict, Verdict::Retry { after: None, why } if why.contains("/dev/full")));
}

#[tokio::test]
async fn a_place_that_somebody_must_make_first_stops_the_sink() {
    let dir = tempfile::tempdir().unwrap();
    for path in [
        dir.path().join("missing").join("events"),
        dir.path().to_owned(),
    ] {
        let Verdict::Refused { why } = write(&path, &["1"]).await else {
            panic!("{} is retried for ever", path.display());
        };
        assert!(why.contains(&path.display().to_string()), "{why}");
    }
}
