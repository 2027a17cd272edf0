//! One collection of a simulated account.

use rollcall::aws::{AwsClient, AwsError};
use rollcall::collect::{AccountSource, Enumeration, InventorySource};
use rollcall::config::AwsSettings;
use rollcall::model::User;

/// What a collection sent, and how it ended.
#[derive(Debug)]
pub(super) struct Collected {
    /// In the order in which they were sent; the root user is among them.
    pub(super) users: Vec<User>,
    pub(super) ended: Enumeration<AwsError>,
}

/// Collects to the end.
pub(super) async fn collect(client: AwsClient, settings: AwsSettings) -> Collected {
    let source = AccountSource::new(client, settings);
    let (sender, mut receiver) = tokio::sync::mpsc::channel(16);
    let receive = async {
        let mut users = Vec::new();
        while let Some(user) = receiver.recv().await {
            users.push(user);
        }
        users
    };
    let (ended, users) = tokio::join!(source.collect(sender), receive);
    Collected { users, ended }
}
