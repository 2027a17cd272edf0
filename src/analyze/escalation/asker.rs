//! What a principal may do, asked of the authorizer with the circumstances that it would choose.

use crate::analyze::account::IamAccount;
use crate::analyze::decision::{
    Authorizer, Boundary, Context, Principal, Request, Response, Session, Truth,
};
use crate::analyze::document::Policy;
use crate::analyze::escalation::tagging::{self, Wish};
use crate::model::Tag;

/// AWS managed policies that make an administrator, or one who can become one.
const GRANTING: [&str; 2] = ["AdministratorAccess", "IAMFullAccess"];

/// How many versions a managed policy may have (IAM quotas).
const VERSIONS_MAX: usize = 5;

/// A principal with a session, in its account.
#[derive(Debug, Clone, Copy)]
pub(in crate::analyze) struct Asker<'a> {
    pub(in crate::analyze) account: &'a IamAccount,
    pub(in crate::analyze) principal: &'a Principal,
    pub(in crate::analyze) session: Session,
    /// Other principals whose credentials it holds as well, and acts with.
    pub(super) helpers: &'a [Asker<'a>],
    /// The tags of what is asked for, where they are known and a condition may be on them.
    resource_tags: Option<&'a [Tag]>,
    /// The tags that it sets, where they are settled.
    request_tags: Option<&'a [Tag]>,
    /// The policy that it attaches, where that is settled.
    pub(super) attaches_only: Option<&'a str>,
}

impl<'a> Asker<'a> {
    pub(in crate::analyze) fn new(
        account: &'a IamAccount,
        principal: &'a Principal,
        session: Session,
    ) -> Self {
        Self {
            account,
            principal,
            session,
            helpers: &[],
            resource_tags: None,
            request_tags: None,
            attaches_only: None,
        }
    }

    /// The same principal, which acts with the credentials of `helpers` as well.
    pub(super) fn helped<'b>(&self, helpers: &'b [Asker<'b>]) -> Asker<'b>
    where
        'a: 'b,
    {
        Asker { helpers, ..*self }
    }

    /// The same principal with other policies.
    pub(super) fn as_principal<'b>(&self, principal: &'b Principal) -> Asker<'b>
    where
        'a: 'b,
    {
        Asker {
            account: self.account,
            principal,
            session: self.session,
            helpers: self.helpers,
            resource_tags: self.resource_tags,
            request_tags: self.request_tags,
            attaches_only: self.attaches_only,
        }
    }

