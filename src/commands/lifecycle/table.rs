//! A plan as a person reads it.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::foreign::Shown;
use crate::lifecycle::{Begun, PlanFile, Refusal};
use crate::table::{Head, Table, Width, paragraph};

/// The plan: what is done, what is held back, and the sum.
pub(super) fn text(plan: &PlanFile, width: Width) -> String {
    let mut text = String::new();
    let place = Shown::of(&plan.desired);
    let _ = writeln!(text, "account  {}\ndesired  {place}", plan.account);
    if !plan.begun.is_empty() {
        let mut table = Table::new(["user", "unfinished", "then"].map(Head::Text));
        for Begun { user, what, then } in &plan.begun {
            table.push([user.name.clone(), what.clone(), then.clone()]);
        }
        let _ = write!(text, "\n{}", table.text(width));
    }
    if !plan.actions.is_empty() {
        let mut table = Table::new([Head::Text("user"), Head::Text("do"), Head::Text("because")]);
        for planned in &plan.actions {
            let cells = [planned.user.name.clone(), planned.action.to_string()];
            let [name, action] = cells;
            table.push([name, action, planned.reason.clone()]);
        }
        let _ = write!(text, "\n{}", table.text(width));
    }
    if !plan.held.is_empty() {
        let heads = ["user", "held back", "because"].map(Head::Text);
        let mut table = Table::new(heads);
        for held in &plan.held {
            table.push([held.user.name.clone(), held.what.clone(), held.why.clone()]);
        }
        let _ = write!(text, "\n{}", table.text(width));
    }
    for Refusal { why, .. } in &plan.refusals {
        let why = Shown::of(why);
        let _ = write!(text, "\n{}", paragraph("refused  ", why.as_str(), width));
    }
    let users: BTreeSet<&str> = plan
        .actions
        .iter()
        .map(|it| it.user.name.as_str())
        .collect();
    let (actions, held) = (count(plan.actions.len(), "action"), plan.held.len());
    let users = count(users.len(), "user");
    let _ = writeln!(text, "\n{actions} on {users}; {held} held back");
    text
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::{Held, PlannedAction, Subject, Taken, UserAction};

    #[test]
    fn a_plan_fits_a_terminal_of_80_columns() {
        let user = Subject {
            name: "a-name-of-some-length@example.com".to_owned(),
            id: None,
        };
        let plan = PlanFile {
            format: 1,
            id: uuid::Uuid::nil(),
            made_at: String::new(),
            account: "111122223333".to_owned(),
            desired: "table people".to_owned(),
            desired_digest: String::new(),
            observed_digest: String::new(),
            forced: BTreeSet::new(),
            begun: Vec::new(),
            actions: vec![PlannedAction {
                user: user.clone(),
                action: UserAction::Delete,
                reason: "in quarantine since 2026-11-20".to_owned(),
            }],
            held: vec![Held {
                user,
                what: "keys".to_owned(),
                why: "words ".repeat(40),
            }],
            refusals: vec![Refusal {
                of: Taken::Users,
                why: "words ".repeat(40),
            }],
            actions_digest: String::new(),
        };
        let text = text(&plan, Width::Terminal(80));
        assert!(text.lines().all(|line| line.len() <= 80), "{text}");
        assert!(
            text.ends_with("1 action on 1 user; 1 held back\n"),
            "{text}"
        );
    }
}
