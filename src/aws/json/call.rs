//! One call of such a service.

use std::time::Duration;

use aws_config::Region;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_sdk_iam::error::SdkError;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{AuthSchemeOptionResolverParams, SharedAuthScheme};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::JsonService;
use super::error::JsonError;
use crate::aws::connect::Services;
use crate::aws::{Action, AwsClient, AwsError};
use crate::config::QueuePlace;

/// Answers were seen to take 35 seconds in us-east-1.
const LOOKUP_EVENTS_TIMEOUT: Duration = Duration::from_secs(60);
const USER_AGENT: &str = concat!("rollcall/", env!("CARGO_PKG_VERSION"));

impl AwsClient {
    /// Calls `action` of `service` in `region`, or where the configuration says, with `input` and
    /// answers what it says; as [`AwsClient::call`].
    pub async fn call_json<T: DeserializeOwned>(
        &self,
        service: JsonService,
        region: Option<&str>,
        action: Action,
        input: &impl Serialize,
    ) -> Result<T, AwsError> {
        let place = Place {
            region: region.map(str::to_owned),
            url: None,
        };
        self.call_json_at(service, place, action, input).await
    }

    /// Calls `action` of the queue at `queue`; as [`AwsClient::call`].
    pub async fn call_queue<T: DeserializeOwned>(
        &self,
        queue: &QueuePlace,
        action: Action,
        input: &impl Serialize,
    ) -> Result<T, AwsError> {
        let place = Place {
            region: queue.region.clone(),
            url: queue.endpoint.clone(),
        };
        self.call_json_at(JsonService::Sqs, place, action, input)
            .await
    }

    async fn call_json_at<T: DeserializeOwned>(
        &self,
        service: JsonService,
        place: Place,
        action: Action,
        input: &impl Serialize,
    ) -> Result<T, AwsError> {
        let body = serde_json::to_string(input)
            .map_err(|error| AwsError::malformed(action, error.to_string()))?;
        let request = || {
            let (services, body, place) = (self.services(), body.clone(), place.clone());
            async move { send(&services, service, place, action, body).await }
        };
        let answer = self.call(action, request).await?;
        // An action without an answer has an empty one, which is no JSON.
        let answer = if answer.is_empty() { b"{}" } else { &*answer };
        serde_json::from_slice(answer).map_err(|error| {
            // Where it is wrong, and none of it.
            let (line, column) = (error.line(), error.column());
            let what = format!("not the JSON of {action} (line {line}, column {column})");
            AwsError::malformed(action, what)
        })
    }
}

/// Where a service is called; `None` is where the configuration says.
#[derive(Debug, Clone)]
struct Place {
    region: Option<String>,
    url: Option<String>,
}

/// The body of the answer.
async fn send(
    services: &Services,
    service: JsonService,
    place: Place,
    action: Action,
    body: String,
) -> Result<Vec<u8>, SdkError<JsonError, HttpResponse>> {
    let names = service.names();
    let (config, region) = (services.config(), place.region.map(Region::new));
    let region = region.or_else(|| config.region().cloned());
    let region = region.map(|it| Region::new(service.serving(it.as_ref()).to_owned()));
    let Some((region, http_client)) = region.zip(config.http_client()) else {
        return Err(SdkError::construction_failure(
            "neither region nor connection",
        ));
    };
    let url = services.named_url(names.variable).or(place.url);
    let url = url.unwrap_or_else(|| {
        let use_fips = config.use_fips().unwrap_or_default();
        let use_dual_stack = config.use_dual_stack().unwrap_or_default();
        service.url(region.as_ref(), use_fips, use_dual_stack)
    });
    let name = action.as_str().rsplit(':').next().unwrap_or_default();
    let (target, kind) = (format!("{}.{name}", names.target), names.json);
    let mut operation = Operation::builder()
        .service_name(names.host)
        .operation_name(name)
        .behavior_version(BehaviorVersion::latest())
        .http_client(http_client)
        .endpoint_url(&url)
        .no_retry()
        .runtime_plugin(signed(names.signing, region, config.credentials_provider()))
        .serializer(move |body: String| {
            let mut request = HttpRequest::new(SdkBody::from(body));
            request.set_method("POST")?;
            request.set_uri("/")?;
            let headers = request.headers_mut();
            headers.insert("content-type", format!("application/x-amz-json-{kind}"));
            headers.insert("x-amz-target", target.clone());
            headers.insert("user-agent", USER_AGENT);
            Ok(request)
        })
        .deserializer(read);
    if let Some(timeouts) = config.timeout_config() {
        let mut timeouts = timeouts.to_builder();
        if action == Action::LookupEvents {
            timeouts = timeouts.operation_attempt_timeout(LOOKUP_EVENTS_TIMEOUT);
        }
        operation = operation.timeout_config(timeouts.build());
    }
    if let Some(sleep) = config.sleep_impl() {
        operation = operation.sleep_impl(sleep);
    }
    services
        .watched(names.signing, operation)
        .build()
        .invoke(body)
        .await
}

