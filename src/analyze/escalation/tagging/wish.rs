//! What tags are looked for, and what they are to name.

use super::Tagged;
use crate::analyze::decision::Principal;
use crate::analyze::document::Policy;
use crate::model::Tag;

/// What tags are looked for.
pub(in crate::analyze::escalation) struct Wish<'w> {
    /// The actions that are to be allowed, in lower case; all if there are none.
    pub(in crate::analyze::escalation) actions: &'w [&'w str],
    /// Whose tags.
    pub(in crate::analyze::escalation) of: Tagged,
    /// Documents that decide besides the policies of who asks.
    pub(in crate::analyze::escalation) besides: &'w [&'w Policy],
    /// What variables for the tags of who asks may have to name.
    pub(in crate::analyze::escalation) toward: &'w [Toward<'w>],
}

impl<'w> Wish<'w> {
    /// Tags with which `actions` may be allowed, of what the first creates.
    pub(in crate::analyze::escalation) fn of_creation(actions: &'w [&'w str]) -> Self {
        Self {
            actions,
            of: Tagged::Created,
            besides: &[],
            toward: &[],
        }
    }
}

/// Something that a policy may name by a variable.
#[derive(Debug, Clone, Copy)]
pub(in crate::analyze::escalation) struct Toward<'t> {
    /// The ARN.
    pub(in crate::analyze::escalation) arn: &'t str,
    /// The tags, where they are known.
    pub(in crate::analyze::escalation) tags: Option<&'t [Tag]>,
}

impl<'t> From<&'t Principal> for Toward<'t> {
    fn from(principal: &'t Principal) -> Self {
        Self {
            arn: principal.arn.as_str(),
            tags: principal.tags.as_deref(),
        }
    }
}
