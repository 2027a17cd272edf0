//! Asking what is near for credentials, again and again.

use std::time::Duration;

use super::SourceError;
use crate::backoff::Backoff;

const BACKOFF_FIRST: Duration = Duration::from_millis(200);
const BACKOFF_MAX: Duration = Duration::from_secs(5);

/// What `ask` gives, asked up to `attempts` times while another time may give more.
pub(super) async fn retried<T, F>(
    attempts: u32,
    mut ask: impl FnMut() -> F,
) -> Result<T, SourceError>
where
    F: Future<Output = Result<T, SourceError>>,
{
    let mut backoff = Backoff::new(BACKOFF_FIRST, BACKOFF_MAX);
    let mut attempt = 1;
    loop {
        match ask().await {
            Err(error) if error.class.is_retryable() && attempt < attempts => {
                attempt += 1;
                tokio::time::sleep(backoff.next()).await;
            }
            answer => return answer,
        }
    }
}
