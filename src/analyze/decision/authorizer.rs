//! The decision on a request: combines what each kind of policy says, as AWS does.
//!
//! Source: IAM User Guide, "Policy evaluation logic"; Organizations User Guide, "SCP evaluation".

use super::evaluator;
use super::principal::{AppliedPolicy, Boundary, PolicySource, PrincipalKind};
use super::request::Request;
use super::trust::{self, Trust};
use super::truth::Truth;
use crate::analyze::document::{Effect, Policy};

/// Decides requests within an account.
#[derive(Debug, Clone, Copy, Default)]
pub struct Authorizer<'a> {
    /// Service control policies by level, from the root to the account; `None` where they are not
    /// known, or do not bind the account.
    pub service_control_policies: Option<&'a [Vec<AppliedPolicy>]>,
}

/// The answer to a request.
#[derive(Debug, Clone)]
pub struct Response {
    /// A Deny applies.
    pub denied: Truth,
    /// Every kind of policy that has to allow does.
    pub allowed: Truth,
    /// The identity policies allow it, within boundary and service control policies.
    pub by_identity: Truth,
    /// The trust policy names the principal, so that no identity policy has to allow it.
    pub by_name: Truth,
    /// The statements that allow, or may.
    pub grants: Vec<StatementRef>,
    /// The statements that deny, or may.
    pub denials: Vec<StatementRef>,
    /// What does not allow, though the identity policies do.
    pub caps: Vec<PolicySource>,
}

/// Where a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatementRef {
    /// Which kind of policy.
    pub layer: Layer,
    /// The position of the policy in its layer.
    pub policy: usize,
    /// The position of the statement in the policy.
    pub statement: usize,
}

/// The kinds of policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Policies of the principal and of its groups.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// The service control policies of a level, counted from the root.
    ServiceControl(usize),
    /// The trust policy of the role that is assumed.
    Trust,
}

/// The outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is allowed.
    Allow,
    /// A Deny applies.
    ExplicitDeny,
    /// Nothing allows it.
    ImplicitDeny,
    /// It depends on what is not known.
    Unknown,
}

impl StatementRef {
    pub(super) fn in_trust(statement: usize) -> Self {
        Self {
            layer: Layer::Trust,
            policy: 0,
            statement,
        }
    }
}

impl Response {
    /// Whether the request is granted.
    pub fn is_granted(&self) -> Truth {
        self.allowed.clone().and(!self.denied.clone())
    }

    /// The outcome.
    pub fn decision(&self) -> Decision {
        match (&self.denied, &self.allowed) {
            (Truth::True, _) => Decision::ExplicitDeny,
            (Truth::False, Truth::True) => Decision::Allow,
            (_, Truth::False) => Decision::ImplicitDeny,
            _ => Decision::Unknown,
        }
    }
}

impl Authorizer<'_> {
    /// Decides `request`; with the `trust` policy of a role if it is to assume one.
    pub fn decide(&self, request: &Request<'_>, trust: Option<&Policy>) -> Response {
        let mut response = Response {
            denied: Truth::False,
            allowed: Truth::False,
            by_identity: Truth::False,
            by_name: Truth::False,
            grants: Vec::new(),
            denials: Vec::new(),
            caps: Vec::new(),
        };
        let principal = request.principal;
        let identity = response.layer(Layer::Identity, &principal.policies, request);
        let within_boundary = response.boundary(request);
        let within_organization = self.organization(&mut response, request);
        let by_identity = identity
            .and(within_boundary.clone())
            .and(within_organization.clone());
        response.allowed = match trust.map(|policy| trust::evaluate(policy, request)) {
            None => by_identity.clone(),
            Some(trust) => {
                // A boundary of a user does not limit what names the user; of a role it does.
                let within = match principal.kind {
                    PrincipalKind::User => within_organization,
                    PrincipalKind::Role => within_organization.and(within_boundary),
                };
                response.trusted(trust, by_identity.clone(), within)
            }
        };
        response.by_identity = by_identity;
        response
    }

    fn organization(&self, response: &mut Response, request: &Request<'_>) -> Truth {
        let levels = self.service_control_policies.unwrap_or_default();
        let mut allowed = Truth::True;
        for (level, policies) in levels.iter().enumerate() {
            let of_level = response.layer(Layer::ServiceControl(level), policies, request);
            if !of_level.is_true() {
                let sources = policies.iter().map(|policy| policy.source.clone());
                response.caps.extend(sources);
            }
            allowed = allowed.and(of_level);
        }
        allowed
    }
}

impl Response {
    /// Whether one of `policies` allows; what they deny is noted.
    fn layer(&mut self, layer: Layer, policies: &[AppliedPolicy], request: &Request<'_>) -> Truth {
        let mut allowed = Truth::False;
        for (index, policy) in policies.iter().enumerate() {
            let of_policy = match &policy.document {
                Some(document) => self.policy(layer, index, document, request),
                None => self.missing(&policy.source),
            };
            allowed = allowed.or(of_policy);
        }
        allowed
    }

    /// A document that is not known may allow, and may deny.
    fn missing(&mut self, source: &PolicySource) -> Truth {
        let unknown = Truth::on_document(&source.label());
        self.denied = std::mem::replace(&mut self.denied, Truth::False).or(unknown.clone());
        unknown
    }

    fn policy(
        &mut self,
        layer: Layer,
        policy: usize,
        document: &Policy,
        request: &Request<'_>,
    ) -> Truth {
        let mut allowed = Truth::False;
        for (statement, it) in document.statements.iter().enumerate() {
            let applies = evaluator::applies(it, request);
            if applies.is_false() {
                continue;
            }
            let reference = StatementRef {
                layer,
                policy,
                statement,
            };
            match it.effect {
                Effect::Allow => {
                    self.grants.push(reference);
                    allowed = allowed.or(applies);
                }
                Effect::Deny => {
                    self.denials.push(reference);
                    self.denied = std::mem::replace(&mut self.denied, Truth::False).or(applies);
                }
            }
        }
        allowed
    }

    fn boundary(&mut self, request: &Request<'_>) -> Truth {
        let (arn, document) = match &request.principal.boundary {
            Boundary::None => return Truth::True,
            Boundary::Unread => return Truth::on_document("the permissions boundary"),
            Boundary::Policy { arn, document } => (arn, document),
        };
        let source = PolicySource::Boundary { arn: arn.clone() };
        let allowed = match document {
            Some(document) => self.policy(Layer::Boundary, 0, document, request),
            None => self.missing(&source),
        };
        if !allowed.is_true() {
            self.caps.push(source);
        }
        allowed
    }

    /// In one account a trust policy that names the principal grants by itself; one that names the
    /// account leaves it to the identity policies, within their boundary.
    fn trusted(&mut self, trust: Trust, by_identity: Truth, within_organization: Truth) -> Truth {
        self.grants.extend(trust.grants);
        self.denied = std::mem::replace(&mut self.denied, Truth::False).or(trust.denied);
        self.by_name = trust.named.and(within_organization);
        let by_delegation = trust.delegated.and(by_identity);
        self.by_name.clone().or(by_delegation)
    }
}
