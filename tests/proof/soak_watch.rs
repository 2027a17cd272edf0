//! What a daemon takes up over time, and what it says of itself.

use std::fmt;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::unistd::Pid;

const EVERY: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(60);

/// Looks at a process once a second.
pub(super) struct Watch {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    looks: JoinHandle<Vec<Look>>,
}

/// How much there was at some time.
#[derive(Debug, Clone, Copy)]
struct Look {
    at: Duration,
    resident_kib: f64,
    files: usize,
}

/// What was seen.
#[derive(Debug)]
pub(super) struct Seen {
    /// The typical memory of the last third of the time, less that of the third before.
    pub(super) growth_kib: f64,
    typical_kib: f64,
    largest_kib: f64,
    slope_kib_per_minute: f64,
    files: (usize, usize),
}

/// An address at which nobody listens.
pub(super) fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address")
}

impl Watch {
    pub(super) fn start(pid: Pid, address: SocketAddr) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&is_over);
        let looks = std::thread::spawn(move || {
            let start = Instant::now();
            let mut looks = Vec::new();
            while !ended.load(Ordering::Relaxed) {
                looks.extend(look(pid, start.elapsed()));
                std::thread::sleep(EVERY);
            }
            looks
        });
        Self {
            address,
            is_over,
            looks,
        }
    }

    /// Waits until each of these metrics is 0 or absent.
    #[track_caller]
    pub(super) fn await_zero(&self, names: &[&str]) {
        let start = Instant::now();
        loop {
            let text = metrics(self.address);
            let values = names.iter().map(|name| (name, value(&text, name)));
            let above: Vec<_> = values
                .filter(|(_, it)| it.is_some_and(|it| it > 0.0))
                .collect();
            if above.is_empty() {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "not back to 0: {above:?}");
            std::thread::sleep(EVERY);
        }
    }

    pub(super) fn metric(&self, name: &str) -> Option<f64> {
        value(&metrics(self.address), name)
    }

    pub(super) fn end(self) -> Seen {
        self.is_over.store(true, Ordering::Relaxed);
        let looks = self.looks.join().expect("what was seen");
        Seen::of(&looks)
    }
}

fn look(pid: Pid, at: Duration) -> Option<Look> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let resident = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let files = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
    Some(Look {
        at,
        resident_kib: resident.split_whitespace().next()?.parse().ok()?,
        files: files.count(),
    })
}

fn metrics(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).expect("the daemon listens");
    let request = format!("GET /metrics HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

fn value(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().parse().ok()
}

impl Seen {
    /// The first third is the time to warm up.
    fn of(looks: &[Look]) -> Self {
        let third = looks.len() / 3;
        let (before, last) = (&looks[third..2 * third], &looks[2 * third..]);
        let files = |looks: &[Look]| looks.iter().map(|it| it.files).max().unwrap_or_default();
        let largest = looks.iter().map(|it| it.resident_kib);
        Self {
            growth_kib: typical(last) - typical(before),
            typical_kib: typical(last),
            largest_kib: largest.fold(0.0, f64::max),
            slope_kib_per_minute: slope(&looks[third..]),
            files: (files(before), files(last)),
        }
    }
}

/// The median.
fn typical(looks: &[Look]) -> f64 {
    let mut all: Vec<f64> = looks.iter().map(|it| it.resident_kib).collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// The line that fits best, by least squares.
fn slope(looks: &[Look]) -> f64 {
    let points = || {
        looks
            .iter()
            .map(|it| (it.at.as_secs_f64() / 60.0, it.resident_kib))
    };
    let count = looks.len() as f64;
    let (x, y) = points().fold((0.0, 0.0), |(x, y), it| {
        (x + it.0 / count, y + it.1 / count)
    });
    let covariance: f64 = points().map(|it| (it.0 - x) * (it.1 - y)).sum();
    let variance: f64 = points().map(|it| (it.0 - x).powi(2)).sum();
    covariance / variance
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, last) = self.files;
        write!(
            f,
            "memory {:.1} MiB (at most {:.1}), {:+.1} MiB over the third before, {:+.0} KiB a minute; \
             files {before}, then {last}",
            self.typical_kib / 1024.0,
            self.largest_kib / 1024.0,
            self.growth_kib / 1024.0,
            self.slope_kib_per_minute,
        )
    }
}
