//! How many answers a second there are.

use std::time::Duration;

use tokio::time::Instant;

const WINDOW: Duration = Duration::from_secs(1);

/// Counts answers over a window of a second that slides.
#[derive(Debug)]
pub(super) struct Meter {
    began: Instant,
    /// Answers of the present window.
    now: u32,
    /// Answers of the whole window before it.
    before: u32,
}

impl Meter {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            now: 0,
            before: 0,
        }
    }

    /// One more answer.
    pub(super) fn count(&mut self) {
        self.turn();
        self.now = self.now.saturating_add(1);
    }

    /// The answers of the last second.
    pub(super) fn per_second(&mut self) -> f64 {
        self.turn();
        let of_window = self.began.elapsed().as_secs_f64() / WINDOW.as_secs_f64();
        f64::from(self.now) + f64::from(self.before) * (1.0 - of_window)
    }

    /// Begins another window once the present one is over.
    fn turn(&mut self) {
        let elapsed = self.began.elapsed();
        if elapsed < WINDOW {
            return;
        }
        let is_next = elapsed < WINDOW * 2;
        self.before = if is_next { self.now } else { 0 };
        self.now = 0;
        self.began = match is_next {
            true => self.began + WINDOW,
            false => Instant::now(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_second_slides_over_the_answers() {
        let mut meter = Meter::new();
        for _ in 0..50 {
            tokio::time::advance(Duration::from_millis(50)).await;
            meter.count();
        }
        let rate = meter.per_second();
        assert!((19.0..=21.0).contains(&rate), "{rate}");
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(meter.per_second(), 0.0);
    }
}
