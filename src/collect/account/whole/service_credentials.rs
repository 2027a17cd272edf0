//! ListServiceSpecificCredentials with AllUsers: credentials for single services of the whole
//! account, a thousand a page. The answer has names of users, and no UserIds.

use std::collections::HashMap;

use aws_sdk_iam::types;
use time::OffsetDateTime;

use super::super::listing::{self, PAGE_SIZE, Page, UserIdentity, moment};
use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass};
use crate::model::{Fact, Provenance, Reason, ServiceCredential};

const ACTION: Action = Action::ListServiceSpecificCredentials;

/// The service-specific credentials of all users.
#[derive(Debug)]
pub(in crate::collect) struct ServiceCredentials {
    /// `None` stands for a credential that makes no sense.
    by_user_name: HashMap<String, Vec<Option<ServiceCredential>>>,
    /// As of before the first page: who was created later may not be listed.
    provenance: Provenance,
}

/// Lists the credentials of all users.
pub(super) async fn list(client: &AwsClient) -> Result<ServiceCredentials, AwsError> {
    let as_of = OffsetDateTime::now_utc();
    let listed = listing::all(async |marker: Option<String>| {
        let request = || {
            let request = client.iam().list_service_specific_credentials();
            request
                .all_users(true)
                .max_items(client.page_size(ACTION))
                .set_marker(marker.clone())
                .send()
        };
        let answer = client.call(ACTION, request).await?;
        let listed = answer.service_specific_credentials();
        let owned = listed.iter().map(owned).collect::<Result<_, _>>()?;
        let ids = listed.iter().map(|it| it.service_specific_credential_id());
        Page::new(ACTION, owned, ids, answer.is_truncated(), answer.marker())
    });
    let mut by_user_name: HashMap<String, Vec<_>> = HashMap::new();
    for (user_name, credential) in listed.await? {
        let of_user = by_user_name.entry(user_name).or_default();
        of_user.push(credential);
    }
    Ok(ServiceCredentials {
        by_user_name,
        provenance: Provenance {
            source: ACTION.as_str().into(),
            as_of,
        },
    })
}

/// The credentials of the user of this name.
pub(in crate::collect) async fn of_one(
    client: &AwsClient,
    user_name: &str,
) -> Result<Vec<ServiceCredential>, AwsError> {
    let listed = listing::all(async |marker: Option<String>| {
        let request = || {
            let request = client.iam().list_service_specific_credentials();
            let request = request.user_name(user_name).max_items(PAGE_SIZE);
            request.set_marker(marker.clone()).send()
        };
        let answer = client.call_about(user_name, ACTION, request).await?;
        let listed = answer.service_specific_credentials();
        let owned = listed.iter().map(credential).collect();
        let ids = listed.iter().map(|it| it.service_specific_credential_id());
        Page::new(ACTION, owned, ids, answer.is_truncated(), answer.marker())
    });
    let listed: Option<Vec<ServiceCredential>> = listed.await?.into_iter().collect();
    listed.ok_or_else(|| AwsError::malformed(ACTION, "a credential makes no sense"))
}

/// The name of a credential's user, and the credential, unless it makes no sense. One of nobody may
/// be anybody's: an error.
fn owned(
    listed: &types::ServiceSpecificCredentialMetadata,
) -> Result<(String, Option<ServiceCredential>), AwsError> {
    match listed.user_name() {
        "" => Err(AwsError::malformed(ACTION, "a credential has no UserName")),
        name => Ok((name.to_owned(), credential(listed))),
    }
}

fn credential(listed: &types::ServiceSpecificCredentialMetadata) -> Option<ServiceCredential> {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let names = [
        Some(listed.service_user_name()),
        listed.service_credential_alias(),
    ];
    let expires_at = match listed.expiration_date() {
        None => None,
        Some(at) => Some(OffsetDateTime::from_unix_timestamp_nanos(at.as_nanos()).ok()?),
    };
    Some(ServiceCredential {
        id: given(listed.service_specific_credential_id())?,
        service_name: given(listed.service_name())?,
        service_user_name: names.into_iter().flatten().find_map(given),
        status: given(listed.status().as_str())?,
        created_at: moment(listed.create_date())?,
        expires_at,
    })
}

