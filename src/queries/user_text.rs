//! One user for people: a line a fact, and why facts are not known.

use std::collections::BTreeMap;

use super::answer::FoundUser;
use super::times::rfc3339;
use super::user_json::unknown_facts;
use super::user_table::{NOT_KNOWN, or_not_known, yes_or_no};
use crate::analyze::{AdminProof, AdminVerdict};
use crate::foreign::Shown;
use crate::model::{AccessKey, AttachedPolicy, Fact, Group, Mfa, Unknown, User};
use crate::table::{Width, paragraph};

/// How wide the names of facts are.
const NAME_WIDTH: usize = 20;

/// Lines of a name and a value.
pub(super) struct Lines {
    text: String,
    width: Width,
}

impl Lines {
    pub(super) fn new(width: Width) -> Self {
        Self {
            text: String::new(),
            width,
        }
    }

    pub(super) fn push(&mut self, name: &str, value: &str) {
        let head = format!("{name:<NAME_WIDTH$}  ");
        self.text += &paragraph(&head, &Shown::of(value), self.width);
    }

    /// A line each; `none` if there is nothing.
    pub(super) fn push_each(&mut self, name: &str, values: Option<Vec<String>>) {
        match values {
            None => self.push(name, NOT_KNOWN),
            Some(values) if values.is_empty() => self.push(name, "none"),
            Some(values) => {
                for (index, value) in values.iter().enumerate() {
                    self.push(if index == 0 { name } else { "" }, value);
                }
            }
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Everything that is known of the user, but for its verdict.
pub fn user_text(found: &FoundUser, width: Width) -> String {
    let user = found.user.as_ref();
    let mut lines = Lines::new(width);
    let name = found.account.name.iter();
    let name: String = name.map(|name| format!(" ({name})")).collect();
    lines.push("user", &user.name);
    lines.push("account", &format!("{}{name}", found.account.id));
    lines.push("ARN", user.arn.as_str());
    lines.push("id", &user.id);
    lines.push("created", &rfc3339(user.created_at));
    lines.push("console password", &console(user));
    lines.push_each("MFA", mfa(user));
    lines.push_each("access keys", listed(&user.access_keys, key));
    let groups = listed(&user.groups, |group| group_line(group));
    lines.push_each("groups", groups);
    lines.push_each("attached policies", listed(&user.attached_policies, arn));
    lines.push_each(
        "inline policies",
        listed(&user.inline_policies, String::clone),
    );
    let boundary = user.permissions_boundary.value();
    let boundary = boundary.map(|arn| arn.clone().unwrap_or_else(|| "none".to_owned()));
    lines.push("boundary", &or_not_known(boundary));
    let tags = listed(&user.tags, |tag| format!("{}={}", tag.key, tag.value));
    lines.push_each("tags", tags);
    lines.push("admin by names", &by_names(&found.by_names));
    for stale in &found.stale {
        let as_of = rfc3339(stale.as_of);
        lines.push(
            "as last known",
            &format!("{} at {as_of} ({})", stale.fact, stale.why),
        );
    }
    let mut reasons: BTreeMap<&Unknown, Vec<&str>> = BTreeMap::new();
    for (fact, why) in unknown_facts(found) {
        reasons.entry(why).or_default().push(fact);
    }
    for (why, facts) in reasons {
        lines.push("not known", &format!("{} ({why})", facts.join(", ")));
    }
    lines.finish()
}

fn console(user: &User) -> String {
    let used = user.password_last_used.value();
    let used = used.map(|at| {
        at.map_or_else(
            || "never used".to_owned(),
            |at| format!("last used {}", rfc3339(at)),
        )
    });
    match user.console.value().map(|it| it.enabled) {
        None => NOT_KNOWN.to_owned(),
        Some(false) => "no".to_owned(),
        Some(true) => format!(
            "yes, {}",
            used.unwrap_or_else(|| "last use not known".to_owned())
        ),
    }
}

fn mfa(user: &User) -> Option<Vec<String>> {
    Some(match user.mfa.value()? {
        Mfa::Active(active) => vec![yes_or_no(*active)],
        Mfa::AtLeast(devices) if devices.is_empty() => vec![yes_or_no(true)],
        Mfa::Devices(devices) | Mfa::AtLeast(devices) => {
            let lines = devices.iter();
            let lines = lines.map(|it| format!("{}, {}", it.kind().as_str(), it.serial_number));
            lines.collect()
        }
    })
}

fn key(key: &AccessKey) -> String {
    let id = key.id.as_deref().unwrap_or("key");
    let is_active = if key.active { "active" } else { "inactive" };
    let rotated = key
        .rotated_at
        .map(|at| format!(", created {}", rfc3339(at)));
    let used = match &key.last_used {
        None => ", never used".to_owned(),
        Some(used) => {
            let service = used.service.iter().map(|it| format!(" for {it}"));
            format!(
                ", last used {}{}",
                rfc3339(used.at),
                service.collect::<String>()
            )
        }
    };
    format!("{id}, {is_active}{}{used}", rotated.unwrap_or_default())
}

fn group_line(group: &Group) -> String {
    let attached = match group.attached_policies.value() {
        None => vec![NOT_KNOWN],
        Some(policies) => policies.iter().map(|it| it.name.as_str()).collect(),
    };
    let inline = group.inline_policies.value();
    let inline = inline
        .into_iter()
        .flatten()
        .map(|name| format!("{name} (inline)"));
    let policies: Vec<String> = attached
        .into_iter()
        .map(str::to_owned)
        .chain(inline)
        .collect();
    match policies.is_empty() {
        true => format!("{}, without policies", group.name),
        false => format!("{}: {}", group.name, policies.join(", ")),
    }
}

fn by_names(verdict: &AdminVerdict) -> String {
    match verdict {
        AdminVerdict::Unknown => NOT_KNOWN.to_owned(),
        AdminVerdict::NotAdmin => "no".to_owned(),
        AdminVerdict::Admin(proofs) => {
            let proofs = proofs.iter().map(|proof| match proof {
                AdminProof::RootUser => "it is the root user".to_owned(),
                AdminProof::GroupPolicy { group, policy } => {
                    format!("group {group} has {}", policy.name)
                }
            });
            format!("yes: {}", proofs.collect::<Vec<_>>().join(", "))
        }
    }
}

pub(super) fn listed<T>(fact: &Fact<Vec<T>>, line: impl Fn(&T) -> String) -> Option<Vec<String>> {
    fact.value().map(|values| values.iter().map(line).collect())
}

pub(super) fn arn(policy: &AttachedPolicy) -> String {
    policy.arn.clone()
}
