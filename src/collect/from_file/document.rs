//! One saved page: which kind it is, and its content.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use time::OffsetDateTime;

use super::error::FileError;
use super::json::{self, Page};
use super::text;
use super::wire::{
    DetailsPage, MfaPage, ReportEnvelope, ServiceControlPage, ServiceCredentialsPage, UsersPage,
    VirtualMfaPage,
};
use crate::collect::report::{self, Report};

/// A saved page, read and checked.
pub(super) struct Document {
    /// The file's name, for messages.
    pub(super) file: String,
    /// What it holds.
    pub(super) content: Content,
    /// Whether more pages follow this one.
    pub(super) cut_short: bool,
}

/// The content of a saved page, by kind.
pub(super) enum Content {
    Details(DetailsPage),
    Users(UsersPage),
    VirtualMfa(VirtualMfaPage),
    Mfa(MfaPage),
    ServiceControl(ServiceControlPage),
    ServiceCredentials(ServiceCredentialsPage),
    Report(Report),
}

/// The top-level keys that distinguish the kinds of JSON: whether they are there, whatever they
/// hold.
///
/// More pages follow where the API's `IsTruncated` is true, or where the CLI printed a
/// `NextToken` because of `--max-items`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Outline {
    #[serde(deserialize_with = "is_there")]
    user_detail_list: bool,
    #[serde(deserialize_with = "is_there")]
    group_detail_list: bool,
    #[serde(deserialize_with = "is_there")]
    role_detail_list: bool,
    #[serde(deserialize_with = "is_there")]
    users: bool,
    /// `get-group` lists users as well, but only the group's.
    #[serde(deserialize_with = "is_there")]
    group: bool,
    #[serde(rename = "VirtualMFADevices", deserialize_with = "is_there")]
    virtual_mfa_devices: bool,
    #[serde(rename = "MFADevices", deserialize_with = "is_there")]
    mfa_devices: bool,
    #[serde(deserialize_with = "is_there")]
    service_specific_credentials: bool,
    #[serde(deserialize_with = "is_there")]
    report_format: bool,
    #[serde(deserialize_with = "is_there")]
    service_control_policies: bool,
    is_truncated: Option<bool>,
    next_token: Option<IgnoredAny>,
}

fn is_there<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(from).map(|_| true)
}

impl Document {
    /// Reads `content`, which may have several pages; facts of a report without its own time are
    /// as of `read_at`.
    pub(super) fn read(
        file: &str,
        content: &[u8],
        read_at: OffsetDateTime,
    ) -> Result<Vec<Self>, FileError> {
        let text = &*text::decode(file, content)?;
        if text.trim_start().starts_with(['{', '[', '"']) {
            let pages = json::pages(file, text)?;
            if pages.is_empty() {
                return Err(FileError::unrecognised(file, "a JSON array without pages"));
            }
            let mut documents = Vec::new();
            for page in pages {
                documents.extend(of_page(file, text, page, read_at)?);
            }
            return Ok(documents);
        }
        let report = report(file, text, read_at)?;
        let report = report.ok_or_else(|| FileError::unrecognised(file, found_instead(text)))?;
        Ok(vec![Self {
            file: file.to_owned(),
            content: Content::Report(report),
            cut_short: false,
        }])
    }
}

/// What the page `page` of the JSON `text` holds: the answers of several commands may have been
/// put into one object.
fn of_page(
    file: &str,
    text: &str,
    page: Page<'_>,
    read_at: OffsetDateTime,
) -> Result<Vec<Document>, FileError> {
    if page.text.starts_with('"') {
        let content: String = page.parse(file, text)?;
        let report = report(file, &content, read_at)?;
        let found = "a JSON text that is no credential report";
        return Ok(vec![Document {
            file: file.to_owned(),
            content: Content::Report(report.ok_or_else(|| FileError::unrecognised(file, found))?),
            cut_short: false,
        }]);
    }
    if !page.text.starts_with('{') {
        return Err(FileError::unrecognised(file, "JSON without an object"));
    }
    let outline: Outline = page.parse(file, text)?;
    let is_details =
        outline.user_detail_list || outline.group_detail_list || outline.role_detail_list;
    let mut contents = Vec::new();
    if is_details {
        contents.push(Content::Details(page.parse(file, text)?));
    }
    if outline.users && !outline.group {
        contents.push(Content::Users(page.parse(file, text)?));
    }
    if outline.virtual_mfa_devices {
        contents.push(Content::VirtualMfa(page.parse(file, text)?));
    }
    if outline.mfa_devices {
        contents.push(Content::Mfa(page.parse(file, text)?));
    }
    if outline.service_control_policies {
        contents.push(Content::ServiceControl(page.parse(file, text)?));
    }
    if outline.service_specific_credentials {
        contents.push(Content::ServiceCredentials(page.parse(file, text)?));
    }
    if outline.report_format {
        let envelope = envelope(file, &page.parse(file, text)?, read_at)?;
        contents.push(Content::Report(envelope));
    }
    if contents.is_empty() {
        let found = "a JSON object with other keys";
        return Err(FileError::unrecognised(file, found));
    }
    let cut_short = outline.is_truncated == Some(true) || outline.next_token.is_some();
    let document = |content| Document {
        file: file.to_owned(),
        content,
        cut_short,
    };
    Ok(contents.into_iter().map(document).collect())
}

fn envelope(
    file: &str,
    envelope: &ReportEnvelope,
    read_at: OffsetDateTime,
) -> Result<Report, FileError> {
    let as_of = envelope.generated_time.map_or(read_at, |time| time.0);
    let place = format!("{file} (Content)");
    let report = report(&place, &envelope.content, as_of)?;
    report.ok_or_else(|| FileError::Content {
        file: file.to_owned(),
        why: match of_base64(&envelope.content) {
            Some(_) => "no CSV with the columns user and arn".to_owned(),
            None => "neither base64 nor CSV with the columns user and arn".to_owned(),
        },
    })
}

/// The credential report in `text`, as CSV or in base64; `None` if it holds none.
fn report(file: &str, text: &str, as_of: OffsetDateTime) -> Result<Option<Report>, FileError> {
    let read =
        |csv: &str| report::read(file, csv, as_of).map_err(|error| FileError::csv(file, &error));
    match of_base64(text) {
        Some(csv) => read(&csv),
        None => read(text),
    }
}

/// What `text` holds in base64, however its lines are broken; `None` if it is something else.
fn of_base64(text: &str) -> Option<String> {
    let in_one_line: String = text.split_ascii_whitespace().collect();
    let decoded = STANDARD.decode(in_one_line).ok()?;
    String::from_utf8(decoded).ok()
}

/// What a text is that nothing can be read from.
fn found_instead(text: &str) -> &'static str {
    let first_line = text.trim_start().lines().next().unwrap_or_default();
    match first_line.chars().next() {
        None => "an empty file",
        Some('<') => "XML or a web page",
        Some('-' | '|' | '+') => "a table of the AWS CLI (--output table)",
        Some(_) if first_line.contains('\t') => "text of the AWS CLI (--output text)",
        Some(_) if first_line.trim_end().ends_with(':') => "YAML (--output yaml)",
        Some(_) => "text that is neither a JSON object nor CSV with the columns user and arn",
    }
}
