//! Saved files, from their bytes to events.

use rollcall::analyze::{AdminRule, judge};
use rollcall::collect::{FromFiles, InventorySource};
use rollcall::foreign::Page;
use rollcall::map::{Dialect, EventInput, MappingRules, RenderError};
use rollcall::model::{Account, EventId, PassStamp, User};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::seen::assert_seen;

const READ_AT: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);

/// The details of two users, who are in a group that grants everything.
pub const USERS: &[u8] = include_bytes!("../seeds/details/two_users.json");

/// Reads `documents`; whatever users they have become events that are JSON, and the same ones from
/// the same facts.
pub fn check(documents: &[(&str, &[u8])]) {
    let files = match FromFiles::from_documents(documents, READ_AT) {
        Ok(files) => files,
        Err(error) => return assert_shown(&error.to_string()),
    };
    for warning in files.warnings() {
        assert_shown(warning);
    }
    let again = FromFiles::from_documents(documents, READ_AT).expect("it was read before");
    assert_eq!(files.warnings(), again.warnings());
    let users = users(&files);
    assert_eq!(users, self::users(&again));
    let verdicts: Vec<_> = files
        .snapshots()
        .iter()
        .map(|it| judge(it, READ_AT))
        .collect();
    for user in &users {
        let privilege = verdicts.iter().find_map(|of_users| of_users.get(&user.id));
        let rule = AdminRule::new(AdminRule::DOCUMENTED);
        let account = Account::of(&user.arn);
        let input = EventInput {
            account: &account,
            user,
            admin: &rule.judge(user),
            privilege,
            rules: &MappingRules::default(),
            changes: &[],
            stale: &[],
            former_names: &[],
            pass: PassStamp::new(READ_AT),
        };
        for dialect in [Dialect::Ocsf, Dialect::Sekoia] {
            let digest = dialect.digest(&input).expect("a digest");
            assert_eq!(digest, dialect.digest(&input).expect("a digest"));
            assert_event(dialect.write(&input, &EventId::from_bytes([7; 16])));
            assert_event(dialect.write_deletion(&input, &EventId::from_bytes([8; 16])));
        }
    }
}

fn assert_event(event: Result<Vec<u8>, RenderError>) {
    match event {
        Ok(line) => {
            assert!(!line.contains(&b'\n'), "an event is one line");
            let event: serde_json::Value = serde_json::from_slice(&line).expect("JSON");
            assert!(event.is_object());
        }
        Err(RenderError::TooLarge { .. }) => {}
        Err(error) => panic!("{error}"),
    }
}

/// What is said to a person goes through the door, and is all seen then.
fn assert_shown(message: &str) {
    assert!(!message.trim().is_empty());
    assert_seen(Page::of(message).as_str(), &['\n', '\t']);
}

fn users(files: &FromFiles) -> Vec<User> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(1024);
        let mut users = Vec::new();
        let receive = async {
            while let Some(user) = receiver.recv().await {
                users.push(user);
            }
        };
        let (policies, _) = tokio::sync::oneshot::channel();
        let (_, enumeration) = tokio::join!(receive, files.collect(sender, policies));
        assert_eq!(enumeration.users, users.len() as u64);
        users
    })
}
