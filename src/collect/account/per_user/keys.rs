//! ListAccessKeys and GetAccessKeyLastUsed: keys with their ids, at two calls a user or more.

use aws_sdk_iam::primitives::DateTime;
use aws_sdk_iam::types::{self, StatusType};
use time::OffsetDateTime;

use super::super::listing::{self, PAGE_SIZE, Page, moment};
use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass};
use crate::model::{AccessKey, AccessKeyUse};

/// How often keys are listed when one of them is gone by the time its last use is asked for.
const LISTINGS_MAX: u32 = 3;

/// The access keys of `user_name`, each with its last use.
pub(super) async fn of_user(
    client: &AwsClient,
    user_name: &str,
) -> Result<Vec<AccessKey>, AwsError> {
    for _ in 0..LISTINGS_MAX {
        // A key that is gone may have been deleted alone or with its user: the next listing shows it.
        if let Some(keys) = listed_and_used(client, user_name).await? {
            return Ok(keys);
        }
    }
    let what = "access keys are listed that do not exist";
    Err(AwsError::malformed(Action::ListAccessKeys, what))
}

/// The keys as they are listed, with their last uses; `None` if one is gone meanwhile.
async fn listed_and_used(
    client: &AwsClient,
    user_name: &str,
) -> Result<Option<Vec<AccessKey>>, AwsError> {
    let mut keys = Vec::new();
    for listed in list(client, user_name).await? {
        let (Some(id), Some(status)) = (listed.access_key_id(), listed.status()) else {
            let what = "an access key has no id or no status";
            return Err(AwsError::malformed(Action::ListAccessKeys, what));
        };
        let last_used = match last_used(client, user_name, id).await {
            Err(error) if error.class == AwsErrorClass::Gone => return Ok(None),
            answer => answer?,
        };
        keys.push(AccessKey {
            id: Some(id.to_owned()),
            active: *status == StatusType::Active,
            rotated_at: date(Action::ListAccessKeys, listed.create_date())?,
            last_used,
        });
    }
    Ok(Some(keys))
}

async fn list(
    client: &AwsClient,
    user_name: &str,
) -> Result<Vec<types::AccessKeyMetadata>, AwsError> {
    let action = Action::ListAccessKeys;
    listing::all(async |marker: Option<String>| {
        let request = || {
            let request = client.iam().list_access_keys().user_name(user_name);
            request
                .max_items(PAGE_SIZE)
                .set_marker(marker.clone())
                .send()
        };
        let answer = client.call_about(user_name, action, request).await?;
        let keys = answer.access_key_metadata();
        let ids = keys.iter().filter_map(|key| key.access_key_id());
        Page::new(
            action,
            keys.to_vec(),
            ids,
            answer.is_truncated(),
            answer.marker(),
        )
    })
    .await
}

async fn last_used(
    client: &AwsClient,
    user_name: &str,
    id: &str,
) -> Result<Option<AccessKeyUse>, AwsError> {
    let request = || {
        client
            .iam()
            .get_access_key_last_used()
            .access_key_id(id)
            .send()
    };
    let action = Action::GetAccessKeyLastUsed;
    let answer = client.call_about(user_name, action, request).await?;
    let named = |text: &str| (text != "N/A" && !text.is_empty()).then(|| text.to_owned());
    let Some(used) = answer.access_key_last_used() else {
        return Ok(None);
    };
    let at = date(action, used.last_used_date())?;
    Ok(at.map(|at| AccessKeyUse {
        at,
        service: named(used.service_name()),
        region: named(used.region()),
    }))
}

/// The date, if there is one; an error if it is not plausible: it must not pass for "never".
fn date(action: Action, at: Option<&DateTime>) -> Result<Option<OffsetDateTime>, AwsError> {
    match at.map(moment) {
        None => Ok(None),
        Some(Some(at)) => Ok(Some(at)),
        Some(None) => Err(AwsError::malformed(
            action,
            "a date of an access key is not plausible",
        )),
    }
}
