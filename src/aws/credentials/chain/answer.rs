//! Credentials as programs, containers and instances write them: JSON, of which nothing is shown.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::foreign::Shown;

/// The JSON, with the spellings of each who writes it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    access_key_id: Option<String>,
    secret_access_key: Option<String>,
    #[serde(alias = "Token")]
    session_token: Option<String>,
    expiration: Option<String>,
    /// What went wrong, where something did.
    code: Option<String>,
    message: Option<String>,
}

/// The credentials that `json` holds, by `source`; else what is wrong with it, as in "it ...".
pub(super) fn credentials(json: &[u8], source: &'static str) -> Result<Credentials, String> {
    let written: Written = serde_json::from_slice(json).map_err(|error| {
        // The error itself may repeat the secret.
        let (line, column) = (error.line(), error.column());
        format!("it gave no credentials, but something else (line {line}, column {column})")
    })?;
    let (Some(id), Some(secret)) = (written.access_key_id, written.secret_access_key) else {
        return Err(match (written.code, written.message) {
            (None, None) => "it gave no AccessKeyId or no SecretAccessKey".to_owned(),
            (code, message) => {
                let why = [code, message].into_iter().flatten();
                let why: Vec<String> = why.map(|it| Shown::of(it).into()).collect();
                format!("it refused: {}", why.join(": "))
            }
        });
    };
    let expiry = match written.expiration {
        None => None,
        Some(text) => match OffsetDateTime::parse(&text, &Rfc3339) {
            Ok(at) => Some(SystemTime::from(at)),
            Err(_) => return Err("it gave an Expiration that is no date".to_owned()),
        },
    };
    let token = written.session_token.filter(|token| !token.is_empty());
    Ok(Credentials::new(id, secret, token, expiry, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_read_by_either_name_of_the_token() {
        for name in ["Token", "SessionToken"] {
            let json = format!(
                r#"{{"Version":1,"AccessKeyId":"ASIA","SecretAccessKey":"s3cr3t","{name}":"t0k3n",
                    "Expiration":"2030-01-01T00:00:00Z"}}"#
            );
            let read = credentials(json.as_bytes(), "tests").unwrap();
            assert_eq!(read.session_token(), Some("t0k3n"));
            assert!(read.expiry().is_some());
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
                r#"{"Code":"Failed","Message":"no role"}"#,
                "it refused: Failed: no role",
            ),
            (
                r#"{"AccessKeyId":"a","SecretAccessKey":"s3cr3t","Expiration":"soon"}"#,
                "it gave an Expiration that is no date",
            ),
        ] {
            assert_eq!(credentials(json.as_bytes(), "tests").unwrap_err(), expected);
        }
    }
}
