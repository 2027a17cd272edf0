//! The verdict on a user, in the shape in which events have it.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::model::User;

/// How much a user can do, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Everything on everything, or it can lift what is missing.
    Admin,
    /// The same, with MFA.
    AdminWithMfa,
    /// A path leads to an administrator.
    CanEscalate,
    /// A condition on what is not known stands between.
    Conditional,
    /// An administrator but for a boundary or service control policy that it cannot lift.
    Capped,
    /// None of it.
    User,
    /// Policy documents are missing.
    Unknown,
}

/// The verdict, with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Privilege {
    /// How much the user can do.
    pub tier: Tier,
    /// The ways to more; for an administrator, those that lift its limits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<PathReport>,
    /// The statements that make an administrator.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proof: Vec<StatementReport>,
    /// What limits it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<LimitReport>,
    /// Changes after all of which the user is no administrator; each is needed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counterfactual: Vec<Change>,
    /// What the verdict does not look at, for it was not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_considered: Vec<String>,
}

/// A path that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathReport {
    /// The id of the path.
    pub id: String,
    /// Whether the account details prove it.
    pub evidence: Evidence,
    /// What has to be so besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumes: Vec<String>,
    /// What is done, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepReport>,
}

/// How a path is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The account details prove it.
    Proven,
    /// It depends on what they do not show.
    Assumes,
}

/// One call of a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepReport {
    /// The action.
    pub action: String,
    /// On which ARN, with `*` where any would do.
    pub on: String,
    /// The statements that allow it, or would on the conditions that the path assumes; none where
    /// an earlier step grants it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<StatementReport>,
}

/// A statement of a policy that applies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StatementReport {
    /// The policy's ARN, or the name of an inline policy.
    pub policy: String,
    /// Who holds it: `user/NAME`, `group/NAME`.
    pub from: String,
    /// The version, of a managed policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The Sid or, without one, the position from 0.
    pub statement: String,
}

/// A limit of an administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitReport {
    /// `deny`, `boundary` or `service_control_policy`.
    pub kind: Cow<'static, str>,
    /// The policy, where it is one; of service control policies, the names of those that limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// Who holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The Sid or position of the statement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// The paths by which the user lifts it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lifted_by: Vec<Cow<'static, str>>,
}

/// A change to what is attached to a user.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "remove", rename_all = "snake_case")]
pub enum Change {
    /// A managed policy.
    Attached {
        /// `user/NAME` or `group/NAME`.
        from: String,
        /// The policy's ARN.
        policy: String,
    },
    /// An inline policy.
    Inline {
        /// `user/NAME` or `group/NAME`.
        from: String,
        /// PolicyName.
        policy: String,
    },
    /// A membership.
    Membership {
        /// `user/NAME`.
        from: String,
        /// GroupName.
        group: String,
    },
}

impl Tier {
    /// Every tier.
    pub const ALL: [Self; 7] = [
        Self::Admin,
        Self::AdminWithMfa,
        Self::CanEscalate,
        Self::Conditional,
        Self::Capped,
        Self::User,
        Self::Unknown,
    ];

    /// The spelling used in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::AdminWithMfa => "admin_with_mfa",
            Self::CanEscalate => "can_escalate",
            Self::Conditional => "conditional",
            Self::Capped => "capped",
            Self::User => "user",
            Self::Unknown => "unknown",
        }
    }
}

static OF_ROOT: LazyLock<Privilege> = LazyLock::new(|| Privilege::of_tier(Tier::Admin));
static UNREAD: LazyLock<Privilege> = LazyLock::new(|| Privilege {
    not_considered: vec!["policy documents".to_owned()],
    ..Privilege::of_tier(Tier::Unknown)
});

/// Of how many paths the steps are told; of the others the id is.
pub(super) const PATHS_WITH_STEPS_MAX: usize = 8;
/// How many statements, limits and changes are named.
const NAMED_MAX: usize = 16;

impl Privilege {
    /// The verdict within the bounds of an event: nothing that it names is without end.
    #[must_use]
    pub fn shortened(mut self) -> Self {
        for (index, path) in self.paths.iter_mut().enumerate() {
            path.assumes.truncate(NAMED_MAX);
            let steps = if index < PATHS_WITH_STEPS_MAX {
                NAMED_MAX
            } else {
                0
            };
            path.steps.truncate(steps);
        }
        self.proof.truncate(NAMED_MAX);
        self.limits.truncate(NAMED_MAX);
        self.not_considered.truncate(NAMED_MAX);
        // A part of it would be no counterfactual.
        if self.counterfactual.len() > NAMED_MAX {
            self.counterfactual.clear();
        }
        self
    }

    /// The same without reasons: the tier, and the ids of paths.
    #[must_use]
    pub fn without_reasons(&self) -> Self {
        let paths = self.paths.iter().map(|path| PathReport {
            assumes: Vec::new(),
            steps: Vec::new(),
            ..path.clone()
        });
        Self {
            paths: paths.collect(),
            ..Self::of_tier(self.tier)
        }
    }

    /// The verdict on `user` where no policy document was read: the root user needs none.
    pub fn without_documents(user: &User) -> &'static Self {
        if user.is_root() { &OF_ROOT } else { &UNREAD }
    }

    /// The verdict where nothing but the tier is known.
    pub fn of_tier(tier: Tier) -> Self {
        Self {
            tier,
            paths: Vec::new(),
            proof: Vec::new(),
            limits: Vec::new(),
            counterfactual: Vec::new(),
            not_considered: Vec::new(),
        }
    }
}
