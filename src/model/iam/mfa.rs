//! Multi-factor authentication devices.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::model::unix_ms;

/// What is known about a user's MFA.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mfa {
    /// Every device of the user, of every kind.
    Devices(Vec<MfaDevice>),
    /// The user has MFA, with these devices and perhaps others: the list is not complete, and
    /// may even be empty.
    AtLeast(Vec<MfaDevice>),
    /// Only whether MFA is active: `mfa_active` of the credential report.
    Active(bool),
}

/// One MFA device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MfaDevice {
    /// SerialNumber: an ARN, or a hardware token's serial.
    pub serial_number: String,
    /// EnableDate, where known.
    #[serde(rename = "enabled_at_ms", with = "unix_ms::option", default)]
    pub enabled_at: Option<OffsetDateTime>,
}

/// The kinds of devices, distinguished by their serial number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MfaKind {
    /// An authenticator app (`:mfa/`).
    Virtual,
    /// A FIDO security key or passkey (`:u2f/`).
    Fido,
    /// A text message (`:sms-mfa/`).
    Sms,
    /// A hardware token: its serial is no ARN.
    Hardware,
    /// A kind of ARN that is not known here.
    Other,
}

impl Mfa {
    /// Whether MFA protects the user.
    pub fn is_active(&self) -> bool {
        match self {
            Self::Devices(devices) => !devices.is_empty(),
            Self::AtLeast(_) => true,
            Self::Active(active) => *active,
        }
    }
}

impl MfaDevice {
    /// The device's kind, from its serial number.
    pub fn kind(&self) -> MfaKind {
        let serial = &self.serial_number;
        if !serial.starts_with("arn:") {
            MfaKind::Hardware
        } else if serial.contains(":mfa/") {
            MfaKind::Virtual
        } else if serial.contains(":u2f/") {
            MfaKind::Fido
        } else if serial.contains(":sms-mfa/") {
            MfaKind::Sms
        } else {
            MfaKind::Other
        }
    }
}

impl MfaKind {
    /// The spelling used in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Virtual => "virtual",
            Self::Fido => "fido",
            Self::Sms => "sms",
            Self::Hardware => "hardware",
            Self::Other => "other",
        }
    }
}
