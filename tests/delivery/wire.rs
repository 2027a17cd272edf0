//! What goes over the wire to each kind of sink, byte for byte.

use std::path::Path;

use rollcall::config::{
    AssetConnectorOverrides, Compression, Config, HttpShape, SecretRef, SinkKind, SplunkSettings,
};
use rollcall::deliver::{HttpSink, Outgoing, Sink, Verdict};
use rollcall::model::EventId;
use rollcall::trust::ExtraRoots;

use super::fixture::{KEY, http_at, http_settings, intake_at};
use crate::support::intake_posts::{Post, Posts};

/// Two events, one of which has a quote in it.
const EVENTS: [&str; 2] = [
    r#"{"time":1795187334560,"user":{"uid":"u1"}}"#,
    r#"{"user":{"uid":"u\"2"}}"#,
];

async fn sent(posts: &Posts, mut sink: impl Sink) -> Post {
    let id = EventId::from_bytes([7; 16]);
    let batch = EVENTS.map(|json| Outgoing {
        id,
        json: json.as_bytes(),
    });
    assert_eq!(sink.deliver(&batch).await, Verdict::Delivered);
    let mut requests = posts.requests();
    assert_eq!(requests.len(), 1);
    let post = requests.remove(0);
    assert_eq!(post.method, "POST");
    post.assert_length();
    assert!(header(&post, "user-agent").starts_with("rollcall/"));
    post
}

fn header<'a>(post: &'a Post, name: &str) -> &'a str {
    let value = post.headers.get(name);
    value.map_or("", |value| value.to_str().unwrap())
}

async fn sent_over_http(shape: HttpShape, compression: Compression) -> Post {
    let posts = Posts::start();
    let url = format!("{}/in/?index=main", posts.url());
    let post = sent(&posts, http_at(&http_settings(&url, shape, compression))).await;
    assert_eq!(post.uri, "/in/?index=main");
    assert_eq!(header(&post, "x-key"), KEY);
    assert_eq!(header(&post, "x-source"), "rollcall");
    post
}

#[tokio::test]
async fn http_posts_lines() {
    let post = sent_over_http(HttpShape::Ndjson, Compression::None).await;
    assert_eq!(header(&post, "content-type"), "application/x-ndjson");
    assert_eq!(header(&post, "content-encoding"), "");
    let lines = format!("{}\n{}\n", EVENTS[0], EVENTS[1]);
    assert_eq!(post.body, lines);
}

#[tokio::test]
async fn http_posts_a_json_array() {
    let post = sent_over_http(HttpShape::JsonArray, Compression::None).await;
    assert_eq!(header(&post, "content-type"), "application/json");
    assert_eq!(post.body, format!("[{},{}]", EVENTS[0], EVENTS[1]));
}

#[tokio::test]
async fn http_posts_gzip_that_decodes_to_the_same() {
    for shape in [HttpShape::Ndjson, HttpShape::JsonArray] {
        let plain = sent_over_http(shape.clone(), Compression::None).await;
        let zipped = sent_over_http(shape, Compression::Gzip).await;
        assert_eq!(header(&zipped, "content-encoding"), "gzip");
        assert_eq!(&zipped.body[..2], [0x1f, 0x8b]);
        assert_eq!(zipped.text(), plain.text());
    }
}

#[tokio::test]
async fn splunk_gets_each_event_wrapped_with_its_time_in_seconds() {
    let posts = Posts::start();
    let shape = HttpShape::SplunkHec(splunk());
    let url = format!("{}/services/collector/event", posts.url());
    let settings = http_settings(&url, shape, Compression::None);
    // A token of its own: the key of the other tests would get the name of this header.
    let token = "Splunk 0f5c-a-token";
    let secrets = [("authorization".to_owned(), token.into())];
    let post = sent(
        &posts,
        HttpSink::new(&settings, &secrets, &ExtraRoots::default()).unwrap(),
    )
    .await;
    assert_eq!(header(&post, "authorization"), token);
    assert_eq!(header(&post, "content-type"), "application/json");
    let origin = r#""source":"rollcall","sourcetype":"_json""#;
    let wrapped = format!(
        "{{\"time\":1795187334.56,{origin},\"event\":{}}}{{{origin},\"event\":{}}}",
        EVENTS[0], EVENTS[1]
    );
    assert_eq!(post.body, wrapped);
}

