//! What the selected profile says of region and endpoints, as far as nothing else says it: the SDK
//! passes over what it cannot use, and calls would go elsewhere.

use std::collections::HashMap;
use std::path::PathBuf;

use aws_config::profile::ProfileSet;
#[expect(deprecated, reason = "the SDK names the type in no other way")]
use aws_config::profile::profile_file::{ProfileFileKind, ProfileFiles};

use crate::aws::credentials::{PROFILES_LEN_MAX, SourceError, check_profile_files, profile_files};
use crate::config::{AwsSettings, aws_variable, check_base_url, is_region};

/// The services that are called, by the names that variables and profiles have for them.
const SERVICES: [(&str, &str); 8] = [
    ("IAM", "iam"),
    ("STS", "sts"),
    ("ORGANIZATIONS", "organizations"),
    ("CLOUDTRAIL", "cloudtrail"),
    ("SQS", "sqs"),
    ("DYNAMODB", "dynamodb"),
    ("DYNAMODB_STREAMS", "dynamodb_streams"),
    ("SSM", "ssm"),
];

/// The endpoints of the selected profile.
#[derive(Debug, Default)]
pub(super) struct OfProfile {
    endpoints: HashMap<&'static str, String>,
}

/// A file of profiles.
struct File {
    path: PathBuf,
    text: String,
    profiles: ProfileSet,
}

/// A value, and where it is.
struct Value {
    text: String,
    what: String,
    path: PathBuf,
}

impl OfProfile {
    /// Fails where a value that calls would go by is of no use.
    pub(super) async fn read(settings: &AwsSettings) -> Result<Self, SourceError> {
        let profile = settings.profile.clone();
        let profile = profile.or_else(|| aws_variable("AWS_PROFILE"));
        let profile = profile.unwrap_or_else(|| "default".to_owned());
        let files = files(&profile).await;
        let has_region = settings.region.is_some()
            || ["AWS_REGION", "AWS_DEFAULT_REGION"]
                .into_iter()
                .any(|it| aws_variable(it).is_some());
        if !has_region
            && let Some(region) = value(&files, &profile, "region")
            && !is_region(&region.text)
        {
            return Err(region.wrong("is no name of a region such as eu-west-3"));
        }
        let mut endpoints = HashMap::new();
        for (variable, section) in SERVICES {
            let is_set = settings.endpoint_url.is_some()
                || aws_variable(&format!("AWS_ENDPOINT_URL_{variable}")).is_some()
                || aws_variable("AWS_ENDPOINT_URL").is_some();
            let endpoint = of_services(&files, &profile, section)
                .or_else(|| value(&files, &profile, "endpoint_url"))
                .filter(|_| !is_set);
            if let Some(endpoint) = endpoint {
                check_base_url(&endpoint.text).map_err(|why| endpoint.wrong(&why))?;
                endpoints.insert(variable, endpoint.text);
            }
        }
        Ok(Self { endpoints })
    }

    /// The endpoint of the service that variables call so.
    pub(super) fn endpoint(&self, service: &str) -> Option<String> {
        self.endpoints.get(service).cloned()
    }
}

impl Value {
    /// The text may be a secret of another key.
    fn wrong(&self, why: &str) -> SourceError {
        let (what, path) = (&self.what, self.path.display());
        SourceError::wrong(format!("{what} in {path} {why}"), "correct it")
    }
}

/// The files that can be read; the search for credentials says what is wrong with the others. What
/// the first one has is that of the second one no more.
#[expect(deprecated, reason = "the SDK names the type in no other way")]
async fn files(profile: &str) -> Vec<File> {
    let mut files = Vec::new();
    if check_profile_files().is_err() {
        return files;
    }
    let [(config, _), (credentials, _)] = profile_files();
    for (path, kind) in [
        (credentials, ProfileFileKind::Credentials),
        (config, ProfileFileKind::Config),
    ] {
        let Ok(text) = crate::file::read_text(&path, PROFILES_LEN_MAX) else {
            continue;
        };
        let alone = ProfileFiles::builder().with_contents(kind, text.clone());
        let (alone, selected) = (alone.build(), Some(profile.to_owned().into()));
        let (system, variables) = (Default::default(), Default::default());
        let loaded = aws_config::profile::load(&system, &variables, &alone, selected).await;
        if let Ok(profiles) = loaded {
            files.push(File {
                path,
                text,
                profiles,
            });
        }
    }
    files
}

/// What `profile` has for `key`.
fn value(files: &[File], profile: &str, key: &str) -> Option<Value> {
    files.iter().find_map(|file| {
        let text = file.profiles.get_profile(profile)?.get(key)?.trim();
        Some(Value {
            text: text.to_owned(),
            what: format!("the {key} of profile {profile}"),
            path: file.path.clone(),
        })
        .filter(|it| !it.text.is_empty())
    })
}

/// The endpoint of `service` in the section of services that `profile` names.
fn of_services(files: &[File], profile: &str, service: &str) -> Option<Value> {
    let name = value(files, profile, "services")?.text;
    files.iter().find_map(|file| {
        Some(Value {
            text: endpoint_in(&file.text, &name, service)?,
            what: format!("the {service} endpoint_url of [services {name}]"),
            path: file.path.clone(),
        })
    })
}

/// The SDK reads these sections, and does not show them.
fn endpoint_in(text: &str, name: &str, service: &str) -> Option<String> {
    let (mut is_in_section, mut is_of_service) = (false, false);
    for line in text.lines() {
        if let Some(head) = line.trim_start().strip_prefix('[') {
            let head = head.split(']').next().unwrap_or_default();
            is_in_section = head.split_whitespace().eq(["services", name]);
            is_of_service = false;
        }
        let Some((key, value)) = line.split_once('=').filter(|_| is_in_section) else {
            continue;
        };
        let key = key.trim();
        if !line.starts_with(char::is_whitespace) {
            is_of_service = key.eq_ignore_ascii_case(service) && value.trim().is_empty();
        } else if is_of_service && key.eq_ignore_ascii_case("endpoint_url") {
            let value = value.split(" #").next().unwrap_or_default();
            let value = value.split(" ;").next().unwrap_or_default().trim();
            return (!value.is_empty()).then(|| value.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_of_a_service_is_that_of_its_own_section() {
        let text = "[profile p]\nservices = a\nendpoint_url = http://all\n\
                    [services b]\nsts =\n  endpoint_url = http://b\n\
                    [services a]\n# sts =\niam =\n  endpoint_url = http://iam # mine\n\
                    sts = \n\tregion = x\n\tendpoint_url=http://a\n";
        let of = |name, service| endpoint_in(text, name, service);
        assert_eq!(of("a", "sts").as_deref(), Some("http://a"));
        assert_eq!(of("a", "iam").as_deref(), Some("http://iam"));
        assert_eq!(of("b", "sts").as_deref(), Some("http://b"));
        assert_eq!(of("b", "iam"), None);
        assert_eq!(of("c", "sts"), None);
    }
}
