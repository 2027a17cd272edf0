//! A disk replayed from a trace, and what a power cut leaves of it.
//!
//! Of a file, all that was there at its last sync is kept; of every page written since, the disk
//! has any of the versions that it had. Names come and go in their order, as a journal keeps
//! them: a sync of any file keeps all that came before it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fastrand::Rng;

const PAGE: usize = 4096;
/// What, the lengths of path and data, and an offset.
const HEAD: usize = 25;

/// One thing that a process did to a file.
#[derive(Debug)]
pub(super) struct Deed {
    pub(super) what: u8,
    pub(super) path: PathBuf,
    pub(super) offset: u64,
    pub(super) data: Vec<u8>,
}

/// The deeds in a trace, in order.
pub(super) fn deeds(trace: &[u8]) -> Vec<Deed> {
    let (mut deeds, mut rest) = (Vec::new(), trace);
    while !rest.is_empty() {
        let number = |at: usize| u64::from_le_bytes(rest[at..at + 8].try_into().expect("eight"));
        let (path_len, data_len) = (number(1) as usize, number(9) as usize);
        let (path, data) = rest[HEAD..HEAD + path_len + data_len].split_at(path_len);
        deeds.push(Deed {
            what: rest[0],
            path: PathBuf::from(String::from_utf8_lossy(path).into_owned()),
            offset: number(17),
            data: data.to_vec(),
        });
        rest = &rest[HEAD + path_len + data_len..];
    }
    deeds
}

/// The disk after some deeds.
#[derive(Debug, Default)]
pub(super) struct Disk {
    files: Vec<File>,
    names: Names,
    durable_names: Names,
    /// What became of the names since.
    journal: Vec<Entry>,
}

/// Files by their paths; directories have none.
type Names = BTreeMap<PathBuf, Option<usize>>;

#[derive(Clone, Debug)]
enum Entry {
    Made(PathBuf, Option<usize>),
    Moved(PathBuf, PathBuf),
    Removed(PathBuf),
}

/// What is in a file.
#[derive(Debug, Default)]
struct File {
    synced: Vec<u8>,
    now: Vec<u8>,
    /// What each page held since the last sync.
    pages: BTreeMap<usize, Vec<Vec<u8>>>,
    /// How long it was since.
    lengths: Vec<usize>,
}

impl Disk {
    pub(super) fn apply(&mut self, deed: &Deed) {
        let path = &deed.path;
        match deed.what {
            b'D' => self.log(Entry::Made(path.clone(), None)),
            b'U' => self.log(Entry::Removed(path.clone())),
            b'R' => {
                let to = String::from_utf8_lossy(&deed.data).into_owned();
                self.log(Entry::Moved(path.clone(), PathBuf::from(to)));
            }
            b'C' | b'T' => {
                let file = self.file(path);
                if deed.what == b'T' {
                    file.resize(0);
                }
            }
            b'W' => self.file(path).write(deed.offset as usize, &deed.data),
            b'L' => self.file(path).resize(deed.offset as usize),
            b'S' => {
                if !path.is_dir() {
                    self.file(path).sync();
                }
                self.durable_names.clone_from(&self.names);
                self.journal.clear();
            }
            other => panic!("an unknown deed {other}"),
        }
    }

    fn file(&mut self, path: &Path) -> &mut File {
        let number = match self.names.get(path) {
            Some(number) => number.expect("a file"),
            None => {
                self.files.push(File::default());
                let number = self.files.len() - 1;
                self.log(Entry::Made(path.to_owned(), Some(number)));
                number
            }
        };
        &mut self.files[number]
    }

    fn log(&mut self, entry: Entry) {
        entry.apply(&mut self.names);
        self.journal.push(entry);
    }

    /// Writes what a power cut leaves, with `dir` at `to`.
    pub(super) fn image(&self, rng: &mut Rng, dir: &Path, to: &Path) {
        let mut names = self.durable_names.clone();
        for entry in &self.journal[..rng.usize(..=self.journal.len())] {
            entry.apply(&mut names);
        }
        for (path, file) in names {
            let place = to.join(path.strip_prefix(dir).expect("a watched path"));
            match file {
                None => std::fs::create_dir_all(place).expect("a directory"),
                Some(file) => {
                    std::fs::write(place, self.files[file].left(rng)).expect("a file");
                }
            }
        }
    }
}

impl Entry {
    fn apply(&self, names: &mut Names) {
        match self {
            Self::Made(path, file) => drop(names.insert(path.clone(), *file)),
            Self::Moved(from, to) => {
                let file = names.remove(from).expect("a name to move");
                names.insert(to.clone(), file);
            }
            Self::Removed(path) => drop(names.remove(path)),
        }
    }
}

impl File {
    fn write(&mut self, offset: usize, data: &[u8]) {
        let end = offset + data.len();
        if end > self.now.len() {
            self.now.resize(end, 0);
            self.lengths.push(end);
        }
        self.now[offset..end].copy_from_slice(data);
        for page in offset / PAGE..end.div_ceil(PAGE) {
            let content = self.now[page * PAGE..self.now.len().min((page + 1) * PAGE)].to_vec();
            self.pages.entry(page).or_default().push(content);
        }
    }

    fn resize(&mut self, len: usize) {
        self.now.resize(len, 0);
        self.lengths.push(len);
    }

    fn sync(&mut self) {
        self.synced.clone_from(&self.now);
        self.pages.clear();
        self.lengths.clear();
    }

    /// One of the contents that the disk can have.
    fn left(&self, rng: &mut Rng) -> Vec<u8> {
        let len = match rng.usize(..=self.lengths.len()) {
            0 => self.synced.len(),
            at => self.lengths[at - 1],
        };
        let mut left = self.synced.clone();
        left.resize(len, 0);
        for (page, versions) in &self.pages {
            let version = rng.usize(..=versions.len());
            let at = page * PAGE;
            if version > 0 && at < len {
                let version = &versions[version - 1];
                let end = len.min(at + version.len());
                left[at..end].copy_from_slice(&version[..end - at]);
            }
        }
        left
    }
}
