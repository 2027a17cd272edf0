//! Whether a role can be entered: assumed, or had a service act as it.

use crate::analyze::account::IamRole;
use crate::analyze::decision::{Context, Request, Truth, trusts_provider, trusts_service};
use crate::analyze::document::Policy;
use crate::analyze::escalation::found::Step;
use crate::analyze::escalation::power::Power;
use crate::analyze::paths::{Entry, On, Path};

impl Power<'_> {
    /// Whether `role` can be entered as `path` has it.
    pub(in crate::analyze::escalation) fn is_enterable(
        &self,
        path: &Path,
        role: &IamRole,
    ) -> Truth {
        let is_used = path
            .needs
            .iter()
            .any(|need| matches!(need.on, On::Role | On::RolePolicy | On::PassedRole));
        if (is_used || path.service.is_some()) && role.is_reserved() {
            return Truth::False;
        }
        let Some(trust) = &role.trust else {
            return match path.entry.is_some() || path.service.is_some() {
                true => {
                    Truth::on_document(&format!("trust policy of role/{}", role.principal.name))
                }
                false => Truth::True,
            };
        };
        let arn = role.principal.arn.as_str();
        let mut truth = match path.entry {
            None => Truth::True,
            Some(entry) => self.entering(path, entry, role).0,
        };
        if let Some(service) = &path.service {
            truth = truth.and_then(|| self.trusts(trust, service, arn));
        }
        if path.instance_profile {
            truth = truth.and_then(|| match role.in_instance_profile {
                Some(is_in) => Truth::from(is_in),
                None => Truth::on_document("instance profiles"),
            });
        }
        if let Some(provider) = path.provider {
            let context = self.asker.context();
            let request = self.request(provider.action(), arn, &context);
            truth = truth
                .and_then(|| trusts_provider(trust, &|name| provider.is_named_by(name), &request));
        }
        truth
    }

    /// Whether `role` can be assumed, and the changes of its tags that it takes.
    pub(super) fn entering(&self, path: &Path, entry: Entry, role: &IamRole) -> (Truth, Vec<Step>) {
        let Some(trust) = role.trust.as_deref() else {
            return (Truth::False, Vec::new());
        };
        let narrowed = self.narrowed("sts:assumerole");
        let arn = role.principal.arn.as_str();
        self.retagged("sts:assumerole", &role.principal, Some(trust), &|asker| {
            // Tags of the session take a right of their own.
            let asker = asker.setting(&[]);
            let context = asker.context();
            let asker = asker.as_principal(&narrowed.principal);
            let response = asker.decide("sts:assumerole", arn, &context, Some(trust));
            match entry {
                Entry::Named => response.by_name.clone().and(!response.denied.clone()),
                Entry::Assume if path.needs.is_empty() => {
                    response.is_granted().and(response.by_identity.clone())
                }
                Entry::Assume => response.is_granted(),
            }
        })
    }

    /// Whether `trust` lets `service` act as the role for this account.
    fn trusts(&self, trust: &Policy, service: &str, arn: &str) -> Truth {
        let account = self.asker.principal.arn.account_id();
        let context = self
            .asker
            .context()
            .with("aws:sourceaccount", account)
            .with_unknown("aws:sourcearn");
        let mut truth = Truth::False;
        for action in ["sts:assumerole", "sts:assumerolewithwebidentity"] {
            let request = self.request(action, arn, &context);
            truth = truth.or(trusts_service(trust, service, &request));
            if self.asker.principal.arn.partition() == "aws-cn" {
                truth = truth.or(trusts_service(trust, &format!("{service}.cn"), &request));
            }
        }
        truth
    }

    fn request<'b>(
        &'b self,
        action: &'b str,
        resource: &'b str,
        context: &'b Context,
    ) -> Request<'b> {
        Request {
            principal: self.asker.principal,
            action,
            resource,
            context,
        }
    }
}
