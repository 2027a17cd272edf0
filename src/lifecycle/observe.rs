//! What AWS has of users: everybody in bulk, and the credentials of ours one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};

use super::parameter::Parameters;
use super::plan::{Observed, Owner, owner};
use super::{ActionError, Refused, UserRef};
use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass};
use crate::collect::{
    AccountSource, AccountSummary, Completeness, Enumeration, InventorySource, account_summary,
    query_credentials,
};
use crate::config::{AwsSettings, LifecycleSettings};
use crate::model::{Fact, Provenance, Reason, User};

/// Users between the collector and who holds them.
const CHANNEL_LEN: usize = 256;

/// Reads the account of `client`, if it is the one that is meant. An error is one that leaves open
/// who there is.
pub async fn observe(
    client: &AwsClient,
    aws: &AwsSettings,
    settings: &LifecycleSettings,
) -> Result<Observed, ActionError> {
    let identity = client.identity().await?;
    Refused::unless_meant(settings, &identity.account.id)?;
    let source = AccountSource::without_credentials(client.clone(), aws, &identity.account);
    let (sender, mut receiver) = mpsc::channel(CHANNEL_LEN);
    let (no_policies, _) = oneshot::channel();
    let receive = async {
        let mut users = Vec::new();
        while let Some(user) = receiver.recv().await {
            users.push(user);
        }
        users
    };
    let (ended, users) = tokio::join!(Box::pin(source.collect(sender, no_policies)), receive);
    let summary = Box::pin(account_summary(client)).await;
    let why_incomplete = why_incomplete(&ended, &users, summary);
    if let (Some(error), true) = (ended.failure, users.is_empty()) {
        return Err(error.into());
    }
    let users = stream::iter(users)
        .map(|user| with_credentials(client, settings, user))
        .buffered(aws.max_in_flight.get());
    let users: Vec<_> = users.try_collect().await?;
    let (mut all, mut stored_keys) = (Vec::new(), BTreeMap::new());
    for (user, stored) in users.into_iter().flatten() {
        stored_keys.extend(stored.map(|stored| (user.id.clone(), stored)));
        all.extend((!user.is_root()).then_some(user));
    }
    Ok(Observed {
        account: identity.account,
        caller: identity.arn,
        users: all,
        stored_keys,
        why_incomplete,
    })
}

/// AccessKeyId of the key whose secret the user's parameter holds, if one does.
type StoredKeyId = Fact<Option<String>>;

/// The user, if it is ours with its credentials as of now, and which key's secret is stored where
/// it has keys; `None` if it was deleted meanwhile.
async fn with_credentials(
    client: &AwsClient,
    settings: &LifecycleSettings,
    user: User,
) -> Result<Option<(Arc<User>, Option<StoredKeyId>)>, AwsError> {
    if owner(&user, settings) != Owner::Us {
        return Ok(Some((Arc::new(user), None)));
    }
    let Some(user) = Box::pin(query_credentials(client, user)).await? else {
        return Ok(None);
    };
    let has_keys = user.access_keys.value().is_some_and(|it| !it.is_empty());
    let stored = match has_keys {
        true => Some(stored_key(client, settings, &user).await?),
        false => None,
    };
    Ok(Some((Arc::new(user), stored)))
}

/// Which key's secret the parameter of `user` holds; an error is one that ends the pass.
async fn stored_key(
    client: &AwsClient,
    settings: &LifecycleSettings,
    user: &User,
) -> Result<StoredKeyId, AwsError> {
    let parameters = Parameters { client, settings };
    let subject = UserRef {
        id: user.id.clone(),
        name: user.name.clone(),
    };
    let provenance = Provenance {
        source: Action::ListTagsForResource.as_str().into(),
        as_of: OffsetDateTime::now_utc(),
    };
    match parameters.key_of(&subject).await {
        Ok(key) => Ok(Fact::known(key, &provenance)),
        Err(error) if error.class.ends_the_pass() => Err(error),
        Err(error) => {
            let reason = match error.class {
                AwsErrorClass::Denied => Reason::Denied,
                _ => Reason::Failed,
            };
            Ok(Fact::unknown(reason, error.to_string()))
        }
    }
}

/// Why somebody may be missing: everybody is there only where AWS counts as many as were read.
fn why_incomplete(
    ended: &Enumeration<AwsError>,
    users: &[User],
    summary: Result<AccountSummary, AwsError>,
) -> Option<String> {
    if let Some(error) = &ended.failure {
        return Some(error.to_string());
    }
    if let Some(why) = ended.completeness.missing() {
        return Some(why);
    }
    if ended.completeness == Completeness::EndedEarly {
        return Some("the listing ended early".to_owned());
    }
    let users = users.iter().filter(|it| !it.is_root());
    let seen = users
        .map(|it| it.id.as_str())
        .collect::<BTreeSet<_>>()
        .len() as u64;
    match summary {
        Ok(summary) if summary.users == seen => None,
        Ok(AccountSummary { users, .. }) => {
            Some(format!("{seen} users were read, and AWS counts {users}"))
        }
        Err(error) => Some(format!(
            "AWS does not say how many users there are: {error}"
        )),
    }
}
