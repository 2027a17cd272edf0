//! A policy document, parsed.

use super::condition::Condition;
use super::pattern::Pattern;
use super::text::Text;

/// A policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its statements, in order.
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Sid, where it has one.
    pub sid: Option<String>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// Principal or NotPrincipal, in a trust policy.
    pub principal: Option<PrincipalElement>,
    /// Action or NotAction.
    pub action: ActionElement,
    /// Resource or NotResource; absent in a trust policy.
    pub resource: Option<ResourceElement>,
    /// All of them have to hold.
    pub conditions: Vec<Condition>,
}

/// Effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Allow.
    Allow,
    /// Deny.
    Deny,
}

/// Action, or NotAction where `is_negated`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionElement {
    /// Whether it is NotAction.
    pub is_negated: bool,
    /// In lower case.
    pub patterns: Vec<Pattern>,
}

/// Resource, or NotResource where `is_negated`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceElement {
    /// Whether it is NotResource.
    pub is_negated: bool,
    /// The ARN patterns.
    pub texts: Vec<Text>,
}

/// Principal, or NotPrincipal where `is_negated`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalElement {
    /// Whether it is NotPrincipal.
    pub is_negated: bool,
    /// Whom it lists.
    pub principals: Vec<PrincipalName>,
}

/// One entry of a Principal element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalName {
    /// `*`: everybody.
    Anyone,
    /// An account id, an ARN, or the id of a deleted principal.
    Aws(String),
    /// A service such as `ec2.amazonaws.com`.
    Service(String),
    /// An identity provider.
    Federated(String),
    /// A canonical user id of S3.
    CanonicalUser(String),
}

impl ActionElement {
    /// Whether the element covers `action`, which is in lower case.
    pub fn matches(&self, action: &str) -> bool {
        let is_listed = self.patterns.iter().any(|pattern| pattern.matches(action));
        is_listed != self.is_negated
    }
}

/// With these whoever has them grants itself everything, as a user or as a role.
const GRANTING: [&str; 2] = ["iam:putuserpolicy", "iam:putrolepolicy"];

impl Policy {
    /// Whether it allows everything, or whoever has it to grant itself everything, by one statement
    /// without a condition, and denies nothing.
    pub fn grants_itself_everything(&self) -> bool {
        let mut statements = self.statements.iter();
        statements.clone().any(Statement::grants_itself_everything)
            && statements.all(|statement| statement.effect == Effect::Allow)
    }
}

impl Statement {
    fn grants_itself_everything(&self) -> bool {
        let is_all = |text: &Text| text.fixed().is_some_and(Pattern::is_everything);
        self.effect == Effect::Allow
            && self.conditions.is_empty()
            && GRANTING.iter().all(|action| self.action.matches(action))
            && self
                .resource
                .as_ref()
                .is_some_and(|it| !it.is_negated && it.texts.iter().any(is_all))
    }

    /// Its Sid or, without one, its position `index` from 0.
    pub fn name(&self, index: usize) -> String {
        let sid = self.sid.clone().filter(|sid| !sid.is_empty());
        sid.unwrap_or_else(|| index.to_string())
    }

    /// How a person finds it: by its Sid, or by its position.
    pub fn label(&self, index: usize) -> String {
        match &self.sid {
            Some(sid) if !sid.is_empty() => sid.clone(),
            _ => format!("statement {index}"),
        }
    }
}
