//! All followers of one region: those that keep up read it together, and whoever is behind reads for
//! itself until it has caught up. None waits for another.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use time::OffsetDateTime;
use tokio::time::{Instant, sleep_until};

use super::AUDIT_EVERY;
use super::reader::Reader;
use super::reading::{PATIENCE, Reading};
use super::region::RoundError;
use super::team::{Asked, Position, Team};
use super::trouble::{Trouble, Work};
use crate::audit::Windows;
use crate::metrics::Metrics;
use crate::store::StoreError;

/// A round of more calls takes longer than a minute.
const SLOW_CALLS: u64 = 120;
/// Who is further behind than so many lags is not waited for.
const BEHIND_LAGS: i32 = 5;

/// One region of an account, for all who follow it.
pub(super) struct Teams<'a> {
    pub(super) reader: &'a Reader,
    /// Account and region.
    pub(super) place: String,
    pub(super) lag: Duration,
    pub(super) metrics: &'a Metrics,
}

/// What a team knows of its rounds.
struct Rounds {
    /// Of all services.
    trouble: Trouble,
    /// Of single ones.
    of_services: BTreeMap<&'static str, Trouble>,
    /// The calls since all services came to the end of a round.
    calls: u64,
    is_caught_up: bool,
    is_said: bool,
}

impl Teams<'_> {
    /// Follows for ever. An error is the store's.
    pub(super) async fn run(&self, members: Vec<Position<'_>>) -> Result<Infallible, StoreError> {
        let newest = members.iter().filter_map(Position::floor).max();
        let lag = time::Duration::try_from(self.lag).unwrap_or(time::Duration::DAY);
        let keeps_up = |team: &Team<'_>| {
            let behind = newest.zip(team.reading.floor());
            behind.is_none_or(|(newest, floor)| newest - floor <= lag * BEHIND_LAGS)
        };
        let (ready, late): (Vec<Team<'_>>, Vec<Team<'_>>) = members
            .into_iter()
            .map(|it| self.alone(it))
            .partition(keeps_up);
        let mut behind: FuturesUnordered<_> =
            late.into_iter().map(|team| self.catch_up(team)).collect();
        let (mut ready, mut rounds) = (ready, self.rounds());
        let mut together: Option<Team<'_>> = None;
        loop {
            while let Some(Some(team)) = behind.next().now_or_never() {
                ready.push(team?);
            }
            for team in ready.drain(..) {
                together = match together.take() {
                    Some(together) => Some(together.together(team)),
                    None => Some(team),
                };
            }
            let Some(team) = together.take_if(|it| !it.members.is_empty()) else {
                match behind.next().await {
                    Some(team) => ready.push(team?),
                    None => std::future::pending().await,
                }
                continue;
            };
            let mut turn = pin!(self.turn(team, &mut rounds));
            let (team, left) = loop {
                tokio::select! {
                    ended = &mut turn => break ended?,
                    Some(team) = behind.next(), if !behind.is_empty() => ready.push(team?),
                }
            };
            together = Some(team);
            behind.extend(left.into_iter().map(|team| self.catch_up(team)));
        }
    }

    fn alone<'a>(&self, member: Position<'a>) -> Team<'a> {
        let windows = |source| Windows::new(member.floor_of(source), self.lag);
        let reading = Reading::new(self.reader.clone(), windows, PATIENCE);
        Team::new(reading, vec![member])
    }

    fn rounds(&self) -> Rounds {
        Rounds {
            trouble: Trouble::new(Work::Records, &self.place, self.metrics),
            of_services: BTreeMap::new(),
            calls: 0,
            is_caught_up: false,
            is_said: false,
        }
    }

    /// A round, and the time until the next one; and who left.
    async fn turn<'a>(
        &self,
        mut team: Team<'a>,
        rounds: &mut Rounds,
    ) -> Result<(Team<'a>, Vec<Team<'a>>), StoreError> {
        let (begun, mut left) = (Instant::now(), Vec::new());
        if self.round(&mut team, &mut left, rounds).await? {
            sleep_until(begun + AUDIT_EVERY).await;
        }
        Ok((team, left))
    }

    /// Reads for `team` until it is where the others are.
    async fn catch_up<'a>(&self, mut team: Team<'a>) -> Result<Team<'a>, StoreError> {
        let (mut rounds, mut left) = (self.rounds(), Vec::new());
        loop {
            team.wait_for_room().await;
            let is_over = self.round(&mut team, &mut left, &mut rounds).await?;
            // The first round ends where it was when it had no room: others would wait for the rest.
            let keeps_up = is_over && team.reading.keeps_up(OffsetDateTime::now_utc());
            match left.pop() {
                Some(again) => team = again,
                None if keeps_up => return Ok(team),
                None => {}
            }
        }
    }

    /// One round of `team`; whether it came to its end. If AWS has something against it, waits.
    async fn round<'a>(
        &self,
        team: &mut Team<'a>,
        left: &mut Vec<Team<'a>>,
        rounds: &mut Rounds,
    ) -> Result<bool, StoreError> {
        let now = OffsetDateTime::now_utc();
        let round = team.round(now, left).await;
        let outcomes = self.reader.new_outcomes();
        self.metrics.add_calls(&outcomes);
        rounds.calls += outcomes.values().sum::<u64>();
        match round {
            Ok(asked) => {
                if let Some(end) = team.reading.end() {
                    for member in &team.members {
                        let place = member.taker.place(self.reader.region());
                        self.metrics.audit().read(place, end);
                    }
                }
                self.note(asked, team, rounds);
                if team.reading.is_complete() {
                    // The first round has more to read, and so has one after a pause.
                    if rounds.is_caught_up {
                        warn_if_slow(rounds.calls, &mut rounds.is_said, &self.place);
                    }
                    rounds.calls = 0;
                    rounds.is_caught_up = true;
                }
                Ok(true)
            }
            Err(RoundError::NotTaken(error)) => Err(error),
            Err(RoundError::Aws(error)) => {
                team.are_failing(self.reader.sources().iter().copied());
                rounds.trouble.pause(&error).await;
                rounds.is_caught_up = false;
                Ok(false)
            }
        }
    }

    /// Takes note of what became of the services of `team` that were `asked`.
    fn note(&self, asked: Asked, team: &mut Team<'_>, rounds: &mut Rounds) {
        if !asked.read.is_empty() {
            rounds.trouble.is_over();
        }
        for source in asked.read {
            if let Some(mut trouble) = rounds.of_services.remove(source) {
                trouble.is_over();
            }
        }
        for (source, error) in asked.failed {
            let place = format!("{} {source}", self.place);
            let trouble = rounds.of_services.entry(source);
            let trouble =
                trouble.or_insert_with(|| Trouble::new(Work::Records, &place, self.metrics));
            let wait = trouble.note(&error);
            team.reading.retry_at(source, Instant::now() + wait);
            team.are_failing([source]);
            rounds.is_caught_up = false;
        }
    }
}

/// Says once that there are more records than are read in time.
fn warn_if_slow(calls: u64, is_said: &mut bool, place: &str) {
    if calls > SLOW_CALLS && !*is_said {
        *is_said = true;
        tracing::warn!(
            place,
            calls,
            "one lag of CloudTrail's records takes so many calls, of two a second: they arrive \
             late; lower audit.lag if that is too late"
        );
    }
}
