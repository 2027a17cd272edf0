//! Sinks whose destination has changed, and those that the configuration does not name any more.

use super::{Answers, Refusal};
use crate::run::changed_destinations;

impl Answers {
    /// The sinks of `receivers` that had another destination before, as a list in JSON.
    pub(super) fn changed_destinations(&self, receivers: &[String]) -> Result<String, Refusal> {
        let sinks = changed_destinations(&self.store, receivers)?;
        Ok(format!("{}\n", serde_json::Value::from(sinks)))
    }

    /// Drops what waits for the sink `name`, its dead letters, and what it was sent.
    pub(super) fn forget_sink(&self, name: &str) -> Result<String, Refusal> {
        let is_configured = self.receivers.iter().any(|it| it.sink == name);
        let ids: Vec<String> = self.receivers.iter().map(|it| it.id.clone()).collect();
        let gone = self.store.receivers_of(name, &ids)?;
        if gone.is_empty() && is_configured {
            return Err(Refusal::Usage(format!(
                "sink {name:?} is in the configuration: take it out there first, or rollcall would \
                 send it every user again"
            )));
        }
        let mut waiting = 0;
        for receiver in &gone {
            waiting += self.store.forget_receiver(receiver)?;
        }
        match gone.len() {
            0 => Err(Refusal::NotFound(format!(
                "nothing is kept for a sink {name:?}; rollcall state info lists the sinks that \
                 something is kept for"
            ))),
            destinations => Ok(format!(
                "sink {name}: {waiting} waiting events dropped, with all else that was kept for \
                 {destinations} former destinations\n"
            )),
        }
    }
}
