//! Random requests, decided by the evaluator and by the oracle.

use std::sync::Arc;

use fastrand::Rng;
use rollcall::analyze::decision::{
    AppliedPolicy, Authorizer, Boundary, Context, Decision, Given, Holder, PolicySource, Principal,
    PrincipalKind, Request, Session,
};
use rollcall::analyze::document::{Policy, Use};
use rollcall::model::{Arn, Tag};
use serde_json::{Value, json};

use super::account::NOW;
use super::oracle::{self, Asked, Key, Kleene, and, not, or};

/// How many requests are drawn; `ROLLCALL_DIFFERENTIAL` says how many instead.
const REQUESTS: u64 = 4_000;
const ALICE: &str = "arn:aws:iam::123456789012:user/div/alice";

const ACTIONS: [&str; 9] = [
    "*",
    "s3:*",
    "s3:GetObject",
    "S3:get*",
    "iam:*",
    "iam:Put?serPolicy",
    "ec2:RunInstances",
    "*:*",
    "s?:PutObject",
];
const RESOURCES: [&str; 10] = [
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/k",
    "arn:aws:s3:::?/k",
    "arn:aws:iam::*:user/*${aws:username}",
    "arn:aws:iam::123456789012:user/${aws:username}",
    "arn:aws:s3:::${aws:PrincipalTag/team, 'b'}/k",
    "arn:aws:s3:::${aws:PrincipalTag/none}/*",
    "arn:aws:s3:::${aws:SourceVpc}/*",
    "arn:aws:s3:::b${*}",
];
const OPERATORS: [&str; 13] = [
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "Bool",
    "ArnLike",
    "ArnNotEquals",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "Null",
];
const KEYS: [&str; 6] = [
    "aws:username",
    "aws:PrincipalTag/Team",
    "aws:PrincipalTag/none",
    "aws:SourceVpc",
    "aws:TagKeys",
    "s3:max-keys",
];
const VALUES: [&str; 9] = [
    "alice",
    "al*",
    "ALICE",
    "b",
    "B",
    "1",
    "10",
    "${aws:username}",
    "${aws:PrincipalTag/none}",
];

#[test]
fn two_evaluators_agree_on_random_requests() {
    let more = std::env::var("ROLLCALL_DIFFERENTIAL");
    let requests = more.map_or(REQUESTS, |count| count.parse().unwrap());
    let mut seen = [0_u64; 4];
    for seed in 0..requests {
        let mut rng = Rng::with_seed(seed);
        let world = World::draw(&mut rng);
        let (first, second) = (world.first(), world.second());
        assert_eq!(first, second, "seed {seed}: {world:#?}");
        seen[first as usize] += 1;
    }
    // Every outcome is drawn, or the agreement says little.
    assert!(seen.iter().all(|&count| count > requests / 200), "{seen:?}");
}

#[derive(Debug)]
struct World {
    identity: Vec<Value>,
    boundary: Option<Value>,
    levels: Option<Vec<Vec<Value>>>,
    trust: Option<(Value, Trusted)>,
    action: &'static str,
    resource: &'static str,
    vpc: Key,
    tag_keys: Key,
    max_keys: Key,
}

/// Whom the trust policy names.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Trusted {
    User,
    Account,
    Nobody,
}

impl World {
    fn draw(rng: &mut Rng) -> Self {
        let documents = |rng: &mut Rng, most: usize| {
            let count = rng.usize(..=most);
            (0..count).map(|_| document(rng)).collect::<Vec<Value>>()
        };
        let trust = rng.u8(..4) == 0;
        let identity = documents(rng, 3);
        let boundary = (rng.u8(..3) == 0).then(|| document(rng));
        let levels = (rng.u8(..3) == 0).then(|| vec![documents(rng, 2), documents(rng, 2)]);
        let one_of = |rng: &mut Rng, values: &[&str]| match rng.u8(..4) {
            0 => Key::Absent,
            1 => Key::Unknown,
            _ => {
                let count = rng.usize(1..=2);
                let values = (0..count).map(|_| values[rng.usize(..values.len())].to_owned());
                Key::Values(values.collect())
            }
        };
        let (action, resource) = match trust {
            true => ("sts:assumerole", "arn:aws:iam::123456789012:role/r"),
            false => (
                [
                    "s3:getobject",
                    "iam:putuserpolicy",
                    "ec2:runinstances",
                    "s3:putobject",
                ][rng.usize(..4)],
                ["arn:aws:s3:::b/k", ALICE, "*", "arn:aws:s3:::b*"][rng.usize(..4)],
            ),
        };
        Self {
            identity,
            boundary,
            levels,
            trust: trust.then(|| trust_document(rng)),
            action,
            resource,
            vpc: single(one_of(rng, &["b", "alice", "x"])),
            tag_keys: one_of(rng, &["b", "B", "x"]),
            max_keys: single(one_of(rng, &["1", "5", "10"])),
        }
    }

