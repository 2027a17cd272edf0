//! A verdict as a tree of at most 80 columns.

use crate::analyze::{
    Answer, Because, Change, Evidence, PathReport, Privilege, StatementReport, Tier,
};
use crate::foreign::Shown;
use crate::model::User;

const COLUMNS: usize = 80;
/// Paths that are shown with their steps; the others are named.
const PATHS_SHOWN: usize = 6;

/// The verdict on `user`.
pub(super) fn verdict(user: &User, privilege: &Privilege) -> String {
    verdict_on(&user.name, user.arn.as_str(), privilege)
}

/// The verdict on the user of this name and ARN.
pub(in crate::commands) fn verdict_on(name: &str, arn: &str, privilege: &Privilege) -> String {
    let mut tree = Tree::default();
    let tier = privilege.tier;
    tree.line(
        0,
        &format!("{name} is {}: {}", tier.as_str(), meaning(tier)),
    );
    tree.line(0, arn);
    let proof = privilege.proof.iter().map(statement);
    tree.section("Allowed by", proof);
    tree.paths(&privilege.paths);
    let limits = privilege.limits.iter().map(|it| {
        let of = [&it.policy, &it.statement, &it.from];
        let of: Vec<&str> = of.iter().filter_map(|part| part.as_deref()).collect();
        let lifted = match it.lifted_by.as_slice() {
            [] => String::new(),
            ids => format!("; the user can lift it by {}", ids.join(", ")),
        };
        let kind = match &*it.kind {
            "missing_document" => "missing or malformed document".to_owned(),
            kind => kind.replace('_', " "),
        };
        format!("{kind} {}{lifted}", of.join(", "))
    });
    tree.section("Limits", limits);
    tree.section(
        "No administrator any more after all of",
        privilege.counterfactual.iter().map(change),
    );
    tree.section("Not considered", privilege.not_considered.iter().cloned());
    tree.0
}

/// The answer to one question.
pub(super) fn answer(answer: &Answer) -> String {
    let mut tree = Tree::default();
    let decision = serde_json::to_value(answer.decision).unwrap_or_default();
    tree.line(0, decision.as_str().unwrap_or_default());
    for because in &answer.because {
        let text = match because {
            Because::Allow(place) => format!("allow: {}, {}", place.policy, place.statement),
            Because::Deny(place) => format!("deny: {}, {}", place.policy, place.statement),
            Because::NotAllowedBy(what) => format!("not allowed by {what}"),
            Because::Condition(written) => format!("not known: {written}"),
            Because::Document(name) => format!("missing or malformed: {name}"),
        };
        tree.line(1, &text);
    }
    tree.0
}

fn meaning(tier: Tier) -> &'static str {
    match tier {
        Tier::Admin => "everything on everything",
        Tier::AdminWithMfa => "everything on everything, with MFA",
        Tier::CanEscalate => "a path leads to an administrator",
        Tier::Conditional => "it depends on conditions that are not known",
        Tier::Capped => "an administrator but for a cap that it cannot lift",
        Tier::User => "no administrator, and no known path to one",
        Tier::Unknown => "policy documents are missing or malformed",
    }
}

fn statement(it: &StatementReport) -> String {
    let version = it.version.as_deref().map(|id| format!(" {id}"));
    let version = version.unwrap_or_default();
    format!(
        "{}{version}, statement {}, held by {}",
        it.policy, it.statement, it.from
    )
}

fn change(change: &Change) -> String {
    match change {
        Change::Attached { from, policy } => format!("detach {policy} from {from}"),
        Change::Inline { from, policy } => format!("delete inline policy {policy} of {from}"),
        Change::Membership { from, group } => format!("remove {from} from group/{group}"),
    }
}

/// Lines of at most 80 columns.
#[derive(Default)]
pub(super) struct Tree(pub(super) String);

impl Tree {
    fn section(&mut self, title: &str, entries: impl Iterator<Item = String>) {
        for (index, entry) in entries.enumerate() {
            if index == 0 {
                self.line(0, title);
            }
            self.line(1, &entry);
        }
    }

    fn paths(&mut self, paths: &[PathReport]) {
        let (shown, named) = paths.split_at(paths.len().min(PATHS_SHOWN));
        for (index, path) in shown.iter().enumerate() {
            if index == 0 {
                self.line(0, "Paths");
            }
            let evidence = match path.evidence {
                Evidence::Proven => "proven",
                Evidence::Assumes => "assumes",
            };
            self.line(1, &format!("{} ({evidence})", path.id));
            let mut by_before: &[StatementReport] = &[];
            for step in &path.steps {
                self.line(2, &format!("{} on {}", step.action, step.on));
                for by in step.by.iter().filter(|_| step.by != by_before) {
                    self.line(3, &format!("by {}", statement(by)));
                }
                by_before = &step.by;
            }
            for assumed in &path.assumes {
                self.line(2, &format!("assumes {assumed}"));
            }
        }
        if !named.is_empty() {
            let ids: Vec<&str> = named.iter().map(|path| path.id.as_str()).collect();
            let (more, ids) = (ids.len(), ids.join(", "));
            self.line(1, &format!("and {more} more (--output json): {ids}"));
        }
    }

    /// A line, broken where it is too wide; what is broken off stands deeper.
    pub(super) fn line(&mut self, depth: usize, text: &str) {
        self.hang(&"  ".repeat(depth), text);
    }

    /// A line that begins with `lead`; what is broken off stands behind it.
    pub(super) fn hang(&mut self, lead: &str, text: &str) {
        let deeper = " ".repeat(lead.len() + 4);
        let mut lead = lead;
        let mut line = String::new();
        for word in Shown::of(text).split(' ') {
            let mut word = word.to_owned();
            let width = COLUMNS - lead.len();
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                self.put(lead, &mut line);
                lead = &deeper;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            // An ARN may be wider than the page.
            while line.chars().count() + word.chars().count() > COLUMNS - lead.len() {
                let room = COLUMNS - lead.len() - line.chars().count();
                let rest = word.chars().skip(room).collect();
                line.extend(word.chars().take(room));
                self.put(lead, &mut line);
                lead = &deeper;
                word = rest;
            }
            line.push_str(&word);
        }
        self.put(lead, &mut line);
    }

    fn put(&mut self, lead: &str, line: &mut String) {
        self.0.push_str(&format!("{lead}{line}\n"));
        line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_the_page_and_nothing_is_lost() {
        let mut tree = Tree::default();
        let arn = format!("arn:aws:iam::123456789012:role/{}", "long".repeat(60));
        tree.line(
            2,
            &format!("sts:AssumeRole on {arn} and then some more words"),
        );
        assert!(
            tree.0.lines().all(|line| line.chars().count() <= COLUMNS),
            "{}",
            tree.0
        );
        let text: String = tree.0.split_whitespace().collect();
        assert!(text.contains(&arn));
    }
}
