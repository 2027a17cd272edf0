//! What the daemon follows, and for whom.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{Record, default_regions};
use crate::aws::AwsClient;
use crate::model::Account;
use crate::run::agent::Receiver;

/// Hears of each record of an account, once it appears. Nothing waits for what it does.
pub type RecordListener = Arc<dyn Fn(&Account, &Record) + Send + Sync>;

/// What is followed, and for whom.
#[derive(Clone)]
pub struct AuditPlan {
    /// The regions; none: those of the account's partition.
    pub regions: Vec<String>,
    /// How late a record may appear.
    pub lag: Duration,
    /// Who is sent the events.
    pub receivers: Vec<Receiver>,
    /// Who else hears of them.
    pub listener: Option<RecordListener>,
}

/// Who takes records: a receiver, or a listener alone.
#[derive(Clone)]
pub(super) struct Follower {
    pub(super) id: String,
    pub(super) receiver: Option<Receiver>,
    pub(super) listener: Option<RecordListener>,
}

/// The regions of `account`, which `client` reaches: those that are `configured`, or else those of its
/// partition.
pub fn audit_regions(configured: &[String], client: &AwsClient, account: &Account) -> Vec<String> {
    match configured {
        [] => default_regions(&account.partition, &client.region().unwrap_or_default()),
        regions => regions.to_vec(),
    }
}

impl Follower {
    /// The sink's name, or what stands for one.
    pub(super) fn name(&self) -> &str {
        match &self.receiver {
            Some(receiver) => &receiver.sink,
            None => LISTENER,
        }
    }
}

/// The follower that is no receiver, all of which have an `@`.
const LISTENER: &str = "listener";

impl AuditPlan {
    /// Each receiver follows on its own, so that none holds up another. The first one takes the
    /// listener with it.
    pub(super) fn followers(&self) -> Vec<Follower> {
        let mut listener = self.listener.clone();
        let receivers = self.receivers.iter().map(|receiver| Follower {
            id: receiver.id.clone(),
            receiver: Some(receiver.clone()),
            listener: listener.take(),
        });
        let mut followers: Vec<Follower> = receivers.collect();
        followers.extend(listener.map(|listener| Follower {
            id: LISTENER.to_owned(),
            receiver: None,
            listener: Some(listener),
        }));
        followers
    }
}
