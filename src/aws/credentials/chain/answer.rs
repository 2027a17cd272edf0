//! Credentials as programs, containers and instances write them: JSON, of which nothing is shown.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::aws::credentials::key_text;
use crate::foreign::Shown;

/// Who writes credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    Process,
    Container,
    Instance,
}

/// The JSON, with the names of all who write it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    access_key_id: Option<String>,
    secret_access_key: Option<String>,
    session_token: Option<String>,
    token: Option<String>,
    expiration: Option<String>,
    /// What went wrong, where something did.
    code: Option<String>,
    message: Option<String>,
}

/// The credentials that `json` of `writer` holds; else what is wrong with it, after the name of
/// whoever wrote it.
pub(super) fn credentials(json: &[u8], writer: Writer) -> Result<Credentials, String> {
    let written: Written = serde_json::from_slice(json).map_err(|error| {
        // The error itself may repeat the secret.
        let (line, column) = (error.line(), error.column());
        format!("it gave no credentials, but something else (line {line}, column {column})")
    })?;
    let id = text("AccessKeyId", written.access_key_id)?;
    let secret = text("SecretAccessKey", written.secret_access_key)?;
    let (Some(id), Some(secret)) = (id, secret) else {
        return Err(match (written.code, written.message) {
            (None, None) => "it gave no AccessKeyId or no SecretAccessKey".to_owned(),
            (code, message) => {
                let why = [code, message].into_iter().flatten();
                let why: Vec<String> = why.map(|it| Shown::of(it).into()).collect();
                format!("it refused: {}", why.join(": "))
            }
        });
    };
    let of_process = ("SessionToken", written.session_token);
    let of_agent = ("Token", written.token);
    let (own, other) = match writer {
        Writer::Process => (of_process, of_agent),
        Writer::Container | Writer::Instance => (of_agent, of_process),
    };
    // The name that the writer's protocol has; as the SDKs, the other one where that is not there.
    let token = match text(own.0, own.1)? {
        Some(token) => Some(token),
        None => text(other.0, other.1)?,
    };
    let expiration = written.expiration.unwrap_or_default();
    let expiry = match expiration.trim() {
        "" => None,
        date => match OffsetDateTime::parse(date, &Rfc3339) {
            Ok(at) => Some(SystemTime::from(at)),
            Err(_) => return Err("it gave an Expiration that is no date".to_owned()),
        },
    };
    Ok(Credentials::new(id, secret, token, expiry, writer.name()))
}

/// The value of `field`; `None` if nothing is in it.
fn text(field: &str, value: Option<String>) -> Result<Option<String>, String> {
    let text = key_text(&value.unwrap_or_default()).map_err(|why| format!("its {field} {why}"))?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

impl Writer {
    fn name(self) -> &'static str {
        match self {
            Self::Process => "credential_process",
            Self::Container => "container",
            Self::Instance => "instance",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Writer; 3] = [Writer::Process, Writer::Container, Writer::Instance];

    #[test]
    fn credentials_are_read_by_either_name_of_the_token() {
        for (name, writer) in ["Token", "SessionToken"].into_iter().zip(ALL) {
            let json = format!(
                r#"{{"Version":1,"AccessKeyId":"ASIA","SecretAccessKey":"s3cr3t","{name}":"t0k3n",
                    "Expiration":"2030-01-01T00:00:00Z"}}"#
            );
            let read = credentials(json.as_bytes(), writer).unwrap();
            assert_eq!(read.session_token(), Some("t0k3n"));
            assert!(read.expiry().is_some());
        }
    }

    #[test]
    fn of_two_tokens_the_one_that_the_protocol_names_is_taken() {
        let json = br#"{"AccessKeyId":"ASIA","SecretAccessKey":"s","Token":"of agents",
                        "SessionToken":"of programs"}"#;
        let json = String::from_utf8_lossy(json).replace("of ", "of-");
        for (writer, expected) in ALL
            .into_iter()
            .zip(["of-programs", "of-agents", "of-agents"])
        {
            let read = credentials(json.as_bytes(), writer).unwrap();
            assert_eq!(read.session_token(), Some(expected), "{writer:?}");
        }
    }

    #[test]
    fn white_space_at_the_ends_is_no_part_of_a_key_and_an_empty_end_is_none() {
        let json = r#"{"AccessKeyId":" ASIA\r\n","SecretAccessKey":"s3cr3t\n","Token":"\tt0k3n ",
                       "Expiration":""}"#;
        let read = credentials(json.as_bytes(), Writer::Container).unwrap();
        let keys = (
            read.access_key_id(),
            read.secret_access_key(),
            read.session_token(),
        );
        assert_eq!(keys, ("ASIA", "s3cr3t", Some("t0k3n")));
        assert_eq!(read.expiry(), None);
    }

    #[test]
    fn what_no_key_has_is_refused_by_its_field_without_its_value() {
        for field in ["AccessKeyId", "SecretAccessKey", "SessionToken"] {
            for broken in ["s3\\ncr3t", "s3\\u0000cr3t", "s3 cr3t", "s3cr\u{e9}t"] {
                let mut json =
                    r#"{"AccessKeyId":"a","SecretAccessKey":"b","SessionToken":"c"}"#.to_owned();
                let at = json.find(field).unwrap() + field.len() + 3;
                json.replace_range(at..=at, broken);
                let error = credentials(json.as_bytes(), Writer::Process).unwrap_err();
                let says = format!(
                    "its {field} holds a line end, a space or another character that no key has"
                );
                assert_eq!(error, says, "{json}");
            }
        }
    }

    #[test]
    fn what_holds_no_credentials_is_told_of_without_what_it_holds() {
        for (json, expected) in [
            (
                "<html>s3cr3t</html>",
                "it gave no credentials, but something else (line 1, column 1)",
            ),
            (
                r#"{"AccessKeyId":["s3cr3t"]}"#,
                "it gave no credentials, but something else (line 1, column 15)",
            ),
            (
                r#"{"AccessKeyId":"s3cr3t"}"#,
                "it gave no AccessKeyId or no SecretAccessKey",
            ),
            (
                r#"{"AccessKeyId":"a","SecretAccessKey":" "}"#,
                "it gave no AccessKeyId or no SecretAccessKey",
            ),
            (
                r#"{"Code":"Failed","Message":"no role"}"#,
                "it refused: Failed: no role",
            ),
            (
                r#"{"AccessKeyId":"a","SecretAccessKey":"s3cr3t","Expiration":"soon"}"#,
                "it gave an Expiration that is no date",
            ),
        ] {
            let error = credentials(json.as_bytes(), Writer::Instance).unwrap_err();
            assert_eq!(error, expected);
        }
    }
}
