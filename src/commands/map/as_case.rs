//! A case of the mapping's snapshots from a real user, with nothing of it that tells who it is.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::made_up::MadeUp;
use crate::analyze::{AdminRule, Privilege, Tier};
use crate::config::MappingSettings;
use crate::map::TagNames;
use crate::model::{
    AccessKey, AttachedPolicy, Fact, Group, Mfa, MfaDevice, ServiceCredential, Tag, User,
};

/// The fixture about `user`: its facts with made-up names, ids and tags, what the mapping needs
/// besides, and the verdict without the names in its reasons. Tag keys of the settings' names stay,
/// and so do the default words of administrators within names.
pub(super) fn case(
    user: &User,
    privilege: Option<&Privilege>,
    settings: &MappingSettings,
) -> Value {
    let defaults = AdminRule::DOCUMENTED.map(str::to_owned);
    let mut case = Case {
        made_up: MadeUp::new(&defaults),
        tag_names: &settings.tags,
    };
    let mut out = json!({"Shows": case.shows(user), "User": case.user(user)});
    let mut mapping = Map::new();
    if settings.risk {
        mapping.insert("risk".to_owned(), json!(true));
    }
    if settings.service_accounts.includes(user) == Some(true) {
        // The pattern itself may name somebody: the user's ARN is one that matches.
        mapping.insert("service_accounts".to_owned(), json!([out["User"]["Arn"]]));
    }
    if !mapping.is_empty() {
        out["Mapping"] = mapping.into();
    }
    if let Some(privilege) = privilege.filter(|it| it.tier != Tier::Unknown) {
        out["Privilege"] = json!(privilege.without_reasons());
    }
    out
}

struct Case<'a> {
    made_up: MadeUp,
    tag_names: &'a TagNames,
}