/// Signs as AWS asks, with the credentials of `source`; fails later where there is none.
fn signed(
    name: &'static str,
    region: Region,
    source: Option<SharedCredentialsProvider>,
) -> StaticRuntimePlugin {
    let mut config = Layer::new("signature");
    config.store_put(AuthSchemeOptionResolverParams::new(()));
    config.store_put(SigV4OperationSigningConfig {
        region: Some(region.into()),
        region_set: None,
        name: Some(name.into()),
        signing_options: Default::default(),
    });
    let mut components = RuntimeComponentsBuilder::new("signature")
        .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![
            SCHEME_ID,
        ])))
        .with_identity_cache(Some(IdentityCache::no_cache()));
    if let Some(source) = source {
        components.set_identity_resolver(SCHEME_ID, source);
    }
    StaticRuntimePlugin::new()
        .with_config(config.freeze())
        .with_runtime_components(components)
}

fn read(answer: &HttpResponse) -> Result<Vec<u8>, OrchestratorError<JsonError>> {
    let body = answer.body().bytes().unwrap_or_default();
    match answer.status().is_success() {
        true => Ok(body.to_vec()),
        false => Err(OrchestratorError::operation(JsonError::of(answer, body))),
    }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;
    use serde_json::{Value, json};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::aws::AwsErrorClass;
    use crate::config::AwsSettings;

    /// Asks a server that answers so, once; the request, and what became of it.
    async fn asked(head: &str, body: &str) -> (String, Result<Value, AwsError>) {
        let answer = format!(
            "HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let settings = AwsSettings {
            endpoint_url: Some(format!("http://{}", listener.local_addr().unwrap())),
            region: Some("eu-west-3".to_owned()),
            ..AwsSettings::default()
        };
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"}") {
                stream.read_buf(&mut request).await.unwrap();
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(request).unwrap()
        });
        let key = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
        let client = AwsClient::connect_as(&settings, key).await;
        let input = json!({ "MaxResults": 50 });
        let trail = JsonService::CloudTrail;
        let region = Some("us-east-1");
        let answer = client.call_json(trail, region, Action::LookupEvents, &input);
        let answer = answer.await;
        (server.await.unwrap().to_lowercase(), answer)
    }

    #[tokio::test]
    async fn a_call_is_signed_for_its_region_and_its_answer_is_read() {
        let (request, answer) = asked("200 OK", r#"{"Events":[]}"#).await;
        assert_eq!(answer.unwrap(), json!({ "Events": [] }));
        assert!(
            request.contains("/us-east-1/cloudtrail/aws4_request"),
            "{request}"
        );
        let target =
            "x-amz-target: com.amazonaws.cloudtrail.v20131101.cloudtrail_20131101.lookupevents";
        assert!(request.contains(target), "{request}");
        assert!(request.ends_with("{\"maxresults\":50}"), "{request}");
    }

    #[tokio::test]
    async fn a_refusal_is_told_by_its_code_wherever_that_is() {
        let spaced =
            r#"{"__type":"com.amazonaws.x#AccessDeniedException","Message":"no, not you"}"#;
        let header = "400 Bad Request\r\nx-amzn-errortype: AccessDeniedException:http://x/";
        for (head, body) in [
            ("400 Bad Request", spaced),
            (header, r#"{"message":"no, not you"}"#),
        ] {
            let error = asked(head, body).await.1.unwrap_err();
            assert_eq!(error.class, AwsErrorClass::Denied, "{error}");
            assert_eq!(error.code.as_deref(), Some("AccessDeniedException"));
            assert!(error.to_string().contains("no, not you"), "{error}");
        }
    }

    #[tokio::test]
    async fn an_answer_that_is_no_json_is_malformed() {
        let error = asked("200 OK", "<html>...").await.1.unwrap_err();
        assert_eq!(error.class, AwsErrorClass::Malformed, "{error}");
    }
}
