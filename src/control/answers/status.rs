//! How accounts and sinks are doing.

use time::OffsetDateTime;

use super::Answers;
use crate::cli::OutputFormat;
use crate::control::Request;
use crate::foreign::Page;
use crate::observe::StatusReport;
use crate::store::StoreError;

impl Answers {
    /// The status at this moment. Blocks. An error is also that of a state that cannot be written.
    pub fn status(&self) -> Result<StatusReport, StoreError> {
        self.store.check_usable()?;
        let mut report = StatusReport::of(&self.store, &self.receivers, OffsetDateTime::now_utc())?;
        if let Some(daemon) = &self.daemon {
            report.daemon = Some((daemon.status)());
            let mut troubles = (daemon.troubles)();
            for sink in report.sinks.iter_mut().filter(|it| it.is_configured) {
                let trouble = troubles.remove(&sink.name);
                sink.is_stopped = trouble.as_ref().is_some_and(|it| it.is_stopped);
                sink.trouble = trouble.map(|it| it.why);
            }
        }
        Ok(report.with_problems())
    }
}

/// `report` as `request` wants it.
pub fn status(report: &StatusReport, request: &Request) -> Page {
    let text = match request.output {
        OutputFormat::Table => report.table(request.width),
        OutputFormat::Json => format!("{}\n", serde_json::json!(report)),
    };
    request.output.page(&text)
}
