//! A CloudFormation template, in JSON: a role that a stack set can deploy to a whole organization,
//! or a managed policy.

use serde_json::{Map, Value, json};

use super::grant::Holder;
use super::policy::{Policy, Resource, VERSION};
use super::role::RoleName;
use super::trust::{self, Trust, Trusted};

/// The template of `policy`. `holder`s that are roles get one. Who assumes it is in parameters, for which
/// `trust` has the defaults; pods are named as they are, and their credentials are a role.
pub fn cloudformation(
    policy: &Policy,
    holder: Holder,
    role: &RoleName,
    trust: Option<&Trusted>,
) -> Value {
    let pods = trust.and_then(Trusted::pods);
    let document = document(policy);
    if holder == Holder::Credentials && pods.is_none() {
        return json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": "What rollcall's own credentials may do",
            "Resources": { "Policy": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": { "PolicyDocument": document },
            }},
            "Outputs": { "PolicyArn": { "Value": { "Ref": "Policy" } } },
        });
    }
    let name = json!({ "Type": "String", "Default": role.name });
    let mut parameters = json!({ "RoleName": name });
    let trusts = match pods {
        Some(pods) => pods.document(),
        None => {
            caller(&mut parameters, trust.and_then(Trusted::caller));
            trust::document(
                json!({ "Ref": "TrustedPrincipal" }),
                Some(json!({ "Ref": "ExternalId" })),
            )
        }
    };
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The role with which rollcall reads IAM users",
        "Parameters": parameters,
        "Resources": { "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": { "Ref": "RoleName" },
                "Path": role.path,
                "AssumeRolePolicyDocument": trusts,
                "Policies": [{ "PolicyName": "rollcall", "PolicyDocument": document }],
            },
        }},
        "Outputs": { "RoleArn": { "Value": { "Fn::GetAtt": ["Role", "Arn"] } } },
    })
}

/// Adds what a caller's trust policy is made from.
fn caller(parameters: &mut Value, trust: Option<&Trust>) {
    let mut principal = json!({
        "Type": "String",
        "Description": "ARN of the user or role that assumes this role: rollcall's credentials",
    });
    let mut external_id = json!({
        "Type": "String",
        "Description": "What must be said to assume the role: external_id of rollcall's config.toml",
        "AllowedPattern": "[a-zA-Z0-9_+=,.@:/-]{2,1224}",
    });
    if let Some(trust) = trust {
        principal["Default"] = json!(trust.principal.to_string());
        if let Some(id) = &trust.external_id {
            external_id["Default"] = json!(id);
        }
    }
    parameters["TrustedPrincipal"] = principal;
    parameters["ExternalId"] = external_id;
}

fn document(policy: &Policy) -> Value {
    let statements = policy.statements.iter().map(|statement| {
        let actions = statement.actions.iter().map(|action| action.as_str());
        let mut written = Map::new();
        if let Some(sid) = statement.sid {
            written.insert("Sid".to_owned(), sid.into());
        }
        written.insert("Effect".to_owned(), "Allow".into());
        written.insert("Action".to_owned(), actions.collect());
        let resources = statement.resources.iter().map(resource);
        written.insert("Resource".to_owned(), resources.collect());
        if let Some(condition) = statement.condition() {
            written.insert("Condition".to_owned(), json!(condition));
        }
        Value::Object(written)
    });
    json!({ "Version": VERSION, "Statement": statements.collect::<Vec<_>>() })
}

/// ARNs are in the partition of the stack.
fn resource(resource: &Resource) -> Value {
    match resource {
        Resource::All => "*".into(),
        Resource::Arn(_) => json!({ "Fn::Sub": resource.in_partition("${AWS::Partition}") }),
    }
}
