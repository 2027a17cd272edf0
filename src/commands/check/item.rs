//! What was checked, one line each.

use serde_json::{Value, json};

use crate::access::Statement;
use crate::run::ExitStatus;
use crate::table::{Width, paragraph};

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    /// It works.
    Ok,
    /// It does not, and nothing is lost; or it could not be tested.
    Note,
    /// A permission is missing.
    Missing,
    /// It does not work.
    Failed,
}

/// One line.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) finding: Finding,
    /// The exit code that it alone would end with.
    pub(super) status: ExitStatus,
    /// What was checked.
    pub(super) name: String,
    /// The account, of a permission in it or of its session.
    pub(super) account: Option<String>,
    /// What it is, what is lost without it, or what is wrong.
    pub(super) detail: String,
    /// What has to be added to a policy.
    pub(super) add: Option<Statement>,
}

impl Finding {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Missing => "missing",
            Self::Failed => "failed",
        }
    }
}

impl Item {
    pub(super) fn new(
        finding: Finding,
        name: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        let status = match finding {
            Finding::Ok | Finding::Note => ExitStatus::Done,
            Finding::Missing => ExitStatus::AwsRefused,
            Finding::Failed => ExitStatus::Usage,
        };
        Self {
            finding,
            status,
            name: name.into(),
            account: None,
            detail: detail.into(),
            add: None,
        }
    }

    pub(super) fn ok(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Finding::Ok, name, detail)
    }

    /// What failed, with the exit code of that.
    pub(super) fn failed(
        name: impl Into<String>,
        why: impl std::fmt::Display,
        status: ExitStatus,
    ) -> Self {
        Self {
            status,
            ..Self::new(Finding::Failed, name, why.to_string())
        }
    }

    pub(super) fn of_account(mut self, id: &str) -> Self {
        self.account = Some(id.to_owned());
        self
    }

    pub(super) fn adding(mut self, statement: Option<Statement>) -> Self {
        self.add = statement;
        self
    }

    pub(super) fn document(&self) -> Value {
        json!({
            "finding": self.finding.as_str(),
            "item": self.name,
            "account": self.account,
            "detail": self.detail,
            "add": self.add,
        })
    }
}

/// The exit code of everything: what keeps all from working comes before what keeps a part.
pub(super) fn status(items: &[Item]) -> ExitStatus {
    let by_weight = [
        ExitStatus::Usage,
        ExitStatus::AwsRefused,
        ExitStatus::Partial,
        ExitStatus::Undelivered,
    ];
    let is_there = |status: &ExitStatus| items.iter().any(|item| item.status == *status);
    by_weight
        .into_iter()
        .find(is_there)
        .unwrap_or(ExitStatus::Done)
}

/// The items as people read them. A statement to add is in one piece, to be copied.
pub(super) fn table(items: &[Item], width: Width) -> String {
    const WIDTH_MAX: usize = 42;
    let name = |item: &Item| {
        let is_within = item.account.is_some() && !item.name.starts_with("account ");
        format!("{}{}", if is_within { "  " } else { "" }, item.name)
    };
    let name_width = items.iter().map(|item| name(item).len());
    let name_width = name_width.filter(|&it| it <= WIDTH_MAX).max().unwrap_or(0);
    let mut text = String::new();
    for item in items {
        let head = format!("{:<8} {:<name_width$}  ", item.finding.as_str(), name(item));
        let line = paragraph(&head, &item.detail, width);
        text.push_str(line.trim_end());
        text.push('\n');
        if let Some(statement) = &item.add {
            let statement = serde_json::to_string(statement).unwrap_or_default();
            text.push_str(&format!("{:<8}   add {statement}\n", ""));
        }
    }
    text
}
