//! A file that is rotated by size loses no line but those of the oldest file.

use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use rollcall::config::{NdjsonFile, NdjsonTarget, Rotation};
use rollcall::deliver::{Ndjson, Outgoing, Sink, Verdict};
use rollcall::model::EventId;

struct Lines {
    dir: tempfile::TempDir,
    keep_files: u32,
}

impl Lines {
    fn kept(keep_files: u32) -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            keep_files: NonZeroU32::new(keep_files).unwrap().get(),
        }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("events")
    }

    /// Writes a batch into a file of at most ten bytes.
    async fn write(&self, events: &[&str]) -> Verdict {
        let id = EventId::from_bytes([7; 16]);
        let batch = events.iter().map(|json| Outgoing {
            id,
            json: json.as_bytes(),
        });
        let batch: Vec<_> = batch.collect();
        let target = NdjsonTarget::File(NdjsonFile {
            path: self.path(),
            rotation: Some(Rotation {
                bytes: 10,
                keep_files: self.keep_files,
            }),
        });
        Ndjson::new(target).deliver(&batch).await
    }

    /// Every file by name, with its content.
    fn files(&self) -> Vec<(String, String)> {
        let entries = fs::read_dir(self.dir.path()).unwrap();
        let file = |path: &Path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        };
        let mut files: Vec<_> = entries.map(|entry| file(&entry.unwrap().path())).collect();
        files.sort();
        files
    }
}

fn named(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, content): &(&str, &str)| ((*name).to_owned(), (*content).to_owned());
    files.iter().map(owned).collect()
}

#[tokio::test]
async fn a_file_gives_way_between_batches_and_the_oldest_is_dropped() {
    let lines = Lines::kept(2);
    for batch in [
        &["11", "22"][..],
        &["33"],
        &["44"],
        &["5"],
        &["66666666666666"],
        &["7"],
    ] {
        assert_eq!(lines.write(batch).await, Verdict::Delivered);
    }
    assert_eq!(
        lines.files(),
        named(&[
            ("events", "7\n"),
            ("events.1", "66666666666666\n"),
            ("events.2", "44\n5\n"),
        ])
    );
}

#[tokio::test]
async fn a_rotation_that_was_killed_halfway_is_finished_and_loses_nothing() {
    let lines = Lines::kept(3);
    // events.1 had become events.2, and events was to become events.1.
    fs::write(lines.path(), "new\n").unwrap();
    fs::write(lines.path().with_extension("2"), "old\n").unwrap();
    fs::write(lines.path().with_extension("3"), "oldest\n").unwrap();
    assert_eq!(lines.write(&["1234567"]).await, Verdict::Delivered);
    assert_eq!(
        lines.files(),
        named(&[
            ("events", "1234567\n"),
            ("events.1", "new\n"),
            ("events.2", "old\n"),
            ("events.3", "oldest\n"),
        ])
    );
}

#[tokio::test]
async fn a_rotation_that_cannot_be_done_is_no_delivery_and_loses_nothing() {
    let lines = Lines::kept(1);
    fs::write(lines.path(), "12345678\n").unwrap();
    // A file cannot take the place of a directory.
    fs::create_dir(lines.path().with_extension("1")).unwrap();
    let verdict = lines.write(&["9"]).await;
    assert!(matches!(verdict, Verdict::Refused { .. }), "{verdict:?}");
    assert_eq!(fs::read_to_string(lines.path()).unwrap(), "12345678\n");
}

#[tokio::test]
async fn a_link_stays_and_the_file_that_it_leads_to_is_rotated_in_its_place() {
    let lines = Lines::kept(2);
    let elsewhere = tempfile::tempdir().unwrap();
    let real = elsewhere.path().join("real");
    std::os::unix::fs::symlink(&real, lines.path()).unwrap();
    for event in ["[1,2,3]", "[4,5,6]", "[7,8,9]"] {
        assert_eq!(lines.write(&[event]).await, Verdict::Delivered);
    }
    assert_eq!(fs::read_link(lines.path()).unwrap(), real);
    let names: Vec<_> = fs::read_dir(lines.dir.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "{names:?}");
    for (name, content) in [
        ("real", "[7,8,9]\n"),
        ("real.1", "[4,5,6]\n"),
        ("real.2", "[1,2,3]\n"),
    ] {
        let path = elsewhere.path().join(name);
        assert_eq!(fs::read_to_string(path).unwrap(), content, "{name}");
    }
}
