//! Answers where nothing was collected yet: a list is empty, and what is asked for by name is not
//! there.

use std::path::Path;

use serde_json::json;

use super::Refusal;
use crate::cli::OutputFormat;
use crate::control::{Answer, Letters, Query, Request};
use crate::run::ExitStatus;

/// What a list says that is empty since nothing was collected.
pub(super) const NOTHING_YET: &str = "nothing collected yet; run rollcall collect";

/// The answer to `request`, any but one for the status, where `dir` holds no state.
pub fn without_state(dir: &Path, request: &Request) -> Result<Answer, Refusal> {
    let is_json = request.output == OutputFormat::Json;
    let dir = dir.display();
    let stdout = match &request.query {
        Query::ExportLetters => String::new(),
        Query::ChangedDestinations(_) | Query::Accounts => "[]\n".to_owned(),
        Query::History {
            user: None,
            account: None,
        }
        | Query::ListLetters
            if is_json =>
        {
            "[]\n".to_owned()
        }
        Query::StateInfo if is_json => {
            let none: [(); 0] = [];
            let document = json!({
                "directory": dir.to_string(),
                "format": null,
                "bytes": 0,
                "trees": none,
                "quarantines": none,
            });
            format!("{document}\n")
        }
        Query::History {
            user: None,
            account: None,
        }
        | Query::ListLetters
        | Query::RetryLetters(Letters::All)
        | Query::DropLetters(Letters::All) => format!("{NOTHING_YET}\n"),
        Query::Status | Query::StateInfo | Query::VerifyState => {
            format!("{NOTHING_YET} (there is no state in {dir})\n")
        }
        Query::History { .. }
        | Query::Diff { .. }
        | Query::Verdict { .. }
        | Query::Users { .. }
        | Query::DeletedUsers { .. }
        | Query::ShowLetter(_)
        | Query::RetryLetters(Letters::Ids(_))
        | Query::DropLetters(Letters::Ids(_))
        | Query::ForgetSink(_)
        | Query::Ready => {
            return Err(Refusal::NotFound(format!(
                "{NOTHING_YET} first (there is no state in {dir})"
            )));
        }
    };
    Ok(Answer {
        stdout: request.output.page(&stdout),
        status: ExitStatus::Done,
    })
}
