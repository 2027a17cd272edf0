//! Whether the daemon does its work.

use super::Answers;
use crate::control::Answer;
use crate::foreign::Page;
use crate::run::ExitStatus;

impl Answers {
    /// Why the daemon is not ready, if it is not: the state cannot be written, or no pass saw every
    /// user of any account for two periods. A sink that takes nothing is no reason. Blocks.
    pub fn why_not_ready(&self) -> Option<String> {
        if let Err(error) = self.store.check_usable() {
            return Some(error.to_string());
        }
        match &self.daemon {
            Some(daemon) => (daemon.why_not_ready)(),
            None => Some("no daemon runs".to_owned()),
        }
    }

    pub(super) fn readiness(&self) -> Answer {
        readiness(self.why_not_ready().as_deref())
    }
}

/// What is said of a daemon that is ready, or is not for this reason.
pub fn readiness(why_not: Option<&str>) -> Answer {
    let (text, status) = match why_not {
        None => ("ready\n".to_owned(), ExitStatus::Done),
        Some(why) => (format!("not ready: {why}\n"), ExitStatus::No),
    };
    Answer {
        stdout: Page::of(&text),
        status,
    }
}
