//! Where the platform asks for health and metrics.

use super::{PlatformError, Values};

/// The ports, on which nothing else is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// `liveness_port`.
    pub liveness: u16,
    /// `metrics_port`.
    pub metrics: u16,
}

impl Ports {
    /// As the platform's values have them; else those that it asks by default.
    pub fn read(values: &Values<'_>) -> Result<Self, PlatformError> {
        Ok(Self {
            liveness: port(values, "liveness_port", 8000)?,
            metrics: port(values, "metrics_port", 8020)?,
        })
    }
}

fn port(values: &Values<'_>, name: &str, default: u16) -> Result<u16, PlatformError> {
    let Some(text) = values.text(name)? else {
        return Ok(default);
    };
    let port = text.parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| PlatformError::Value {
        name: name.to_owned(),
        why: "is no port, from 1 to 65535".to_owned(),
    })
}
