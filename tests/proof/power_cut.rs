//! The power goes, at any moment: whatever the store said is durable is there afterwards.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use fastrand::Rng;
use rollcall::store::Store;

use super::disk::{Deed, Disk, deeds};
use super::writer::{Content, history};
use super::{cases, in_memory, shim};

const IMAGES: u64 = 320;
const IMAGES_LONG: u64 = 2_000;
const OPERATIONS: usize = 60;
const OPERATIONS_LONG: usize = 400;
const SEED: &str = "ROLLCALL_TEST_SEED";

#[test]
#[ignore = "run by the test below, on top of the shim"]
fn writes_a_history() {
    let place = PathBuf::from(std::env::var_os("SHIM_DIR").expect("run by another test"));
    let seed = std::env::var(SEED).unwrap().parse().unwrap();
    let marks = std::env::var_os("SHIM_MARKS").unwrap();
    let mut marks = File::create(marks).unwrap();
    let store = Store::open(&place.join("state")).unwrap();
    for operation in history(seed, operations()) {
        operation.perform(&store);
        marks.write_all(b"durable").unwrap();
    }
    // What closing writes is no part of the history.
    std::process::abort();
}

fn operations() -> usize {
    cases(OPERATIONS as u64, OPERATIONS_LONG as u64) as usize
}

/// The deeds of a process that performs the history of `seed` below `dir`.
fn trace(seed: u64, home: &Path, dir: &Path) -> Vec<Deed> {
    let (_, module) = module_path!().split_once("::").expect("a crate");
    let trace = home.join("trace");
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::writes_a_history")])
        .args(["--ignored", "--nocapture", "--test-threads=1"])
        .env("LD_PRELOAD", shim::compile("shim", home))
        .env("SHIM_DIR", dir)
        .env("SHIM_TRACE", &trace)
        .env("SHIM_MARKS", home.join("marks"))
        .env(SEED, seed.to_string())
        .output()
        .unwrap();
    let deeds = deeds(&std::fs::read(&trace).unwrap_or_default());
    let durable = deeds.iter().filter(|deed| deed.what == b'M').count();
    assert_eq!(durable, operations(), "{child:?}");
    deeds
}

/// After how many deeds the power goes: before and after each sync, and anywhere.
fn cuts(rng: &mut Rng, deeds: &[Deed]) -> Vec<usize> {
    let is_sync = |at: &usize| deeds[*at].what == b'S';
    let syncs = (0..deeds.len()).filter(is_sync);
    let mut cuts: Vec<usize> = syncs.flat_map(|at| [at, at + 1]).collect();
    let images = cases(IMAGES, IMAGES_LONG) as usize;
    while cuts.len() < images {
        cuts.push(rng.usize(..=deeds.len()));
    }
    rng.shuffle(&mut cuts);
    cuts.sort_unstable();
    cuts
}

#[test]
fn a_power_cut_at_any_moment_loses_nothing_that_was_acknowledged() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("watched");
    std::fs::create_dir(&dir).unwrap();
    let seed = fastrand::u64(..);
    let mut rng = Rng::with_seed(seed);
    let deeds = trace(seed, home.path(), &dir);
    let history = history(seed, operations());
    let cuts = cuts(&mut rng, &deeds);
    let mut disk = Disk::default();
    let (mut done, mut durable) = (0, 0);
    let mut content = Content::default();
    for cut in cuts {
        while done < cut {
            match deeds[done].what {
                b'M' => {
                    content = content.after(&history[durable]);
                    durable += 1;
                }
                _ => disk.apply(&deeds[done]),
            }
            done += 1;
        }
        let image = in_memory();
        disk.image(&mut rng, &dir, image.path());
        let next = history.get(durable).map(|next| content.after(next));
        let found = check(
            &image.path().join("state"),
            &content,
            next.as_ref(),
            durable,
        );
        if let Err(wrong) = found {
            panic!("seed {seed}, cut after {cut} deeds, {durable} operations: {wrong}");
        }
    }
}

/// Opens an image and finds what was there, or what the operation under way makes of it.
fn check(
    state: &Path,
    content: &Content,
    next: Option<&Content>,
    durable: usize,
) -> Result<(), String> {
    let store = Store::open(state).map_err(|error| error.to_string())?;
    let names = std::fs::read_dir(state).expect("a directory");
    let mut names = names.map(|entry| entry.expect("an entry").file_name());
    let is_aside = names.any(|name| name.to_string_lossy().starts_with("quarantine-"));
    if is_aside && durable > 0 {
        return Err("it was set aside".to_owned());
    }
    // An unsynced end that is gone is no loss.
    if store.lost_writes() > 0 {
        return Err(format!("{} writes count as lost", store.lost_writes()));
    }
    let found = Content::of(&store);
    if found != *content && Some(&found) != next {
        return Err(format!("{found:#?}\ninstead of\n{content:#?}"));
    }
    match found.forgotten(&store) {
        0 => Ok(()),
        users => Err(format!("{users} users are sent again")),
    }
}
