//! An AWS that carries out what a policy allows, and denies everything else.

use std::sync::{Arc, Mutex};

use rollcall::analyze::decision::{Boundary, Principal, PrincipalKind, Request, statement_applies};
use rollcall::analyze::document::{Policy, Use};
use rollcall::model::Arn;
use serde_json::{Value, json};

use super::checks::{self, Check};
use crate::support::aws_proxy::AwsProxy;
use crate::support::moto::Account;
use crate::support::reply::Reply;

/// A policy that allows.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    /// As it is printed.
    document: Value,
    policy: Policy,
}

impl Grant {
    pub(super) fn new(document: Value) -> Self {
        let policy = Policy::parse(&document.to_string(), Use::Identity).unwrap();
        Self { document, policy }
    }

    /// The Sid of a statement.
    pub(super) fn sid(&self, number: usize) -> &str {
        self.statements()[number]["Sid"].as_str().unwrap()
    }

    /// Every action that it has, with the number of its statement.
    pub(super) fn actions(&self) -> Vec<(usize, String)> {
        let statements = self.statements().iter().enumerate();
        let actions = statements.flat_map(|(number, statement)| {
            let actions = match &statement["Action"] {
                Value::String(one) => vec![one.clone()],
                all => serde_json::from_value(all.clone()).unwrap(),
            };
            actions.into_iter().map(move |action| (number, action))
        });
        actions.collect()
    }

    /// Every condition key that it has, with the number of its statement and the comparison.
    pub(super) fn conditions(&self) -> Vec<(usize, String, String)> {
        let mut all = Vec::new();
        for (number, statement) in self.statements().iter().enumerate() {
            for (test, keys) in statement["Condition"].as_object().into_iter().flatten() {
                let keys = keys.as_object().unwrap().keys();
                all.extend(keys.map(|key| (number, test.clone(), key.clone())));
            }
        }
        all
    }

    /// The same without an action of a statement.
    pub(super) fn without(&self, number: usize, action: &str) -> Self {
        let left = self.actions().into_iter();
        let left = left.filter(|(of, it)| *of == number && it != action);
        let left: Vec<String> = left.map(|(_, it)| it).collect();
        let mut less = self.document.clone();
        let statements = less["Statement"].as_array_mut().unwrap();
        match left.is_empty() {
            true => drop(statements.remove(number)),
            false => statements[number]["Action"] = json!(left),
        }
        Self::new(less)
    }

    /// The same without a condition of a statement.
    pub(super) fn unconditional(&self, number: usize, test: &str, key: &str) -> Self {
        let mut more = self.document.clone();
        let keys = &mut more["Statement"][number]["Condition"][test];
        keys.as_object_mut().unwrap().remove(key).unwrap();
        Self::new(more)
    }

    /// Whether it allows `check`.
    pub(super) fn allows(&self, check: &Check) -> bool {
        let arn = "arn:aws:iam::111122223333:role/lifecycle";
        let principal = Principal {
            kind: PrincipalKind::Role,
            arn: Arn::parse(arn).unwrap(),
            name: "lifecycle".to_owned(),
            id: "AROA".to_owned(),
            tags: None,
            policies: Vec::new(),
            boundary: Boundary::None,
        };
        let request = Request {
            principal: &principal,
            action: &check.action.to_ascii_lowercase(),
            resource: &check.resource,
            context: &check.context,
        };
        let mut statements = self.policy.statements.iter();
        statements.any(|it| statement_applies(it, &request).is_true())
    }

    fn statements(&self) -> &[Value] {
        self.document["Statement"].as_array().unwrap()
    }
}

/// An account for a caller who may do what a policy allows.
#[derive(Debug)]
pub(super) struct Front {
    proxy: AwsProxy,
    checks: Arc<Mutex<Vec<Check>>>,
}

impl Front {
    /// `account` for whom `grant` allows what it allows. Parameters are decrypted by `kms_key`.
    pub(super) fn start(account: &Account, grant: &Grant, kms_key: &str) -> Self {
        let checks = Arc::<Mutex<Vec<Check>>>::default();
        let (grant, kms_key, behind) = (grant.clone(), kms_key.to_owned(), account.clone());
        let recorded = Arc::clone(&checks);
        let proxy = AwsProxy::start(account, move |call| {
            let checks = checks::of(call, &behind, &kms_key);
            recorded.lock().unwrap().extend(checks.clone());
            let denied = checks.iter().find(|check| !grant.allows(check))?;
            Some(denial(call.service(), denied))
        });
        Self { proxy, checks }
    }

    pub(super) fn url(&self) -> String {
        self.proxy.url()
    }

    /// What was checked so far.
    pub(super) fn checks(&self) -> Vec<Check> {
        self.checks.lock().unwrap().clone()
    }
}

fn denial(service: &str, denied: &Check) -> Reply {
    let Check {
        action, resource, ..
    } = denied;
    let why = format!(
        "User: arn:aws:sts::111122223333:assumed-role/lifecycle/it is not authorized to perform: \
         {action} on resource: {resource} because no identity-based policy allows the {action} \
         action"
    );
    if service != "iam" {
        let body = json!({ "__type": "AccessDeniedException", "message": why });
        return Reply::json(400, &body);
    }
    let body = format!(
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error>\
         <Type>Sender</Type><Code>AccessDenied</Code><Message>{why}</Message></Error>\
         <RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"
    );
    let reply = Reply::status(403).header("content-type", "text/xml");
    reply.body(body)
}
