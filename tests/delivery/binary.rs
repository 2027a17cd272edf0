//! The real binary with every kind of sink that posts: the users arrive, the secrets stay.

use std::path::Path;

use rollcall::map::Dialect;
use serde_json::{Value, json};

use crate::mapping::schema;
use crate::support::agent::Agent;
use crate::support::intake_posts::{Post, Posts};
use crate::support::reply::Reply;
use crate::support::sim_aws::{SimAccount, SimAws};

const USERS: usize = 25;
const SECRETS: [(&str, &str); 3] = [
    ("HEADER", "Bearer h3ader-that-nobody-may-see"),
    ("TOKEN", "t0ken-that-nobody-may-see"),
    ("INTAKE", "k3y-that-nobody-may-see"),
];
const NOBODY: &str = "that-nobody-may-see";

fn agent(posts: &Posts, aws: &SimAws) -> Agent {
    let url = posts.url();
    let config = format!(
        "[[sinks]]\ntype = \"http\"\nurl = \"{url}/http?key=path-{NOBODY}\"\nbatch_size = 10\n\
         headers = {{ \"Authorization\" = \"env:HEADER\", \"X-Source\" = \"mine\" }}\n\
         compression = \"gzip\"\n\n\
         [[sinks]]\ntype = \"http\"\nname = \"splunk\"\npreset = \"splunk-hec\"\n\
         url = \"{url}/\"\ntoken = \"env:TOKEN\"\ndialect = \"sekoia\"\n\n\
         [[sinks]]\ntype = \"sekoia-intake\"\nurl = \"{url}/intake\"\nintake_key = \"env:INTAKE\"\n\
         batch_bytes = 20000\n"
    );
    let agent = Agent::new().config(&config).aws(&aws.url());
    let agent = SECRETS
        .iter()
        .fold(agent, |agent, (name, secret)| agent.env(name, secret));
    agent.args(["-vvv", "collect"])
}

fn at<'a>(requests: &'a [Post], path: &'a str) -> impl Iterator<Item = &'a Post> {
    requests.iter().filter(move |post| post.uri.path() == path)
}

fn header<'a>(post: &'a Post, name: &str) -> &'a str {
    post.headers[name].to_str().unwrap()
}

#[test]
fn every_kind_of_sink_receives_its_own_shape() {
    let aws = SimAws::start([SimAccount::generate(7, USERS)]);
    let posts = Posts::start();
    agent(&posts, &aws).run().expect_code(0);
    let requests = posts.requests();
    let splunk = "/services/collector/event";
    for (path, dialect, batches_min) in [
        ("/http", Dialect::Ocsf, 3),
        (splunk, Dialect::Sekoia, 1),
        ("/intake/batch", Dialect::Ocsf, 2),
    ] {
        let events: Vec<Value> = at(&requests, path).flat_map(Post::events).collect();
        assert!(events.len() >= USERS, "{path}: {}", events.len());
        assert!(at(&requests, path).count() >= batches_min, "{path}");
        for event in &events {
            let found = schema::findings(dialect, event);
            assert!(found.is_empty(), "{path}: {found:#?}");
        }
    }
    for post in at(&requests, "/http") {
        assert_eq!(header(post, "authorization"), SECRETS[0].1);
        assert_eq!(header(post, "x-source"), "mine");
        assert_eq!(header(post, "content-encoding"), "gzip");
    }
    for post in at(&requests, splunk) {
        assert_eq!(
            header(post, "authorization"),
            format!("Splunk {}", SECRETS[1].1)
        );
        let first = serde_json::Deserializer::from_slice(&post.body).into_iter::<Value>();
        let first = first.map(Result::unwrap).next().unwrap();
        // In this dialect, the event's own time is the user's creation.
        assert_eq!(first.get("time"), None, "{first:#}");
    }
    for post in at(&requests, "/intake/batch") {
        assert_eq!(header(post, "x-sekoiaio-intake-key"), SECRETS[2].1);
        let sizes = post.events();
        let bytes: usize = sizes.iter().map(|event| event.to_string().len()).sum();
        assert!(bytes <= 20_000, "{bytes}");
    }
}

#[test]
fn no_secret_is_shown_or_kept_however_the_receiver_repeats_it() {
    let aws = SimAws::start([SimAccount::generate(7, 3)]);
    for status in [401, 400] {
        let posts = Posts::start();
        posts.decide(move |post| {
            let keys = ["authorization", "x-sekoiaio-intake-key"].map(|key| post.headers.get(key));
            let keys = keys.into_iter().flatten().map(|key| key.to_str().unwrap());
            // Whole, and without what goes before it.
            let last = keys.clone().map(|key| key.rsplit(' ').next().unwrap());
            let repeated = keys.clone().chain(last).collect::<Vec<_>>().join(", ");
            let words = json!({"code": "no", "message": repeated, "text": repeated});
            Some(Reply::json(status, &words))
        });
        let agent = agent(&posts, &aws);
        let text = agent.run().expect_code(5);
        let json = agent.args(["--log-format", "json"]).run().expect_code(5);
        assert!(text.stderr.contains("(no: ["), "{}", text.stderr);
        for output in [&text.stdout, &text.stderr, &json.stdout, &json.stderr] {
            assert!(!output.contains(NOBODY), "{output}");
        }
        assert_eq!(
            files_that_hold(NOBODY, &agent.state_home()),
            Vec::<String>::new()
        );
    }
}

#[test]
fn an_unreachable_receiver_is_reported_by_its_host_alone() {
    let aws = SimAws::start([SimAccount::generate(7, 3)]);
    let posts = Posts::start();
    let agent = agent(&posts, &aws).args(["--drain-timeout", "1s"]);
    drop(posts);
    let stderr = agent.run().expect_code(5).stderr;
    assert!(stderr.contains("127.0.0.1"), "{stderr}");
    assert!(!stderr.contains(NOBODY), "{stderr}");
}

/// The files below `directory` with `text` in them.
fn files_that_hold(text: &str, directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let found = paths.flat_map(|path| {
        if path.is_dir() {
            return files_that_hold(text, &path);
        }
        let content = std::fs::read(&path).expect("a file");
        let mut windows = content.windows(text.len());
        let holds = windows.any(|window| window == text.as_bytes());
        holds
            .then(|| path.display().to_string())
            .into_iter()
            .collect()
    });
    found.collect()
}
