//! The two ports that Sekoia's platform asks: for health, and for metrics. Nothing else is answered
//! there, since nobody gives a token.

use std::sync::Arc;

use hyper::{Method, Request, StatusCode};
use serde_json::{Value, json};

use super::StatusSource;
use super::routes::{Answer, metrics, typed};
use crate::foreign::Page;

/// A port that Sekoia's platform asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlatformPort {
    /// `GET /health`: 200 or 500.
    Liveness,
    /// `GET /metrics`, in Prometheus's text format.
    Metrics,
}

impl PlatformPort {
    /// What the platform calls it.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Liveness => "liveness_port",
            Self::Metrics => "metrics_port",
        }
    }

    pub(super) async fn answer<B>(
        self,
        source: &Arc<dyn StatusSource>,
        request: &Request<B>,
    ) -> Answer {
        match (self, request.method(), request.uri().path()) {
            (Self::Liveness, &Method::GET, "/health") => match source.why_not_live() {
                None => told(StatusCode::OK, &json!({"status": "live"})),
                Some(why) => {
                    let content = json!({"status": "not live", "why": why});
                    told(StatusCode::INTERNAL_SERVER_ERROR, &content)
                }
            },
            (Self::Metrics, &Method::GET, "/metrics") => metrics(source).await,
            _ => {
                let content = json!({"status_code": 404, "reason": "nothing is there"});
                told(StatusCode::NOT_FOUND, &content)
            }
        }
    }
}

fn told(status: StatusCode, content: &Value) -> Answer {
    let mut answer = typed("application/json", Page::json(&content.to_string()));
    *answer.status_mut() = status;
    answer
}
