//! `rollcall lifecycle apply` and `rollcall lifecycle run`.

use super::people::{key, names, of_file, ours, tags};
use crate::support::agent::Agent;
use crate::support::block_on;
use crate::support::moto::Account;

/// What happens between plan and apply.
type Change = fn(&Account, &Agent);

fn planned(agent: &Agent) {
    let plan = agent.args(["lifecycle", "plan", "--out", "plan.json"]);
    plan.run().expect_code(0);
}

fn apply(agent: &Agent) -> Agent {
    agent.args(["lifecycle", "apply", "plan.json", "--yes"])
}

#[test]
fn an_applied_plan_makes_the_users_what_they_should_be() {
    let account = Account::strict();
    let iam = account.iam();
    block_on(iam.create_group().group_name("ops").send()).unwrap();
    ours(&account, "eve");
    let eves = key(&account, "eve", 40);
    let people = "name,groups,keys,tags\nanna,ops,one,team=core\n";
    let agent = of_file(&account, people, "");
    planned(&agent);
    let output = apply(&agent).run().expect_code(0);
    assert!(
        output.stdout.contains("anna: create in /rollcall/ ("),
        "{}",
        output.stdout
    );
    assert_eq!(names(&account), ["anna", "eve"]);
    assert_eq!(tags(&account, "anna"), ["managed-by=rollcall", "team=core"]);
    let groups = block_on(iam.list_groups_for_user().user_name("anna").send()).unwrap();
    assert_eq!(groups.groups[0].group_name, "ops");
    let keys = |name: &str| block_on(iam.list_access_keys().user_name(name).send()).unwrap();
    assert_eq!(keys("anna").access_key_metadata.len(), 1);
    assert_eq!(
        keys("eve").access_key_metadata[0]
            .status
            .as_ref()
            .unwrap()
            .as_str(),
        "Inactive"
    );
    assert!(tags(&account, "eve")[1].contains(&eves));
    // All is as it should be: another plan has nothing to do.
    let again = agent.args(["lifecycle", "plan"]).run().expect_code(0);
    assert!(
        again.stdout.contains("0 actions on 0 users"),
        "{}",
        again.stdout
    );
    // Desired again, eve gets her key back.
    agent.file("people.csv", "name,groups,keys\nanna,ops,one\neve,,\n");
    agent
        .args(["lifecycle", "run", "--once"])
        .run()
        .expect_code(0);
    assert_eq!(
        keys("eve").access_key_metadata[0]
            .status
            .as_ref()
            .unwrap()
            .as_str(),
        "Active"
    );
    assert_eq!(tags(&account, "eve"), ["managed-by=rollcall"]);
}

#[test]
fn a_plan_that_relied_on_something_else_is_refused_and_nothing_is_done() {
    let people = "name\nanna\n";
    let changes: [(&str, Change); 3] = [
        ("the desired users have changed", |_, agent| {
            agent.file("people.csv", "name\nanna\nbob\n");
        }),
        ("users in AWS have changed", |account, _| {
            drop(key(account, "eve", 40))
        }),
        ("it is of another account", |_, agent| {
            let plan = std::fs::read_to_string(agent.home().join("plan.json")).unwrap();
            let account = plan.split("\"account\": \"").nth(1).unwrap()[..12].to_owned();
            agent.file("plan.json", &plan.replace(&account, "999999999999"));
        }),
    ];
    for (why, change) in changes {
        let account = Account::strict();
        ours(&account, "eve");
        let agent = of_file(&account, people, "");
        planned(&agent);
        change(&account, &agent);
        let output = apply(&agent).run().expect_code(7);
        assert!(output.stderr.contains(why), "{why}: {}", output.stderr);
        assert_eq!(names(&account), ["eve"], "{why}");
        assert_eq!(tags(&account, "eve"), ["managed-by=rollcall"], "{why}");
    }
}

#[test]
fn a_state_directory_that_others_may_enter_is_taken_by_passes_too() {
    use std::os::unix::fs::PermissionsExt;
    let account = Account::strict();
    let agent = of_file(&account, "name\nanna\n", "");
    let state_dir = agent.state_home().join("rollcall");
    std::fs::create_dir_all(&state_dir).unwrap();
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&state_dir, open).unwrap();
    agent
        .args(["lifecycle", "run", "--once"])
        .run()
        .expect_code(0);
    agent.arg("collect").run().expect_code(0);
}

#[test]
fn an_edited_plan_is_none_and_no_other_file_is_overwritten_by_one() {
    let account = Account::strict();
    let agent = of_file(&account, "name\nanna\n", "");
    planned(&agent);
    planned(&agent);
    let plan = std::fs::read_to_string(agent.home().join("plan.json")).unwrap();
    agent.file("plan.json", &plan.replace("/rollcall/", "/rollcall/x/"));
    let output = apply(&agent).run().expect_code(2);
    assert!(output.stderr.contains("were edited"), "{}", output.stderr);
    let config = || std::fs::read_to_string(agent.home().join("config.toml")).unwrap();
    let before = config();
    let over = agent
        .args(["lifecycle", "plan", "--out", "config.toml"])
        .run();
    assert!(
        over.stderr.contains("another file is there"),
        "{}",
        over.stderr
    );
    assert_eq!((config(), over.code), (before, Some(2)));
}

#[test]
fn nobody_is_asked_where_nobody_is_and_nothing_is_done_without_yes() {
    let account = Account::strict();
    let agent = of_file(&account, "name\nanna\n", "");
    planned(&agent);
    let apply = agent.args(["lifecycle", "apply", "plan.json"]);
    let output = apply.run().expect_code(2);
    assert!(output.stderr.contains("--yes"), "{}", output.stderr);
    assert_eq!(names(&account), Vec::<String>::new());
}

#[test]
fn a_run_creates_and_removes_only_where_that_is_automatic() {
    let account = Account::strict();
    ours(&account, "eve");
    let run = |more: &str| {
        let agent = of_file(&account, "name\nanna\n", more).args(["lifecycle", "run", "--once"]);
        agent.run().expect_code(0)
    };
    let output = run("");
    assert_eq!(names(&account), ["anna", "eve"]);
    assert!(output.stderr.contains("removals"), "{}", output.stderr);
    assert_eq!(tags(&account, "eve"), ["managed-by=rollcall"]);
    run("removals = \"automatic\"");
    assert!(tags(&account, "eve")[1].starts_with("rollcall:quarantined="));
}
