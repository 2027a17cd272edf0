//! What was checked, one line each.

use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::access::Statement;
use crate::foreign::Page;
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

impl Finding {
    /// What a terminal begins to colour by.
    fn color(self) -> &'static str {
        match self {
            Self::Ok => "\u{1b}[32m",
            Self::Note => "\u{1b}[33m",
            Self::Missing | Self::Failed => "\u{1b}[31m",
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

/// Where findings go while everything is tried out.
#[derive(Debug, Clone)]
pub(super) struct Items(UnboundedSender<Item>);

impl Items {
    /// Findings, and what receives them.
    pub(super) fn channel() -> (Self, UnboundedReceiver<Item>) {
        let (sender, receiver) = unbounded_channel();
        (Self(sender), receiver)
    }

    /// Hands `item` over. Nobody receives it who has stopped reading.
    pub(super) fn add(&self, item: Item) {
        let _ = self.0.send(item);
    }

    /// Hands `items` over.
    pub(super) fn add_all(&self, items: impl IntoIterator<Item = Item>) {
        for item in items {
            self.add(item);
        }
    }
}

/// The item as people read it. A statement to add is in one piece, to be copied.
pub(super) fn row(item: &Item, width: Width, with_color: bool) -> Page {
    /// The longest name that is common, a permission in an account.
    const NAME_WIDTH: usize = 36;
    let is_within = item.account.is_some() && !item.name.starts_with("account ");
    let name = format!("{}{}", if is_within { "  " } else { "" }, item.name);
    let finding = item.finding.as_str();
    let head = format!("{finding:<8} {name:<NAME_WIDTH$}  ");
    let mut text = paragraph(&head, &item.detail, width);
    text.truncate(text.trim_end().len());
    text.push('\n');
    if let Some(statement) = &item.add {
        let statement = serde_json::to_string(statement).unwrap_or_default();
        text.push_str(&format!("{:<8}   add {statement}\n", ""));
    }
    let page = Page::of(&text);
    match with_color {
        true => page.with_color(finding, item.finding.color()),
        false => page,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_finding_is_coloured_and_only_where_asked_for() {
        let item = Item::new(Finding::Missing, "iam:ListUsers", "lost: users");
        let plain = row(&item, Width::Pipe, false);
        let coloured = row(&item, Width::Pipe, true);
        let plain = plain.as_str();
        assert!(plain.starts_with("missing  iam:ListUsers "), "{plain}");
        assert_eq!(
            coloured.as_str(),
            plain.replacen("missing", "\u{1b}[31mmissing\u{1b}[0m", 1)
        );
    }
}
