//! Which fields there are, and what they hold.

use super::super::format::Format;
use super::super::json::Json;
use super::forms;

/// One field of an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) is_required: bool,
    pub(super) rule: Rule,
}

/// What a value is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// One of these numbers.
    Number(&'static [i64]),
    /// One of these words.
    Word(&'static [&'static str]),
    /// A time in seconds.
    Seconds,
    /// An address of OCSF's form.
    Email,
    /// A text of a form, which has a description.
    Form(fn(&str) -> bool, &'static str),
    /// A truth value.
    Boolean,
    /// An object of these fields.
    Object(&'static [Field]),
    /// One of at least one of these fields.
    Person(&'static [Field]),
    /// A list; of objects, each once.
    List(&'static Rule),
    /// What says that nobody can log in.
    NoLogin,
}

const UID: Rule = Rule::Form(forms::is_event_uid, "a UUID of version 8");
const RELEASE: Rule = Rule::Form(forms::is_release, "a release such as 1.2.3");
const TEXT: Rule = Rule::Form(|text| !text.is_empty(), "a text that is not empty");
const NAME: Rule = Rule::Form(
    forms::is_iam_name,
    "the name of an IAM user, group or policy",
);
const ID: Rule = Rule::Form(forms::is_iam_id, "a UserId");
const USER_ARN: Rule = Rule::Form(forms::is_user_arn, "the ARN of an IAM user");
const GROUP_ARN: Rule = Rule::Form(forms::is_group_arn, "the ARN of an IAM group");

/// The event.
pub(super) const EVENT: &[Field] = &[
    required("activity_id", Rule::Number(&[2])),
    required("activity_name", Rule::Word(&["Collect"])),
    required("category_name", Rule::Word(&["Discovery"])),
    required("category_uid", Rule::Number(&[5])),
    required("class_name", Rule::Word(&["User Inventory"])),
    required("class_uid", Rule::Number(&[5003])),
    required("type_name", Rule::Word(&["User Inventory Info: Collect"])),
    required("type_uid", Rule::Number(&[500_301])),
    required("severity", Rule::Word(&["Informational"])),
    required("severity_id", Rule::Number(&[1])),
    required("time", Rule::Seconds),
    required("metadata", Rule::Object(METADATA)),
    required("user", Rule::Object(USER)),
    optional("enrichments", Rule::NoLogin),
];

const METADATA: &[Field] = &[
    required("product", Rule::Object(PRODUCT)),
    required("uid", UID),
    required("version", Rule::Word(&["1.6.0"])),
];

const PRODUCT: &[Field] = &[
    required("name", Rule::Word(&["AWS IAM Asset Connector"])),
    required("vendor_name", Rule::Word(&["AWS"])),
    required("version", RELEASE),
];

const USER: &[Field] = &[
    required("name", NAME),
    required("uid", USER_ARN),
    required("uid_alt", ID),
    optional("type", Rule::Word(&["User", "Admin", "Service"])),
    optional("type_id", Rule::Number(&[1, 2, 4])),
    optional("full_name", TEXT),
    optional("email_addr", Rule::Email),
    optional("has_mfa", Rule::Boolean),
    required("account", Rule::Object(ACCOUNT)),
    optional("groups", Rule::List(&Rule::Object(GROUP))),
    required("org", Rule::Object(ORG)),
    optional("ldap_person", Rule::Person(PERSON)),
];

const ACCOUNT: &[Field] = &[
    required("name", NAME),
    required("type", Rule::Word(&["AWS Account"])),
    required("type_id", Rule::Number(&[10])),
    required("uid", USER_ARN),
    required("uid_alt", ID),
];

const GROUP: &[Field] = &[
    required("name", NAME),
    optional("uid", GROUP_ARN),
    optional("privileges", Rule::List(&NAME)),
];

const ORG: &[Field] = &[
    required(
        "name",
        Rule::Form(forms::is_account_name, "AWS Account and its id"),
    ),
    required("uid", Rule::Form(forms::is_account_id, "12 digits")),
];

const PERSON: &[Field] = &[
    optional("given_name", TEXT),
    optional("surname", TEXT),
    optional("job_title", TEXT),
    optional("employee_uid", TEXT),
    optional("office_location", TEXT),
];

/// What an event about a deleted user is enriched with.
pub(super) const NO_LOGIN: &str =
    r#"[{"name": "login", "value": "infos", "data": {"is_enabled": false}}]"#;

/// Whether it is [`NO_LOGIN`], its fields in any order.
pub(super) fn is_no_login(value: &Json<'_>) -> bool {
    let Json::Array(values) = value else {
        return false;
    };
    let [Json::Object(login)] = values.as_slice() else {
        return false;
    };
    let data = login.get("data").and_then(Json::object);
    login.iter().count() == 3
        && login.get("name").and_then(Json::str) == Some("login")
        && login.get("value").and_then(Json::str) == Some("infos")
        && data.is_some_and(|data| {
            data.iter().count() == 1 && data.get("is_enabled") == Some(&Json::Bool(false))
        })
}

impl Rule {
    /// What is allowed, for people.
    pub(super) fn says(self) -> String {
        match self {
            Self::Number([number]) => number.to_string(),
            Self::Number(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
                format!("one of {}", numbers.join(", "))
            }
            Self::Word([word]) => format!("\"{word}\""),
            Self::Word(words) => format!("one of \"{}\"", words.join("\", \"")),
            Self::Seconds => "an integer, a time in seconds from 2000 to 2100".to_owned(),
            Self::Email => Format::Email.says().to_owned(),
            Self::Form(_, what) => what.to_owned(),
            Self::Boolean => "true or false".to_owned(),
            Self::Object(fields) | Self::Person(fields) => {
                format!("an object of {}", names(fields).join(", "))
            }
            Self::List(of) => format!("a list of {}", of.says()),
            Self::NoLogin => NO_LOGIN.to_owned(),
        }
    }
}

/// The names of fields.
pub(super) fn names(fields: &[Field]) -> Vec<&'static str> {
    fields.iter().map(|field| field.name).collect()
}

const fn required(name: &'static str, rule: Rule) -> Field {
    Field {
        name,
        is_required: true,
        rule,
    }
}

const fn optional(name: &'static str, rule: Rule) -> Field {
    Field {
        name,
        is_required: false,
        rule,
    }
}
