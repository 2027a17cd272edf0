//! From the text of a document to its statements.

use super::condition::Condition;
use super::error::DocumentError;
use super::json::Node;
use super::operator::Operator;
use super::pattern::Pattern;
use super::policy::{
    ActionElement, Effect, Policy, PrincipalElement, PrincipalName, ResourceElement, Statement,
};
use super::text::Text;

/// The longest action, ARN or condition value: the longest ARN that AWS has.
const PATTERN_CHARS_MAX: usize = 2_048;

/// What a document is for, which decides the elements that it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Identity policies, boundaries and service control policies: Resource, and no Principal.
    Identity,
    /// Trust policies: Principal, and no Resource.
    Trust,
}

type Entries = Vec<(String, Node)>;

impl Policy {
    /// Parses `text`: JSON, as it is or URL-encoded, as IAM's API has it.
    pub fn parse(text: &str, usage: Use) -> Result<Self, DocumentError> {
        let text = text.trim_start_matches('\u{feff}').trim();
        let node: Node = if text.starts_with('%') {
            let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
            let decoded = decoded.map_err(|error| DocumentError::Json(error.to_string()))?;
            json(&decoded)?
        } else {
            json(text)?
        };
        let Node::Object(entries) = node else {
            return Err(document("it is no JSON object"));
        };
        policy(entries, usage)
    }
}

fn json(text: &str) -> Result<Node, DocumentError> {
    serde_json::from_str(text).map_err(|error| DocumentError::Json(error.to_string()))
}

fn document(why: &str) -> DocumentError {
    DocumentError::Document(why.to_owned())
}

fn policy(entries: Entries, usage: Use) -> Result<Policy, DocumentError> {
    let mut with_variables = false;
    let mut statements = None;
    for (name, value) in entries {
        match (name.to_ascii_lowercase().as_str(), value) {
            ("version", Node::Text(version)) => {
                with_variables = match version.as_str() {
                    "2012-10-17" => true,
                    "2008-10-17" => false,
                    _ => return Err(document("its Version is unknown")),
                }
            }
            ("id", Node::Text(_)) => {}
            ("statement", value) => {
                if statements.replace(value.items()).is_some() {
                    return Err(document("it has two elements Statement"));
                }
            }
            _ => {
                return Err(document(
                    "it has an unknown element, or one of the wrong kind",
                ));
            }
        }
    }
    let statements = statements.ok_or_else(|| document("it has no Statement"))?;
    let statements = statements.into_iter().enumerate().map(|(index, node)| {
        statement(node, usage, with_variables).map_err(|why| DocumentError::Statement {
            statement: index,
            why,
        })
    });
    Ok(Policy {
        statements: statements.collect::<Result<_, _>>()?,
    })
}

fn statement(node: Node, usage: Use, with_variables: bool) -> Result<Statement, String> {
    let Node::Object(entries) = node else {
        return Err("it is no JSON object".to_owned());
    };
    let (mut sid, mut effect, mut principal) = (None, None, None);
    let (mut action, mut resource, mut conditions) = (None, None, Vec::new());
    for (name, value) in entries {
        let lower = name.to_ascii_lowercase();
        let is_negated = lower.starts_with("not");
        let is_repeated = match lower.as_str() {
            "sid" => sid.replace(single(value, &name)?).is_some(),
            "effect" => effect.replace(parse_effect(value)?).is_some(),
            "principal" | "notprincipal" => principal
                .replace(parse_principal(value, is_negated)?)
                .is_some(),
            "action" | "notaction" => action.replace(parse_action(value, is_negated)?).is_some(),
            "resource" | "notresource" => resource
                .replace(parse_resource(value, is_negated, with_variables)?)
                .is_some(),
            "condition" => {
                conditions.extend(parse_conditions(value, with_variables)?);
                false
            }
            _ => return Err(format!("unknown element {name}")),
        };
        if is_repeated {
            return Err(format!("{name} is there twice, or with its negation"));
        }
    }
    match usage {
        Use::Identity if principal.is_some() => return Err("it has a Principal".to_owned()),
        Use::Identity if resource.is_none() => return Err("it has no Resource".to_owned()),
        Use::Trust if principal.is_none() => return Err("it has no Principal".to_owned()),
        Use::Trust if resource.is_some() => return Err("it has a Resource".to_owned()),
        Use::Identity | Use::Trust => {}
    }
    Ok(Statement {
        sid,
        effect: effect.ok_or("it has no Effect")?,
        principal,
        action: action.ok_or("it has no Action")?,
        resource,
        conditions,
    })
}

