//! Who the caller is, and who it may become.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sdk_sts::types;

use super::credentials::key_text;
use super::{Action, AwsClient, AwsError};
use crate::config::Role;
use crate::model::{Account, Arn, is_account_id};

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The ARN of the user, or of the role's session.
    pub arn: Arn,
    /// Its account.
    pub account: Account,
}

impl AwsClient {
    /// The account that the credentials belong to.
    pub async fn account(&self) -> Result<Account, AwsError> {
        Ok(self.identity().await?.account)
    }

    /// The account that the credentials belong to. From now on they must belong to the same account, also
    /// when they are renewed.
    pub async fn identity(&self) -> Result<Identity, AwsError> {
        let identity = self.asked(None, || self.services().sts).await?;
        self.owner().confirm(&identity.account.id)?;
        Ok(identity)
    }

    /// The account that `credentials` belong to, whoever this client is.
    pub(super) async fn account_of(&self, credentials: Credentials) -> Result<Account, AwsError> {
        let sts = self.services().sts_with(credentials.clone());
        let asked = self.asked(Some(&credentials), || sts.clone()).await?;
        Ok(asked.account)
    }

    /// UserId of whom `credentials` belong to, whoever this client is. It needs no permission.
    pub async fn user_id_of(&self, credentials: Credentials) -> Result<Option<String>, AwsError> {
        let sts = self.services().sts_with(credentials.clone());
        let request = || sts.get_caller_identity().send();
        let action = Action::GetCallerIdentity;
        let identity = self.attempts(action, Some(&credentials), request).await?;
        Ok(identity.user_id)
    }

    /// Never given up: it needs no permission, and everything else depends on it.
    async fn asked(
        &self,
        given: Option<&Credentials>,
        sts: impl Fn() -> aws_sdk_sts::Client,
    ) -> Result<Identity, AwsError> {
        let action = Action::GetCallerIdentity;
        let request = || sts().get_caller_identity().send();
        let identity = self.attempts(action, given, request).await?;
        let malformed = |message: String| AwsError::malformed(action, message);
        let arn = identity.arn().unwrap_or_default();
        let arn = Arn::parse(arn).map_err(|error| malformed(error.to_string()))?;
        let id = identity.account().unwrap_or(arn.account_id());
        if !is_account_id(id) {
            return Err(malformed(format!("{id:?} is no account id of 12 digits")));
        }
        let account = Account {
            id: id.to_owned(),
            partition: arn.partition().to_owned(),
            name: None,
            organization: None,
        };
        Ok(Identity { arn, account })
    }

    /// The name that the account gave itself, if it has.
    pub async fn account_alias(&self) -> Result<Option<String>, AwsError> {
        let request = || self.iam().list_account_aliases().send();
        let answer = self.call(Action::ListAccountAliases, request).await?;
        // An account has one alias at most.
        Ok(answer.account_aliases.into_iter().next())
    }

    /// A session of `role`. Every role has its own answer: a denied one keeps no other from being
    /// used.
    pub(super) async fn assume_role(&self, role: &Role) -> Result<Credentials, AwsError> {
        self.assume(role, None, || self.services().sts).await
    }

    /// The same with other credentials.
    pub(super) async fn assume_role_as(
        &self,
        credentials: Credentials,
        role: &Role,
    ) -> Result<Credentials, AwsError> {
        let sts = self.services().sts_with(credentials.clone());
        self.assume(role, Some(&credentials), || sts.clone()).await
    }

    /// A session of `role` for the token of an identity provider.
    pub(super) async fn assume_role_with_web_identity(
        &self,
        role: &Role,
        token: &str,
    ) -> Result<Credentials, AwsError> {
        let action = Action::AssumeRoleWithWebIdentity;
        let request = || {
            let sts = self.services().sts;
            let request = sts.assume_role_with_web_identity();
            let request = request.role_arn(role.arn.as_str());
            request
                .role_session_name(&role.session_name)
                .web_identity_token(token)
                .send()
        };
        let answer = self.attempts(action, None, request).await?;
        session(action, answer.credentials)
    }

    async fn assume(
        &self,
        role: &Role,
        given: Option<&Credentials>,
        sts: impl Fn() -> aws_sdk_sts::Client,
    ) -> Result<Credentials, AwsError> {
        let action = Action::AssumeRole;
        let seconds = role
            .duration
            .and_then(|it| i32::try_from(it.as_secs()).ok());
        let request = || {
            let request = sts().assume_role().role_arn(role.arn.as_str());
            request
                .role_session_name(&role.session_name)
                .set_external_id(role.external_id.clone())
                .set_duration_seconds(seconds)
                .send()
        };
        let answer = self.attempts(action, given, request).await?;
        session(action, answer.credentials)
    }
}

/// The session that `action` answered with.
fn session(action: Action, answered: Option<types::Credentials>) -> Result<Credentials, AwsError> {
    let session = answered.ok_or_else(|| AwsError::malformed(action, "no credentials"))?;
    let expiration = SystemTime::try_from(session.expiration)
        .map_err(|error| AwsError::malformed(action, error.to_string()))?;
    let text = |field: &str, value: &str| {
        key_text(value).map_err(|why| AwsError::malformed(action, format!("its {field} {why}")))
    };
    Ok(Credentials::new(
        text("AccessKeyId", &session.access_key_id)?,
        text("SecretAccessKey", &session.secret_access_key)?,
        Some(text("SessionToken", &session.session_token)?),
        Some(expiration),
        action.as_str(),
    ))
}
