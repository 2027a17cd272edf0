//! Which facts a plan must know when certain calls fail: written from the documentation
//! of the plans, not from their code.

use std::collections::BTreeSet;

use rollcall::config::{AccessKeyLookup, MfaLookup, Strategy};

use super::drawn::Reading;
use crate::support::sim_aws::SimUser;

/// Names of facts, as [`rollcall::model::User::unknown_facts`] has them.
pub(super) type Facts = BTreeSet<&'static str>;

/// What can be known when `hidden` calls fail.
pub(super) struct Oracle<'a> {
    pub(super) reading: &'a Reading,
    pub(super) hidden: &'a BTreeSet<&'static str>,
}

impl Oracle<'_> {
    fn answers(&self, action: &str) -> bool {
        !self.hidden.contains(action)
    }

    fn is_bulk(&self) -> bool {
        self.reading.strategy != Strategy::PerUser
    }

    fn has_details(&self) -> bool {
        self.is_bulk() && self.answers("GetAccountAuthorizationDetails")
    }

    /// Whether there is a credential report.
    pub(super) fn has_report(&self) -> bool {
        self.is_bulk()
            && (self.answers("GenerateCredentialReport") || self.reading.has_old_report)
            && self.answers("GetCredentialReport")
    }

    /// Whether any call can list who there is.
    pub(super) fn knows_everybody(&self) -> bool {
        self.answers("ListUsers") || self.has_details()
    }

    /// The facts about `user` that stay unknown.
    pub(super) fn unknown(&self, user: &SimUser) -> Facts {
        let reported = self.has_report() && !self.reading.not_in_report.contains(&user.name);
        let mut unknown = self.unknown_of_groups(user);
        let mut unless = |is_known: bool, facts: &[&'static str]| {
            if !is_known {
                unknown.extend(facts);
            }
        };
        unless(
            self.has_details(),
            &[
                "tags",
                "attached_policies",
                "inline_policies",
                "permissions_boundary",
            ],
        );
        unless(reported, &["console_access", "signing_certificates"]);
        unless(
            self.is_bulk() && self.answers("ListServiceSpecificCredentials"),
            &["service_specific_credentials"],
        );
        unless(self.lists_ssh_keys(), &["ssh_public_keys"]);
        unless(
            self.answers("ListUsers") || reported,
            &["password_last_used"],
        );
        unless(reported || self.lists_keys(user), &["access_keys"]);
        unless(self.knows_mfa(user, reported), &["mfa"]);
        unknown
    }

    fn unknown_of_groups(&self, user: &SimUser) -> Facts {
        if self.has_details() {
            return Facts::new();
        }
        if self.reading.strategy == Strategy::Bulk || !self.answers("ListGroupsForUser") {
            return Facts::from(["groups"]);
        }
        let mut unknown = Facts::new();
        if !user.groups.is_empty() {
            unknown.insert("groups.inline_policies");
            if !self.answers("ListAttachedGroupPolicies") {
                unknown.insert("groups.attached_policies");
            }
        }
        unknown
    }

    fn lists_keys(&self, user: &SimUser) -> bool {
        self.reading.access_keys == AccessKeyLookup::Ids
            && self.answers("ListAccessKeys")
            && (user.keys.is_empty() || self.answers("GetAccessKeyLastUsed"))
    }

    fn lists_ssh_keys(&self) -> bool {
        self.is_bulk()
            && self.reading.access_keys == AccessKeyLookup::Ids
            && self.answers("ListSSHPublicKeys")
    }

    fn knows_mfa(&self, user: &SimUser, reported: bool) -> bool {
        let asks_live = !self.is_bulk() || self.reading.mfa == MfaLookup::Live;
        let has_virtual = user.mfa.keys().any(|serial| serial.contains(":mfa/"));
        let lists_virtual = self.answers("ListVirtualMFADevices");
        let in_bulk =
            !asks_live && lists_virtual && (has_virtual || (reported && user.mfa.is_empty()));
        let gives_up = self.reading.strategy == Strategy::Bulk
            && !asks_live
            && !(lists_virtual && self.has_report());
        in_bulk || reported || (!gives_up && self.answers("ListMFADevices"))
    }
}
