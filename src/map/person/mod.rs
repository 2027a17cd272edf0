//! The person behind a user, as far as tags say.

mod email;

use serde::{Deserialize, Serialize};

use self::email::is_email_addr;
use super::canonical;
use crate::model::{Tag, User};

/// Which tag keys hold what about a person: alternatives, the first that has a value wins.
/// Keys are compared without regard to case, as IAM does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TagNames {
    /// Given name.
    pub first_name: Vec<String>,
    /// Family name.
    pub last_name: Vec<String>,
    /// Email address.
    pub email: Vec<String>,
    /// Job title.
    pub job_title: Vec<String>,
    /// Employee number.
    pub employee_uid: Vec<String>,
    /// Office.
    pub office_location: Vec<String>,
}

impl Default for TagNames {
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self {
            first_name: names(&["firstName", "first_name", "givenName"]),
            last_name: names(&["lastName", "last_name", "surname"]),
            email: names(&["email", "mail"]),
            job_title: names(&["jobTitle", "job_title", "title"]),
            employee_uid: names(&["employeeId", "employee_id", "employeeNumber"]),
            office_location: names(&["officeLocation", "office_location", "office"]),
        }
    }
}

/// The person behind a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// First and last name, as far as tagged; else the user name. `None` while the tags are
    /// unknown.
    pub full_name: Option<String>,
    /// A tagged address, if it is one.
    pub email_addr: Option<String>,
    /// `user.ldap_person`, where any of it is tagged.
    pub person: Option<Person>,
}

/// What both dialects have as `user.ldap_person`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Tagged given name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// Tagged family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surname: Option<String>,
    /// Tagged job title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_title: Option<String>,
    /// Tagged employee number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_uid: Option<String>,
    /// Tagged office.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office_location: Option<String>,
}

impl TagNames {
    /// Whether one of them is `key`.
    pub fn has(&self, key: &str) -> bool {
        let all = [
            &self.first_name,
            &self.last_name,
            &self.email,
            &self.job_title,
            &self.employee_uid,
            &self.office_location,
        ];
        let mut names = all.into_iter().flatten();
        names.any(|name| name.eq_ignore_ascii_case(key))
    }
}

impl Identity {
    /// Reads `user`'s tags by `names`. Unknown tags say nothing, not even that there is no name.
    pub fn of(user: &User, names: &TagNames) -> Self {
        let tags = canonical::tags(user.tags.value().map_or(&[], Vec::as_slice));
        let person = Person {
            given_name: first_value(&tags, &names.first_name),
            surname: first_value(&tags, &names.last_name),
            job_title: first_value(&tags, &names.job_title),
            employee_uid: first_value(&tags, &names.employee_uid),
            office_location: first_value(&tags, &names.office_location),
        };
        let name_parts = [person.given_name.as_deref(), person.surname.as_deref()];
        let tagged_name: Vec<&str> = name_parts.into_iter().flatten().collect();
        Self {
            full_name: user.tags.value().map(|_| match tagged_name.is_empty() {
                true => user.name.clone(),
                false => tagged_name.join(" "),
            }),
            email_addr: first_value(&tags, &names.email).filter(|text| is_email_addr(text)),
            person: (person != Person::default()).then_some(person),
        }
    }
}

fn first_value(tags: &[&Tag], keys: &[String]) -> Option<String> {
    keys.iter().find_map(|key| {
        let tag = tags.iter().find(|tag| tag.key.eq_ignore_ascii_case(key))?;
        let value = tag.value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    })
}
