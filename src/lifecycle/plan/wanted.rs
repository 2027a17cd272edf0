//! One user that there should be.

use std::collections::BTreeSet;

use super::ours::{Owner, exempt, owner, tag};
use super::{Observed, Plan, Rules, keys};
use crate::lifecycle::{
    Deactivation, DesiredKeys, DesiredUser, OWNER_TAG, OWNER_VALUE, QUARANTINE_TAG, Subject,
    UserAction,
};
use crate::model::{Tag, User};

/// Plans what brings `found`, the user of that name, to `desired`.
pub(super) fn user(
    rules: &Rules<'_>,
    desired: &DesiredUser,
    found: Option<&std::sync::Arc<User>>,
    observed: &Observed,
    plan: &mut Plan,
) {
    match (found, &observed.why_incomplete) {
        (Some(found), _) => match why_not_ours(rules, desired, found) {
            Some((what, why)) => plan.hold(Subject::of(found), what, why),
            None => change(rules, desired, found, observed, plan),
        },
        (None, Some(why)) => {
            let why = format!("not everybody was read, so it may be there: {why}");
            plan.hold(new(desired), "creation", why);
        }
        (None, None) => create(rules, desired, plan),
    }
}

/// What is not done to `found`, and why, where it is not to be touched.
fn why_not_ours(
    rules: &Rules<'_>,
    desired: &DesiredUser,
    found: &User,
) -> Option<(&'static str, String)> {
    let clash = "everything";
    match owner(found, rules.settings) {
        Owner::Us => {}
        Owner::Others(why) => {
            return Some((
                clash,
                format!("the name belongs to a user that is not ours: {why}"),
            ));
        }
        Owner::Unknown(why) => {
            let why = format!("whose it is is not known: tags unknown: {why}");
            return Some((clash, why));
        }
    }
    if let Some(why) = rules.why_ahead(found) {
        return Some((clash, why));
    }
    if found.name != desired.name {
        let why = format!("it is called {}, and AWS tells no case apart", found.name);
        return Some((clash, why));
    }
    let boundary = rules.settings.boundary.as_str();
    match found.permissions_boundary.value() {
        None => Some((clash, "its permissions boundary is not known".to_owned())),
        Some(Some(arn)) if arn == boundary => None,
        Some(None) => Some((
            clash,
            format!("it has no permissions boundary; set {boundary}"),
        )),
        Some(Some(arn)) => Some((
            clash,
            format!("its permissions boundary is {arn}, not {boundary}"),
        )),
    }
}

fn new(desired: &DesiredUser) -> Subject {
    Subject {
        name: desired.name.clone(),
        id: None,
    }
}

fn create(rules: &Rules<'_>, desired: &DesiredUser, plan: &mut Plan) {
    let mut tags = wanted_tags(desired);
    tags.retain(|tag| !tag.key.eq_ignore_ascii_case(OWNER_TAG));
    tags.push(Tag {
        key: OWNER_TAG.to_owned(),
        value: OWNER_VALUE.to_owned(),
    });
    let create = UserAction::Create {
        path: desired.path.clone(),
        boundary: rules.settings.boundary.to_string(),
        tags,
    };
    plan.act(new(desired), create, "desired, and not there");
    for group in desired.groups.iter().flatten().cloned() {
        plan.act(new(desired), UserAction::AddToGroup { group }, "desired");
    }
    for arn in desired.policies.iter().flatten().cloned() {
        plan.act(new(desired), UserAction::AttachPolicy { arn }, "desired");
    }
    if desired.keys == DesiredKeys::One {
        plan.act(new(desired), UserAction::CreateKey, "has no key");
    }
}

fn change(
    rules: &Rules<'_>,
    desired: &DesiredUser,
    found: &User,
    observed: &Observed,
    plan: &mut Plan,
) {
    let subject = || Subject::of(found);
    if let Some(mark) = tag(found, QUARANTINE_TAG) {
        match Deactivation::parse(mark) {
            Some(mark) => restore(mark, found, plan),
            None => plan.hold(
                subject(),
                "restoration",
                "the tag of its quarantine says none",
            ),
        }
        // What it has is looked at again once it is back.
        return;
    }
    if found.path != desired.path {
        let why = format!(
            "its path is {}, not {}: delete it or change the path",
            found.path, desired.path
        );
        plan.hold(subject(), "path", why);
    }
    groups(desired, found, plan);
    policies(desired, found, plan);
    let mut tags = wanted_tags(desired);
    tags.retain(|it| tag(found, &it.key) != Some(&it.value));
    if !tags.is_empty() {
        plan.act(subject(), UserAction::Tag { tags }, "desired");
    }
    if desired.keys == DesiredKeys::None || desired.exempt {
        return;
    }
    match exempt(found, rules.settings) {
        Ok(None) => keys::rotate(rules, found, observed.stored_keys.get(&found.id), plan),
        Ok(Some(_)) => {}
        Err(why) => plan.hold(subject(), "keys", why),
    }
}

/// Gives back what quarantine took, of the keys that are still there.
fn restore(mark: Deactivation, found: &User, plan: &mut Plan) {
    let subject = Subject::of(found);
    let Some(has) = found.access_keys.value() else {
        return plan.hold(subject, "restoration", "its access keys are not known");
    };
    let is_there = |key: &String| has.iter().any(|it| it.id.as_ref() == Some(key));
    let keys = mark.keys.into_iter().filter(is_there).collect();
    plan.act(subject, UserAction::Restore { keys }, "desired again");
}

fn groups(desired: &DesiredUser, found: &User, plan: &mut Plan) {
    let Some(wanted) = &desired.groups else {
        return;
    };
    let Some(has) = found.groups.value() else {
        return plan.hold(Subject::of(found), "groups", "its groups are not known");
    };
    let has: BTreeSet<String> = has.iter().map(|group| group.name.clone()).collect();
    for group in wanted.difference(&has).cloned() {
        plan.act(
            Subject::of(found),
            UserAction::AddToGroup { group },
            "desired",
        );
    }
    for group in has.difference(wanted).cloned() {
        plan.act(
            Subject::of(found),
            UserAction::RemoveFromGroup { group },
            "not desired",
        );
    }
}

fn policies(desired: &DesiredUser, found: &User, plan: &mut Plan) {
    let Some(wanted) = &desired.policies else {
        return;
    };
    let Some(has) = found.attached_policies.value() else {
        return plan.hold(Subject::of(found), "policies", "its policies are not known");
    };
    let has: BTreeSet<String> = has.iter().map(|policy| policy.arn.clone()).collect();
    for arn in wanted.difference(&has).cloned() {
        plan.act(
            Subject::of(found),
            UserAction::AttachPolicy { arn },
            "desired",
        );
    }
    for arn in has.difference(wanted).cloned() {
        plan.act(
            Subject::of(found),
            UserAction::DetachPolicy { arn },
            "not desired",
        );
    }
}

fn wanted_tags(desired: &DesiredUser) -> Vec<Tag> {
    let tags = desired.tags.iter();
    let tags = tags.map(|(key, value)| Tag {
        key: key.clone(),
        value: value.clone(),
    });
    tags.collect()
}
