//! How accounts and sinks are doing.

use time::OffsetDateTime;

use super::Answers;
use crate::cli::OutputFormat;
use crate::control::Request;
use crate::observe::StatusReport;
use crate::store::StoreError;

impl Answers {
    /// The status at this moment. Blocks.
    pub fn status(&self) -> Result<StatusReport, StoreError> {
        let mut report = StatusReport::of(&self.store, &self.receivers, OffsetDateTime::now_utc())?;
        if let Some(daemon) = &self.daemon {
            report.daemon = Some(daemon.status.clone());
            let mut troubles = (daemon.troubles)();
            for sink in &mut report.sinks {
                sink.trouble = troubles.remove(&sink.name);
            }
        }
        Ok(report)
    }
}

/// `report` as `request` wants it.
pub fn status(report: &StatusReport, request: &Request) -> String {
    match request.output {
        OutputFormat::Table => report.table(request.width),
        OutputFormat::Json => format!("{}\n", serde_json::json!(report)),
    }
}
