//! The permissions that a configuration uses, and what each of them brings.

use crate::aws::Action;
use crate::config::{
    AccessKeyLookup, AwsSettings, DeletedUsers, Emit, MappingSettings, MfaLookup,
    OrganizationSettings, Selector, Strategy,
};

/// A permission that a configuration uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// The action, which is the permission.
    pub action: Action,
    /// How much is lost without it.
    pub weight: Weight,
    /// What is lost without it.
    pub brings: &'static str,
}

/// How much is lost without a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// A fact, or the proof that nobody is missing.
    Needed,
    /// Nothing, where this other action is allowed.
    Spare(Action),
    /// Nothing that a pass would report as missing.
    Optional,
}

use Action::{
    DescribeOrganizationalUnit, DescribePolicy, GenerateCredentialReport, GetAccessKeyLastUsed,
    GetAccountAuthorizationDetails, GetAccountSummary, GetCredentialReport, GetGroup,
    GetLoginProfile, GetUser, ListAccessKeys, ListAccountAliases, ListAccounts,
    ListAccountsForParent, ListAttachedGroupPolicies, ListAttachedUserPolicies, ListGroupPolicies,
    ListGroups, ListGroupsForUser, ListMfaDevices, ListOrganizationalUnitsForParent, ListParents,
    ListPoliciesForTarget, ListServiceSpecificCredentials, ListSshPublicKeys, ListUserPolicies,
    ListUsers, ListVirtualMfaDevices, LookupEvents,
};
use Weight::{Needed, Optional, Spare};

/// What reading one account needs, in the order in which it can be probed.
pub fn to_read(aws: &AwsSettings, mapping: &MappingSettings) -> Vec<Need> {
    let mut needs = Vec::new();
    let mut add = |action, weight, brings| {
        needs.push(Need {
            action,
            weight,
            brings,
        });
    };
    if aws.accounts.iter().any(|it| it.get_ref().name.is_none())
        || (aws.accounts.is_empty() && aws.organization.is_none())
    {
        add(
            ListAccountAliases,
            Optional,
            "the account's name, where it has no other",
        );
    }
    add(
        GetAccountSummary,
        Needed,
        "the proof that nobody is missing, without which nobody is reported as deleted",
    );
    match aws.strategy {
        Strategy::PerUser => add(
            ListUsers,
            Needed,
            "everybody: without it, nobody is collected",
        ),
        Strategy::Auto | Strategy::Bulk => add(
            ListUsers,
            Needed,
            "who there is, and when passwords were last used",
        ),
    }
    of_groups(aws.strategy, &mut add);
    of_mfa_and_report(aws, &mut add);
    let in_bulk = aws.strategy != Strategy::PerUser;
    if in_bulk {
        let brings = "credentials for single services, such as Bedrock and CodeCommit";
        add(ListServiceSpecificCredentials, Needed, brings);
    }
    if aws.access_keys == AccessKeyLookup::Ids {
        add(ListAccessKeys, Needed, "the ids of access keys");
        add(
            GetAccessKeyLastUsed,
            Needed,
            "the ids of access keys, with their last use",
        );
        if in_bulk {
            add(ListSshPublicKeys, Needed, "SSH public keys");
        }
    }
    if mapping.deleted_users == DeletedUsers::Send && mapping.emit != Emit::Created {
        add(
            GetUser,
            Optional,
            "a second proof that a user is gone, before that is reported",
        );
    }
    needs
}

type Add<'a> = dyn FnMut(Action, Weight, &'static str) + 'a;

fn of_groups(strategy: Strategy, add: &mut Add<'_>) {
    let details = GetAccountAuthorizationDetails;
    let weight = match strategy {
        Strategy::Auto => {
            add(
                details,
                Needed,
                "tags, policies and boundaries of users, inline policies of groups",
            );
            Spare(details)
        }
        Strategy::Bulk => {
            add(
                details,
                Needed,
                "groups and what they grant, tags, policies and boundaries of users",
            );
            return;
        }
        Strategy::PerUser => Needed,
    };
    let (groups, policies) = match weight {
        Spare(_) => (
            "groups, where GetAccountAuthorizationDetails is denied or fails",
            "what groups grant, where GetAccountAuthorizationDetails is denied or fails",
        ),
        Needed | Optional => (
            "groups",
            "what groups grant, and so who is an administrator",
        ),
    };
    add(ListGroupsForUser, weight, groups);
    add(ListAttachedGroupPolicies, weight, policies);
}

