//! What the log and summaries say of a pass in the same words.

use time::format_description::well_known::Rfc3339;

use crate::store::Checkpoint;

/// The newest creation date that `checkpoint` reached.
pub(super) fn checkpoint_text(checkpoint: &Checkpoint) -> Option<String> {
    checkpoint.newest_create_date()?.format(&Rfc3339).ok()
}
