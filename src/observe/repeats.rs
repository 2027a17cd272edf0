//! Lines of the log that come again and again: a few a minute are written, and how many were not
//! is said.

use std::collections::HashMap;
use std::mem;
use std::time::{Duration, Instant};

/// Over so long, a line is written [`WRITTEN_MAX`] times.
const WINDOW: Duration = Duration::from_secs(60);
const WRITTEN_MAX: u64 = 10;
/// Of more different lines, none is held back.
const LINES_MAX: usize = 1_000;
/// Where a line has its level, from the end of its time.
const LEVEL_LEN: usize = 24;
/// The most characters of a line that are shown of it.
const SHOWN_MAX: usize = 200;

/// How often each line came in the present window.
#[derive(Debug)]
pub(super) struct Repeats {
    began: Instant,
    counts: HashMap<String, u64>,
}

/// A line that was held back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HeldBack {
    /// How often.
    pub(super) times: u64,
    /// How it begins, without its time.
    pub(super) line: String,
}

impl Repeats {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            began: now,
            counts: HashMap::new(),
        }
    }

    /// Whether `line` is written at `now`, and which lines were held back in the window before, if
    /// another one begins. Details, which somebody asked for, are always written.
    pub(super) fn admit(&mut self, line: &[u8], now: Instant) -> (bool, Vec<HeldBack>) {
        let held_back = match now.duration_since(self.began) >= WINDOW {
            true => self.turn(now),
            false => Vec::new(),
        };
        let Some(line) = without_time(line).filter(|line| !is_detail(line)) else {
            return (true, held_back);
        };
        if self.counts.len() >= LINES_MAX && !self.counts.contains_key(line) {
            return (true, held_back);
        }
        let count = self.counts.entry(line.to_owned()).or_default();
        *count += 1;
        (*count <= WRITTEN_MAX, held_back)
    }

    fn turn(&mut self, now: Instant) -> Vec<HeldBack> {
        self.began = now;
        let counts = mem::take(&mut self.counts).into_iter();
        let held_back = counts.filter(|(_, count)| *count > WRITTEN_MAX);
        let held_back = held_back.map(|(line, count)| HeldBack {
            times: count - WRITTEN_MAX,
            line: line.trim().chars().take(SHOWN_MAX).collect(),
        });
        held_back.collect()
    }
}

/// A line begins with its time, as text up to a space and as JSON up to a comma.
fn without_time(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?;
    let separator = if line.starts_with('{') { ',' } else { ' ' };
    line.split_once(separator).map(|(_, rest)| rest)
}

fn is_detail(line: &str) -> bool {
    let level = line.get(..LEVEL_LEN).unwrap_or(line);
    level.contains("DEBUG") || level.contains("TRACE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_of_a_line_in_a_minute_is_held_back_and_said_in_the_next_minute() {
        let start = Instant::now();
        let mut repeats = Repeats::new(start);
        let mut written = 0;
        for second in 0..50 {
            let line = format!("2026-11-28T01:00:{second:02}Z  WARN the sink is \"down\"\n");
            let (is_written, held_back) = repeats.admit(line.as_bytes(), start);
            written += u64::from(is_written);
            assert_eq!(held_back, []);
        }
        assert_eq!(written, WRITTEN_MAX);
        assert!(repeats.admit(b"2026Z  WARN another\n", start).0);
        let (is_written, held_back) = repeats.admit(b"2026Z  INFO third\n", start + WINDOW);
        let line = "WARN the sink is \"down\"".to_owned();
        assert!(is_written);
        assert_eq!(held_back, [HeldBack { times: 40, line }]);
    }

    #[test]
    fn details_and_lines_that_differ_are_always_written() {
        let start = Instant::now();
        let mut repeats = Repeats::new(start);
        for number in 0..2_000 {
            for line in [
                "t \u{1b}[34mDEBUG\u{1b}[0m batch delivered\n".to_owned(),
                "{\"timestamp\":\"t\",\"level\":\"TRACE\",\"message\":\"x\"}\n".to_owned(),
                format!("t  INFO pass complete users={number}\n"),
            ] {
                assert!(repeats.admit(line.as_bytes(), start).0, "{line}");
            }
        }
    }
}