fn of_mfa_and_report(aws: &AwsSettings, add: &mut Add<'_>) {
    let in_bulk = aws.strategy != Strategy::PerUser;
    let is_live = !in_bulk || aws.mfa == MfaLookup::Live;
    if !is_live {
        let (weight, brings) = match aws.strategy {
            Strategy::Auto => (
                Spare(ListMfaDevices),
                "virtual MFA devices of everybody at once, instead of a call for each user",
            ),
            Strategy::Bulk | Strategy::PerUser => (Needed, "virtual MFA devices"),
        };
        add(ListVirtualMfaDevices, weight, brings);
    }
    if in_bulk {
        let brings = match aws.access_keys {
            AccessKeyLookup::Report => {
                "console passwords, access keys, signing certificates and the root user"
            }
            AccessKeyLookup::Ids => "console passwords, signing certificates and the root user",
        };
        add(GenerateCredentialReport, Needed, brings);
        add(GetCredentialReport, Needed, brings);
    }
    let brings = match is_live {
        true => "MFA",
        false => "MFA that is not virtual, and that of users newer than the credential report",
    };
    add(ListMfaDevices, Needed, brings);
}

/// What `users` and `groups` need in an account. Calls that are made only where another is denied
/// are not among it.
pub fn to_query(aws: &AwsSettings) -> Vec<Need> {
    let mut needs = Vec::new();
    let mut add = |action, brings| {
        needs.push(Need {
            action,
            weight: Needed,
            brings,
        });
    };
    add(ListUsers, "who there is, and who has an id");
    add(
        ListGroups,
        "which group has an id, or a name in another case",
    );
    if aws.strategy != Strategy::PerUser {
        let details = "lists of users and groups, with what policies allow";
        add(GetAccountAuthorizationDetails, details);
        if aws.mfa != MfaLookup::Live {
            add(
                ListVirtualMfaDevices,
                "virtual MFA devices, in a list of users",
            );
        }
        let report = "console passwords and access keys, in a list of users";
        add(GenerateCredentialReport, report);
        add(GetCredentialReport, report);
    }
    of_one_user(&mut add);
    add(GetGroup, "one group, and its members");
    add(
        ListAttachedGroupPolicies,
        "the managed policies of one group",
    );
    add(ListGroupPolicies, "the inline policies of one group");
    needs
}

/// What reads one user.
fn of_one_user(add: &mut dyn FnMut(Action, &'static str)) {
    add(GetUser, "one user, with tags and boundary");
    add(ListGroupsForUser, "the groups of one user");
    add(ListAttachedUserPolicies, "the managed policies of one user");
    add(ListUserPolicies, "the inline policies of one user");
    add(ListMfaDevices, "the MFA devices of one user");
    add(GetLoginProfile, "the console password of one user");
    add(ListAccessKeys, "the access keys of one user");
    add(
        GetAccessKeyLastUsed,
        "the last use of the access keys of one user",
    );
}

/// What reading users again, as soon as they change, needs in their account.
pub(super) fn to_refresh(settings: &AwsSettings) -> Vec<Need> {
    let mut needs = Vec::new();
    let mut add = |action, brings| {
        needs.push(Need {
            action,
            weight: Needed,
            brings,
        });
    };
    add(ListUsers, "whether a user is deleted or has another name");
    of_one_user(&mut add);
    add(
        ListAttachedGroupPolicies,
        "the managed policies of one group",
    );
    add(ListGroupPolicies, "the inline policies of one group");
    add(
        ListServiceSpecificCredentials,
        "the credentials of one user for single services",
    );
    if settings.access_keys == AccessKeyLookup::Ids {
        add(ListSshPublicKeys, "the SSH public keys of one user");
    }
    needs
}

/// What following CloudTrail needs in an account.
pub fn to_follow() -> [Need; 1] {
    [Need {
        action: LookupEvents,
        weight: Needed,
        brings: "the audit log: who called what in IAM, STS and sign-ins",
    }]
}

/// What listing the accounts of an organization needs, and reading the policies that bind them.
pub fn to_list(organization: &OrganizationSettings, mapping: &MappingSettings) -> Vec<Need> {
    let need = |action, brings| Need {
        action,
        weight: Needed,
        brings,
    };
    let mut needs = vec![need(ListAccounts, "the organization's accounts")];
    if units(organization).next().is_some() {
        needs.extend([
            need(
                ListAccountsForParent,
                "the accounts of the units that are named",
            ),
            need(
                ListOrganizationalUnitsForParent,
                "the units below those that are named",
            ),
            need(DescribeOrganizationalUnit, "the names of units"),
        ]);
    }
    if mapping.scps {
        needs.extend([
            need(ListParents, "which units' policies bind an account"),
            need(
                ListPoliciesForTarget,
                "which service control policies bind an account",
            ),
            need(DescribePolicy, "what service control policies say"),
        ]);
    }
    needs
}

/// The organizational units that are named.
pub fn units(organization: &OrganizationSettings) -> impl Iterator<Item = &str> {
    let selectors = organization.include.iter().chain(&organization.exclude);
    selectors.filter_map(|selector| match selector {
        Selector::Unit(id) => Some(id.as_str()),
        Selector::Id(_) | Selector::Name(_) => None,
    })
}
