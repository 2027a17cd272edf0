//! Tags that the caller chooses, with which conditions on them hold or do not.

use std::collections::BTreeMap;

use crate::analyze::decision::{
    AppliedPolicy, Boundary, Principal, PrincipalKind, Request, Truth, resolve_text, resource_tag,
};
use crate::analyze::document::{
    Comparison, Condition, Effect, Pattern, Policy, Statement, witness,
};
use crate::analyze::escalation::asker::Asker;
use crate::model::Tag;

/// How many sets of tags are tried.
const BUNDLES_MAX: usize = 64;
/// A key or value that no policy names.
const ANY: &str = "rollcall-any";

/// By what creates something, in lower case, the right that it takes to set tags of it. Of other
/// services it is not known for certain which calls take tags, and which right that needs.
const OF_CREATION: [(&str, &str); 9] = [
    ("ec2:createlaunchtemplate", "ec2:createtags"),
    ("ec2:runinstances", "ec2:createtags"),
    ("iam:createinstanceprofile", "iam:taginstanceprofile"),
    ("iam:createpolicy", "iam:tagpolicy"),
    ("iam:createrole", "iam:tagrole"),
    ("iam:createsamlprovider", "iam:tagsamlprovider"),
    ("iam:createuser", "iam:taguser"),
    ("iam:createvirtualmfadevice", "iam:tagmfadevice"),
    ("lambda:createfunction", "lambda:tagresource"),
];

/// The right that it takes to set tags of what `action` creates; `None` if it takes no tags, or may.
pub(super) fn of_creation(action: &str) -> Option<&'static str> {
    let mut creations = OF_CREATION.iter();
    let found = creations.find(|(creation, _)| *creation == action);
    found.map(|(_, tagging)| *tagging)
}

/// Tags by key: the value, or `None` where there must be no such tag.
pub(super) type Bundle = BTreeMap<String, Option<String>>;

/// Whose tags they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tagged {
    /// Of who asks.
    Principal,
    /// Of what is created, which are those that the request sets.
    Created,
}

/// What a condition is on.
enum Key<'c> {
    /// One tag.
    One(&'c str),
    /// The keys of all tags of the request.
    All,
}

impl Tagged {
    fn key<'c>(self, condition: &'c Condition) -> Option<Key<'c>> {
        let key = condition.key.as_str();
        let named = |prefix: &str| {
            let is_one = key.starts_with(prefix);
            is_one
                .then(|| condition.key_as_written().get(prefix.len()..))
                .flatten()
        };
        let of_resource = || {
            let prefix = key.len() - resource_tag(key)?.len();
            condition.key_as_written().get(prefix..)
        };
        match self {
            Self::Principal => named("aws:principaltag/").map(Key::One),
            Self::Created if key == "aws:tagkeys" => Some(Key::All),
            Self::Created => named("aws:requesttag/").or_else(of_resource).map(Key::One),
        }
    }
}

/// Sets of tags that the policies of `asker` tell apart for `actions`, or for all if there are none;
/// the first is empty.
pub(super) fn bundles(asker: &Asker<'_>, actions: &[&str], of: Tagged) -> Vec<Bundle> {
    let boundary = match &asker.principal.boundary {
        Boundary::Policy { document, .. } => document.as_deref(),
        Boundary::None | Boundary::Unread => None,
    };
    let levels = asker.account.service_control_policies.iter().flatten();
    let policies = asker.principal.policies.iter().chain(levels.flatten());
    let documents = policies.filter_map(|it: &AppliedPolicy| it.document.as_deref());
    let statements = documents
        .chain(boundary)
        .flat_map(|it: &Policy| &it.statements);
    let is_asked = |it: &&Statement| {
        actions.is_empty() || actions.iter().any(|action| it.action.matches(action))
    };
    let mut escapes = Bundle::new();
    let mut wanted: Vec<Bundle> = Vec::new();
    for statement in statements.filter(is_asked) {
        let is_wanted = statement.effect == Effect::Allow;
        let bundle = bundle(asker, statement, of, is_wanted);
        match is_wanted {
            true => wanted.push(bundle),
            false => escapes.extend(bundle),
        }
    }
    let union: Bundle = wanted.iter().flatten().map(owned).collect();
    wanted.push(union);
    wanted.sort();
    wanted.dedup();
    wanted.truncate(BUNDLES_MAX / 2);
    let with_escapes = wanted.iter().map(|wanted| {
        let all = escapes.iter().chain(wanted);
        all.map(owned).collect()
    });
    let mut bundles = vec![Bundle::new()];
    bundles.extend(with_escapes);
    bundles.extend(wanted.iter().cloned());
    let mut seen = std::collections::BTreeSet::new();
    bundles.retain(|bundle| seen.insert(bundle.clone()));
    bundles
}

