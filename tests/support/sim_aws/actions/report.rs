//! The credential report: asked for, waited for, fetched.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use time::OffsetDateTime;

use super::super::SimReport;
use super::super::answer::{Answer, Refusal};
use super::super::xml::Xml;
use super::{Ctx, SimAccount};

/// Starts a report, says that it is under way, or that there is one of the last four hours.
pub(in super::super) fn generate_credential_report(account: &mut SimAccount) -> Answer {
    let now = OffsetDateTime::now_utc();
    let is_there = account
        .report
        .as_ref()
        .is_some_and(|report| !report.is_expired(now));
    let state = match account.report_polls_left {
        None if is_there => "COMPLETE",
        None => {
            account.report_polls_left = Some(account.report_polls);
            "STARTED"
        }
        Some(0) => {
            account.report_polls_left = None;
            account.report = Some(SimReport::of(account, now));
            "COMPLETE"
        }
        Some(left) => {
            account.report_polls_left = Some(left - 1);
            "INPROGRESS"
        }
    };
    let mut xml = Xml::default();
    xml.text("State", state);
    if state == "STARTED" {
        xml.text(
            "Description",
            "No report exists. Starting a new report generation task",
        );
    }
    Ok(xml)
}

pub(super) fn get_credential_report(ctx: &Ctx<'_>) -> Answer {
    if ctx.account.report_polls_left.is_some() {
        return Err(Refusal::new(
            404,
            "ReportInProgress",
            "Report is being generated.",
        ));
    }
    let Some(report) = &ctx.account.report else {
        let message = "No report is present for this account.";
        return Err(Refusal::new(410, "ReportNotPresent", message));
    };
    if report.is_expired(OffsetDateTime::now_utc()) {
        return Err(Refusal::new(
            410,
            "ReportExpired",
            "The report has expired.",
        ));
    }
    let mut xml = Xml::default();
    xml.text("Content", &STANDARD.encode(&report.csv));
    xml.text("ReportFormat", "text/csv");
    xml.date("GeneratedTime", report.generated_at);
    Ok(xml)
}
