//! What answers are made from.

use std::sync::Arc;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::times::{ago, rfc3339};
use crate::analyze::{AdminVerdict, Privilege, Tier};
use crate::map::AdminBy;
use crate::model::{Account, Fact, FormerName, StaleFact, User};

/// Where an answer comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerSource {
    /// AWS was asked.
    Live,
    /// The last complete pass.
    Stored,
}

/// A user that a question found.
#[derive(Debug, Clone)]
pub struct FoundUser {
    /// The account, as events name it.
    pub account: Arc<Account>,
    /// The user; of a stored one, with last known values.
    pub user: Arc<User>,
    /// The facts that are as last known.
    pub stale: Vec<StaleFact>,
    /// The names that it had before.
    pub former_names: Vec<FormerName>,
    /// How much it can do, by the documents of policies that were read.
    pub privilege: Fact<Privilege>,
    /// Whether it is an administrator by the names of policies.
    pub by_names: AdminVerdict,
    /// When its deletion was noticed, if it is deleted.
    pub deleted_at: Option<OffsetDateTime>,
}

/// The account of an answer, and as of when it is known.
#[derive(Debug, Clone)]
pub struct HeadOf {
    /// The account.
    pub account: Arc<Account>,
    /// When it was read, or when the last complete pass over it began.
    pub as_of: OffsetDateTime,
}

/// What an answer is about.
#[derive(Debug, Clone)]
pub struct Accounts {
    /// Where it comes from.
    pub source: AnswerSource,
    /// Its accounts.
    pub heads: Vec<HeadOf>,
}

impl AnswerSource {
    /// The spelling used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Stored => "stored",
        }
    }
}

impl FoundUser {
    /// Whether one of `facts` could not be read, and is as last known.
    pub fn is_stale(&self, facts: &[&str]) -> bool {
        let lacks = |it: &StaleFact| it.why.reason.is_shortfall() && facts.contains(&&*it.fact);
        self.stale.iter().any(lacks)
    }

    /// Whether the user is an administrator, if that is known.
    pub fn is_admin(&self, by: AdminBy) -> Option<bool> {
        if self.user.is_root() {
            return Some(true);
        }
        match (by, self.privilege.value().map(|it| it.tier)) {
            (AdminBy::Names, _) => match self.by_names {
                AdminVerdict::Admin(_) => Some(true),
                AdminVerdict::NotAdmin => Some(false),
                AdminVerdict::Unknown => None,
            },
            (_, None | Some(Tier::Unknown)) => None,
            (_, Some(tier)) => Some(matches!(tier, Tier::Admin | Tier::AdminWithMfa)),
        }
    }
}

impl Accounts {
    /// As of when the answer is known: the oldest of its accounts.
    pub fn as_of(&self) -> Option<OffsetDateTime> {
        self.heads.iter().map(|head| head.as_of).min()
    }

    /// The heading for people: for a stored answer, as of when it is known. A live one has none.
    pub fn heading(&self, now: OffsetDateTime) -> String {
        if self.source == AnswerSource::Live {
            return String::new();
        }
        let lines = self.heads.iter().map(|head| {
            let (at, age) = (rfc3339(head.as_of), ago(head.as_of, now));
            let account = &head.account.id;
            format!("Account {account} as of its last complete pass at {at}, {age}\n")
        });
        lines.chain(["\n".to_owned()]).collect()
    }

    /// A JSON document with `entries` under `key`.
    pub fn document(&self, key: &str, entries: Vec<Value>, now: OffsetDateTime) -> Value {
        let accounts = self.heads.iter().map(|head| {
            let mut account = json!({"id": head.account.id, "as_of": rfc3339(head.as_of)});
            if let Some(name) = &head.account.name {
                account["name"] = name.as_str().into();
            }
            if self.source == AnswerSource::Stored {
                account["age_seconds"] = (now - head.as_of).whole_seconds().max(0).into();
            }
            account
        });
        let accounts: Vec<Value> = accounts.collect();
        json!({
            "source": self.source.as_str(),
            "as_of": self.as_of().map(rfc3339),
            "accounts": accounts,
            key: entries,
        })
    }
}
