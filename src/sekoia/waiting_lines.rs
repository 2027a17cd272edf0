//! Lines of the log that wait for the platform: bounded, without repeats, the urgent ones at once.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use super::log_api::Line;

/// The most lines in a post.
const POST_MAX: usize = 50;
/// The longest wait of a line while the platform takes them.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// Over so long, a line is sent once.
const REPEAT_AFTER: Duration = Duration::from_secs(60);
/// The most lines that wait; of more, the oldest are lost.
const LINES_MAX: usize = 1_000;
/// How often a post is tried, and the longest wait between two tries.
const TRIES: u32 = 10;
const RETRY_MAX: Duration = Duration::from_secs(60);

/// The lines that wait.
#[derive(Debug, Default)]
pub(super) struct WaitingLines {
    lines: VecDeque<Line>,
    /// When a line was added that was not sent in the minute before, by level and text.
    seen: HashMap<String, Instant>,
    /// When the next post is due, if any line waits.
    due: Option<Instant>,
    /// Failed tries of what is to be sent first.
    tried: u32,
    lost: u64,
}

impl WaitingLines {
    /// Adds a line, unless it came within the last minute.
    pub(super) fn add(&mut self, line: Line, now: Instant) {
        if self.is_repeat(&line, now) {
            return;
        }
        let is_urgent = line.is_urgent();
        self.lines.push_back(line);
        if self.lines.len() > LINES_MAX {
            self.lines.pop_front();
            self.lost += 1;
        }
        let is_now = self.tried == 0 && (is_urgent || self.lines.len() >= POST_MAX);
        match is_now {
            true => self.due = Some(now),
            false => self.due = self.due.or(Some(now + WAIT_MAX)),
        }
    }

    /// Lines were lost before they came here.
    pub(super) fn lose(&mut self, lines: u64) {
        self.lost += lines;
    }

    /// When the next post is due, if any line waits.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// What the next post holds.
    pub(super) fn next(&self) -> Vec<Line> {
        let lost = (self.lost > 0).then(|| Line::lost(self.lost));
        let lines = self.lines.iter().take(self.next_len());
        lost.into_iter().chain(lines.cloned()).collect()
    }

    /// What [`Self::next`] gave was taken.
    pub(super) fn taken(&mut self, now: Instant) {
        self.lines.drain(..self.next_len());
        (self.tried, self.lost) = (0, 0);
        self.due = (!self.lines.is_empty()).then_some(now);
    }

    /// What [`Self::next`] gave was not taken: it is tried again, but not for ever. Whether this was
    /// the first failure since the last success.
    pub(super) fn refused(&mut self, now: Instant) -> bool {
        self.tried += 1;
        if self.tried.is_multiple_of(TRIES) {
            let lines = self.next_len();
            self.lines.drain(..lines);
            self.lost += lines as u64;
        }
        let wait = WAIT_MAX * 2_u32.pow(self.tried.min(TRIES) - 1);
        self.due = Some(now + wait.min(RETRY_MAX));
        self.tried == 1
    }

    /// How many of the lines the next post holds, beside what it says of lost ones.
    fn next_len(&self) -> usize {
        let lines_max = POST_MAX - usize::from(self.lost > 0);
        self.lines.len().min(lines_max)
    }

    fn is_repeat(&mut self, line: &Line, now: Instant) -> bool {
        let is_recent = |at: &Instant| now.duration_since(*at) < REPEAT_AFTER;
        let key = line.key();
        if self.seen.get(&key).is_some_and(is_recent) {
            return true;
        }
        if self.seen.len() >= LINES_MAX {
            self.seen.retain(|_, at| is_recent(at));
        }
        // Of more different lines, none is held back.
        if self.seen.len() < LINES_MAX {
            self.seen.insert(key, now);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn texts(waiting: &WaitingLines) -> Vec<String> {
        let texts = waiting.next().into_iter().map(|line| line.message);
        texts.collect()
    }

    fn filled(lines: usize, now: Instant) -> WaitingLines {
        let mut waiting = WaitingLines::default();
        for number in 0..lines {
            waiting.add(Line::now("info", &number.to_string()), now);
        }
        waiting
    }

    #[test]
    fn a_line_waits_five_seconds_fifty_lines_or_an_error_for_nothing() {
        let now = Instant::now();
        assert_eq!(filled(0, now).due(), None);
        assert_eq!(filled(49, now).due(), Some(now + WAIT_MAX));
        assert_eq!(filled(50, now).due(), Some(now));
        let mut waiting = filled(1, now);
        waiting.add(Line::now("error", "at once"), now + Duration::from_secs(1));
        assert_eq!(waiting.due(), Some(now + Duration::from_secs(1)));
        assert_eq!(texts(&waiting), ["0", "at once"]);
        waiting.taken(now);
        assert_eq!((waiting.due(), waiting.next().len()), (None, 0));
    }

    #[test]
    fn a_line_is_sent_once_a_minute_unless_it_is_of_another_level() {
        let now = Instant::now();
        let mut waiting = WaitingLines::default();
        for (level, at) in [
            ("info", now),
            ("info", now + MINUTE / 2),
            ("warning", now + MINUTE / 2),
            ("info", now + MINUTE),
        ] {
            waiting.add(Line::now(level, "again"), at);
        }
        assert_eq!(texts(&waiting).len(), 3);
    }

    #[test]
    fn what_is_refused_is_tried_again_then_lost_and_that_is_said() {
        let now = Instant::now();
        let mut waiting = filled(60, now);
        assert!(waiting.refused(now));
        assert_eq!(waiting.due(), Some(now + WAIT_MAX));
        waiting.add(Line::now("error", "not at once"), now);
        assert_eq!(
            waiting.due(),
            Some(now + WAIT_MAX),
            "it waits for the retry"
        );
        for _ in 1..TRIES {
            assert_eq!(texts(&waiting)[0], "0");
            assert!(!waiting.refused(now));
        }
        assert_eq!(waiting.due(), Some(now + RETRY_MAX));
        let texts = texts(&waiting);
        assert!(texts[0].starts_with("50 lines"), "{texts:?}");
        assert_eq!(
            texts[1..],
            [
                "50",
                "51",
                "52",
                "53",
                "54",
                "55",
                "56",
                "57",
                "58",
                "59",
                "not at once"
            ]
        );
        waiting.taken(now);
        assert_eq!(waiting.next().len(), 0);
    }

    #[test]
    fn no_more_than_a_thousand_lines_wait() {
        let now = Instant::now();
        let mut waiting = filled(1_500, now);
        let mut sent = 0;
        while waiting.due().is_some() {
            let texts = texts(&waiting);
            assert!(texts.len() <= POST_MAX);
            assert!(sent > 0 || texts[..2] == ["500 lines of the log are missing here", "500"]);
            sent += texts.len();
            waiting.taken(now);
        }
        assert_eq!(sent, 1_001);
    }
}
