//! What AWS checks before it carries out a request: each action, its resource, and the condition
//! keys that it has, by the service authorization reference.

use rollcall::analyze::decision::{Context, Given, Session};
use rollcall::model::Tag;
use serde_json::Value;
use time::OffsetDateTime;

use crate::lifecycle::people::TABLE;
use crate::support::aws_proxy::Call;
use crate::support::block_on;
use crate::support::moto::Account;

/// One permission that a request needs.
#[derive(Debug, Clone)]
pub(super) struct Check {
    /// As `iam:CreateUser`.
    pub(super) action: String,
    /// The ARN, or `*` where the action knows no resource.
    pub(super) resource: String,
    pub(super) context: Context,
}

/// Actions of IAM that are granted on nothing narrower than everything.
const OF_ALL: [&str; 6] = [
    "GetAccountSummary",
    "ListUsers",
    "GetAccountAuthorizationDetails",
    "ListVirtualMFADevices",
    "GenerateCredentialReport",
    "GetCredentialReport",
];

/// Actions that have `iam:PermissionsBoundary`, of the user that they are about.
const OF_BOUNDED: [&str; 3] = ["AttachUserPolicy", "DetachUserPolicy", "DeleteUserPolicy"];

impl Check {
    /// Of a resource without tags, in a request without any.
    pub(super) fn new(action: &str, resource: &str) -> Self {
        let mut context = Context::new(OffsetDateTime::UNIX_EPOCH, Session::Role);
        context.resource_tags = Some(Vec::new());
        Self {
            action: action.to_owned(),
            resource: resource.to_owned(),
            context,
        }
        .tagging(&[])
    }

    /// About a resource with this tag.
    pub(super) fn of_tagged(mut self, key: &str, value: &str) -> Self {
        let tags = self.context.resource_tags.get_or_insert_default();
        tags.push(Tag {
            key: key.to_owned(),
            value: value.to_owned(),
        });
        self
    }

    /// With these tags in the request.
    pub(super) fn tagging(mut self, tags: &[(String, String)]) -> Self {
        let keys = &mut self.context.keys;
        keys.retain(|(key, _)| !key.starts_with("aws:"));
        let mut values = tags.iter().map(|(key, value)| {
            let key = format!("aws:requesttag/{}", key.to_ascii_lowercase());
            (key, Given::Values(vec![value.clone()]))
        });
        keys.extend(values.by_ref());
        keys.push(("aws:requesttag/managed-by".to_owned(), Given::Absent));
        self.of_keys(tags.iter().map(|(key, _)| key.clone()).collect())
    }

    /// With these keys of tags in the request.
    pub(super) fn of_keys(mut self, tags: Vec<String>) -> Self {
        let given = match tags.is_empty() {
            true => Given::Absent,
            false => Given::Values(tags),
        };
        self.context.keys.retain(|(key, _)| key != "aws:tagkeys");
        self.context.keys.push(("aws:tagkeys".to_owned(), given));
        self
    }

    /// With this permissions boundary.
    pub(super) fn bounded(mut self, boundary: Option<&str>) -> Self {
        let given = match boundary {
            Some(arn) => Given::Values(vec![arn.to_owned()]),
            None => Given::Absent,
        };
        let key = "iam:permissionsboundary".to_owned();
        self.context.keys.push((key, given));
        self
    }
}

/// What AWS checks of `call`. Where a parameter is decrypted, the key is `kms_key`.
pub(super) fn of(call: &Call, account: &Account, kms_key: &str) -> Vec<Check> {
    let action = format!("{}:{}", call.service(), call.action());
    match call.service() {
        // Whoever asks who he is may.
        "sts" => Vec::new(),
        "iam" => of_iam(call, account, &action),
        "dynamodb" => {
            let body = body(call);
            let resource = match (body["TableName"].as_str(), body["StreamArn"].as_str()) {
                (Some(name), _) => arn(call, account, &format!("table/{name}")),
                (None, Some(stream)) => stream.to_owned(),
                // An iterator is of one stream, which AWS knows by it.
                (None, None) => arn(call, account, &format!("table/{TABLE}/stream/now")),
            };
            vec![Check::new(&action, &resource)]
        }
        "ssm" => of_parameter(call, account, &action, kms_key),
        other => panic!("lifecycle has nothing to do with {other}"),
    }
}

