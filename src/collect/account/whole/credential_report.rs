//! The credential report, fetched: have it made, wait for it, read it.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_iam::operation::get_credential_report::GetCredentialReportOutput;
use aws_sdk_iam::types::ReportStateType;
use time::OffsetDateTime;
use tokio::time::{Instant, sleep};

use super::super::listing::moment;
use crate::aws::{Action, AwsClient, AwsError};
use crate::collect::report::{self, ReportRow};
use crate::model::Arn;

/// The report's rows by ARN.
#[derive(Debug)]
pub(in crate::collect) struct CredentialReport {
    /// When it was made.
    pub(in crate::collect) as_of: OffsetDateTime,
    pub(in crate::collect) rows: HashMap<Arn, ReportRow>,
    /// The row about the root user.
    pub(in crate::collect) root: Option<ReportRow>,
}

const POLL_FIRST: Duration = Duration::from_millis(500);
const POLL_MAX: Duration = Duration::from_secs(5);
/// AWS makes a report within seconds. Who waits longer takes the one that there is.
const WAIT_MAX: Duration = Duration::from_secs(30);
/// AWS makes no other report before one is so old.
const LIFETIME: time::Duration = time::Duration::hours(4);

/// Has a report made unless AWS has one that is less than four hours old, and fetches it. One that
/// expires between the two is made again, once. If none can be made, one that there is will do.
pub(in crate::collect) async fn fetch(client: &AwsClient) -> Result<CredentialReport, AwsError> {
    let made = generate(client).await;
    let answer = match (made, get(client).await) {
        (Err(why), Ok(answer)) => {
            tracing::warn!(error = %why, "no new credential report; taking the one that there is");
            answer
        }
        // Why there is no new one says more than that there is none.
        (Err(why), Err(_)) => return Err(why),
        (Ok(()), Err(error)) if is_not_there(&error) => {
            generate(client).await?;
            get(client).await?
        }
        (Ok(()), answer) => answer?,
    };
    let report = read(&answer)?;
    let age = OffsetDateTime::now_utc() - report.as_of;
    if age > LIFETIME {
        tracing::warn!(
            age_h = age.whole_hours(),
            "the credential report is {} old, and so are its facts",
            in_words(age)
        );
    }
    Ok(report)
}

/// An age in hours, or in days from two of them on.
fn in_words(age: time::Duration) -> String {
    match age.whole_hours() {
        hours @ ..48 => format!("{hours} hours"),
        _ => format!("{} days", age.whole_days()),
    }
}

async fn get(client: &AwsClient) -> Result<GetCredentialReportOutput, AwsError> {
    let request = || client.iam().get_credential_report().send();
    client.call(Action::GetCredentialReport, request).await
}

fn is_not_there(error: &AwsError) -> bool {
    matches!(
        error.code.as_deref(),
        Some("ReportExpired" | "ReportNotPresent" | "ReportInProgress")
    )
}

fn read(answer: &GetCredentialReportOutput) -> Result<CredentialReport, AwsError> {
    let malformed = |what: String| AwsError::malformed(Action::GetCredentialReport, what);
    let content = answer
        .content()
        .ok_or_else(|| malformed("no content".to_owned()))?;
    let text = std::str::from_utf8(content.as_ref())
        .map_err(|error| malformed(format!("the report is no UTF-8: {error}")))?;
    // Facts that may be four hours old must not pass for those of this moment.
    let as_of = answer
        .generated_time()
        .and_then(moment)
        .ok_or_else(|| malformed("the report has no plausible time".to_owned()))?;
    let report = report::read_live(text, as_of, OffsetDateTime::now_utc())
        .map_err(|error| malformed(format!("the report is no CSV: {error}")))?
        .ok_or_else(|| malformed("the report has no columns user and arn".to_owned()))?;
    for warning in report.warnings {
        tracing::debug!(warning, "a row of the credential report is not complete");
    }
    let rows = report.rows.into_iter().map(|row| (row.arn.clone(), row));
    Ok(CredentialReport {
        as_of,
        rows: rows.collect(),
        root: report.root,
    })
}

/// Asks until the report is complete.
async fn generate(client: &AwsClient) -> Result<(), AwsError> {
    let action = Action::GenerateCredentialReport;
    let deadline = Instant::now() + WAIT_MAX;
    let mut pause = POLL_FIRST;
    loop {
        let request = || client.iam().generate_credential_report().send();
        let answer = client.call(action, request).await?;
        if answer.state() == Some(&ReportStateType::Complete) {
            return Ok(());
        }
        if Instant::now() + pause > deadline {
            let waited_s = WAIT_MAX.as_secs();
            let what = format!("no report after {waited_s} s");
            return Err(AwsError::malformed(action, what));
        }
        sleep(pause).await;
        pause = (pause * 2).min(POLL_MAX);
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::in_words;

    #[test]
    fn an_age_of_days_is_told_in_days() {
        assert_eq!(in_words(Duration::hours(5)), "5 hours");
        assert_eq!(in_words(Duration::hours(47)), "47 hours");
        assert_eq!(in_words(Duration::hours(48)), "2 days");
        assert_eq!(in_words(Duration::days(4_000)), "4000 days");
    }
}
