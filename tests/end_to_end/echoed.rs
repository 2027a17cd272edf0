//! What AWS and receivers repeat of secrets, and what they hide in their words: nothing of it is
//! left in the log, the state, the status or what any command prints.

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::support::agent::Agent;
use crate::support::intake::{CONNECTOR_UUID, Intake};
use crate::support::reply::Reply;
use crate::support::running::Output;
use crate::support::sim_aws::{Fault, SimAccount, SimAws, SimUser};

const ID: &str = "210000000000";
const API_KEY: &str = "kJ8-very_secret/9x";
const URL_TOKEN: &str = "tok-3n7Of4Url/42+";
const AWS_SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYz9k2mQ7rT4";
const AWS_TOKEN: &str = "IQoJb3JpZ2luX2VjEJr//w/aCXVzLWVhc3QtMSJHMEUCIQDt0k8nvB7QpZ";
const SECRETS: [&str; 4] = [API_KEY, URL_TOKEN, AWS_SECRET, AWS_TOKEN];

type Encode = fn(&str) -> String;

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn base64(text: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = text
        .bytes()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
        .collect();
    let digit = |bits: &[u8]| {
        bits.iter()
            .fold(0, |value, bit| value << 1 | usize::from(*bit))
    };
    let digits = bits.chunks(6).map(|bits| digit(bits) << (6 - bits.len()));
    digits.map(|digit| char::from(ALPHABET[digit])).collect()
}

fn split(text: &str, by: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let pieces = chars
        .chunks(3)
        .map(|piece| piece.iter().collect::<String>());
    pieces.collect::<Vec<_>>().join(by)
}

/// How a secret is repeated.
const ENCODINGS: [Encode; 14] = [
    |it| it.to_owned(),
    |it| it.to_uppercase(),
    percent,
    |it| percent(&percent(it)),
    base64,
    |it| base64(&format!("u{it}")),
    |it| base64(&format!("u:{it}")),
    |it| base64(it).replace('+', "-").replace('/', "_"),
    hex,
    |it| hex(it).to_uppercase(),
    |it| split(it, " "),
    |it| split(it, "\n"),
    |it| split(it, "\u{200b}"),
    |it| it.bytes().map(|byte| format!("\\u{byte:04x}")).collect(),
];

/// Words that repeat every secret in one encoding, and that end in what turns the text around.
fn words(encode: Encode) -> String {
    let [api_key, url_token, secret, token] = SECRETS.map(encode);
    format!(
        "no such key: {api_key}. GET /x?token={url_token}&a=b Authorization: Bearer {secret}; \
         x-amz-security-token:{token} \u{202e}\u{9b}31m\u{2028}"
    )
}

/// Panics if `text`, from this place, holds a part of a secret, or anything that is not seen.
#[track_caller]
fn assert_clean(text: &str, place: &str) {
    let squeezed: Vec<char> = text.chars().filter(|it| !it.is_whitespace()).collect();
    let squeezed: String = squeezed.into_iter().collect();
    for (number, encode) in ENCODINGS.into_iter().enumerate() {
        for secret in SECRETS {
            let encoded: Vec<char> = encode(secret).chars().collect();
            let encoded: Vec<char> = encoded
                .into_iter()
                .filter(|it| !it.is_whitespace())
                .collect();
            for part in encoded.windows(12.min(encoded.len())) {
                let part: String = part.iter().collect();
                assert!(
                    !squeezed.contains(&part),
                    "{place}: {part:?} of encoding {number} of {secret} in\n{text}"
                );
            }
        }
    }
    let is_unseen =
        |it: char| it.is_control() && it != '\n' || "\u{202e}\u{2028}\u{200b}\u{2066}".contains(it);
    assert!(!text.contains(is_unseen), "{place}: {text:?}");
}

#[track_caller]
fn assert_both_clean(output: &Output, place: &str) {
    assert_clean(&output.stdout, place);
    assert_clean(&output.stderr, place);
}

/// Panics if a file below `dir` holds a secret.
fn assert_no_file_holds_a_secret(dir: &Path) {
    for entry in std::fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            assert_no_file_holds_a_secret(&path);
        } else if let Ok(bytes) = std::fs::read(&path) {
            for secret in SECRETS {
                let mut parts = bytes.windows(secret.len());
                let is_in = parts.any(|part| part == secret.as_bytes());
                assert!(!is_in, "{secret} is in {}", path.display());
            }
        }
    }
}

