//! Pods of Amazon EKS that a role trusts: by the cluster's OIDC provider (IAM roles for service
//! accounts), or by EKS Pod Identity.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::policy::VERSION;
use crate::model::Arn;

/// The pods that may assume a role. No external id goes with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EksPods {
    /// Those of a service account, by the cluster's OIDC provider.
    Irsa {
        /// The provider, an ARN of IAM.
        provider: Arn,
        /// `system:serviceaccount:NAMESPACE:NAME`.
        subject: String,
    },
    /// Those that an association in EKS gives the role.
    PodIdentity,
}

/// Why a text names no pods.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} names no pods of EKS; write eks-irsa:PROVIDER:NAMESPACE:SERVICE_ACCOUNT, with the ARN of \
     the cluster's OIDC provider (arn:PARTITION:iam::ACCOUNT:oidc-provider/ISSUER), or \
     eks-pod-identity"
)]
pub struct NoPods(String);

impl EksPods {
    /// The pods that `text` names; `None` where it is about something else than EKS.
    pub fn parse(text: &str) -> Option<Result<Self, NoPods>> {
        let kind = text.strip_prefix("eks-")?;
        let pods = match kind.split_once(':') {
            None if kind == "pod-identity" => Some(Self::PodIdentity),
            Some(("irsa", pods)) => irsa(pods),
            _ => None,
        };
        Some(pods.ok_or_else(|| NoPods(text.to_owned())))
    }

    /// The trust policy.
    pub fn document(&self) -> Value {
        let grant = self.grant();
        let mut statement = json!({
            "Effect": "Allow",
            "Principal": { grant.kind: grant.principal },
            "Action": grant.actions,
        });
        if !grant.conditions.is_empty() {
            let conditions = grant.conditions.into_iter();
            let conditions: Map<_, _> = conditions.map(|(key, it)| (key, it.into())).collect();
            statement["Condition"] = json!({ "StringEquals": conditions });
        }
        json!({ "Version": VERSION, "Statement": [statement] })
    }

    /// The trust policy as a data source of Terraform.
    pub(super) fn terraform(&self) -> String {
        let grant = self.grant();
        let actions: Vec<_> = grant.actions.iter().map(|it| format!("{it:?}")).collect();
        let mut text = format!(
            "\ndata \"aws_iam_policy_document\" \"rollcall_trust\" {{\n  statement {{\n\
             \x20   actions = [{}]\n\n    principals {{\n\
             \x20     type        = \"{}\"\n      identifiers = [\"{}\"]\n    }}\n",
            actions.join(", "),
            grant.kind,
            grant.principal,
        );
        // None holds a quote, a backslash or a template: they were checked.
        for (variable, value) in grant.conditions {
            let _ = write!(
                text,
                "\n    condition {{\n      test     = \"StringEquals\"\n\
                 \x20     variable = \"{variable}\"\n      values   = [\"{value}\"]\n    }}\n"
            );
        }
        text + "  }\n}\n"
    }

    fn grant(&self) -> Grant<'_> {
        match self {
            Self::PodIdentity => Grant {
                kind: "Service",
                principal: "pods.eks.amazonaws.com",
                actions: &["sts:AssumeRole", "sts:TagSession"],
                conditions: Vec::new(),
            },
            Self::Irsa { provider, subject } => {
                let issuer = provider.resource().strip_prefix(PROVIDER);
                let issuer = issuer.unwrap_or_default();
                let audience = (format!("{issuer}:aud"), "sts.amazonaws.com".to_owned());
                let subject = (format!("{issuer}:sub"), subject.clone());
                Grant {
                    kind: "Federated",
                    principal: provider.as_str(),
                    actions: &["sts:AssumeRoleWithWebIdentity"],
                    conditions: vec![audience, subject],
                }
            }
        }
    }
}

/// What a trust policy of pods allows, in the words of IAM.
struct Grant<'a> {
    kind: &'static str,
    principal: &'a str,
    actions: &'static [&'static str],
    /// Keys and the values that they must equal.
    conditions: Vec<(String, String)>,
}

const PROVIDER: &str = "oidc-provider/";

/// `PROVIDER:NAMESPACE:SERVICE_ACCOUNT`. The ARN has colons of its own.
fn irsa(text: &str) -> Option<EksPods> {
    let (rest, account) = text.rsplit_once(':')?;
    let (provider, namespace) = rest.rsplit_once(':')?;
    let provider = Arn::parse(provider).ok()?;
    let issuer = provider.resource().strip_prefix(PROVIDER)?;
    let is_whole = provider.is_of_iam() && is_of(issuer, "-./") && is_of(namespace, "-");
    (is_whole && is_of(account, "-.")).then(|| EksPods::Irsa {
        subject: format!("system:serviceaccount:{namespace}:{account}"),
        provider,
    })
}

/// Whether `text` is letters, digits and `others` alone, and not nothing.
fn is_of(text: &str, others: &str) -> bool {
    let belongs = |it: char| it.is_ascii_alphanumeric() || others.contains(it);
    !text.is_empty() && text.chars().all(belongs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_service_account_of_one_provider_names_pods() {
        let provider =
            "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-3.amazonaws.com/id/A1";
        let parse = |text: &str| EksPods::parse(text);
        let irsa = EksPods::Irsa {
            provider: Arn::parse(provider).unwrap(),
            subject: "system:serviceaccount:audit:rollcall".to_owned(),
        };
        let text = format!("eks-irsa:{provider}:audit:rollcall");
        assert_eq!(parse(&text), Some(Ok(irsa)));
        assert_eq!(parse("eks-pod-identity"), Some(Ok(EksPods::PodIdentity)));
        assert_eq!(parse("111122223333"), None);
        for bad in [
            "eks-".to_owned(),
            "eks-pod-identity:audit".to_owned(),
            "eks-irsa:audit:rollcall".to_owned(),
            format!("eks-irsa:{provider}:rollcall"),
            format!("eks-irsa:{provider}:*:rollcall"),
            format!("eks-irsa:{provider}:audit:roll\"call"),
            format!("eks-irsa:{provider}:audit:"),
            "eks-irsa:arn:aws:iam::111122223333:role/hub:audit:rollcall".to_owned(),
        ] {
            assert!(matches!(parse(&bad), Some(Err(_))), "{bad}");
        }
    }
}