/// What a Splunk sink of this table posts: where, and with which authorization.
async fn splunk_of(more: &str, path: &str) -> (String, String) {
    let posts = Posts::start();
    let token = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(token.path(), "0f5c-another-token\n").unwrap();
    let text = format!(
        "[[sinks]]\ntype = \"http\"\npreset = \"splunk-hec\"\nurl = \"{}{path}\"\n\
         token = \"file:{}\"\n{more}\n",
        posts.url(),
        token.path().display()
    );
    let overrides = AssetConnectorOverrides::default();
    let config = Config::parse(Path::new("test.toml"), &text, &overrides).unwrap();
    let SinkKind::Http(settings) = &config.sinks[0].kind else {
        panic!("an http sink");
    };
    let secrets = settings.secrets().unwrap();
    let sink = HttpSink::new(settings, &secrets, &ExtraRoots::default()).unwrap();
    let post = sent(&posts, sink).await;
    let authorization = header(&post, "authorization").to_owned();
    (post.uri.to_string(), authorization)
}

#[tokio::test]
async fn a_collector_is_given_its_token_after_the_scheme_that_is_configured() {
    for (more, authorization) in [
        ("", "Splunk 0f5c-another-token"),
        ("auth_scheme = \"Bearer\"", "Bearer 0f5c-another-token"),
    ] {
        assert_eq!(splunk_of(more, "").await.1, authorization);
    }
}

#[tokio::test]
async fn the_url_of_a_collector_is_taken_as_it_is_where_that_is_asked_for() {
    let exact = "exact_url = true";
    for (more, path, posted) in [
        ("", "", "/services/collector/event"),
        ("", "/services/collector/event", "/services/collector/event"),
        ("", "/proxy/", "/proxy/services/collector/event"),
        (exact, "/ingest/hec?tenant=a", "/ingest/hec?tenant=a"),
        (exact, "/ingest/hec/", "/ingest/hec/"),
        (exact, "", "/"),
    ] {
        assert_eq!(splunk_of(more, path).await.0, posted, "{more} {path}");
    }
}

fn splunk() -> SplunkSettings {
    SplunkSettings::new(SecretRef::Env("NOT_READ".to_owned()))
}

#[tokio::test]
async fn splunk_is_told_index_host_and_sourcetype_and_no_time_that_is_not_the_observations() {
    let splunk = SplunkSettings {
        is_time_observed: false,
        index: Some("iam".to_owned()),
        host: Some("agent-1".to_owned()),
        sourcetype: "ocsf".to_owned(),
        ..splunk()
    };
    let post = sent_over_http(HttpShape::SplunkHec(splunk), Compression::None).await;
    let origin = r#""source":"rollcall","sourcetype":"ocsf","index":"iam","host":"agent-1""#;
    let wrapped = EVENTS.map(|event| format!("{{{origin},\"event\":{event}}}"));
    assert_eq!(post.body, wrapped.concat());
}

#[tokio::test]
async fn sekoias_intake_gets_its_key_twice_and_events_as_texts() {
    let posts = Posts::start();
    let post = sent(&posts, intake_at(&posts.url())).await;
    assert_eq!(post.uri, "/batch");
    assert_eq!(header(&post, "x-sekoiaio-intake-key"), KEY);
    assert_eq!(header(&post, "content-type"), "application/json");
    let texts = EVENTS.map(|event| serde_json::to_string(event).unwrap());
    let body = format!(
        "{{\"intake_key\":\"{KEY}\",\"jsons\":[{},{}]}}",
        texts[0], texts[1]
    );
    assert_eq!(post.body, body);
}