fn owned((key, value): (&String, &Option<String>)) -> (String, Option<String>) {
    (key.clone(), value.clone())
}

/// `bundle`, without the tags that may have any value.
pub(super) fn without_any(bundle: &Bundle) -> Bundle {
    let tags = bundle.iter().map(owned);
    tags.map(|(key, value)| (key, value.filter(|value| value != ANY)))
        .collect()
}

/// The tags of `bundle`, among `tags` or instead of them.
pub(super) fn tagged(tags: &[Tag], bundle: &Bundle) -> Vec<Tag> {
    let is_kept = |tag: &&Tag| !bundle.keys().any(|key| key.eq_ignore_ascii_case(&tag.key));
    let kept = tags.iter().filter(is_kept).cloned();
    let set = bundle.iter().filter_map(|(key, value)| {
        Some(Tag {
            key: key.clone(),
            value: value.clone()?,
        })
    });
    kept.chain(set).collect()
}

/// The tags with which the conditions of `statement` hold, or do not, as `is_wanted`.
fn bundle(asker: &Asker<'_>, statement: &Statement, of: Tagged, is_wanted: bool) -> Bundle {
    let conditions = statement.conditions.iter();
    let mut tags: Vec<(String, Option<String>)> = conditions
        .filter_map(|it| tag(asker, it, of, is_wanted))
        .collect();
    // What is asked for a value comes last, and wins; a list of keys says how they are spelled.
    tags.sort_by_key(|(_, value)| value.as_deref() != Some(ANY));
    let mut bundle = Bundle::new();
    for (key, value) in tags {
        let spelled = bundle.keys().find(|it| it.eq_ignore_ascii_case(&key));
        let key = spelled.cloned().unwrap_or(key);
        bundle.insert(key, value);
    }
    bundle
}

/// A tag with which `condition` holds, or does not, as `is_wanted`.
fn tag(
    asker: &Asker<'_>,
    condition: &Condition,
    of: Tagged,
    is_wanted: bool,
) -> Option<(String, Option<String>)> {
    let operator = condition.operator;
    let is_null = operator.comparison == Comparison::Null;
    let asks_for_none = condition.values.iter().any(|it| it.written == "true");
    let any = || Some(ANY.to_owned());
    match of.key(condition)? {
        Key::One(key) if is_null => {
            let value = (asks_for_none != is_wanted).then(|| ANY.to_owned());
            Some((key.to_owned(), value))
        }
        Key::One(key) if operator.is_negated == is_wanted => Some((key.to_owned(), any())),
        Key::One(key) => Some((key.to_owned(), Some(value(asker, condition)?))),
        Key::All if is_null => (asks_for_none != is_wanted).then(|| (ANY.to_owned(), any())),
        Key::All if operator.is_negated == is_wanted => None,
        Key::All => Some((value(asker, condition)?, any())),
    }
}

/// A text that one of the values of `condition` matches.
fn value(asker: &Asker<'_>, condition: &Condition) -> Option<String> {
    let context = asker.context();
    let request = Request {
        principal: asker.principal,
        action: "",
        resource: "*",
        context: &context,
    };
    let values = condition.values.iter();
    let mut patterns = values.filter_map(|it| resolve_text(it, &request));
    patterns.find_map(|pattern| witness(&pattern, &Pattern::parse("*")))
}

impl Asker<'_> {
    /// Whether the principal may set `tags` of `target`, which has those `before`.
    pub(super) fn may_tag(&self, target: &Principal, before: &[Tag], tags: &[Tag]) -> Truth {
        let action = match target.kind {
            PrincipalKind::User => "iam:taguser",
            PrincipalKind::Role => "iam:tagrole",
        };
        self.may_change_tags(action, target, before, tags)
    }

    /// Whether the principal may remove the tags of these `keys` from `target`.
    pub(super) fn may_untag(&self, target: &Principal, before: &[Tag], keys: &[String]) -> Truth {
        let action = match target.kind {
            PrincipalKind::User => "iam:untaguser",
            PrincipalKind::Role => "iam:untagrole",
        };
        let tags = keys.iter().map(|key| Tag {
            key: key.clone(),
            value: String::new(),
        });
        self.may_change_tags(action, target, before, &tags.collect::<Vec<Tag>>())
    }

    fn may_change_tags(
        &self,
        action: &str,
        target: &Principal,
        before: &[Tag],
        tags: &[Tag],
    ) -> Truth {
        if tags.is_empty() {
            return Truth::True;
        }
        let asker = self.setting(tags);
        let asker = asker.on_tagged(Some(before));
        asker.may(action, target.arn.as_str(), &target.boundary)
    }
}
