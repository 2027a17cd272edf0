//! The files of profiles.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::SourceError;
use crate::config::aws_variable;
use crate::file;

/// Far more than any file of profiles has.
pub(in crate::aws) const LEN_MAX: u64 = 4 << 20;

/// Where the profiles are, each file with the variable that names it: first the configuration, then
/// the credentials.
pub(in crate::aws) fn files() -> [(PathBuf, &'static str); 2] {
    let file = |name: &'static str, default: &str| {
        let home = aws_variable("HOME").unwrap_or_else(|| "~".to_owned());
        let path = aws_variable(name).map(PathBuf::from);
        let path = path.unwrap_or_else(|| PathBuf::from(home).join(default));
        (path, name)
    };
    [
        file("AWS_CONFIG_FILE", ".aws/config"),
        file("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
    ]
}

/// Fails where a file of profiles is there and cannot be read, or has no end: other credentials
/// than those that are meant would be found instead.
pub(in crate::aws) fn check() -> Result<(), SourceError> {
    for (path, variable) in files() {
        match file::read(&path, LEN_MAX) {
            Ok(_) => {}
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => {
                return Err(SourceError::wrong(
                    format!("the profiles in {} cannot be read: {error}", path.display()),
                    format!("correct its owner and mode, or {variable}"),
                ));
            }
        }
    }
    Ok(())
}

/// Where profiles are looked for.
pub(super) fn nowhere() -> String {
    let [(config, _), (credentials, _)] = files();
    format!(
        "neither in {} nor in {}",
        config.display(),
        credentials.display()
    )
}
