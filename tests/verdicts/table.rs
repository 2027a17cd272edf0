//! Every case of the tables, each by itself.

use std::collections::BTreeSet;

use super::account::verdict;
use super::case::{Case, cases};

#[test]
fn every_labelled_case_has_its_tier_and_its_paths() {
    let cases = cases();
    assert!(cases.len() >= 200, "{} cases", cases.len());
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "a name comes twice");
    let mut wrong = Vec::new();
    for case in &cases {
        assert!(
            !case.reason.is_empty() && !case.source.is_empty(),
            "{}",
            case.name
        );
        let verdict = verdict(case);
        let found: BTreeSet<&str> = verdict.paths.iter().map(|path| path.id.as_str()).collect();
        let missing: Vec<&String> = case
            .paths
            .iter()
            .filter(|id| !found.contains(id.as_str()))
            .collect();
        let false_alarms: Vec<&String> = case
            .not_paths
            .iter()
            .filter(|id| found.contains(id.as_str()))
            .collect();
        if verdict.tier.as_str() != case.tier || !missing.is_empty() || !false_alarms.is_empty() {
            wrong.push(format!(
                "{}: expected {}, found {}; missing {missing:?}; false {false_alarms:?}; found {found:?}",
                case.name,
                case.tier,
                verdict.tier.as_str(),
            ));
        }
    }
    let total = cases.len();
    assert!(
        wrong.is_empty(),
        "{} of {total} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn so_many_different_writers_that_they_are_not_held_together_are_told_of() {
    let case = |count: usize| -> Case {
        let user = "inline = ['Allow iam:AddUserToGroup on @group/${aws:username}-*']\n";
        let users = (0..count).map(|number| format!("[users.u{number}]\n{user}"));
        let head = "name = 'many'\ntier = 'user'\nreason = 'made'\nsource = 'made'\n";
        toml::from_str(&format!("{head}{}", users.collect::<String>())).unwrap()
    };
    let not_considered = |count| verdict(&case(count)).not_considered;
    let together = "principals that act together".to_owned();
    assert!(!not_considered(100).contains(&together));
    assert!(not_considered(300).contains(&together));
}

#[test]
fn what_is_found_with_mfa_first_leaves_nobody_of_many_unseen() {
    let entry = "inline = ['Allow sts:AssumeRole on @role/plain']\n";
    let users = (0..80).map(|number| format!("[users.u{number}]\n{entry}"));
    // The role of the last name is looked at first, and enters the writer with its own session alone.
    let text = format!(
        "name = 'many'\ntier = 'can_escalate'\nreason = 'made'\nsource = 'made'\n\
         [alice]\n{entry}{}\
         [users.zed]\nkeys = 1\nmfa = true\ninline = ['Allow sts:AssumeRole on @role/guarded']\n\
         [roles.guarded]\ninline = ['Allow iam:PutUserPolicy on @user/zed']\n\
         trust = ['Allow AWS @user/zed if {{\"Bool\": {{\"aws:MultiFactorAuthPresent\": \"true\"}}}}']\n\
         [roles.plain]\ninline = ['Allow iam:PutUserPolicy on @user/alice']\ntrust = ['Allow AWS @root']\n",
        users.collect::<String>()
    );
    let case: Case = toml::from_str(&text).unwrap();
    assert_eq!(verdict(&case).tier.as_str(), case.tier);
}
