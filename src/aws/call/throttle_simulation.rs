//! The gate against a token bucket, by which AWS limits calls of one action.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::attempts::{BACKOFF_FIRST, BACKOFF_MAX};
use super::throttle::{Ceilings, Throttle};
use crate::aws::Action;
use crate::backoff::Backoff;

const ACTION: Action = Action::ListMfaDevices;
const CONFIGURED: NonZeroU32 = NonZeroU32::new(50).unwrap();
const BUCKET_PER_SECOND: f64 = 20.0;

struct Bucket {
    burst: f64,
    tokens: f64,
    filled_at: Instant,
    answered: u32,
    throttled: u32,
}

impl Bucket {
    /// Whether a call is answered; else it is throttled.
    fn takes(&mut self) -> bool {
        let filled = self.filled_at.elapsed().as_secs_f64() * BUCKET_PER_SECOND;
        self.tokens = (self.tokens + filled).min(self.burst);
        self.filled_at = Instant::now();
        let is_answered = self.tokens >= 1.0;
        match is_answered {
            true => {
                self.tokens -= 1.0;
                self.answered += 1;
            }
            false => self.throttled += 1,
        }
        is_answered
    }
}

#[derive(Debug, Clone, Copy)]
struct Conditions {
    workers: usize,
    latency_ms: u64,
    burst: f64,
}

/// The share of calls that were throttled, and that of the bucket that was used.
async fn shares(of: Conditions, time: Duration) -> (f64, f64) {
    let throttle = Arc::new(Throttle::new(Ceilings {
        requests: CONFIGURED,
        assume_role: CONFIGURED,
    }));
    let bucket = Arc::new(Mutex::new(Bucket {
        burst: of.burst,
        tokens: of.burst,
        filled_at: Instant::now(),
        answered: 0,
        throttled: 0,
    }));
    let workers = (0..of.workers).map(|_| {
        let (throttle, bucket) = (Arc::clone(&throttle), Arc::clone(&bucket));
        tokio::spawn(async move {
            loop {
                one_call(&throttle, &bucket, Duration::from_millis(of.latency_ms)).await;
            }
        })
    });
    let workers: Vec<_> = workers.collect();
    sleep(time).await;
    workers.iter().for_each(tokio::task::JoinHandle::abort);
    let bucket = bucket.lock().unwrap();
    let (answered, throttled) = (f64::from(bucket.answered), f64::from(bucket.throttled));
    let given = BUCKET_PER_SECOND * time.as_secs_f64();
    (throttled / (answered + throttled), answered / given)
}

/// A call as the client sends it, until it is answered.
async fn one_call(throttle: &Throttle, bucket: &Mutex<Bucket>, latency: Duration) {
    let mut backoff = Backoff::new(BACKOFF_FIRST, BACKOFF_MAX);
    loop {
        throttle.admit(ACTION).await;
        sleep(latency / 2).await;
        let is_answered = bucket.lock().unwrap().takes();
        sleep(latency / 2).await;
        if is_answered {
            return throttle.answered(ACTION);
        }
        throttle.throttled(ACTION);
        sleep(backoff.next()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn under_a_bucket_of_20_a_second_few_calls_are_throttled_and_most_of_it_is_used() {
    for (workers, burst) in [(8, 5.0), (8, 20.0), (8, 40.0), (32, 20.0)] {
        for latency_ms in [0, 30, 100] {
            let conditions = Conditions {
                workers,
                latency_ms,
                burst,
            };
            for seconds in [10, 60] {
                let (throttled, used) = shares(conditions, Duration::from_secs(seconds)).await;
                let seen = format!("{conditions:?}, {seconds} s: {throttled:.3}, {used:.2}");
                assert!(throttled <= 0.05 && used >= 0.8, "{seen}");
            }
        }
    }
}
