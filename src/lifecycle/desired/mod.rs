//! The users that there should be, from a file or a table.

mod csv;
mod entry;
mod error;
mod file;
mod item;
mod state;
mod table;
mod tags;

pub use error::DesiredError;
pub use state::{DesiredKeys, DesiredState, DesiredUser};
pub(super) use table::OWN_ITEM;
pub use table::SENTINEL;

use crate::aws::AwsClient;
use crate::config::{DesiredPlace, LifecycleSettings};

/// Reads the desired state where `settings` say it stands.
pub async fn read_desired(
    client: &AwsClient,
    settings: &LifecycleSettings,
) -> Result<DesiredState, DesiredError> {
    match &settings.desired {
        DesiredPlace::File(path) => file::read(path, &settings.path),
        DesiredPlace::Table(name) => table::read(client, name, &settings.path).await,
    }
}
