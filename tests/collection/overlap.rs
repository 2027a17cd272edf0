//! Calls that do not depend on each other overlap: nobody waits for what is about others.

use std::time::{Duration, Instant};

use rollcall::collect::{AccountSource, Completeness, InventorySource};
use rollcall::model::{Account, Arn};

use crate::support::block_on;
use crate::support::sim_aws::{PageShape, SimAccount, SimAws, SimReport, SimUser};

const LATENCY: Duration = Duration::from_millis(100);

/// Fifty users in five pages of each listing, and five of them with a hardware token, which
/// only ListMFADevices lists.
fn five_pages() -> SimAws {
    let mut account = SimAccount::generate(71, 0);
    for number in 0..50 {
        let user = SimUser::new(&format!("user-{number:03}"));
        account = account.user(match number % 10 {
            0 => user.mfa(&format!("GAHT{number:08}")),
            _ => user,
        });
    }
    let hour_ago = time::OffsetDateTime::now_utc() - time::Duration::HOUR;
    account.report = Some(SimReport::of(&account, hour_ago));
    let sim = SimAws::start([account]);
    sim.pages(None, PageShape::short(10));
    sim.delay(None, LATENCY);
    sim
}

async fn source(sim: &SimAws) -> AccountSource {
    let account = Account::of(&Arn::parse(sim.account().arn("root")).unwrap());
    AccountSource::new(sim.client().await, &sim.settings(), &account)
}

#[test]
fn users_that_are_asked_about_hold_up_no_page_and_not_each_other() {
    let sim = five_pages();
    let question = Duration::from_millis(600);
    sim.delay(Some("ListMFADevices"), question);
    let (took, ended) = block_on(async {
        let source = source(&sim).await;
        let (sender, _reader) = tokio::sync::mpsc::channel(100);
        let began = Instant::now();
        let ended = source
            .collect(sender, tokio::sync::oneshot::channel().0)
            .await;
        (began.elapsed(), ended)
    });
    assert_eq!(ended.completeness, Completeness::Proven);
    assert_eq!(sim.calls()["ListMFADevices"], 5);
    // The first question goes alone, until it is answered; the others go together.
    assert!(took < LATENCY * 4 + question * 3, "{took:?}");
}

#[test]
fn first_users_leave_before_the_last_page_and_wait_for_no_summary() {
    let sim = five_pages();
    sim.delay(Some("GetAccountSummary"), Duration::from_secs(3));
    let calls = block_on(async {
        let source = source(&sim).await;
        let (sender, mut receiver) = tokio::sync::mpsc::channel(16);
        let first = async {
            receiver.recv().await.expect("a user");
            sim.calls()
        };
        tokio::select! {
            calls = first => calls,
            _ = source.collect(sender, tokio::sync::oneshot::channel().0) => panic!("nobody was sent"),
        }
    });
    assert!(calls["GetAccountAuthorizationDetails"] <= 5, "{calls:?}");
    assert!(calls["ListUsers"] <= 4, "{calls:?}");
}
