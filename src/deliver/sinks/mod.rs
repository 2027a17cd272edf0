//! The kinds of sinks.

mod http;
mod line_file;
mod ndjson;
mod sekoia_asset;
mod sekoia_intake;
mod sekoia_task;

use crate::config::UnreadSecret;

pub use http::HttpSink;
pub use ndjson::Ndjson;
pub use sekoia_asset::SekoiaAsset;
pub use sekoia_intake::SekoiaIntake;

/// Reads secrets where a slow disk holds up nobody.
async fn read_off_thread<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, UnreadSecret> + Send + 'static,
) -> Result<T, String> {
    let read = tokio::task::spawn_blocking(read).await;
    let read = read.map_err(|error| error.to_string())?;
    read.map_err(|error| error.to_string())
}
