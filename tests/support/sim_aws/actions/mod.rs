//! The API's actions.

mod credentials;
mod details;
mod groups;
mod keys;
mod mfa;
pub(super) mod organizations;
mod policies;
mod report;
mod sts;
mod summary;
mod users;

use super::answer::{Answer, Refusal};
use super::call::Call;
use super::faults::Twist;
use super::{PageShape, SimAccount, SimGroup, SimUser};

pub(super) use report::generate_credential_report;

/// The API that an action belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Iam,
    Sts,
    /// Answered in JSON, by [`organizations`].
    Organizations,
}

use Service::{Iam, Organizations, Sts};

/// Every action that is simulated.
pub(super) const ACTIONS: [(&str, Service); 31] = [
    ("AssumeRole", Sts),
    ("AssumeRoleWithWebIdentity", Sts),
    ("DescribeOrganizationalUnit", Organizations),
    ("DescribePolicy", Organizations),
    ("GenerateCredentialReport", Iam),
    ("GetAccessKeyLastUsed", Iam),
    ("GetAccountAuthorizationDetails", Iam),
    ("GetAccountSummary", Iam),
    ("GetCallerIdentity", Sts),
    ("GetCredentialReport", Iam),
    ("GetLoginProfile", Iam),
    ("GetUser", Iam),
    ("ListAccessKeys", Iam),
    ("ListAccountAliases", Iam),
    ("ListAccounts", Organizations),
    ("ListAccountsForParent", Organizations),
    ("ListAttachedGroupPolicies", Iam),
    ("ListAttachedUserPolicies", Iam),
    ("ListGroupPolicies", Iam),
    ("ListGroups", Iam),
    ("ListGroupsForUser", Iam),
    ("ListMFADevices", Iam),
    ("ListOrganizationalUnitsForParent", Organizations),
    ("ListParents", Organizations),
    ("ListPoliciesForTarget", Organizations),
    ("ListSSHPublicKeys", Iam),
    ("ListServiceSpecificCredentials", Iam),
    ("ListUserPolicies", Iam),
    ("ListUserTags", Iam),
    ("ListUsers", Iam),
    ("ListVirtualMFADevices", Iam),
];

/// What an action answers from.
#[derive(Debug)]
pub(super) struct Ctx<'a> {
    pub(super) call: &'a Call,
    pub(super) account: &'a SimAccount,
    pub(super) shape: PageShape,
    pub(super) twist: Option<Twist>,
}

/// Answers any action that changes nothing.
pub(super) fn answer(ctx: &Ctx<'_>, action: &str) -> Answer {
    match action {
        "AssumeRole" | "AssumeRoleWithWebIdentity" => sts::assume_role(ctx),
        "GetAccessKeyLastUsed" => keys::get_access_key_last_used(ctx),
        "GetAccountAuthorizationDetails" => details::get_account_authorization_details(ctx),
        "GetAccountSummary" => summary::get_account_summary(ctx),
        "GetCallerIdentity" => sts::get_caller_identity(ctx),
        "GetCredentialReport" => report::get_credential_report(ctx),
        "GetLoginProfile" => users::get_login_profile(ctx),
        "GetUser" => users::get_user(ctx),
        "ListAccessKeys" => keys::list_access_keys(ctx),
        "ListAccountAliases" => summary::list_account_aliases(ctx),
        "ListAttachedGroupPolicies" => policies::attached(ctx, &ctx.group()?.attached),
        "ListAttachedUserPolicies" => policies::attached(ctx, &ctx.user()?.attached),
        "ListGroupPolicies" => policies::inline(ctx, &ctx.group()?.inline),
        "ListGroups" => groups::list_groups(ctx),
        "ListGroupsForUser" => groups::list_groups_for_user(ctx),
        "ListMFADevices" => mfa::list_mfa_devices(ctx),
        "ListSSHPublicKeys" => credentials::list_ssh_public_keys(ctx),
        "ListServiceSpecificCredentials" => credentials::list_service_specific_credentials(ctx),
        "ListUserPolicies" => policies::inline(ctx, &ctx.user()?.inline),
        "ListUserTags" => users::list_user_tags(ctx),
        "ListUsers" => users::list_users(ctx),
        "ListVirtualMFADevices" => mfa::list_virtual_mfa_devices(ctx),
        _ => Err(unknown(ctx.call)),
    }
}

pub(super) fn unknown(call: &Call) -> Refusal {
    let version = call.param("Version").unwrap_or_default();
    let asked = call.asked();
    let message = format!("Could not find operation {asked} for version {version}");
    Refusal::new(400, "InvalidAction", message)
}

impl Service {
    pub(super) fn namespace(self) -> &'static str {
        match self {
            Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            Organizations => "",
        }
    }

    /// The prefix of permissions.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Iam => "iam",
            Sts => "sts",
            Organizations => "organizations",
        }
    }
}

impl<'a> Ctx<'a> {
    /// The user that the call is about.
    fn user(&self) -> Result<&'a SimUser, Refusal> {
        let name = self.call.param("UserName").ok_or_else(|| {
            Refusal::invalid("Must specify userName when calling with non-User credentials")
        })?;
        let user = self.account.users.get(name);
        user.ok_or_else(|| Refusal::no_such("user", name))
    }

    /// The group that the call is about.
    fn group(&self) -> Result<&'a SimGroup, Refusal> {
        let name = self.call.param("GroupName").unwrap_or_default();
        let group = self.account.groups.get(name);
        group.ok_or_else(|| Refusal::no_such("group", name))
    }
}