impl Case<'_> {
    /// What is special about the user, for a reviewer to say better.
    fn shows(&self, user: &User) -> String {
        let count = |len: Option<usize>, what: &str| match len {
            Some(1) => format!("1 {what}"),
            Some(len) => format!("{len} {what}s"),
            None => format!("unknown {what}s"),
        };
        format!(
            "a real user, made up: {}, {}, {}",
            count(user.groups.value().map(Vec::len), "group"),
            count(user.tags.value().map(Vec::len), "tag"),
            count(user.access_keys.value().map(Vec::len), "access key"),
        )
    }

    fn user(&mut self, user: &User) -> Value {
        let mut out = Map::new();
        out.insert("UserName".to_owned(), json!(self.name(user)));
        out.insert("UserId".to_owned(), json!(self.made_up.id(&user.id)));
        out.insert("Arn".to_owned(), json!(self.made_up.arn(user.arn.as_str())));
        out.insert("Path".to_owned(), json!(self.made_up.text(&user.path)));
        out.insert("CreateDate".to_owned(), date(user.created_at));
        let mut put = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                out.insert(key.to_owned(), value);
            }
        };
        put("Tags", fact(&user.tags, |all| self.tags(all)));
        put(
            "Groups",
            fact(&user.groups, |all| {
                all.iter().map(|group| self.group(group)).collect()
            }),
        );
        put(
            "AttachedManagedPolicies",
            fact(&user.attached_policies, |all| self.policies(all)),
        );
        put(
            "UserPolicyNames",
            fact(&user.inline_policies, |all| self.names(all)),
        );
        put(
            "PermissionsBoundary",
            fact(&user.permissions_boundary, |arn| {
                arn.as_ref()
                    .map_or(Value::Null, |arn| json!(self.made_up.arn(arn)))
            }),
        );
        put("MFA", fact(&user.mfa, |mfa| self.mfa(mfa)));
        put(
            "Console",
            fact(&user.console, |console| match console.enabled {
                true => json!({"PasswordEnabled": true,
                "PasswordLastChanged": console.password_last_changed.map(date)}),
                false => Value::Null,
            }),
        );
        put(
            "PasswordLastUsed",
            fact(&user.password_last_used, |at| at.map_or(Value::Null, date)),
        );
        put(
            "AccessKeys",
            fact(&user.access_keys, |keys| {
                keys.iter().map(|key| self.access_key(key)).collect()
            }),
        );
        put(
            "ServiceSpecificCredentials",
            fact(&user.service_specific_credentials, |all| {
                all.iter().map(|it| self.service_credential(it)).collect()
            }),
        );
        put(
            "SigningCertificates",
            fact(&user.signing_certificates, |all| {
                let certificates = all
                    .iter()
                    .map(|it| json!({"Active": it.active, "LastRotated": it.rotated_at.map(date)}));
                certificates.collect()
            }),
        );
        put(
            "SSHPublicKeys",
            fact(&user.ssh_public_keys, |all| {
                let keys = all.iter().map(|key| {
                    json!({"SSHPublicKeyId": self.made_up.id(&key.id), "Status": key.status,
                        "UploadDate": date(key.uploaded_at)})
                });
                keys.collect()
            }),
        );
        Value::Object(out)
    }

    /// The name of the root user is AWS's.
    fn name(&mut self, user: &User) -> String {
        match user.is_root() {
            true => user.name.clone(),
            false => self.made_up.text(&user.name),
        }
    }

    fn tags(&mut self, tags: &[Tag]) -> Value {
        let tags = tags.iter().map(|tag| {
            let key = match self.tag_names.has(&tag.key) {
                true => tag.key.clone(),
                false => self.made_up.text(&tag.key),
            };
            json!({"Key": key, "Value": self.made_up.text(&tag.value)})
        });
        tags.collect()
    }

    fn group(&mut self, group: &Group) -> Value {
        let mut out = Map::new();
        out.insert(
            "GroupName".to_owned(),
            json!(self.made_up.text(&group.name)),
        );
        if let Some(arn) = &group.arn {
            out.insert("Arn".to_owned(), json!(self.made_up.arn(arn)));
        }
        if let Some(id) = &group.id {
            out.insert("GroupId".to_owned(), json!(self.made_up.id(id)));
        }
        let attached = fact(&group.attached_policies, |all| self.policies(all));
        out.extend(attached.map(|it| ("AttachedManagedPolicies".to_owned(), it)));
        let inline = fact(&group.inline_policies, |all| self.names(all));
        out.extend(inline.map(|it| ("GroupPolicyNames".to_owned(), it)));
        Value::Object(out)
    }

    /// Policies of AWS stay.
    fn policies(&mut self, policies: &[AttachedPolicy]) -> Value {
        let policies = policies.iter().map(|policy| {
            let arn = self.made_up.arn(&policy.arn);
            let name = match arn == policy.arn {
                true => policy.name.clone(),
                false => self.made_up.text(&policy.name),
            };
            json!({"PolicyName": name, "PolicyArn": arn})
        });
        policies.collect()
    }

    fn names(&mut self, names: &[String]) -> Value {
        names.iter().map(|name| self.made_up.text(name)).collect()
    }

    fn mfa(&mut self, mfa: &Mfa) -> Value {
        match mfa {
            Mfa::Devices(devices) if devices.is_empty() => Value::Null,
            Mfa::Devices(devices) => json!({"Devices": self.devices(devices)}),
            Mfa::AtLeast(devices) => json!({"AtLeast": self.devices(devices)}),
            Mfa::Active(active) => json!({"Active": active}),
        }
    }

    fn devices(&mut self, devices: &[MfaDevice]) -> Value {
        let devices = devices.iter().map(|device| {
            let serial = match device.serial_number.starts_with("arn:") {
                true => self.made_up.arn(&device.serial_number),
                false => self.made_up.text(&device.serial_number),
            };
            json!({"SerialNumber": serial, "EnableDate": device.enabled_at.map(date)})
        });
        devices.collect()
    }

    fn service_credential(&mut self, credential: &ServiceCredential) -> Value {
        let name = credential.service_user_name.as_ref();
        json!({
            "ServiceSpecificCredentialId": self.made_up.id(&credential.id),
            "ServiceName": credential.service_name,
            "ServiceUserName": name.map(|name| self.made_up.text(name)),
            "Status": credential.status,
            "CreateDate": date(credential.created_at),
            "ExpirationDate": credential.expires_at.map(date),
        })
    }

    fn access_key(&mut self, key: &AccessKey) -> Value {
        let used = key.last_used.as_ref();
        json!({
            "AccessKeyId": key.id.as_ref().map(|id| self.made_up.id(id)),
            "Status": if key.active { "Active" } else { "Inactive" },
            "LastRotated": key.rotated_at.map(date),
            "LastUsedDate": used.map(|used| date(used.at)),
            "ServiceName": used.and_then(|used| used.service.as_deref()),
            "Region": used.and_then(|used| used.region.as_deref()),
        })
    }
}

/// A fact as a fixture has it; nothing of one that is known to be empty.
fn fact<T>(fact: &Fact<T>, known: impl FnOnce(&T) -> Value) -> Option<Value> {
    let value = match fact {
        Fact::Known { value, .. } => known(value),
        Fact::Unknown(why) => json!({"unknown": why.reason.as_str(), "detail": why.detail}),
    };
    let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    (!is_empty).then_some(value)
}

fn date(at: OffsetDateTime) -> Value {
    at.format(&Rfc3339).map_or(Value::Null, Value::String)
}
