//! Whether a user that was not listed is gone: what GetUser confirms, and what it does not.

use rollcall::aws::AwsErrorClass;
use rollcall::collect::{Confirmation, confirm_gone};

use crate::support::block_on;
use crate::support::sim_aws::{Denial, Fault, SimAccount, SimAws, SimUser};

fn sim() -> SimAws {
    let account = SimAccount::new("111122223333").user(SimUser::new("anna"));
    SimAws::start([account])
}

/// What AWS confirms about the user `anna` of the account as it was at first.
fn confirm_anna(sim: &SimAws, user: &rollcall::model::User) -> Confirmation {
    block_on(async { confirm_gone(&sim.client().await, user).await })
}

#[test]
fn user_that_is_deleted_or_whose_name_is_another_users_is_gone() {
    let sim = sim();
    let anna = sim.account().expected().remove(0);
    assert_eq!(confirm_anna(&sim, &anna), Confirmation::StillThere);
    sim.change("111122223333", |account| {
        let mut other = SimUser::new("anna");
        other.id = "AIDAOTHER".to_owned();
        account.users.insert("anna".to_owned(), other);
    });
    assert_eq!(confirm_anna(&sim, &anna), Confirmation::Gone);
    sim.change("111122223333", |account| account.users.clear());
    assert_eq!(confirm_anna(&sim, &anna), Confirmation::Gone);
}

#[test]
fn denied_or_failed_get_user_confirms_nothing() {
    for (fault, class) in [
        (Fault::Denied(Denial::NothingAllows), AwsErrorClass::Denied),
        (Fault::ExpiredToken, AwsErrorClass::ExpiredCredentials),
    ] {
        let sim = sim();
        let anna = sim.account().expected().remove(0);
        sim.change("111122223333", |account| account.users.clear());
        sim.inject(fault.of("GetUser"));
        match confirm_anna(&sim, &anna) {
            Confirmation::NotConfirmed(error) => assert_eq!(error.class, class),
            other => panic!("{other:?}"),
        }
    }
}
