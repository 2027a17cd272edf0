//! A user or role, with every policy that applies to it.

use std::sync::Arc;

use crate::analyze::document::{Effect, Policy};
use crate::model::{Arn, Tag};

/// Who makes a request.
#[derive(Debug, Clone)]
pub struct Principal {
    /// User or role.
    pub kind: PrincipalKind,
    /// The ARN, with its path.
    pub arn: Arn,
    /// UserName or RoleName.
    pub name: String,
    /// UserId or RoleId.
    pub id: String,
    /// The tags, where they are known.
    pub tags: Option<Vec<Tag>>,
    /// Identity policies: its own, and those of its groups.
    pub policies: Vec<AppliedPolicy>,
    /// The permissions boundary.
    pub boundary: Boundary,
}

/// What a principal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrincipalKind {
    /// An IAM user.
    User,
    /// A session of an IAM role.
    Role,
}

/// A policy that applies, and where from.
#[derive(Debug, Clone)]
pub struct AppliedPolicy {
    /// How it comes to apply.
    pub source: PolicySource,
    /// The document; `None` if it is missing or malformed.
    pub document: Option<Arc<Policy>>,
}

/// How a policy comes to apply.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicySource {
    /// An inline policy.
    Inline {
        /// Whose it is.
        holder: Holder,
        /// PolicyName.
        name: String,
    },
    /// A managed policy.
    Managed {
        /// To what it is attached.
        holder: Holder,
        /// The policy's ARN.
        arn: String,
        /// The version that counts, where it is known.
        version: Option<String>,
    },
    /// A permissions boundary.
    Boundary {
        /// The policy's ARN.
        arn: String,
    },
    /// A service control policy.
    ServiceControl {
        /// Its name or id.
        name: String,
    },
    /// The trust policy of a role.
    Trust {
        /// RoleName.
        role: String,
    },
    /// Policies that could not be read.
    Unread {
        /// Whose, and which.
        what: String,
    },
}

/// Who or what holds an identity policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A user.
    User(String),
    /// A group of the user.
    Group(String),
    /// A role.
    Role(String),
}

/// A permissions boundary.
#[derive(Debug, Clone)]
pub enum Boundary {
    /// There is none.
    None,
    /// This policy; its document is `None` if it is missing or malformed.
    Policy {
        /// The policy's ARN.
        arn: String,
        /// The default version.
        document: Option<Arc<Policy>>,
    },
    /// Whether there is one is not known.
    Unread,
}

impl AppliedPolicy {
    /// Whether one of its statements denies.
    pub fn denies(&self) -> bool {
        self.has(Effect::Deny)
    }

    /// Whether it is known, and none of its statements denies.
    pub fn only_allows(&self) -> bool {
        self.document.is_some() && !self.denies()
    }

    /// Whether it is known, and none of its statements allows.
    pub fn only_denies(&self) -> bool {
        self.document.is_some() && !self.has(Effect::Allow)
    }

    fn has(&self, effect: Effect) -> bool {
        let mut statements = self.document.iter().flat_map(|it| &it.statements);
        statements.any(|statement| statement.effect == effect)
    }
}

impl Holder {
    /// As `user/NAME`, `group/NAME` or `role/NAME`.
    pub fn label(&self) -> String {
        match self {
            Self::User(name) => format!("user/{name}"),
            Self::Group(name) => format!("group/{name}"),
            Self::Role(name) => format!("role/{name}"),
        }
    }
}

impl PolicySource {
    /// How a person finds it.
    pub fn label(&self) -> String {
        match self {
            Self::Inline { holder, name } => format!("inline policy {name} of {}", holder.label()),
            Self::Managed { holder, arn, .. } => format!("{arn} attached to {}", holder.label()),
            Self::Boundary { arn } => format!("permissions boundary {arn}"),
            Self::ServiceControl { name } => format!("service control policy {name}"),
            Self::Trust { role } => format!("trust policy of role/{role}"),
            Self::Unread { what } => what.clone(),
        }
    }
}
