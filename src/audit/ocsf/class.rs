//! The classes and activities of OCSF 1.6.0 that records become.

/// A class of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// 3001: what changes a user.
    AccountChange,
    /// 3002: a sign-in, or a role that was assumed.
    Authentication,
    /// 3005: what a user may do on a resource.
    UserAccess,
    /// 3006: groups, their members and what these may do.
    GroupManagement,
    /// 6003: every other call.
    ApiActivity,
}

/// `activity_id` of what the class has no word for.
pub(in crate::audit) const OTHER: u8 = 99;

impl Class {
    /// `class_uid`.
    pub fn uid(self) -> u32 {
        match self {
            Self::AccountChange => 3001,
            Self::Authentication => 3002,
            Self::UserAccess => 3005,
            Self::GroupManagement => 3006,
            Self::ApiActivity => 6003,
        }
    }

    /// `class_name`.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccountChange => "Account Change",
            Self::Authentication => "Authentication",
            Self::UserAccess => "User Access Management",
            Self::GroupManagement => "Group Management",
            Self::ApiActivity => "API Activity",
        }
    }

    /// `category_uid` and `category_name`.
    pub(super) fn category(self) -> (u8, &'static str) {
        match self {
            Self::ApiActivity => (6, "Application Activity"),
            _ => (3, "Identity & Access Management"),
        }
    }

    /// The caption of the activity `id`; `Other` if the class has none.
    pub(super) fn activity(self, id: u8) -> &'static str {
        match (self, id) {
            (Self::AccountChange | Self::ApiActivity, 1) | (Self::GroupManagement, 6) => "Create",
            (Self::AccountChange, 2) => "Enable",
            (Self::AccountChange, 3) => "Password Change",
            (Self::AccountChange, 4) => "Password Reset",
            (Self::AccountChange, 5) => "Disable",
            (Self::AccountChange, 6) | (Self::GroupManagement, 5) | (Self::ApiActivity, 4) => {
                "Delete"
            }
            (Self::AccountChange, 7) => "Attach Policy",
            (Self::AccountChange, 8) => "Detach Policy",
            (Self::AccountChange, 10) => "MFA Factor Enable",
            (Self::AccountChange, 11) => "MFA Factor Disable",
            (Self::Authentication, 1) => "Logon",
            (Self::Authentication, 7) => "Account Switch",
            (Self::UserAccess | Self::GroupManagement, 1) => "Assign Privileges",
            (Self::UserAccess | Self::GroupManagement, 2) => "Revoke Privileges",
            (Self::GroupManagement, 3) => "Add User",
            (Self::GroupManagement, 4) => "Remove User",
            (Self::ApiActivity, 2) => "Read",
            (Self::ApiActivity, 3) => "Update",
            _ => "Other",
        }
    }
}
