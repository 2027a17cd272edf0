//! Who made the call: `userIdentity`.

use serde_json::{Map, Value};

use super::fields::{object, put_back, text, truth};

/// Who made the call, in CloudTrail's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    /// The kind of identity, such as `IAMUser`, `AssumedRole` or `Root`.
    pub kind: Option<String>,
    /// The user's name; never the mark in the place of a hidden one.
    pub user_name: Option<String>,
    /// The ARN.
    pub arn: Option<String>,
    /// The id that IAM gave, of a role with the name of the session.
    pub principal_id: Option<String>,
    /// The account.
    pub account_id: Option<String>,
    /// The access key.
    pub access_key_id: Option<String>,
    /// The service that called on somebody's behalf.
    pub invoked_by: Option<String>,
    /// The identity provider of SAML and OpenID.
    pub identity_provider: Option<String>,
    /// The user of Identity Center.
    pub user_id: Option<String>,
    /// That user's identity store.
    pub identity_store_arn: Option<String>,
    /// That user's credential.
    pub credential_id: Option<String>,
    /// When the session began, as CloudTrail writes it.
    pub session_created: Option<String>,
    /// Whether the session began with MFA.
    pub session_has_mfa: Option<bool>,
    /// The ARN of the role that the session is of.
    pub session_issuer: Option<String>,
}

impl Caller {
    /// Takes what is known out of `identity`.
    pub(super) fn take(identity: &mut Map<String, Value>) -> Self {
        let mut caller = Self {
            kind: text(identity, "type"),
            user_name: super::named(identity, "userName"),
            arn: text(identity, "arn"),
            principal_id: text(identity, "principalId"),
            account_id: text(identity, "accountId"),
            access_key_id: text(identity, "accessKeyId"),
            invoked_by: text(identity, "invokedBy"),
            identity_provider: text(identity, "identityProvider"),
            credential_id: text(identity, "credentialId"),
            ..Self::default()
        };
        let mut behalf = object(identity, "onBehalfOf");
        if let Some(behalf) = &mut behalf {
            caller.user_id = text(behalf, "userId");
            caller.identity_store_arn = text(behalf, "identityStoreArn");
        }
        put_back(identity, "onBehalfOf", behalf);
        let mut session = object(identity, "sessionContext");
        if let Some(session) = &mut session {
            caller.take_session(session);
        }
        put_back(identity, "sessionContext", session);
        caller
    }

    fn take_session(&mut self, session: &mut Map<String, Value>) {
        let mut attributes = object(session, "attributes");
        if let Some(attributes) = &mut attributes {
            self.session_created = text(attributes, "creationDate");
            self.session_has_mfa = truth(attributes, "mfaAuthenticated");
        }
        put_back(session, "attributes", attributes);
        let mut issuer = object(session, "sessionIssuer");
        if let Some(found) = &mut issuer {
            self.session_issuer = text(found, "arn");
            if self.session_issuer.is_some() {
                // The rest repeats what the ARN and the principal's id say.
                issuer = None;
            }
        }
        put_back(session, "sessionIssuer", issuer);
        // Federation without a web identity is an empty object.
        let federation = object(session, "webIdFederationData");
        put_back(session, "webIdFederationData", federation);
    }

    /// Whether it is an IAM user or the root user, who may leave their own name out of a call.
    pub(in crate::audit) fn is_user(&self) -> bool {
        matches!(self.kind.as_deref(), Some("IAMUser" | "Root"))
    }

    /// Whether it is the root user.
    pub(in crate::audit) fn is_root(&self) -> bool {
        self.kind.as_deref() == Some("Root")
    }
}