    /// The same principal, which attaches this policy alone.
    pub(super) fn attaching<'b>(&self, policy: &'b str) -> Asker<'b>
    where
        'a: 'b,
    {
        Asker {
            attaches_only: Some(policy),
            ..*self
        }
    }

    /// The same principal, to ask for what has these tags.
    pub(super) fn on_tagged<'b>(&self, tags: Option<&'b [Tag]>) -> Asker<'b>
    where
        'a: 'b,
    {
        Asker {
            resource_tags: tags,
            ..*self
        }
    }

    /// The same principal, which sets these tags alone.
    pub(super) fn setting<'b>(&self, tags: &'b [Tag]) -> Asker<'b>
    where
        'a: 'b,
    {
        Asker {
            request_tags: Some(tags),
            ..*self
        }
    }

    pub(super) fn context(&self) -> Context {
        let organization = self.account.account.organization.as_ref();
        Context {
            resource_tags: self.resource_tags.map(<[Tag]>::to_vec),
            request_tags: self.request_tags.map(<[Tag]>::to_vec),
            organization_id: organization.map(|membership| membership.organization_id.clone()),
            ..Context::new(self.account.now, self.session)
        }
    }

    pub(super) fn authorizer(&self) -> Authorizer<'a> {
        Authorizer {
            service_control_policies: self.account.service_control_policies.as_deref(),
        }
    }

    pub(in crate::analyze) fn decide(
        &self,
        action: &str,
        resource: &str,
        context: &Context,
        trust: Option<&Policy>,
    ) -> Response {
        let request = Request {
            principal: self.principal,
            action,
            resource,
            context,
        };
        self.authorizer().decide(&request, trust)
    }

    /// Whether the principal may do `action` on `resource`, whose boundary is `boundary`, or one of
    /// those that help it.
    pub(super) fn may(&self, action: &str, resource: &str, boundary: &Boundary) -> Truth {
        let is_own = resource == self.principal.arn.as_str();
        let own = self.principal.tags.as_deref().filter(|_| is_own);
        let tags = self.resource_tags.or(own);
        self.with_help(|asker| {
            let asker = Asker {
                resource_tags: tags,
                request_tags: self.request_tags,
                ..*asker
            };
            asker.may_itself(action, resource, boundary)
        })
    }

    /// The circumstances of a call on a principal whose boundary is `boundary`.
    pub(in crate::analyze) fn context_of(&self, boundary: &Boundary) -> Context {
        match boundary {
            Boundary::None => self.context().without("iam:permissionsboundary"),
            Boundary::Policy { arn, .. } => self.context().with("iam:permissionsboundary", arn),
            Boundary::Unread => self.context(),
        }
    }

    pub(super) fn with_help(&self, may: impl Fn(&Asker<'_>) -> Truth) -> Truth {
        let mut best = may(self);
        for helper in self.helpers {
            if best.is_true() {
                break;
            }
            best = best.or(may(helper));
        }
        best
    }

    /// Whether the principal may do it without help.
    pub(super) fn may_itself(&self, action: &str, resource: &str, boundary: &Boundary) -> Truth {
        let operation = action.split(':').nth(1).unwrap_or_default();
        let context = self.context_of(boundary);
        if operation.starts_with("put") && operation.ends_with("permissionsboundary") {
            let chosen = self.aws_managed(GRANTING[0]);
            let context = self.context().with("iam:permissionsboundary", &chosen);
            return self.grants(action, resource, &context);
        }
        match operation.starts_with("attach") && operation.ends_with("policy") {
            true => self.attaches(action, resource, boundary).0,
            false => self.grants(action, resource, &context),
        }
    }

    /// Whether a call is granted, with tags of the caller's choice where it creates something.
    pub(super) fn grants(&self, action: &str, resource: &str, context: &Context) -> Truth {
        let Some(tagging) = tagging::of_creation(action) else {
            return self.decide(action, resource, context, None).is_granted();
        };
        if let Some(tags) = self.request_tags {
            return self.creates_with(tags, tagging, (action, resource), context);
        }
        let mut best = Truth::False;
        for bundle in tagging::bundles(self, &Wish::of_creation(&[action])) {
            let tags = tagging::tagged(&[], &bundle);
            best = best.or(self.creates_with(&tags, tagging, (action, resource), context));
            if best.is_true() {
                break;
            }
        }
        best
    }

    /// Whether a call may create something with `tags`, which takes the right to set them as well.
    fn creates_with(
        &self,
        tags: &[Tag],
        tagging: &str,
        (action, resource): (&str, &str),
        context: &Context,
    ) -> Truth {
        let context = Context {
            request_tags: Some(tags.to_vec()),
            ..context.clone()
        };
        let decide = |action| self.decide(action, resource, &context, None).is_granted();
        match tags.is_empty() {
            true => decide(action),
            false => decide(action).and_then(|| decide(tagging)),
        }
    }

    /// Whether the principal may give the policy `arn` a version more, and what it deletes first.
    pub(super) fn may_add_version(&self, arn: &str) -> Truth {
        let may = |action: &str| self.may(action, arn, &Boundary::None);
        let truth = may("iam:createpolicyversion");
        match self.is_full(arn) {
            true => truth.and_then(|| may("iam:deletepolicyversion")),
            false => truth,
        }
    }

    /// Whether the policy `arn` has as many versions as AWS allows.
    pub(super) fn is_full(&self, arn: &str) -> bool {
        let policy = self.account.policies.get(arn);
        policy.is_some_and(|policy| policy.versions >= VERSIONS_MAX)
    }

    /// Whether a Deny applies to `action` on `resource`.
    pub(in crate::analyze) fn denies(&self, action: &str, resource: &str) -> Truth {
        self.decide(action, resource, &self.context(), None).denied
    }

    /// Whether the principal may detach `policy` by `action` from `resource`.
    pub(super) fn may_detach(&self, action: &str, resource: &str, policy: &str) -> Truth {
        let boundary = &self.principal.boundary;
        self.with_help(|asker| {
            let context = asker.context_of(boundary).with("iam:policyarn", policy);
            asker.decide(action, resource, &context, None).is_granted()
        })
    }

    /// Whether the principal may pass `role` to `service`.
    pub(super) fn may_pass(&self, role: &str, service: &str) -> Truth {
        let context = self.context().with("iam:passedtoservice", service);
        let truth = self
            .decide("iam:passrole", role, &context, None)
            .is_granted();
        if self.principal.arn.partition() == "aws-cn" && !truth.is_true() {
            let service = format!("{service}.cn");
            let context = self.context().with("iam:passedtoservice", &service);
            return truth.or(self
                .decide("iam:passrole", role, &context, None)
                .is_granted());
        }
        truth
    }

    /// Managed policies that are worth attaching.
    pub(super) fn granting_policies(&self) -> Vec<String> {
        let aws = GRANTING.iter().map(|name| self.aws_managed(name));
        let own = self.account.granting_policies.iter().cloned();
        aws.chain(own).collect()
    }

    fn aws_managed(&self, name: &str) -> String {
        format!(
            "arn:{}:iam::aws:policy/{name}",
            self.principal.arn.partition()
        )
    }
}
