//! What `lifecycle` needs: reading everybody, and writing to what is ours by path and tag.

use super::grant::statement;
use super::policy::{Condition, Policy, Resource, Statement};
use crate::aws::Action;
use crate::config::{DesiredPlace, LifecycleSettings};
use crate::lifecycle::{OWNER_TAG, OWNER_VALUE, QUARANTINE_TAG};
use crate::model::Arn;

/// What creating, changing and deleting users by `settings` needs, in `partition`.
pub fn lifecycle_policy(settings: &LifecycleSettings, partition: &str) -> Policy {
    let users = || {
        Resource::Arn(Arn::of_iam(
            partition,
            "*",
            &format!("user{}*", settings.path),
        ))
    };
    let boundary = || Condition::equals("iam:PermissionsBoundary", settings.boundary.as_str());
    let is_ours = || Condition::equals(format!("aws:ResourceTag/{OWNER_TAG}"), OWNER_VALUE);
    let will_be_ours = || Condition::equals(format!("aws:RequestTag/{OWNER_TAG}"), OWNER_VALUE);
    let iam = |resource: &str| Resource::Arn(Arn::of_iam(partition, "*", resource));
    let mut statements = vec![
        statement("ReadUsers", READS, Resource::All),
        statement("CreateUsers", &[Action::CreateUser], users())
            .only_if(boundary())
            .only_if(will_be_ours()),
        // CreateUser with tags needs it. Who is somebody else's by the tag cannot be taken over.
        statement("TagNewUsers", &[Action::TagUser], users())
            .only_if(will_be_ours())
            .only_if(Condition::absent(format!("aws:ResourceTag/{OWNER_TAG}"))),
        statement("AttachPolicies", &[Action::AttachUserPolicy], users())
            .only_if(boundary())
            .only_if(is_ours()),
        statement("ChangeUsers", CHANGES, users()).only_if(is_ours()),
        statement("EndQuarantine", &[Action::UntagUser], users())
            .only_if(is_ours())
            .only_if(Condition::only("aws:TagKeys", QUARANTINE_TAG)),
        // IAM has no condition on who is made a member.
        statement("ChangeMembers", MEMBERS, iam("group/*")),
        statement(
            "DeleteDevices",
            &[Action::DeleteVirtualMfaDevice],
            iam("mfa/*"),
        ),
    ];
    let of_region = |service: &str, resource: &str| {
        let arn = Arn::parse(format!("arn:{partition}:{service}:*:*:{resource}"));
        arn.map_or(Resource::All, Resource::Arn)
    };
    let parameters = of_region("ssm", &format!("parameter{}*", settings.parameter_prefix));
    statements.push(statement("StoreSecrets", PARAMETERS, parameters));
    if let Some(key) = &settings.kms_key {
        let key = match Arn::parse(key.as_str()) {
            Ok(arn) if arn.resource().starts_with("key/") => Resource::Arn(arn),
            _ => of_region("kms", "key/*"),
        };
        let by_parameters = Condition::like("kms:ViaService", "ssm.*.amazonaws.com*");
        statements.push(statement("EncryptSecrets", ENCRYPTION, key).only_if(by_parameters));
    }
    if let DesiredPlace::Table(name) = &settings.desired {
        let table = of_region("dynamodb", &format!("table/{name}"));
        statements.push(statement("ReadAndLeaseTable", TABLE, table));
        let stream = of_region("dynamodb", &format!("table/{name}/stream/*"));
        statements.push(statement("FollowTable", STREAM, stream));
    }
    Policy { statements }
}

impl Statement {
    fn only_if(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }
}

const READS: &[Action] = &[
    Action::GetAccountSummary,
    Action::ListUsers,
    Action::GetAccountAuthorizationDetails,
    Action::ListServiceSpecificCredentials,
    Action::ListGroupsForUser,
    Action::ListMfaDevices,
    Action::ListAccessKeys,
    Action::GetAccessKeyLastUsed,
    Action::ListSshPublicKeys,
    Action::GetUser,
    Action::ListAttachedUserPolicies,
    Action::ListUserPolicies,
    Action::GetLoginProfile,
    Action::ListSigningCertificates,
];

const CHANGES: &[Action] = &[
    Action::DeleteUser,
    Action::TagUser,
    Action::DetachUserPolicy,
    Action::DeleteUserPolicy,
    Action::CreateAccessKey,
    Action::UpdateAccessKey,
    Action::DeleteAccessKey,
    Action::DeleteLoginProfile,
    Action::DeactivateMfaDevice,
    Action::DeleteSshPublicKey,
    Action::DeleteSigningCertificate,
    Action::DeleteServiceSpecificCredential,
];

const MEMBERS: &[Action] = &[Action::AddUserToGroup, Action::RemoveUserFromGroup];

const PARAMETERS: &[Action] = &[
    Action::GetParameter,
    Action::PutParameter,
    Action::DeleteParameter,
    Action::ListTagsForResource,
    Action::AddTagsToResource,
];

/// The lease of the run is an item.
const TABLE: &[Action] = &[
    Action::Scan,
    Action::DescribeTable,
    Action::DescribeTimeToLive,
    Action::PutItem,
    Action::DeleteItem,
];

const STREAM: &[Action] = &[
    Action::DescribeStream,
    Action::GetShardIterator,
    Action::GetRecords,
];

const ENCRYPTION: &[Action] = &[Action::Encrypt, Action::Decrypt];
