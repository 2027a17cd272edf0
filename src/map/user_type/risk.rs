//! `user.risk_level_id`: what it would mean if somebody else had the user's credentials.

use super::privilege;
use crate::analyze::Tier;
use crate::map::EventInput;
use crate::model::Mfa;

/// A level of OCSF's `user.risk_level_id`, and its caption.
pub(in crate::map) type RiskLevel = (u8, &'static str);

const LOW: RiskLevel = (1, "Low");
const MEDIUM: RiskLevel = (2, "Medium");
const HIGH: RiskLevel = (3, "High");
const CRITICAL: RiskLevel = (4, "Critical");

/// The level of the user, by its tier and, of one who is or can become an administrator, by
/// whether it has MFA. `None` where either is unknown.
pub(in crate::map) fn risk_level(input: &EventInput<'_>) -> Option<RiskLevel> {
    match privilege(input).tier {
        Tier::Admin | Tier::CanEscalate => {
            let has_mfa = input.user.mfa.value().map(Mfa::is_active)?;
            Some(if has_mfa { HIGH } else { CRITICAL })
        }
        Tier::AdminWithMfa => Some(HIGH),
        Tier::Conditional | Tier::Capped => Some(MEDIUM),
        Tier::User => Some(LOW),
        Tier::Unknown => None,
    }
}
