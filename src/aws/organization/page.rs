//! Pages of what Organizations lists.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::aws::{Action, AwsClient, AwsError, JsonService, Paging};

/// An entry of a listing.
pub(super) trait Identified {
    fn id(&self) -> Option<&str>;
}

/// What a page holds, and where the next one starts.
pub(super) type Page<T> = Result<(Option<Vec<T>>, Option<String>, Action), AwsError>;

/// A page of `action`, as asked by `input`.
pub(super) async fn page<T: DeserializeOwned>(
    client: &AwsClient,
    action: Action,
    mut input: Value,
    token: Option<String>,
) -> Page<T> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer<T> {
        #[serde(rename = "Accounts", alias = "OrganizationalUnits")]
        items: Option<Vec<T>>,
        next_token: Option<String>,
    }
    if let Some(token) = token {
        input["NextToken"] = token.into();
    }
    let organizations = JsonService::Organizations;
    let answer: Answer<T> = client
        .call_json(organizations, None, action, &input)
        .await?;
    Ok((answer.items, answer.next_token, action))
}

/// Gives every item of a listing to `take`. A page may be empty and still not be the last.
pub(super) async fn each_page<T: Identified, F: Future<Output = Page<T>>>(
    mut fetch: impl FnMut(Option<String>) -> F,
    mut take: impl FnMut(T),
) -> Result<(), AwsError> {
    let (mut paging, mut token) = (Paging::default(), None);
    loop {
        let (items, next, action) = fetch(token).await?;
        let items = items.unwrap_or_default();
        let ids: Vec<Option<String>> = items
            .iter()
            .map(|item| item.id().map(str::to_owned))
            .collect();
        items.into_iter().for_each(&mut take);
        token = paging.follow(action, ids, next)?;
        if token.is_none() {
            return Ok(());
        }
    }
}
