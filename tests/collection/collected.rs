//! One collection of a simulated account.

use rollcall::aws::AwsError;
use rollcall::collect::{AccountSource, Enumeration, InventorySource, NewUsers};
use rollcall::config::AwsSettings;
use rollcall::model::{Account, Arn, User};

use crate::support::sim_aws::SimAws;

/// What a collection sent, and how it ended.
#[derive(Debug)]
pub(super) struct Collected {
    /// In the order in which they were sent; the root user is among them.
    pub(super) users: Vec<User>,
    pub(super) ended: Enumeration<AwsError>,
}

impl Collected {
    /// The names of IAM users, in the order in which they were sent.
    pub(super) fn names(&self) -> Vec<&str> {
        let users = self.users.iter().filter(|user| !user.is_root());
        users.map(|user| user.name.as_str()).collect()
    }
}

/// Collects the first account of `sim` to the end.
pub(super) async fn collect(sim: &SimAws, settings: AwsSettings) -> Collected {
    collect_new(sim, settings, None).await
}

/// The same, of new users alone.
pub(super) async fn collect_new(
    sim: &SimAws,
    settings: AwsSettings,
    only_new: Option<NewUsers>,
) -> Collected {
    let account = Account::of(&Arn::parse(sim.account().arn("root")).expect("an ARN"));
    let client = sim.client().await;
    let source = AccountSource::new(client, &settings, &account).only_new(only_new);
    let (sender, mut receiver) = tokio::sync::mpsc::channel(16);
    let receive = async {
        let mut users = Vec::new();
        while let Some(user) = receiver.recv().await {
            users.push(user);
        }
        users
    };
    let (ended, users) = tokio::join!(
        Box::pin(source.collect(sender, tokio::sync::oneshot::channel().0)),
        receive
    );
    Collected { users, ended }
}
