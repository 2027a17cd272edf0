//! What is read of one region: of each service its windows one after the other, each to its end. All are
//! read at once. Who does not get there in time is read on beside the others, and who fails is tried
//! again on its own.

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep};

use super::AUDIT_EVERY;
use super::held::{Parts, Unreadable};
use super::reader::Reader;
use super::service::{IsNew, Service, State, read_next};
use crate::audit::Windows;
use crate::aws::AwsError;
use crate::model::RecordId;

/// So long the others wait for a service.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// One region, and how far each of its services was read.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) reader: Reader,
    patience: Duration,
    services: Vec<Service>,
    under_way: JoinSet<(Service, Result<Parts, AwsError>)>,
}

/// A new record.
#[derive(Debug)]
pub(super) struct NewRecord {
    pub(super) source: &'static str,
    pub(super) id: RecordId,
    pub(super) json: String,
}

/// What windows brought.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// New records, by time.
    pub(super) records: Vec<NewRecord>,
    /// What is no record.
    pub(super) unreadable: Vec<(&'static str, RecordId, Unreadable)>,
    /// The services that were read, and where they go on, once all of this was taken.
    pub(super) after: Vec<Service>,
    /// The services that were not read, and why.
    pub(super) failed: Vec<(&'static str, AwsError)>,
}

impl Reading {
    /// A region whose services are read from where `windows` says, and wait so long for each other.
    pub(super) fn new(
        reader: Reader,
        windows: impl Fn(&'static str) -> Windows,
        patience: Duration,
    ) -> Self {
        let services = reader.sources().iter().map(|source| Service {
            source,
            windows: windows(source),
            state: State::Ready,
            is_late: false,
        });
        Self {
            services: services.collect(),
            reader,
            patience,
            under_way: JoinSet::new(),
        }
    }

    /// The same, as far as it is, for somebody else.
    pub(super) fn apart(&self) -> Self {
        let services = self.services.iter().cloned().map(|mut service| {
            if service.state == State::UnderWay {
                service.state = State::Ready;
            }
            service
        });
        Self {
            reader: self.reader.clone(),
            patience: self.patience,
            services: services.collect(),
            under_way: JoinSet::new(),
        }
    }

    /// Both, as far as both are.
    pub(super) fn together(self, other: Self) -> Self {
        // What is under way is read for one of them alone.
        let mut both = self.apart();
        for (service, other) in both.services.iter_mut().zip(other.services) {
            let windows = service.windows.clone();
            service.windows = windows.together(other.windows);
        }
        both
    }

    /// Reads the next window of each service up to `now`, for what `is_new` in it: of those that are in
    /// the same round still, or of all if it is the `first` one. It stays the next one until the reading
    /// goes on. The error is that of all.
    pub(super) async fn read(
        &mut self,
        now: OffsetDateTime,
        is_first: bool,
        is_new: &IsNew,
    ) -> Result<Step, AwsError> {
        let (mut step, mut awaited) = (Step::default(), BTreeSet::new());
        for service in &mut self.services {
            if service.is_due(is_first) {
                service.state = State::UnderWay;
                if !service.is_late {
                    awaited.insert(service.source);
                }
                let (reader, is_new) = (self.reader.clone(), Arc::clone(is_new));
                let next = read_next((reader, self.patience), service.clone(), now, is_new);
                self.under_way.spawn(next);
            }
        }
        // Nobody waited for these.
        while let Some(done) = self.under_way.try_join_next() {
            awaited.remove(self.add(&mut step, done));
        }
        if awaited.is_empty() && step.after.is_empty() && step.failed.is_empty() {
            tokio::select! {
                Some(done) = self.under_way.join_next() => {
                    self.add(&mut step, done);
                }
                () = sleep(AUDIT_EVERY) => {}
            }
        }
        let mut patience = pin!(sleep(self.patience));
        while !awaited.is_empty() {
            tokio::select! {
                Some(done) = self.under_way.join_next() => {
                    awaited.remove(self.add(&mut step, done));
                }
                () = &mut patience => break,
            }
        }
        for source in awaited {
            let region = self.reader.region();
            tracing::debug!(
                region,
                source,
                "the other services do not wait for this one"
            );
        }
        step.records.sort_by_key(|it| it.id.unix_s);
        match step.failed.first() {
            Some((_, error)) if step.after.is_empty() && self.under_way.is_empty() => {
                // None is any worse than the others.
                self.services.iter_mut().for_each(|it| it.is_late = false);
                Err(error.clone())
            }
            _ => Ok(step),
        }
    }

    /// Adds what a service brought to `step`; which service.
    fn add(
        &mut self,
        step: &mut Step,
        done: Result<(Service, Result<Parts, AwsError>), JoinError>,
    ) -> &'static str {
        let (mut service, read) = done.unwrap_or_else(|error| resume_unwind(error.into_panic()));
        let source = service.source;
        match read {
            Ok(Parts {
                records,
                unreadable,
            }) => {
                let records = records.into_iter();
                step.records
                    .extend(records.map(|(id, json)| NewRecord { source, id, json }));
                let unreadable = unreadable.into_iter();
                step.unreadable
                    .extend(unreadable.map(|(id, it)| (source, id, it)));
                step.after.push(service);
            }
            Err(error) => {
                // It is asked as if it had refused nothing.
                self.reader.ask_again(source);
                service.state = State::Failed(Instant::now() + AUDIT_EVERY);
                service.is_late = true;
                step.failed.push((source, error));
                self.set(service);
            }
        }
        source
    }

    /// Goes on where the services of a step came to, `after` all of it was taken.
    pub(super) fn go_on(&mut self, after: &[Service]) {
        for service in after {
            let mut service = service.clone();
            service.state = State::Ready;
            self.set(service);
        }
    }

    /// Tries `source`, which failed, again then.
    pub(super) fn retry_at(&mut self, source: &str, at: Instant) {
        let failed = self.services.iter_mut().find(|it| it.source == source);
        if let Some(service) = failed {
            service.state = State::Failed(at);
        }
    }

    fn set(&mut self, service: Service) {
        let places = self.services.iter_mut();
        if let Some(place) = places.into_iter().find(|it| it.source == service.source) {
            *place = service;
        }
    }

    /// Whether there is more to read in this round, of whom the others wait for.
    pub(super) fn is_in_round(&self) -> bool {
        self.services.iter().any(|it| it.is_due(false))
    }

    /// Whether all came to the end of a round.
    pub(super) fn is_complete(&self) -> bool {
        let is_over = |it: &Service| it.state == State::Ready && !it.windows.is_in_round();
        self.services.iter().all(is_over)
    }

    /// Whether everything was looked at lately, but for services that fail.
    pub(super) fn keeps_up(&self, now: OffsetDateTime) -> bool {
        let mut services = self.services.iter();
        let is_failing = |it: &Service| matches!(it.state, State::Failed(_));
        services.all(|it| is_failing(it) || it.windows.keeps_up(now))
    }

    /// Up to when everything was looked at.
    pub(super) fn end(&self) -> Option<OffsetDateTime> {
        let ends = self.services.iter().map(|it| it.windows.end());
        ends.min().flatten()
    }

    /// Before this, everything was read for good.
    pub(super) fn floor(&self) -> Option<OffsetDateTime> {
        self.services.iter().map(|it| it.windows.floor()).min()
    }

    /// The services.
    pub(super) fn services(&self) -> &[Service] {
        &self.services
    }
}
