//! `rollcall lifecycle plan --force`.

use aws_sdk_iam::types::StatusType;

use super::common::keys;
use super::people::{key, of_file, ours};
use crate::support::block_on;
use crate::support::moto::Account;

#[test]
fn a_key_that_is_still_used_is_held_until_a_person_forces_it_by_a_plan() {
    let account = Account::strict();
    ours(&account, "anna");
    let old = key(&account, "anna", 20);
    let agent = of_file(&account, "name,keys\nanna,one\n", "");
    let run = agent.args(["lifecycle", "run", "--once"]);
    run.run().expect_code(0);
    let iam = account.iam();
    let age = iam
        .update_access_key()
        .user_name("anna")
        .access_key_id(&old);
    block_on(age.status(StatusType::from("Aged20")).send()).unwrap();
    // Somebody still works with it.
    let by_old_key = Account::of_key(account.url(), &old).iam();
    block_on(by_old_key.list_users().send()).unwrap();

    let plan = agent
        .args(["lifecycle", "plan"])
        .run()
        .expect_code(0)
        .stdout;
    let says = plan.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(says.contains(&format!("plan with --force {old}")), "{plan}");
    run.run().expect_code(0);
    assert_eq!(keys(&account, "anna")[0], (old.clone(), true));

    let plan = ["lifecycle", "plan", "--out", "plan.json", "--force"];
    let forced = |id: &str| agent.args(plan).arg(id).run();
    let nothing = forced("AKIAOTHER").expect_code(2);
    assert!(nothing.stderr.contains("AKIAOTHER"), "{}", nothing.stderr);
    let planned = forced(&old).expect_code(0).stdout;
    assert!(planned.contains("though used on"), "{planned}");
    assert_eq!(keys(&account, "anna")[0], (old.clone(), true));
    let apply = agent.args(["lifecycle", "apply", "plan.json", "--yes"]);
    apply.run().expect_code(0);
    assert_eq!(keys(&account, "anna")[0], (old, false));
}
