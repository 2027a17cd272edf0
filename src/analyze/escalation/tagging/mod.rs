//! Tags that the caller chooses, with which conditions on them hold or do not.

mod toward;
mod wish;

use std::collections::BTreeMap;

use crate::analyze::account::IamRole;
use crate::analyze::decision::{
    AppliedPolicy, Boundary, Principal, Request, resolve_text, resource_tag,
};
use crate::analyze::document::{
    Comparison, Condition, Effect, Pattern, Policy, Statement, witness,
};
use crate::analyze::escalation::asker::Asker;
use crate::model::Tag;

pub(super) use self::wish::{Toward, Wish};

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
    /// Of what is asked for.
    Resource,
    /// Of who asks, which may be what is asked for.
    Itself,
    /// That the request sets.
    Request,
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
            Self::Resource => of_resource().map(Key::One),
            Self::Itself => named("aws:principaltag/")
                .or_else(of_resource)
                .map(Key::One),
            Self::Created | Self::Request if key == "aws:tagkeys" => Some(Key::All),
            Self::Request => named("aws:requesttag/").map(Key::One),
            Self::Created => named("aws:requesttag/").or_else(of_resource).map(Key::One),
        }
    }
}

/// Whether tags of a session of `role` may decide what it may do, or who may assume it.
pub(super) fn is_on_session(role: &IamRole) -> bool {
    let of_trust = role.trust.iter().flat_map(|it| &it.statements);
    let mut of_trust = of_trust.flat_map(|it| &it.conditions);
    is_on_own_tags(&role.principal)
        || of_trust.any(|condition| Tagged::Request.key(condition).is_some())
}

/// Whether tags of `principal` may decide what it may do.
pub(super) fn is_on_own_tags(principal: &Principal) -> bool {
    let policies = principal.policies.iter();
    let own = policies.filter_map(|it| it.document.as_deref());
    let mut own = own.flat_map(|it| &it.statements);
    let is_of_who_asks = |condition: &Condition| Tagged::Principal.key(condition).is_some();
    own.any(|it| it.conditions.iter().any(is_of_who_asks) || toward::names_own_tags(it))
}

/// Sets of tags that the policies of `asker` tell apart; the first is empty.
pub(super) fn bundles(asker: &Asker<'_>, wish: &Wish<'_>) -> Vec<Bundle> {
    let boundary = match &asker.principal.boundary {
        Boundary::Policy { document, .. } => document.as_deref(),
        Boundary::None | Boundary::Unread => None,
    };
    let levels = asker.account.service_control_policies.iter().flatten();
    let policies = asker.principal.policies.iter().chain(levels.flatten());
    let documents = policies.filter_map(|it: &AppliedPolicy| it.document.as_deref());
    let documents = documents
        .chain(boundary)
        .chain(wish.besides.iter().copied());
    let is_asked = |it: &&Statement| {
        let mut actions = wish.actions.iter();
        wish.actions.is_empty() || actions.any(|action| it.action.matches(action))
    };
    let statements = documents.flat_map(|it: &Policy| &it.statements);
    let statements: Vec<&Statement> = statements.filter(is_asked).collect();
    let mut bundles = vec![Bundle::new()];
    bundles.extend(combined(asker, &statements, wish.of, None));
    let is_of_who_asks = matches!(wish.of, Tagged::Principal | Tagged::Itself);
    if is_of_who_asks && statements.iter().any(|it| toward::names_own_tags(it)) {
        for target in wish.toward {
            let asker = asker.on_tagged(target.tags);
            bundles.extend(combined(&asker, &statements, wish.of, Some(target)));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    bundles.retain(|bundle| seen.insert(bundle.clone()));
    bundles.truncate(BUNDLES_MAX);
    bundles
}

/// The tags for each of `statements`, for all together, and those with which no Deny applies.
fn combined(
    asker: &Asker<'_>,
    statements: &[&Statement],
    of: Tagged,
    toward: Option<&Toward<'_>>,
) -> Vec<Bundle> {
    let mut escapes = Bundle::new();
    let mut wanted: Vec<Bundle> = Vec::new();
    for statement in statements {
        let is_wanted = statement.effect == Effect::Allow;
        let bundle = bundle(asker, statement, of, toward);
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
    let with_escapes: Vec<Bundle> = with_escapes.collect();
    with_escapes.into_iter().chain(wanted).collect()
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

/// The tags with which `statement` applies if it allows, and does not if it denies.
fn bundle(
    asker: &Asker<'_>,
    statement: &Statement,
    of: Tagged,
    toward: Option<&Toward<'_>>,
) -> Bundle {
    let is_wanted = statement.effect == Effect::Allow;
    let conditions = statement.conditions.iter();
    let mut tags: Vec<(String, Option<String>)> = conditions
        .filter_map(|it| tag(asker, it, of, is_wanted))
        .collect();
    let named = toward.map(|toward| toward::values(asker, statement, toward));
    tags.extend(
        named
            .into_iter()
            .flatten()
            .map(|(key, value)| (key, Some(value))),
    );
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
