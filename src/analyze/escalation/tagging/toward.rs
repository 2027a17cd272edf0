//! Own tags by which a variable in a policy names what it is to name.

use super::Toward;
use crate::analyze::decision::{Request, Value, value_for};
use crate::analyze::document::{Effect, Statement, Text};
use crate::analyze::escalation::asker::Asker;

const OWN_TAG: &str = "aws:principaltag/";

/// Whether a variable of `statement` stands for a tag of who asks.
pub(super) fn names_own_tags(statement: &Statement) -> bool {
    let conditions = statement.conditions.iter().flat_map(|it| &it.values);
    let resources = statement.resource.iter().flat_map(|it| &it.texts);
    let mut keys = conditions.chain(resources).flat_map(Text::variables);
    keys.any(|key| key.starts_with(OWN_TAG))
}

/// Keys and values of own tags with which the variables of `statement` name `toward`, or a Deny
/// leaves it alone.
pub(super) fn values(
    asker: &Asker<'_>,
    statement: &Statement,
    toward: &Toward<'_>,
) -> Vec<(String, String)> {
    let context = asker.context();
    let request = Request {
        principal: asker.principal,
        action: "",
        resource: toward.arn,
        context: &context,
    };
    let is_allow = statement.effect == Effect::Allow;
    let mut tags = Vec::new();
    let mut name = |text: &Text, named: &str| {
        let own = text.variables().filter(|key| key.starts_with(OWN_TAG));
        for key in own {
            let value = value_for(text, key, named, &request);
            let tag = key.strip_prefix(OWN_TAG).zip(value);
            tags.extend(tag.map(|(key, value)| (key.to_owned(), value)));
        }
    };
    let resource = statement.resource.iter();
    let resource = resource.filter(|it| it.is_negated != is_allow);
    let texts = resource.flat_map(|it| &it.texts);
    texts.for_each(|text| name(text, toward.arn));
    for condition in &statement.conditions {
        if condition.operator.is_negated == is_allow {
            continue;
        }
        if let Value::Known(found) = request.value(&condition.key)
            && let [one] = found.as_slice()
        {
            condition.values.iter().for_each(|text| name(text, one));
        }
    }
    tags
}
