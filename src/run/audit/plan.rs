//! What the daemon follows, and for whom.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{Record, default_regions};
use crate::aws::AwsClient;
use crate::model::Account;
use crate::run::agent::Receiver;
use crate::store::LISTENER;

/// Hears of records, whoever is sent them.
pub trait RecordListener: Send + Sync {
    /// What `record` makes worth reading again. It is kept in one write with the record.
    fn hints(&self, record: &Record) -> Vec<String>;

    /// Hints of the account of this id were kept. Nothing waits for what this does.
    fn kept(&self, account: &str);
}

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
    pub listener: Option<Arc<dyn RecordListener>>,
}

/// Who takes records: a receiver, or a listener alone.
#[derive(Clone)]
pub(super) struct Follower {
    pub(super) id: String,
    pub(super) receiver: Option<Receiver>,
    pub(super) listener: Option<Arc<dyn RecordListener>>,
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

impl AuditPlan {
    /// Each receiver is a follower, and so is the listener: none waits for another.
    pub(super) fn followers(&self) -> Vec<Follower> {
        let receivers = self.receivers.iter().map(|receiver| Follower {
            id: receiver.id.clone(),
            receiver: Some(receiver.clone()),
            listener: None,
        });
        let listener = self.listener.iter().map(|listener| Follower {
            id: LISTENER.to_owned(),
            receiver: None,
            listener: Some(Arc::clone(listener)),
        });
        receivers.chain(listener).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::OutboxLimits;
    use crate::map::Dialect;

    fn plan(sinks: &[&str], listener: Option<Arc<dyn RecordListener>>) -> AuditPlan {
        let receiver = |sink: &&str| Receiver {
            sink: (*sink).to_owned(),
            id: format!("{sink}@1"),
            dialect: Dialect::Ocsf,
            outbox: OutboxLimits::default(),
        };
        AuditPlan {
            regions: Vec::new(),
            lag: Duration::from_secs(60),
            receivers: sinks.iter().map(receiver).collect(),
            listener,
        }
    }

    struct Deaf;

    impl RecordListener for Deaf {
        fn hints(&self, _record: &Record) -> Vec<String> {
            Vec::new()
        }

        fn kept(&self, _account: &str) {}
    }

    #[test]
    fn the_listener_is_a_follower_of_its_own() {
        let listener: Arc<dyn RecordListener> = Arc::new(Deaf);
        let names = |sinks: &[&str], listener| {
            let followers = plan(sinks, listener).followers();
            let names = followers.iter().map(|it| it.name().to_owned());
            names.collect::<Vec<_>>()
        };
        let listener = || Some(Arc::clone(&listener));
        assert_eq!(names(&["a", "b"], listener()), ["a", "b", LISTENER]);
        assert_eq!(names(&["a", "b"], None), ["a", "b"]);
        assert_eq!(names(&[], listener()), [LISTENER]);
        assert!(names(&[], None).is_empty());
    }
}
