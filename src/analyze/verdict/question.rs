//! Whether a user may do one thing: the evaluator itself, open to anybody's questions.

use serde::Serialize;
use time::OffsetDateTime;

use crate::analyze::account::{IamAccount, IamUser};
use crate::analyze::decision::{
    AppliedPolicy, Authorizer, Context, Decision, Given, Layer, PolicySource, Request, Response,
    Session, StatementRef, Truth, resource_tag,
};
use crate::analyze::document::Policy;
use crate::model::{Snapshot, Tag};

/// One request, and what is known of its circumstances.
#[derive(Debug, Clone)]
pub struct Question {
    /// UserId.
    pub user_id: String,
    /// The action, as `iam:PutUserPolicy`.
    pub action: String,
    /// The ARN, or `*`.
    pub resource: String,
    /// Condition keys with their values; what is missing here is not known.
    pub context: Vec<(String, Vec<String>)>,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The decision.
    pub decision: Decision,
    /// What decides it, or what would have to be known.
    pub because: Vec<Because>,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// A statement that allows, or may.
    Allow(Place),
    /// A statement that denies, or may.
    Deny(Place),
    /// Policies that would have to allow it too.
    NotAllowedBy(String),
    /// A condition on what is not known.
    Condition(String),
    /// A policy document that is missing or malformed.
    Document(String),
}

/// Where a statement stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The policy, and how it comes to apply.
    pub policy: String,
    /// The Sid or, without one, the position from 0.
    pub statement: String,
}

/// What no policy can deny: who one is.
const ALWAYS_ALLOWED: &str = "sts:getcalleridentity";

/// Answers `question` for an account as of `now`; `None` if there is no such user.
pub fn answer(snapshot: &Snapshot, question: &Question, now: OffsetDateTime) -> Option<Answer> {
    let account = IamAccount::compile(snapshot, now);
    let mut users = account.users.iter();
    let user = users.find(|user| user.principal.id == question.user_id)?;
    let action = question.action.to_ascii_lowercase();
    let role = account.roles.iter().find(|role| {
        action == "sts:assumerole" && role.principal.arn.as_str() == question.resource
    });
    let given = question.context.iter();
    let given = given.flat_map(|(key, values)| {
        let names = spellings(&key.to_ascii_lowercase()).into_iter();
        names.map(|name| (name, Given::Values(values.clone())))
    });
    let organization = account.account.organization.as_ref();
    let context = Context {
        keys: given.collect(),
        resource_tags: tags_of(&account, &question.resource),
        organization_id: organization.map(|it| it.organization_id.clone()),
        ..Context::new(now, Session::Unknown)
    };
    let request = Request {
        principal: &user.principal,
        action: &action,
        resource: &question.resource,
        context: &context,
    };
    let authorizer = Authorizer {
        service_control_policies: account.service_control_policies.as_deref(),
    };
    let trust = role.and_then(|role| role.trust.as_deref());
    let response = authorizer.decide(&request, trust);
    let name = role.map(|role| role.principal.name.as_str());
    let policies = Policies {
        account: &account,
        user,
        trust: trust.zip(name),
    };
    if action == ALWAYS_ALLOWED {
        return Some(Answer {
            decision: Decision::Allow,
            because: Vec::new(),
        });
    }
    let mut because = policies.because(&response);
    if response.decision() == Decision::ImplicitDeny
        && let Some((_, role)) = policies.trust
        && authorizer.decide(&request, None).decision() == Decision::Allow
    {
        let role = role.to_owned();
        because = vec![Because::NotAllowedBy(PolicySource::Trust { role }.label())];
    }
    Some(Answer {
        decision: response.decision(),
        because,
    })
}

/// The names of a condition key: that of a tag of IAM's has two.
fn spellings(key: &str) -> Vec<String> {
    match resource_tag(key) {
        Some(tag) => ["aws", "iam"]
            .map(|service| format!("{service}:resourcetag/{tag}"))
            .into(),
        None => vec![key.to_owned()],
    }
}

/// The tags of the user or role `arn`, where they are known.
fn tags_of(account: &IamAccount, arn: &str) -> Option<Vec<Tag>> {
    let users = account.users.iter().map(|user| &user.principal);
    let mut all = users.chain(account.roles.iter().map(|role| &role.principal));
    all.find(|it| it.arn.as_str() == arn)?.tags.clone()
}

struct Policies<'a> {
    account: &'a IamAccount,
    user: &'a IamUser,
    trust: Option<(&'a Policy, &'a str)>,
}

impl Policies<'_> {
    fn because(&self, response: &Response) -> Vec<Because> {
        let decision = response.decision();
        let mut because: Vec<Because> = Vec::new();
        if decision != Decision::Allow {
            because.extend(
                response
                    .denials
                    .iter()
                    .map(|it| Because::Deny(self.place(*it))),
            );
        }
        if matches!(decision, Decision::Allow | Decision::Unknown) {
            because.extend(
                response
                    .grants
                    .iter()
                    .map(|it| Because::Allow(self.place(*it))),
            );
        }
        if decision == Decision::ImplicitDeny {
            let caps = response.caps.iter();
            because.extend(caps.map(|source| Because::NotAllowedBy(source.label())));
            if response.caps.is_empty() {
                because.push(Because::NotAllowedBy("the identity policies".to_owned()));
            }
        }
        if decision == Decision::Unknown {
            for residual in [&response.denied, &response.allowed].map(Truth::residual) {
                let Some(residual) = residual else {
                    continue;
                };
                because.extend(residual.conditions.iter().cloned().map(Because::Condition));
                because.extend(residual.documents.iter().cloned().map(Because::Document));
            }
        }
        because.dedup();
        because
    }

    fn place(&self, reference: StatementRef) -> Place {
        let levels = self.account.service_control_policies.as_ref();
        let (source, document) = match reference.layer {
            Layer::Identity => of(self.user.principal.policies.get(reference.policy)),
            Layer::ServiceControl(level) => of(levels
                .and_then(|levels| levels.get(level))
                .and_then(|policies| policies.get(reference.policy))),
            Layer::Boundary => match &self.user.principal.boundary {
                crate::analyze::decision::Boundary::Policy { arn, document } => (
                    Some(PolicySource::Boundary { arn: arn.clone() }),
                    document.as_deref(),
                ),
                _ => (None, None),
            },
            Layer::Trust => match self.trust {
                Some((document, role)) => (
                    Some(PolicySource::Trust {
                        role: role.to_owned(),
                    }),
                    Some(document),
                ),
                None => (None, None),
            },
        };
        let statement = document.and_then(|it| it.statements.get(reference.statement));
        Place {
            policy: source.map(|source| source.label()).unwrap_or_default(),
            statement: statement
                .map(|statement| statement.name(reference.statement))
                .unwrap_or_default(),
        }
    }
}

fn of(policy: Option<&AppliedPolicy>) -> (Option<PolicySource>, Option<&Policy>) {
    match policy {
        Some(policy) => (Some(policy.source.clone()), policy.document.as_deref()),
        None => (None, None),
    }
}
