//! The credentials of one user as of now: its access keys with their ids, and its password.

use time::OffsetDateTime;

use super::super::per_user::UserReader;
use super::own;
use crate::aws::{Action, AwsClient, AwsError};
use crate::model::User;

/// `user` with keys and password as its own calls tell them: two, and one a key. `None` if it was
/// deleted meanwhile.
pub async fn credentials(client: &AwsClient, user: User) -> Result<Option<User>, AwsError> {
    let asked_at = OffsetDateTime::now_utc();
    let reader = UserReader::new(client);
    let (access_keys, console) = tokio::join!(
        Box::pin(reader.access_keys(&user.name)),
        Box::pin(own::console(client, &user.name)),
    );
    let console = own::fact((Action::GetLoginProfile, asked_at), console)?;
    let (Some(access_keys), Some(console)) = (access_keys?, console) else {
        return Ok(None);
    };
    Ok(Some(User {
        access_keys,
        console,
        ..user
    }))
}
