//! What befalls files: a bit that flips, an end that is missing, zeros.

use std::path::{Path, PathBuf};

use fastrand::Rng;

/// One way in which a file is damaged.
#[derive(Clone, Copy, Debug)]
pub(super) enum Damage {
    Flipped,
    Truncated,
    Zeroed,
}

impl Damage {
    pub(super) const ALL: [Self; 3] = [Self::Flipped, Self::Truncated, Self::Zeroed];

    /// Does it to the part of a file that holds anything, and says where.
    pub(super) fn happen(self, rng: &mut Rng, file: &Path) -> usize {
        let mut content = std::fs::read(file).unwrap();
        let used = content.iter().rposition(|byte| *byte != 0);
        let used = used.map_or(0, |last| last + 1);
        let at = rng.usize(..used.max(1));
        match self {
            Self::Truncated => content.truncate(at),
            Self::Flipped => content.iter_mut().skip(at).take(1).for_each(|byte| {
                *byte ^= rng.u8(1..);
            }),
            Self::Zeroed => content
                .iter_mut()
                .skip(at)
                .take(rng.usize(1..5_000))
                .for_each(|byte| *byte = 0),
        }
        std::fs::write(file, content).unwrap();
        at
    }
}

/// Every file below `dir`, as seen from there.
pub(super) fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut left = vec![dir.to_owned()];
    while let Some(next) = left.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => left.push(path),
                false => files.push(path.strip_prefix(dir).unwrap().to_owned()),
            }
        }
    }
    files.sort();
    assert!(files.len() >= 4, "{files:?}");
    files
}
