//! Standard error, which may be full, closed, or read by nobody: none of that holds up the work.
#![expect(
    clippy::disallowed_methods,
    reason = "what is written here are lines of the log and pages, made fit to show"
)]

use std::io::{self, ErrorKind, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// How long a reader may take before lines are lost, which is again and again only after it has
/// read on.
const PATIENCE: Duration = Duration::from_secs(1);
/// A pipe that takes anything takes so much without waiting.
const PIECE_LEN: usize = 4096;

/// What became of the lines so far.
struct State {
    /// Lines that were not written since the last one that was.
    lost: u64,
    /// Whether the last line ended in the middle.
    is_torn: bool,
}

static STATE: Mutex<State> = Mutex::new(State {
    lost: 0,
    is_torn: false,
});

/// Writes `text`, whole lines, or gives it up where nobody reads. Once somebody reads again,
/// `missing` gives a line that says how many are lost.
pub(super) fn write(text: &[u8], missing: impl FnOnce(u64) -> String) -> io::Result<()> {
    // A panic while a line is written leaves nothing to repair.
    let mut state = STATE
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let patience = if state.lost == 0 {
        PATIENCE
    } else {
        Duration::ZERO
    };
    let mut lines = Vec::new();
    if state.is_torn {
        lines.push(b'\n');
    }
    if state.lost > 0 {
        lines.extend_from_slice(missing(state.lost).as_bytes());
    }
    lines.extend_from_slice(text);
    let mut written = 0;
    let ended = write_pieces(&lines, Instant::now() + patience, &mut written);
    match &ended {
        Ok(()) => {
            *state = State {
                lost: 0,
                is_torn: false,
            }
        }
        Err(_) => {
            state.lost += 1;
            state.is_torn |= written > 0;
        }
    }
    ended
}

fn write_pieces(text: &[u8], deadline: Instant, written: &mut usize) -> io::Result<()> {
    let stderr = io::stderr();
    for piece in text.chunks(PIECE_LEN) {
        wait_for_reader(&stderr, deadline)?;
        stderr.lock().write_all(piece)?;
        *written += piece.len();
    }
    Ok(())
}

/// Waits until a piece can be written without waiting.
fn wait_for_reader(stderr: &io::Stderr, deadline: Instant) -> io::Result<()> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).unwrap_or_default();
        match poll(&mut [PollFd::new(stderr, PollFlags::OUT)], Some(&timeout)) {
            Ok(0) => return Err(ErrorKind::TimedOut.into()),
            Ok(_) => return Ok(()),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
