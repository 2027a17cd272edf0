//! What the daemon follows, and for whom.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{Record, default_regions};
use crate::aws::AwsClient;
use crate::model::Account;
use crate::run::agent::Receiver;

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

/// The follower that is no receiver, all of which have an `@`.
const LISTENER: &str = "listener";

impl AuditPlan {
    /// Each receiver is a follower, so that none holds up another. The first one takes the listener
    /// with it.
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
    fn one_follower_has_the_listener_and_there_is_one_where_there_is_no_sink() {
        let listener: Arc<dyn RecordListener> = Arc::new(Deaf);
        let names = |plan: &AuditPlan| {
            let followers = plan.followers();
            let hears = followers.iter().filter(|it| it.listener.is_some()).count();
            let names = followers.iter().map(|it| it.name().to_owned());
            (names.collect::<Vec<_>>(), hears)
        };
        let two = ["a".to_owned(), "b".to_owned()].to_vec();
        let listener = || Some(Arc::clone(&listener));
        assert_eq!(names(&plan(&["a", "b"], listener())), (two.clone(), 1));
        assert_eq!(names(&plan(&["a", "b"], None)), (two, 0));
        assert_eq!(
            names(&plan(&[], listener())),
            (vec![LISTENER.to_owned()], 1)
        );
        assert_eq!(names(&plan(&[], None)).0.len(), 0);
    }
}
