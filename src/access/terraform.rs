//! Terraform: the policy document, and the role or managed policy that has it.

use std::fmt::Write as _;

use super::grant::Holder;
use super::policy::{Condition, Policy, Resource};
use super::role::RoleName;
use super::trust::{Trust, Trusted};

/// The configuration of `policy`. `holder`s that are roles get one. Who assumes it is in variables, for
/// which `trust` has the defaults; pods are named as they are, and their credentials are a role.
pub fn terraform(
    policy: &Policy,
    holder: Holder,
    role: &RoleName,
    trust: Option<&Trusted>,
) -> String {
    let mut text = String::new();
    let document = document(policy);
    let pods = trust.and_then(Trusted::pods);
    let is_role = pods.is_some() || holder != Holder::Credentials;
    if is_role && pods.is_none() {
        variables(&mut text, trust.and_then(Trusted::caller));
    }
    if document.contains(PARTITION) {
        text.push_str("data \"aws_partition\" \"current\" {}\n\n");
    }
    text.push_str(&document);
    if !is_role {
        text.push_str(MANAGED_POLICY);
    } else {
        match pods {
            Some(pods) => text.push_str(&pods.terraform()),
            None => text.push_str(TRUST),
        }
        let RoleName { path, name } = role;
        let _ = write!(
            text,
            "\nresource \"aws_iam_role\" \"rollcall\" {{\n\
             \x20 name               = \"{name}\"\n\
             \x20 path               = \"{path}\"\n\
             \x20 assume_role_policy = data.aws_iam_policy_document.rollcall_trust.json\n\
             }}\n{ROLE_POLICY}"
        );
    }
    text
}

const PARTITION: &str = "${data.aws_partition.current.partition}";

const MANAGED_POLICY: &str = r#"
resource "aws_iam_policy" "rollcall" {
  name   = "rollcall"
  policy = data.aws_iam_policy_document.rollcall.json
}
"#;

const ROLE_POLICY: &str = r#"
resource "aws_iam_role_policy" "rollcall" {
  name   = "rollcall"
  role   = aws_iam_role.rollcall.id
  policy = data.aws_iam_policy_document.rollcall.json
}
"#;

const TRUST: &str = r#"
data "aws_iam_policy_document" "rollcall_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [var.rollcall_trusted_principal]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.rollcall_external_id]
    }
  }
}
"#;

fn variables(text: &mut String, trust: Option<&Trust>) {
    let principal = trust.map(|trust| trust.principal.to_string());
    let external_id = trust.and_then(|trust| trust.external_id.clone());
    for (name, description, default) in [
        (
            "rollcall_trusted_principal",
            "ARN of the user or role that assumes the role: rollcall's credentials",
            principal,
        ),
        (
            "rollcall_external_id",
            "What must be said to assume the role: external_id of rollcall's config.toml",
            external_id,
        ),
    ] {
        let _ = writeln!(text, "variable \"{name}\" {{");
        let _ = writeln!(text, "  type        = string");
        let _ = writeln!(text, "  description = \"{description}\"");
        // Neither holds a quote, a backslash or a template: both were checked.
        if let Some(default) = default {
            let _ = writeln!(text, "  default     = \"{default}\"");
        }
        text.push_str("}\n\n");
    }
}

fn document(policy: &Policy) -> String {
    let mut text = "data \"aws_iam_policy_document\" \"rollcall\" {\n".to_owned();
    for (number, statement) in policy.statements.iter().enumerate() {
        if number > 0 {
            text.push('\n');
        }
        text.push_str("  statement {\n");
        if let Some(sid) = statement.sid {
            let _ = writeln!(text, "    sid = \"{sid}\"\n");
        }
        let actions = statement.actions.iter();
        list(
            &mut text,
            "actions",
            actions.map(|it| it.as_str().to_owned()),
        );
        text.push('\n');
        let resources = statement.resources.iter();
        list(&mut text, "resources", resources.map(resource));
        for condition in &statement.conditions {
            let Condition { test, key, value } = condition;
            let _ = write!(
                text,
                "\n    condition {{\n\
                 \x20     test     = \"{test}\"\n\
                 \x20     variable = \"{key}\"\n\
                 \x20     values   = [\"{value}\"]\n\
                 \x20   }}\n"
            );
        }
        text.push_str("  }\n");
    }
    text.push_str("}\n");
    text
}

/// ARNs are in the partition of the provider.
fn resource(resource: &Resource) -> String {
    resource.in_partition(PARTITION)
}

fn list(text: &mut String, name: &str, items: impl Iterator<Item = String>) {
    let _ = writeln!(text, "    {name} = [");
    for item in items {
        let _ = writeln!(text, "      \"{item}\",");
    }
    text.push_str("    ]\n");
}
