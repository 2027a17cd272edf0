//! Every fixture with its events, as the tests of this folder share them.

use std::fs;
use std::path::{Path, PathBuf};

use rollcall::analyze::AdminRule;
use rollcall::map::{Dialect, Inventoried, Rendered, TagNames};
use rollcall::model::{Account, PassStamp, User};
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::fixture::Case;

pub(super) struct Mapped {
    /// The file's name without its extension.
    pub(super) name: String,
    pub(super) shows: String,
    /// The file's text.
    pub(super) source: String,
    pub(super) user: User,
    pub(super) account: Account,
}

impl Mapped {
    /// The event in `dialect`, at [`pass`].
    pub(super) fn render(&self, dialect: Dialect) -> Rendered {
        render(&self.user, &self.account, dialect, pass())
    }

    pub(super) fn event(&self, dialect: Dialect) -> Value {
        serde_json::from_slice(&self.render(dialect).json).unwrap()
    }
}

/// All cases by name.
pub(super) fn cases() -> Vec<Mapped> {
    let mut paths: Vec<PathBuf> = fs::read_dir(directory("tests/fixtures/mapping"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

/// The case of that name.
pub(super) fn case(name: &str) -> Mapped {
    read(&directory("tests/fixtures/mapping").join(format!("{name}.json")))
}

pub(super) fn render(
    user: &User,
    account: &Account,
    dialect: Dialect,
    pass: PassStamp,
) -> Rendered {
    let admin = AdminRule::new(AdminRule::DOCUMENTED).judge(user);
    let inventoried = Inventoried {
        account,
        user,
        admin: &admin,
        tag_names: &TagNames::default(),
        is_last_use_content: false,
        changes: &[],
        pass,
    };
    dialect.render(&inventoried).unwrap()
}

/// A fixed pass: snapshots show its time and id.
pub(super) fn pass() -> PassStamp {
    PassStamp {
        id: Uuid::from_u128(0x0197_8d2a_4b00_7000_8000_0000_0000_0001),
        // 2026-06-01T12:00:00.250Z
        collected_at: OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(1_780_315_200_250),
    }
}

pub(super) fn directory(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

fn read(path: &Path) -> Mapped {
    let source = fs::read_to_string(path).unwrap();
    let case: Case =
        serde_json::from_str(&source).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Mapped {
        name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
        shows: case.shows.clone(),
        user: case.user(),
        account: case.account(),
        source,
    }
}
