//! A daemon for a long while: passes every few seconds over 5,000 users who change, come and go,
//! with faults on both sides. It grows by nothing, and tells everything in time.
//!
//! `ROLLCALL_SOAK_MINUTES` says how long in the long mode.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::soak_watch::Watch;
use super::view::View;
use super::world::World;
use crate::support::reply::Reply;
use crate::support::sim_aws::Fault;

const SHORT: Size = Size {
    users: 300,
    lasts: Duration::from_secs(15),
};
const USERS_LONG: usize = 5_000;
const MINUTES_LONG: u64 = 30;
const BATCH: usize = 100;
const EVERY: Duration = Duration::from_secs(2);
/// How long the trouble of a round lasts, on either side.
const TROUBLE: Duration = Duration::from_secs(5);
/// From the end of a trouble until everybody has been told of: a pass under way, two more, and the
/// wait of a sink that was refused; on a machine that has other tests to do.
const BOUND: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(100);
const END_MAX: Duration = Duration::from_secs(30);
/// By how much the last third of the time may need more memory than the one before.
const GROWTH_MAX_KIB: f64 = 4_096.0;

struct Size {
    users: usize,
    lasts: Duration,
}

impl Size {
    fn asked_for() -> (Self, bool) {
        if std::env::var_os("ROLLCALL_LONG").is_none() {
            return (SHORT, false);
        }
        let minutes = std::env::var("ROLLCALL_SOAK_MINUTES").ok();
        let minutes = minutes.map(|text| text.parse().expect("ROLLCALL_SOAK_MINUTES: a number"));
        let lasts = Duration::from_secs(60 * minutes.unwrap_or(MINUTES_LONG));
        let users = USERS_LONG;
        (Self { users, lasts }, true)
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "whoever looks wants the numbers")]
fn a_daemon_grows_by_nothing_and_tells_every_change_in_time_whatever_fails_meanwhile() {
    let (Size { users, lasts }, is_long) = Size::asked_for();
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let world = World::new(seed, users, BATCH);
    let address = super::soak_watch::free_address();
    let schedule = format!(
        "every = \"{}s\"\n\n[status]\nlisten = \"{address}\"",
        EVERY.as_secs()
    );
    world.reconfigure("every = \"50ms\"", &schedule);
    let running = world.command(["run"]).spawn();
    let watch = Watch::start(running.pid(), address);
    let mut soak = Soak {
        world,
        views: <[View; 2]>::default(),
        waits: Vec::new(),
        round: 0,
    };
    let start = Instant::now();
    let first = soak.caught_up();
    while start.elapsed() < lasts {
        soak.turn();
    }
    watch.await_zero(&[
        "rollcall_outbox_events{sink=\"near\"}",
        "rollcall_outbox_events{sink=\"far\"}",
        "rollcall_outbox_bytes{sink=\"near\"}",
        "rollcall_outbox_bytes{sink=\"far\"}",
        "rollcall_dead_letters{sink=\"near\"}",
        "rollcall_dead_letters{sink=\"far\"}",
        "rollcall_accounts{state=\"failed\"}",
    ]);
    let passes = watch.metric("rollcall_passes_total{result=\"complete\"}");
    let seen = watch.end();
    running.signal(Signal::SIGTERM);
    running.wait(END_MAX).expect_code(0);
    soak.waits.sort_unstable();
    println!(
        "{users} users, {} rounds in {:?}, {passes:?} complete passes; first told after {first:?}, \
         changes after {:?} (median), {:?} (longest); {seen}",
        soak.round,
        start.elapsed(),
        soak.waits.get(soak.waits.len() / 2),
        soak.waits.last(),
    );
    soak.assert_true();
    if is_long {
        assert!(seen.growth_kib < GROWTH_MAX_KIB, "it grows: {seen}");
    }
}

struct Soak {
    world: World,
    views: [View; 2],
    /// From the end of each trouble until everything was told.
    waits: Vec<Duration>,
    round: usize,
}

impl Soak {
    /// A change in the midst of a trouble, and the end of it.
    fn turn(&mut self) {
        let (sim, [(_, near), (_, far)]) = (&self.world.sim, &self.world.intakes);
        let seed = self.world.rng.u64(..);
        let at_times = |fault: Fault| fault.of_all().with_probability(0.05, seed);
        match self.round % 6 {
            0 => {}
            1 => sim.inject(at_times(Fault::Throttling)),
            2 => sim.inject(at_times(Fault::ServiceFailure)),
            3 => far.otherwise(Some(Reply::status(503))),
            4 => near.otherwise(Some(Reply::status(429).header("retry-after", "1"))),
            _ => {
                sim.inject(at_times(Fault::CutWithin));
                near.script((0..3).map(|_| Reply::cut()));
            }
        }
        self.world.change(0.002, 3);
        if !self.round.is_multiple_of(6) {
            std::thread::sleep(TROUBLE);
        }
        self.world.sim.calm();
        self.world
            .intakes
            .iter()
            .for_each(|(_, intake)| intake.calm());
        let wait = self.caught_up();
        self.waits.push(wait);
        self.round += 1;
    }

    /// Waits until both intakes know what is true now; how long that took.
    #[track_caller]
    fn caught_up(&mut self) -> Duration {
        let start = Instant::now();
        loop {
            let took = start.elapsed();
            let mut behind = Vec::new();
            for (view, (_, intake)) in self.views.iter_mut().zip(&self.world.intakes) {
                view.take(intake);
                behind.extend(view.behind(&self.world.truth, None));
            }
            if behind.is_empty() {
                return took;
            }
            let first = &behind[..behind.len().min(3)];
            assert!(took < BOUND, "round {}: {}", self.round, first.join("\n"));
            std::thread::sleep(POLL);
        }
    }

    /// Nothing that was sent was never true, and nothing came again under another id.
    fn assert_true(&self) {
        for view in &self.views {
            let wrong = view.wrong(&self.world.truth, None);
            assert!(
                wrong.is_empty(),
                "{}",
                wrong[..wrong.len().min(5)].join("\n")
            );
            assert_eq!(view.doubles, 0, "sent twice under another id");
        }
    }
}