struct Site {
    sim: SimAws,
    asset: Intake,
    agent: Agent,
}

impl Site {
    /// A user more than there are encodings, a sink with a key, and one with a key in its url
    /// that nobody listens to.
    fn new(more: &str) -> Self {
        let users = (0..=ENCODINGS.len()).map(|number| SimUser::new(&format!("user{number:02}")));
        let account = users.fold(SimAccount::new(ID), SimAccount::user);
        let sim = SimAws::start([account]);
        let asset = Intake::start();
        let config = format!(
            "[mapping]\nroot_account = false\n[aws]\nrequests_per_second = 100000\n{more}\n\
             [[sinks]]\ntype = \"sekoia-asset\"\nurl = \"{}\"\napi_key = \"env:API_KEY\"\n\
             connector_uuid = \"{CONNECTOR_UUID}\"\n\
             [[sinks]]\ntype = \"http\"\nurl = \"http://127.0.0.1:9/x?token={}\"\n",
            asset.url(),
            URL_TOKEN.replace('+', "%2B")
        );
        let agent = Agent::new()
            .config(&config)
            .aws(&sim.url())
            .env("API_KEY", API_KEY)
            .env("AWS_ACCESS_KEY_ID", ID)
            .env("AWS_SECRET_ACCESS_KEY", AWS_SECRET)
            .env("AWS_SESSION_TOKEN", AWS_TOKEN);
        Self { sim, asset, agent }
    }

    fn run(&self, args: &str) -> Output {
        let agent = args
            .split(' ')
            .fold(self.agent.clone(), |agent, arg| agent.arg(arg));
        agent.run()
    }

    /// Everything that shows what is kept.
    fn assert_what_is_kept_is_clean(&self) {
        for command in [
            "status",
            "history",
            "diff",
            "dead-letters list",
            "state info",
        ] {
            for output in ["table", "json"] {
                let output = self.run(&format!("{command} --output {output}"));
                assert_both_clean(&output, command);
            }
        }
        assert_no_file_holds_a_secret(&self.agent.state_home());
    }
}

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

#[test]
fn what_a_receiver_repeats_of_secrets_is_in_no_log_no_state_and_no_answer() {
    let site = Site::new("");
    let refused = ENCODINGS.into_iter().enumerate().map(
        |(index, encode)| json!({"index": index, "message": format!("\u{1b}[2J{}", words(encode))}),
    );
    let refused = json!({"errors": refused.collect::<Vec<Value>>()});
    site.asset.script([Reply::json(200, &refused)]);
    for format in ["text", "json"] {
        let args = format!("collect --full --drain-timeout 2s --log-format {format} -vv");
        assert_both_clean(&site.run(&args).expect_code(5), "collect");
    }
    let list = site.run("dead-letters list --output json").stdout;
    let list: Value = serde_json::from_str(&list).expect("JSON");
    let list = list.as_array().expect("a list");
    let said = list.iter().filter(|it| {
        it["why"].as_str().is_some_and(|why| {
            [
                "[api_key]",
                "[url]",
                "[AWS_SECRET_ACCESS_KEY]",
                "[AWS_SESSION_TOKEN]",
            ]
            .iter()
            .all(|name| why.contains(name) || why.ends_with("more bytes)"))
        })
    });
    assert_eq!(said.count(), ENCODINGS.len(), "{list:#?}");
    site.assert_what_is_kept_is_clean();
    for encode in ENCODINGS {
        let words = json!({"message": words(encode)});
        site.asset.otherwise(Some(Reply::json(403, &words)));
        assert_both_clean(&site.run("check").expect_code(5), "check");
    }
}

#[test]
fn what_aws_repeats_of_secrets_is_in_no_log_no_state_and_no_answer() {
    let site = Site::new("");
    site.run("collect --drain-timeout 1s").expect_code(5);
    let actions = [
        "ListUsers",
        "GetAccountAuthorizationDetails",
        "GenerateCredentialReport",
        "ListVirtualMFADevices",
        "GetAccountSummary",
        "ListAccountAliases",
        "GetUser",
    ];
    for encodings in ENCODINGS.chunks(actions.len()) {
        for (encode, action) in encodings.iter().zip(actions) {
            site.sim
                .inject(Fault::Says(leaked(words(*encode))).of(action));
        }
        for command in ["check", "check --output json", "plan", "collect --dry-run"] {
            assert_both_clean(&site.run(command), command);
        }
        site.sim.calm();
    }
    for encode in ENCODINGS {
        for action in ["ListUsers", "GetAccountAuthorizationDetails"] {
            let fault = Fault::Says(leaked(words(encode)));
            site.sim.inject(fault.of(action));
        }
        let output = site.run("collect --drain-timeout 0s -vv");
        assert!(output.stderr.contains("[AWS_S"), "{}", output.stderr);
        assert_both_clean(&output, "collect");
        site.sim.calm();
    }
    site.assert_what_is_kept_is_clean();
}