fn of_iam(call: &Call, account: &Account, action: &str) -> Vec<Check> {
    let named = |name: &str| call.parameter(name);
    let iam = |resource: String| format!("arn:aws:iam::{}:{resource}", account.id());
    let name = call.action();
    if name == "CreateUser" {
        let (path, user) = (named("Path").unwrap(), named("UserName").unwrap());
        let resource = iam(format!("user{path}{user}"));
        let tags = tags(call);
        let create = Check::new(action, &resource).tagging(&tags);
        let tag = Check::new("iam:TagUser", &resource).tagging(&tags);
        return vec![create.bounded(named("PermissionsBoundary")), tag];
    }
    if let Some(group) = named("GroupName") {
        return vec![Check::new(action, &iam(format!("group/{group}")))];
    }
    if name == "DeleteVirtualMFADevice" {
        return vec![Check::new(action, named("SerialNumber").unwrap())];
    }
    let Some(user) = named("UserName").filter(|_| !OF_ALL.contains(&name)) else {
        return vec![Check::new(action, "*")];
    };
    vec![of_user(account, action, user).of_request(call)]
}

/// About the user `name`. Of one that is not there, AWS knows neither path nor tags.
fn of_user(account: &Account, action: &str, name: &str) -> Check {
    let found = block_on(account.iam().get_user().user_name(name).send());
    let Some(user) = found.ok().and_then(|it| it.user) else {
        let nobody = format!("arn:aws:iam::{}:user/{name}", account.id());
        return Check::new(action, &nobody);
    };
    let tags = user.tags().iter();
    let check = tags.fold(Check::new(action, &user.arn), |check, tag| {
        check.of_tagged(&tag.key, &tag.value)
    });
    let boundary = user.permissions_boundary();
    let boundary = boundary.and_then(|it| it.permissions_boundary_arn());
    match OF_BOUNDED.iter().any(|it| action.ends_with(it)) {
        true => check.bounded(boundary),
        false => check,
    }
}

impl Check {
    fn of_request(self, call: &Call) -> Self {
        let keys: Vec<String> = (1..)
            .map_while(|at| call.parameter(&format!("TagKeys.member.{at}")))
            .map(str::to_owned)
            .collect();
        match keys.is_empty() {
            true => self.tagging(&tags(call)),
            false => self.of_keys(keys),
        }
    }
}

/// The tags in a request of IAM.
fn tags(call: &Call) -> Vec<(String, String)> {
    let part = |at: usize, what: &str| call.parameter(&format!("Tags.member.{at}.{what}"));
    (1..)
        .map_while(|at| Some((part(at, "Key")?.to_owned(), part(at, "Value")?.to_owned())))
        .collect()
}

/// Parameter Store has a KMS key encrypt and decrypt in its caller's name.
fn of_parameter(call: &Call, account: &Account, action: &str, kms_key: &str) -> Vec<Check> {
    let body = body(call);
    let name = [&body["Name"], &body["ResourceId"]].into_iter();
    let name = name.filter_map(Value::as_str).next().unwrap();
    let resource = arn(call, account, &format!("parameter{name}"));
    let mut checks = vec![Check::new(action, &resource)];
    if call.action() == "PutParameter" && body["Tags"].is_array() {
        checks.push(Check::new("ssm:AddTagsToResource", &resource));
    }
    let by_key = match (body["KeyId"].as_str(), &body["WithDecryption"]) {
        (Some(key), _) => Some(("kms:Encrypt", key)),
        (None, Value::Bool(true)) => Some(("kms:Decrypt", kms_key)),
        _ => None,
    };
    checks.extend(by_key.map(|(action, key)| {
        let mut check = Check::new(action, key);
        let service = format!("ssm.{}.amazonaws.com", call.region());
        check.context = check.context.with("kms:ViaService", &service);
        check
    }));
    checks
}

fn body(call: &Call) -> Value {
    serde_json::from_str(call.parameter("Body").unwrap()).unwrap()
}

fn arn(call: &Call, account: &Account, resource: &str) -> String {
    let (service, region) = (call.service(), call.region());
    format!("arn:aws:{service}:{region}:{}:{resource}", account.id())
}
