//! Every fixture with its events, as the tests of this folder share them.

use std::fs;
use std::path::{Path, PathBuf};

use rollcall::analyze::{AdminRule, Privilege};
use rollcall::map::{Dialect, EventInput, Judged, MappingRules, changes};
use rollcall::model::{
    Account, Confirmed, Digest, EntityKey, EntityKind, EventId, FieldChange, FormerName, LastKnown,
    Origin, PassStamp, Revision, User,
};
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::fixture::Case;

/// One event with its digest.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rendered {
    pub(super) digest: Digest,
    pub(super) json: Vec<u8>,
}

pub(crate) struct Mapped {
    /// The file's name without its extension.
    pub(super) name: String,
    pub(super) shows: String,
    /// The file's text.
    pub(super) source: String,
    pub(crate) user: User,
    /// What was known of the user before, if it was.
    pub(super) last: Option<User>,
    pub(super) former_names: Vec<FormerName>,
    pub(crate) account: Account,
    /// The verdict on it, and the one before.
    pub(super) privilege: [Option<Privilege>; 2],
    pub(super) rules: MappingRules,
}

impl Mapped {
    /// The event in `dialect`, at [`pass`].
    pub(super) fn render(&self, dialect: Dialect) -> Rendered {
        let confirmed = Confirmed::new();
        let known = match &self.last {
            Some(last) => self.user.with_last_known(last, &confirmed),
            None => LastKnown {
                user: self.user.clone(),
                stale: Vec::new(),
            },
        };
        let changes = self.changes(&known.user);
        let [privilege, _] = &self.privilege;
        with_input(&known.user, &self.account, |input| {
            let input = EventInput {
                privilege: privilege.as_ref(),
                rules: &self.rules,
                changes: &changes,
                stale: &known.stale,
                former_names: &self.former_names,
                ..input
            };
            render_input(&input, dialect)
        })
    }

    /// What changed since the user was known before, until it became `known`.
    fn changes(&self, known: &User) -> Vec<FieldChange> {
        let Some(last) = &self.last else {
            return Vec::new();
        };
        let rule = AdminRule::new(AdminRule::DOCUMENTED);
        let (before, after) = (rule.judge(last), rule.judge(known));
        let [privilege, privilege_before] = &self.privilege;
        changes(
            Judged {
                user: last,
                admin: &before,
                privilege: privilege_before.as_ref(),
            },
            Judged {
                user: known,
                admin: &after,
                privilege: privilege.as_ref(),
            },
        )
    }

    pub(super) fn event(&self, dialect: Dialect) -> Value {
        serde_json::from_slice(&self.render(dialect).json).unwrap()
    }
}

/// All cases by name.
pub(crate) fn cases() -> Vec<Mapped> {
    let mut paths: Vec<PathBuf> = fs::read_dir(directory("tests/fixtures/mapping"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

/// The events of all cases in `dialect`: as users are, and that they were deleted.
pub(crate) fn events(dialect: Dialect) -> Vec<Value> {
    let events = cases().into_iter().flat_map(|case| {
        let deleted = with_input(&case.user, &case.account, |input| {
            let id = event_id(&input, dialect, &Digest::of(b"deleted"));
            dialect.write_deletion(&input, &id).unwrap()
        });
        let deleted = serde_json::from_slice(&deleted).unwrap();
        [case.event(dialect), deleted]
    });
    events.collect()
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
    with_input(user, account, |input| {
        render_input(&EventInput { pass, ..input }, dialect)
    })
}

/// What `with` makes of the input for a user by the documented rule, with nothing stale.
pub(super) fn with_input<T>(
    user: &User,
    account: &Account,
    with: impl FnOnce(EventInput<'_>) -> T,
) -> T {
    let admin = AdminRule::new(AdminRule::DOCUMENTED).judge(user);
    with(EventInput {
        account,
        user,
        admin: &admin,
        privilege: None,
        rules: &MappingRules::default(),
        changes: &[],
        stale: &[],
        former_names: &[],
        pass: pass(),
    })
}

pub(super) fn render_input(input: &EventInput<'_>, dialect: Dialect) -> Rendered {
    let digest = dialect.digest(input).unwrap();
    let id = event_id(input, dialect, &digest);
    let json = dialect.write(input, &id).unwrap();
    Rendered { digest, json }
}

/// The id of the first telling of a user.
pub(super) fn event_id(input: &EventInput<'_>, dialect: Dialect, digest: &Digest) -> EventId {
    EventId::derive(&Revision {
        store: b"rollcall mapping",
        receiver: dialect.as_str(),
        entity: &EntityKey {
            source: Origin::Aws,
            account: input.account.id.clone(),
            kind: EntityKind::User,
            id: input.user.id.clone(),
        },
        number: 1,
        digest,
    })
}

/// A fixed pass: snapshots show its time and id.
pub(crate) fn pass() -> PassStamp {
    PassStamp {
        id: Uuid::from_u128(0x0197_8d2a_4b00_7000_8000_0000_0000_0001),
        // 2026-06-01T12:00:00.250Z
        collected_at: OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(1_780_315_200_250),
    }
}

/// A folder or file of the repository, or of the copy of it that a test works in.
pub(crate) fn directory(relative: &str) -> PathBuf {
    let root = std::env::var_os("CARGO_MANIFEST_DIR");
    let root = root.unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&root).join(relative)
}

fn read(path: &Path) -> Mapped {
    let source = fs::read_to_string(path).unwrap();
    of_source(path.file_stem().unwrap().to_str().unwrap(), &source)
}

/// The case of that name whose file has the text `source`.
pub(super) fn of_source(name: &str, source: &str) -> Mapped {
    let case: Case = serde_json::from_str(source).unwrap_or_else(|error| panic!("{name}: {error}"));
    Mapped {
        name: name.to_owned(),
        shows: case.shows.clone(),
        user: case.user(),
        last: case.last(),
        former_names: case.former_names(),
        account: case.account(),
        rules: case.rules(),
        privilege: [case.privilege, case.privilege_before],
        source: source.to_owned(),
    }
}