    fn key(&self, key: &str) -> Key {
        let known = |text: &str| Key::Values(vec![text.to_owned()]);
        match key {
            "aws:username" => known("alice"),
            "aws:principaltag/team" => known("b"),
            "aws:principaltag/none" => Key::Absent,
            "aws:sourcevpc" => self.vpc.clone(),
            "aws:tagkeys" => self.tag_keys.clone(),
            "s3:max-keys" => self.max_keys.clone(),
            other => panic!("the worlds have no {other}"),
        }
    }

    fn first(&self) -> Decision {
        let principal = Principal {
            kind: PrincipalKind::User,
            arn: Arn::parse(ALICE).unwrap(),
            name: "alice".to_owned(),
            id: "AIDAALICE".to_owned(),
            tags: Some(vec![Tag {
                key: "team".to_owned(),
                value: "b".to_owned(),
            }]),
            policies: self.identity.iter().map(applied).collect(),
            boundary: match &self.boundary {
                None => Boundary::None,
                Some(document) => Boundary::Policy {
                    arn: "arn:aws:iam::123456789012:policy/b".to_owned(),
                    document: applied(document).document,
                },
            },
        };
        let mut context = Context::new(NOW, Session::AccessKey);
        for (name, key) in [
            ("aws:sourcevpc", &self.vpc),
            ("aws:tagkeys", &self.tag_keys),
            ("s3:max-keys", &self.max_keys),
        ] {
            let given = match key {
                Key::Values(values) => Given::Values(values.clone()),
                Key::Absent => Given::Absent,
                Key::Unknown => Given::Unknown,
            };
            context.keys.push((name.to_owned(), given));
        }
        let levels = self.levels.as_ref().map(|levels| {
            let levels = levels
                .iter()
                .map(|level| level.iter().map(applied).collect());
            levels.collect::<Vec<Vec<AppliedPolicy>>>()
        });
        let trust = self.trust.as_ref();
        let trust = trust.map(|(it, _)| Policy::parse(&it.to_string(), Use::Trust).unwrap());
        let request = Request {
            principal: &principal,
            action: self.action,
            resource: self.resource,
            context: &context,
        };
        let authorizer = Authorizer {
            service_control_policies: levels.as_deref(),
        };
        authorizer.decide(&request, trust.as_ref()).decision()
    }

    fn second(&self) -> Decision {
        let key = |name: &str| self.key(name);
        let asked = Asked {
            action: self.action,
            resource: self.resource,
            key: &key,
        };
        let any = |documents: &[Value], effect: &str| -> Kleene {
            let each = documents
                .iter()
                .map(|it| oracle::applies(it, effect, &asked));
            each.fold(Some(false), or)
        };
        let boundary: Vec<Value> = self.boundary.iter().cloned().collect();
        let levels = self.levels.clone().unwrap_or_default();
        let trust: Vec<Value> = match &self.trust {
            Some((document, trusted)) if *trusted != Trusted::Nobody => vec![document.clone()],
            _ => Vec::new(),
        };
        let all: Vec<Value> = self
            .identity
            .iter()
            .chain(&boundary)
            .chain(levels.iter().flatten())
            .chain(&trust)
            .cloned()
            .collect();
        let denied = any(&all, "Deny");
        let within = levels
            .iter()
            .map(|level| any(level, "Allow"))
            .fold(Some(true), and);
        let identity = match self.boundary.is_some() {
            true => and(any(&self.identity, "Allow"), any(&boundary, "Allow")),
            false => any(&self.identity, "Allow"),
        };
        let granted = match &self.trust {
            None => identity,
            Some((_, Trusted::Nobody)) => Some(false),
            Some((_, Trusted::User)) => any(&trust, "Allow"),
            Some((_, Trusted::Account)) => and(any(&trust, "Allow"), identity),
        };
        let allowed = and(granted, within);
        match (denied, allowed, and(allowed, not(denied))) {
            (Some(true), ..) => Decision::ExplicitDeny,
            (_, Some(false), _) => Decision::ImplicitDeny,
            (_, _, Some(true)) => Decision::Allow,
            _ => Decision::Unknown,
        }
    }
}

