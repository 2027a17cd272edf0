//! The platform's HTTP API: it has the secrets, and wants to know whether they work.

use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use tokio::time::sleep;

use super::{PlatformError, Values};
use crate::deliver::{HttpTimeouts, exchanged, http_client};
use crate::foreign;
use crate::trust::ExtraRoots;

/// How often the secrets are asked for.
const TRIES: u32 = 10;
/// The longest wait between two tries.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// The platform, by its URLs and the container's token.
#[derive(Debug)]
pub struct Platform {
    pub(super) client: Client,
    token: SecretString,
    callback: Option<String>,
    secrets: Option<String>,
    pub(super) logs: Option<String>,
}

/// What the platform keeps apart from its files.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// Of the module: `value` in the platform's answer.
    pub module: Map<String, Value>,
    /// Of the connector: `node_value`, which older platforms do not have.
    pub connector: Map<String, Value>,
}

impl Platform {
    /// As the platform's values have it; `None` where there is no token, and nobody to ask.
    pub fn of(values: &Values<'_>) -> Result<Option<Self>, PlatformError> {
        let Some(token) = values.text("token")? else {
            return Ok(None);
        };
        let token = SecretString::from(token);
        foreign::hide("token", &token);
        let callback = values.text("url_callback")?;
        let beside = |name: &str| {
            let callback = callback.as_deref()?;
            Some(callback.replace("/callback", name))
        };
        let secrets = values.text("url_secrets")?.or_else(|| beside("/secrets"));
        let logs = values.text("url_logs")?.or_else(|| beside("/logs"));
        let client = http_client(HttpTimeouts::default(), &ExtraRoots::default());
        Ok(Some(Self {
            client: client.map_err(|error| PlatformError::Exchange {
                what: "the platform",
                why: error.to_string(),
            })?,
            token,
            callback,
            secrets,
            logs,
        }))
    }

    /// What is kept apart; `None` where nobody says where.
    pub async fn secrets(&self) -> Result<Option<Secrets>, PlatformError> {
        let Some(url) = &self.secrets else {
            return Ok(None);
        };
        let mut wait = Duration::from_secs(1);
        for tried in 1.. {
            match self.ask("the module's secrets", self.client.get(url)).await {
                Ok(answer) => {
                    return Ok(Some(Secrets {
                        module: object_of(&answer, "value"),
                        connector: object_of(&answer, "node_value"),
                    }));
                }
                Err(error) if tried == TRIES => return Err(error),
                Err(_) => {}
            }
            sleep(wait).await;
            wait = (wait * 2).min(WAIT_MAX);
        }
        Ok(None)
    }

    /// Tells that the validation has begun; the answer may have the module's secrets.
    pub async fn begin(&self) -> Result<Option<Map<String, Value>>, PlatformError> {
        let answer = self.patch(&json!({"status": "running"})).await?;
        let module = answer.get("module_configuration").unwrap_or(&Value::Null);
        let module = object_of(module, "value");
        Ok((!module.is_empty()).then_some(module))
    }

    /// Tells how the validation ended; `problem` is what stands in the way.
    pub async fn end(&self, problem: Option<&str>) -> Result<(), PlatformError> {
        let mut report = json!({
            "status": "finished",
            "results": {"success": problem.is_none()},
        });
        if let Some(problem) = problem {
            report["error"] = problem.into();
        }
        self.patch(&report).await.map(|_| ())
    }

    async fn patch(&self, report: &Value) -> Result<Value, PlatformError> {
        let what = "a report to the platform";
        let Some(url) = &self.callback else {
            return Err(PlatformError::Exchange {
                what,
                why: "url_callback is missing".to_owned(),
            });
        };
        let request = self.client.patch(url);
        let request = request.header("Content-Type", "application/json");
        self.ask(what, request.body(report.to_string())).await
    }

    pub(super) async fn ask(
        &self,
        what: &'static str,
        request: RequestBuilder,
    ) -> Result<Value, PlatformError> {
        let request = request.bearer_auth(self.token.expose_secret());
        let answer = exchanged(request).await;
        let body = answer.map_err(|why| PlatformError::Exchange { what, why })?;
        Ok(serde_json::from_slice(&body).unwrap_or(Value::Null))
    }
}

fn object_of(answer: &Value, name: &str) -> Map<String, Value> {
    let object = answer.get(name).and_then(Value::as_object).cloned();
    let given = object.unwrap_or_default().into_iter();
    given.filter(|(_, value)| !value.is_null()).collect()
}
