//! A policy document, and its statements.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use crate::aws::Action;
use crate::model::Arn;

/// A policy that allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// What it allows; never empty.
    pub statements: Vec<Statement>,
}

/// One statement, which allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its name within a policy; letters and digits.
    pub sid: Option<&'static str>,
    /// The actions, in the order of [`Action`].
    pub actions: Vec<Action>,
    /// On what.
    pub resources: Vec<Resource>,
    /// Under which conditions, all of them.
    pub conditions: Vec<Condition>,
}

/// What has to hold of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// How it is compared: `StringEquals`, `StringLike`, `Null`.
    pub test: &'static str,
    /// The condition key.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// What a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// Everything. IAM and Organizations grant most of their listings on nothing narrower.
    All,
    /// What an ARN names; it may hold wildcards.
    Arn(Arn),
}

impl Resource {
    /// The resource of a whole ARN.
    pub fn arn(arn: &Arn) -> Self {
        Self::Arn(arn.clone())
    }

    /// The spelling of policies.
    pub fn text(&self) -> String {
        match self {
            Self::All => "*".to_owned(),
            Self::Arn(arn) => arn.to_string(),
        }
    }

    /// The same in another partition, or with what stands for one in a template.
    pub(super) fn in_partition(&self, partition: &str) -> String {
        match self {
            Self::All => "*".to_owned(),
            Self::Arn(arn) => arn.in_partition(partition),
        }
    }
}

impl Statement {
    /// What has to be added to a policy that lacks `action`.
    pub fn adding(action: Action, resource: Resource) -> Self {
        Self {
            sid: None,
            actions: vec![action],
            resources: vec![resource],
            conditions: Vec::new(),
        }
    }

    /// The conditions as policies write them: by comparison, then by key. `None` without any.
    pub(super) fn condition(&self) -> Option<BTreeMap<&'static str, BTreeMap<&str, &str>>> {
        let mut written = BTreeMap::<_, BTreeMap<_, _>>::new();
        for Condition { test, key, value } in &self.conditions {
            let of_test = written.entry(*test).or_default();
            of_test.insert(key.as_str(), value.as_str());
        }
        (!written.is_empty()).then_some(written)
    }
}

impl Condition {
    /// `key` is exactly `value`.
    pub(super) fn equals(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            test: "StringEquals",
            key: key.into(),
            value: value.into(),
        }
    }

    /// None of the values of `key` is another than `value`.
    pub(super) fn only(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            test: "ForAllValues:StringEquals",
            ..Self::equals(key, value)
        }
    }

    /// There is no `key`.
    pub(super) fn absent(key: impl Into<String>) -> Self {
        Self {
            test: "Null",
            ..Self::equals(key, "true")
        }
    }

    /// `key` matches `value`, in which `*` is any text.
    pub(super) fn like(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            test: "StringLike",
            ..Self::equals(key, value)
        }
    }
}

impl Policy {
    /// Every action that it allows.
    pub fn actions(&self) -> impl Iterator<Item = Action> {
        let statements = self.statements.iter();
        statements.flat_map(|statement| statement.actions.iter().copied())
    }
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut policy = to.serialize_struct("Policy", 2)?;
        policy.serialize_field("Version", VERSION)?;
        policy.serialize_field("Statement", &self.statements)?;
        policy.end()
    }
}

impl Serialize for Statement {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut statement = to.serialize_struct("Statement", 5)?;
        match self.sid {
            Some(sid) => statement.serialize_field("Sid", sid)?,
            None => statement.skip_field("Sid")?,
        }
        let actions = self.actions.iter().map(|action| action.as_str());
        let resources = self.resources.iter().map(Resource::text);
        statement.serialize_field("Effect", "Allow")?;
        statement.serialize_field("Action", &one_or_list(actions.map(str::to_owned)))?;
        statement.serialize_field("Resource", &one_or_list(resources))?;
        match self.condition() {
            Some(condition) => statement.serialize_field("Condition", &condition)?,
            None => statement.skip_field("Condition")?,
        }
        statement.end()
    }
}

/// The language of policies, in AWS's newest version.
pub(super) const VERSION: &str = "2012-10-17";

/// A single text as it is, as people write it.
#[derive(Serialize)]
#[serde(untagged)]
enum OneOrList {
    One(String),
    List(Vec<String>),
}

fn one_or_list(texts: impl Iterator<Item = String>) -> OneOrList {
    let mut texts: Vec<String> = texts.collect();
    match (texts.len(), texts.pop()) {
        (1, Some(one)) => OneOrList::One(one),
        (_, last) => {
            texts.extend(last);
            OneOrList::List(texts)
        }
    }
}