#[test]
fn the_session_of_an_assumed_role_is_in_no_log_no_state_and_no_answer() {
    let role = format!("role_arn = \"arn:aws:iam::{ID}:role/read\"");
    let site = Site::new(&role);
    // As the simulated STS makes it: the role's and the session's name in it.
    let token = crate::support::sim_aws::session_token("read", "rollcall");
    for encode in ENCODINGS {
        let said = format!("x-amz-security-token:{}", encode(&token));
        for action in ["ListUsers", "GetAccountAuthorizationDetails"] {
            let fault = Fault::Says(leaked(said.clone()));
            site.sim.inject(fault.of(action));
        }
        let output = site.run("collect --drain-timeout 0s");
        let encoded: String = encode(&token)
            .chars()
            .filter(|it| !it.is_whitespace())
            .collect();
        let log: String = output
            .stderr
            .chars()
            .filter(|it| !it.is_whitespace())
            .collect();
        assert!(!log.contains(&encoded), "{}", output.stderr);
        assert!(
            output.stderr.contains("[AWS session token]"),
            "{}",
            output.stderr
        );
        site.sim.calm();
    }
    let history = site.run("history --output json").stdout;
    assert!(!history.contains(&token), "{history}");
}

#[test]
fn the_status_page_and_the_control_socket_of_a_daemon_hold_no_secret() {
    let port = TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("its address");
    let site = Site::new(&format!("[status]\nlisten = \"{port}\""));
    site.asset
        .otherwise(Some(Reply::json(503, &json!({"message": words(base64)}))));
    let mut running = site.agent.arg("run").spawn();
    running.wait_for("batch not delivered", Duration::from_secs(30));
    // Another test may have done so already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let began = Instant::now();
    loop {
        let answer = crate::support::block_on(async {
            let answer = reqwest::get(format!("http://{port}/status")).await;
            answer.expect("an answer").text().await.expect("a body")
        });
        assert_clean(&answer, "the status page");
        // The other sink may have failed first.
        if answer.contains("[api_key]") {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{answer}");
        std::thread::sleep(Duration::from_millis(100));
    }
    for output in ["table", "json"] {
        assert_both_clean(&site.run(&format!("status --output {output}")), "status");
    }
    running.signal(Signal::SIGTERM);
    assert_both_clean(&running.wait(Duration::from_secs(30)), "run");
}

#[test]
fn names_that_are_not_seen_as_they_are_are_spelled_out_in_lists_and_kept_in_events() {
    let name = "eve\u{202e}nimda\u{9b}31m";
    let account = SimAccount::new(ID)
        .user(SimUser::new("ann"))
        .user(SimUser::new(name));
    let sim = SimAws::start([account]);
    let agent = Agent::new()
        .config(
            "[mapping]\nroot_account = false\n[[sinks]]\ntype = \"ndjson\"\npath = \"a.ndjson\"\n",
        )
        .aws(&sim.url())
        .env("AWS_ACCESS_KEY_ID", ID);
    agent.arg("collect").run();
    let events = std::fs::read_to_string(agent.home().join("a.ndjson")).expect("events");
    let events: Vec<Value> = events
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    if !events.iter().any(|event| event["user"]["name"] == name) {
        // Such a name is refused where it comes in: the log has said so, seen.
        let output = agent.arg("collect").run();
        assert_clean(&output.stderr, "collect");
        return;
    }
    sim.change(ID, |account| account.rename_user(name, "eve\u{202e}"));
    agent.arg("collect").run();
    for command in [
        "diff",
        "history eve\u{202e}",
        "diff --output json",
        "history eve\u{202e} --output json",
    ] {
        let agent = command
            .split(' ')
            .fold(agent.clone(), |agent, arg| agent.arg(arg));
        let output = agent.run().expect_code(0);
        assert_clean(&output.stdout, command);
        assert!(output.stdout.contains("202e"), "{}", output.stdout);
    }
}
