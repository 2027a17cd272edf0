//! One saved file: which kind it is, and its content.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use time::OffsetDateTime;

use super::error::FileError;
use super::wire::{DetailsPage, MfaPage, ReportEnvelope, UsersPage, VirtualMfaPage};
use crate::collect::report::{self, Report};

/// A saved file, read and checked.
pub(super) struct Document {
    /// The file's name, for messages.
    pub(super) file: String,
    /// What it holds.
    pub(super) content: Content,
    /// Whether more pages follow this one.
    pub(super) cut_short: bool,
}

/// The content of a saved file, by kind.
pub(super) enum Content {
    Details(DetailsPage),
    Users(UsersPage),
    VirtualMfa(VirtualMfaPage),
    Mfa(MfaPage),
    Report(Report),
}

/// The top-level keys that distinguish the kinds of JSON.
///
/// More pages follow where the API's `IsTruncated` is true, or where the CLI printed a
/// `NextToken` because of `--max-items`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Outline {
    user_detail_list: Option<IgnoredAny>,
    group_detail_list: Option<IgnoredAny>,
    role_detail_list: Option<IgnoredAny>,
    users: Option<IgnoredAny>,
    /// `get-group` lists users as well, but only the group's.
    group: Option<IgnoredAny>,
    #[serde(rename = "VirtualMFADevices")]
    virtual_mfa_devices: Option<IgnoredAny>,
    #[serde(rename = "MFADevices")]
    mfa_devices: Option<IgnoredAny>,
    report_format: Option<IgnoredAny>,
    is_truncated: Option<bool>,
    next_token: Option<IgnoredAny>,
}

impl Document {
    /// Reads `content`; facts of a report without its own time are as of `read_at`.
    pub(super) fn read(
        file: &str,
        content: &[u8],
        read_at: OffsetDateTime,
    ) -> Result<Self, FileError> {
        let text = text(file, content)?;
        if text.trim_start().starts_with('{') {
            return json(file, text, read_at);
        }
        match report::read(file, text, read_at).map_err(|error| FileError::csv(file, &error))? {
            Some(report) => Ok(Self {
                file: file.to_owned(),
                content: Content::Report(report),
                cut_short: false,
            }),
            None => Err(unrecognised(file, found_instead(text))),
        }
    }
}

fn text<'a>(file: &str, content: &'a [u8]) -> Result<&'a str, FileError> {
    let text = std::str::from_utf8(content).map_err(|error| {
        let valid = content.get(..error.valid_up_to()).unwrap_or_default();
        FileError::Encoding {
            file: file.to_owned(),
            line: 1 + valid.iter().filter(|byte| **byte == b'\n').count(),
        }
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn json(file: &str, text: &str, read_at: OffsetDateTime) -> Result<Document, FileError> {
    let outline: Outline = parse(file, text)?;
    let details = [
        &outline.user_detail_list,
        &outline.group_detail_list,
        &outline.role_detail_list,
    ];
    let content = if details.into_iter().any(Option::is_some) {
        Content::Details(parse(file, text)?)
    } else if outline.users.is_some() && outline.group.is_none() {
        Content::Users(parse(file, text)?)
    } else if outline.virtual_mfa_devices.is_some() {
        Content::VirtualMfa(parse(file, text)?)
    } else if outline.mfa_devices.is_some() {
        Content::Mfa(parse(file, text)?)
    } else if outline.report_format.is_some() {
        Content::Report(envelope(file, &parse(file, text)?, read_at)?)
    } else {
        return Err(unrecognised(file, "a JSON object with other keys"));
    };
    Ok(Document {
        file: file.to_owned(),
        content,
        cut_short: outline.is_truncated == Some(true) || outline.next_token.is_some(),
    })
}

fn parse<'a, T: Deserialize<'a>>(file: &str, text: &'a str) -> Result<T, FileError> {
    serde_json::from_str(text).map_err(|error| FileError::json(file, &error))
}

fn envelope(
    file: &str,
    envelope: &ReportEnvelope,
    read_at: OffsetDateTime,
) -> Result<Report, FileError> {
    let broken = |why: String| FileError::Content {
        file: file.to_owned(),
        why,
    };
    let csv = STANDARD
        .decode(&envelope.content)
        .map_err(|error| broken(format!("no base64: {error}")))?;
    let csv = String::from_utf8(csv).map_err(|_| broken("no UTF-8 text".to_owned()))?;
    let as_of = envelope.generated_time.map_or(read_at, |time| time.0);
    let place = format!("{file} (Content)");
    report::read(&place, &csv, as_of)
        .map_err(|error| FileError::csv(&place, &error))?
        .ok_or_else(|| broken("no CSV with the columns user and arn".to_owned()))
}

fn found_instead(text: &str) -> &'static str {
    match text.trim_start().chars().next() {
        None => "an empty file",
        Some('[') => "a JSON array",
        Some(_) => "text that is neither a JSON object nor CSV with the columns user and arn",
    }
}

fn unrecognised(file: &str, found: &'static str) -> FileError {
    FileError::Unrecognised {
        file: file.to_owned(),
        found,
    }
}