impl ServiceCredentials {
    /// The credentials of `user`, if the answer can only be about this user: one whose name changed
    /// meanwhile may be listed by either name, and another one by that name.
    pub(in crate::collect) fn of_user(
        &self,
        user: &UserIdentity,
        is_renamed: bool,
    ) -> Fact<Vec<ServiceCredential>> {
        if is_renamed {
            return Fact::not_collected("renamed during the pass");
        }
        if user.created_at > self.provenance.as_of {
            return Fact::not_collected("newer than the list of service-specific credentials");
        }
        let Some(listed) = self.by_user_name.get(&user.name) else {
            return Fact::known(Vec::new(), &self.provenance);
        };
        let Some(all) = listed.iter().cloned().collect::<Option<Vec<_>>>() else {
            let why = format!("{ACTION}: {}", AwsErrorClass::Malformed);
            return Fact::unknown(Reason::Failed, why);
        };
        if all.iter().any(|it| it.created_at < user.created_at) {
            return Fact::not_collected("listed for another user of the same name");
        }
        Fact::known(all, &self.provenance)
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;
    use crate::model::Arn;

    const AS_OF: OffsetDateTime = time::macros::datetime!(2026-05-31 12:00 UTC);

    fn user(name: &str, created_at: OffsetDateTime) -> UserIdentity {
        UserIdentity {
            name: name.to_owned(),
            arn: Arn::parse(format!("arn:aws:iam::111122223333:user/{name}")).unwrap(),
            id: "AIDA1".to_owned(),
            path: "/".to_owned(),
            created_at,
        }
    }

    fn listed(credential: Option<ServiceCredential>) -> ServiceCredentials {
        ServiceCredentials {
            by_user_name: HashMap::from([("anna".to_owned(), vec![credential])]),
            provenance: Provenance {
                source: ACTION.as_str().into(),
                as_of: AS_OF,
            },
        }
    }

    fn of_anna(created_at: OffsetDateTime) -> ServiceCredential {
        ServiceCredential {
            id: "ACCA1".to_owned(),
            service_name: "bedrock.amazonaws.com".to_owned(),
            service_user_name: None,
            status: "Active".to_owned(),
            created_at,
            expires_at: None,
        }
    }

    fn why(fact: Fact<Vec<ServiceCredential>>) -> String {
        match fact {
            Fact::Unknown(why) => format!("{}: {}", why.reason.as_str(), why.detail),
            Fact::Known { value, .. } => format!("{} known", value.len()),
        }
    }

    #[test]
    fn nobody_is_given_the_credentials_of_another_user_of_the_same_name() {
        let (day, old) = (Duration::DAY, AS_OF - Duration::DAY * 9);
        let listed = listed(Some(of_anna(AS_OF - day)));
        let told = |user, is_renamed| why(listed.of_user(&user, is_renamed));
        assert_eq!(told(user("anna", old), false), "1 known");
        assert_eq!(told(user("Anna", old), false), "0 known");
        assert_eq!(
            told(user("anna", old), true),
            "not_collected: renamed during the pass"
        );
        assert_eq!(
            told(user("anna", AS_OF - day / 2), false),
            "not_collected: listed for another user of the same name"
        );
        assert_eq!(
            told(user("bob", AS_OF + day), false),
            "not_collected: newer than the list of service-specific credentials"
        );
    }

    #[test]
    fn a_credential_that_makes_no_sense_is_not_left_out_in_silence() {
        let anna = user("anna", AS_OF - Duration::DAY * 9);
        assert_eq!(
            why(listed(None).of_user(&anna, false)),
            "failed: iam:ListServiceSpecificCredentials: malformed answer"
        );
    }
}