fn single(value: Node, name: &str) -> Result<String, String> {
    match value {
        Node::Text(text) => Ok(text),
        _ => Err(format!("{name} is no string")),
    }
}

fn parse_effect(value: Node) -> Result<Effect, String> {
    match single(value, "Effect")?.as_str() {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        _ => Err("Effect is neither Allow nor Deny".to_owned()),
    }
}

fn texts(value: Node, name: &str) -> Result<Vec<String>, String> {
    let texts = value
        .texts()
        .ok_or_else(|| format!("{name} is neither a string nor a list of strings"))?;
    match texts
        .iter()
        .any(|text| text.chars().count() > PATTERN_CHARS_MAX)
    {
        true => Err(format!(
            "{name} has a value of more than {PATTERN_CHARS_MAX} characters"
        )),
        false => Ok(texts),
    }
}

fn parse_action(value: Node, is_negated: bool) -> Result<ActionElement, String> {
    let texts = texts(value, "Action")?;
    let patterns = texts.iter().map(|text| {
        let is_all = !text.is_empty() && text.bytes().all(|byte| byte == b'*');
        match text.contains(':') || is_all {
            // "*:*" is everything too, and is compared as such.
            true if text == "*:*" => Ok(Pattern::parse("*")),
            true => Ok(Pattern::parse(&text.to_ascii_lowercase())),
            false => Err(format!("{text:?} is no action")),
        }
    });
    Ok(ActionElement {
        is_negated,
        patterns: patterns.collect::<Result<_, _>>()?,
    })
}

fn parse_resource(
    value: Node,
    is_negated: bool,
    with_variables: bool,
) -> Result<ResourceElement, String> {
    let texts = texts(value, "Resource")?;
    let texts = texts
        .iter()
        .map(|text| Text::parse(text, with_variables, true));
    Ok(ResourceElement {
        is_negated,
        texts: texts.collect(),
    })
}

fn parse_principal(value: Node, is_negated: bool) -> Result<PrincipalElement, String> {
    let mut principals = Vec::new();
    match value {
        Node::Text(text) if text == "*" => principals.push(PrincipalName::Anyone),
        Node::Object(entries) => {
            for (kind, value) in entries {
                for name in texts(value, "Principal")? {
                    principals.push(principal_name(&kind, name)?);
                }
            }
        }
        _ => return Err("Principal is neither \"*\" nor an object".to_owned()),
    }
    Ok(PrincipalElement {
        is_negated,
        principals,
    })
}

fn principal_name(kind: &str, name: String) -> Result<PrincipalName, String> {
    Ok(match kind.to_ascii_lowercase().as_str() {
        "aws" if name == "*" => PrincipalName::Anyone,
        "aws" => PrincipalName::Aws(name),
        "service" => PrincipalName::Service(name),
        "federated" => PrincipalName::Federated(name),
        "canonicaluser" => PrincipalName::CanonicalUser(name),
        _ => return Err(format!("{kind} is no kind of principal")),
    })
}

fn parse_conditions(value: Node, with_variables: bool) -> Result<Vec<Condition>, String> {
    let Node::Object(operators) = value else {
        return Err("Condition is no object".to_owned());
    };
    let mut conditions = Vec::new();
    for (written, keys) in operators {
        let operator =
            Operator::parse(&written).ok_or_else(|| format!("{written} is no operator"))?;
        let Node::Object(keys) = keys else {
            return Err(format!("{written} is no object"));
        };
        for (key, values) in keys {
            let values = texts(values, &key)?;
            conditions.push(Condition::new(
                &written,
                operator,
                &key,
                values,
                with_variables,
            ));
        }
    }
    Ok(conditions)
}
