//! Each action as an event: OCSF 1.6.0, class 3001 (Account Change).

use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Carried, Subject, UserAction};
use crate::aws::Identity;
use crate::foreign::Shown;
use crate::model::unix_ms;

/// An action that was tried.
#[derive(Debug)]
pub struct Deed<'a> {
    /// Who acted, in which account.
    pub caller: &'a Identity,
    /// The plan's id, which joins the events of one run.
    pub plan: &'a str,
    /// The user, as the plan has it.
    pub subject: &'a Subject,
    /// What was to be done.
    pub action: &'a UserAction,
    /// What was done, or why not, in words.
    pub result: Result<&'a Carried, Shown>,
    /// When it ended.
    pub at: OffsetDateTime,
}

impl Deed<'_> {
    /// The event. It is news once: its id is new.
    pub fn event(&self) -> Value {
        let (activity_id, activity) = activity(self.action);
        let account = json!({
            "uid": self.caller.account.id, "type_id": 10, "type": "AWS Account",
        });
        let mut user = json!({
            "name": self.subject.name, "type_id": 1, "type": "User", "account": account,
        });
        // As in the inventory: the ARN, where it is known, and UserId.
        match &self.result {
            Ok(carried) => {
                if let Some(arn) = &carried.arn {
                    user["uid"] = json!(arn);
                }
                user["uid_alt"] = json!(carried.user.id);
            }
            Err(_) => {
                if let Some(id) = &self.subject.id {
                    user["uid_alt"] = json!(id);
                }
            }
        }
        let mut event = json!({
            "activity_id": activity_id,
            "activity_name": activity,
            "category_uid": 3,
            "category_name": "Identity & Access Management",
            "class_uid": 3001,
            "class_name": "Account Change",
            "type_uid": 300_100 + activity_id,
            "type_name": format!("Account Change: {}", caption(activity_id)),
            "severity_id": 1,
            "severity": "Informational",
            "time": unix_ms::of(self.at),
            "message": self.message(),
            "metadata": {
                "version": "1.6.0",
                "profiles": ["cloud"],
                "uid": Uuid::new_v4().to_string(),
                "correlation_uid": self.plan,
                "product": {
                    "name": "rollcall", "vendor_name": "rollcall",
                    "version": env!("CARGO_PKG_VERSION"),
                },
            },
            "cloud": {
                "provider": "AWS",
                "cloud_partition": self.caller.account.partition,
                "account": account,
            },
            "actor": { "user": {
                "uid": self.caller.arn.as_str(), "type_id": 0, "type": "Unknown",
                "account": account,
            } },
            "user": user,
        });
        let (status_id, status) = match &self.result {
            Ok(_) => (1, "Success"),
            Err(why) => {
                event["status_detail"] = json!(why);
                (2, "Failure")
            }
        };
        event["status_id"] = json!(status_id);
        event["status"] = json!(status);
        if let UserAction::AttachPolicy { arn } | UserAction::DetachPolicy { arn } = self.action {
            event["policies"] = json!([{ "uid": arn }]);
        }
        event
    }

    /// A line for people.
    pub fn message(&self) -> String {
        let Subject { name, .. } = self.subject;
        match &self.result {
            Ok(carried) => format!("{name}: {}", carried.what),
            Err(why) => format!("{name}: {} failed: {why}", self.action),
        }
    }
}

/// The `activity_id` of `action`, and its name. What the class has no word for goes by AWS's own.
fn activity(action: &UserAction) -> (u32, &'static str) {
    match action {
        UserAction::Create { .. } => (1, caption(1)),
        UserAction::Restore { .. } => (2, caption(2)),
        UserAction::Quarantine { .. } => (5, caption(5)),
        UserAction::Delete => (6, caption(6)),
        UserAction::AttachPolicy { .. } => (7, caption(7)),
        UserAction::DetachPolicy { .. } => (8, caption(8)),
        UserAction::AddToGroup { .. } => (99, "AddUserToGroup"),
        UserAction::RemoveFromGroup { .. } => (99, "RemoveUserFromGroup"),
        UserAction::Tag { .. } => (99, "TagUser"),
        UserAction::CreateKey | UserAction::RotateKey { .. } => (99, "CreateAccessKey"),
        UserAction::DeactivateKey { .. } => (99, "UpdateAccessKey"),
        UserAction::DeleteKey { .. } => (99, "DeleteAccessKey"),
    }
}

/// The caption of an activity of the class.
fn caption(activity_id: u32) -> &'static str {
    match activity_id {
        1 => "Create",
        2 => "Enable",
        5 => "Disable",
        6 => "Delete",
        7 => "Attach Policy",
        8 => "Detach Policy",
        _ => "Other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::{Deactivation, UserRef};
    use crate::model::{Account, Arn};
    use crate::validate::Rules;

    fn actions() -> Vec<UserAction> {
        let text = || "x".to_owned();
        let arn = || "arn:aws:iam::111122223333:policy/readers".to_owned();
        vec![
            UserAction::Create {
                path: "/rollcall/".to_owned(),
                boundary: arn(),
                tags: Vec::new(),
            },
            UserAction::AddToGroup { group: text() },
            UserAction::RemoveFromGroup { group: text() },
            UserAction::AttachPolicy { arn: arn() },
            UserAction::DetachPolicy { arn: arn() },
            UserAction::Tag { tags: Vec::new() },
            UserAction::CreateKey,
            UserAction::RotateKey { old: text() },
            UserAction::DeactivateKey { key: text() },
            UserAction::DeleteKey { key: text() },
            UserAction::Quarantine {
                mark: Deactivation {
                    since: OffsetDateTime::UNIX_EPOCH,
                    keys: Vec::new(),
                },
            },
            UserAction::Restore { keys: Vec::new() },
            UserAction::Delete,
        ]
    }

    fn events() -> Vec<Value> {
        let arn = Arn::parse("arn:aws:sts::111122223333:assumed-role/writes/rollcall").unwrap();
        let caller = Identity {
            arn,
            account: Account {
                id: "111122223333".to_owned(),
                partition: "aws".to_owned(),
                name: None,
                organization: None,
            },
        };
        let subject = Subject {
            name: "anna".to_owned(),
            id: None,
        };
        let mut events = Vec::new();
        for action in actions() {
            let carried = Carried {
                user: UserRef {
                    id: "AIDAX".to_owned(),
                    name: "anna".to_owned(),
                },
                arn: Some("arn:aws:iam::111122223333:user/rollcall/anna".to_owned()),
                what: action.to_string(),
            };
            for result in [Ok(&carried), Err(Shown::of("denied"))] {
                let deed = Deed {
                    caller: &caller,
                    plan: "0197c1de-0000-7000-8000-000000000001",
                    subject: &subject,
                    action: &action,
                    result,
                    at: OffsetDateTime::from_unix_timestamp(1_795_168_860).unwrap(),
                };
                events.push(deed.event());
            }
        }
        events
    }

    #[test]
    fn every_action_done_or_not_is_a_valid_event() {
        for event in events() {
            assert_eq!(Rules::OwnVersion.check(&event.to_string()), [], "{event}");
        }
    }

    #[test]
    fn an_event_names_the_plan_the_role_and_the_user() {
        let mut event = events().remove(0);
        event["metadata"]["uid"] = json!("(new)");
        event["metadata"]["product"]["version"] = json!("(ours)");
        insta::assert_json_snapshot!(event);
    }
}