/// A key that has one value at most.
fn single(key: Key) -> Key {
    match key {
        Key::Values(values) => Key::Values(values.into_iter().take(1).collect()),
        other => other,
    }
}

fn applied(document: &Value) -> AppliedPolicy {
    AppliedPolicy {
        source: PolicySource::Inline {
            holder: Holder::User("alice".to_owned()),
            name: "p".to_owned(),
        },
        document: Some(Arc::new(
            Policy::parse(&document.to_string(), Use::Identity).unwrap(),
        )),
    }
}

fn document(rng: &mut Rng) -> Value {
    let count = rng.usize(1..=3);
    let statements: Vec<Value> = (0..count).map(|_| statement(rng)).collect();
    versioned(rng, statements)
}

fn versioned(rng: &mut Rng, statements: Vec<Value>) -> Value {
    match rng.u8(..8) {
        0 => json!({"Statement": statements}),
        1 => json!({"Version": "2008-10-17", "Statement": statements}),
        _ => json!({"Version": "2012-10-17", "Statement": statements}),
    }
}

fn statement(rng: &mut Rng) -> Value {
    let mut statement = json!({"Effect": if rng.u8(..4) == 0 { "Deny" } else { "Allow" }});
    let action = if rng.u8(..4) == 0 {
        "NotAction"
    } else {
        "Action"
    };
    statement[action] = some(rng, &ACTIONS);
    let resource = if rng.u8(..4) == 0 {
        "NotResource"
    } else {
        "Resource"
    };
    statement[resource] = some(rng, &RESOURCES);
    add_condition(rng, &mut statement);
    statement
}

fn trust_document(rng: &mut Rng) -> (Value, Trusted) {
    let trusted = [Trusted::User, Trusted::Account, Trusted::Nobody][rng.usize(..3)];
    let principal = match trusted {
        Trusted::User => json!({"AWS": ALICE}),
        Trusted::Account => json!({"AWS": "123456789012"}),
        Trusted::Nobody => json!({"AWS": "999999999999"}),
    };
    let count = rng.usize(1..=2);
    let statements = (0..count).map(|_| {
        let effect = if rng.u8(..4) == 0 { "Deny" } else { "Allow" };
        let mut statement =
            json!({"Effect": effect, "Action": "sts:AssumeRole", "Principal": principal});
        add_condition(rng, &mut statement);
        statement
    });
    let statements = statements.collect();
    (versioned(rng, statements), trusted)
}

fn add_condition(rng: &mut Rng, statement: &mut Value) {
    for _ in 0..[0, 0, 1, 1, 2][rng.usize(..5)] {
        let mut operator = OPERATORS[rng.usize(..OPERATORS.len())].to_owned();
        let mut key = KEYS[rng.usize(..KEYS.len())];
        let mut values = some(rng, &VALUES);
        if operator == "Null" {
            values = json!(["true", "false"][rng.usize(..2)]);
        } else {
            if operator.starts_with("Numeric") {
                key = "s3:max-keys";
                values = some(rng, &["1", "5", "10"]);
            }
            operator = match rng.u8(..6) {
                0 => format!("ForAllValues:{operator}"),
                1 => format!("ForAnyValue:{operator}"),
                _ => operator,
            };
            if rng.u8(..4) == 0 {
                operator.push_str("IfExists");
            }
        }
        statement["Condition"][operator] = json!({key: values});
    }
}

/// One value, or a list of some.
fn some(rng: &mut Rng, from: &[&str]) -> Value {
    let mut one = || from[rng.usize(..from.len())];
    let (first, second) = (one(), one());
    if rng.bool() {
        json!(first)
    } else {
        json!([first, second])
    }
}
