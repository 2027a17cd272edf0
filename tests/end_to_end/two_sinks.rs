//! Two sinks in two dialects, one of which does not let us in.

use std::path::Path;

use rollcall::map::Dialect;

use super::accounts::SMALL;
use super::common::{self, API_KEY, sekoia_agent, sekoia_config};
use crate::support::intake::Intake;
use crate::support::reply::Reply;

const FILE_SINK: &str = "\n[[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";

#[test]
fn a_refused_sink_keeps_everything_for_later_and_the_other_is_delivered_to() {
    let intake = Intake::start();
    intake.otherwise(Some(Reply::status(401)));
    let agent = sekoia_agent(&SMALL.account, &intake);
    let agent = agent.config(&format!("{}{FILE_SINK}", sekoia_config(&intake, "")));
    let file = agent.home().join("events.ndjson");

    let text = agent.args(["-vvv", "collect"]).run().expect_code(5);
    assert!(text.stderr.contains("401 Unauthorized"), "{}", text.stderr);
    assert!(
        text.stderr.contains("check the sink's api_key"),
        "{}",
        text.stderr
    );
    assert!(
        text.stderr.contains("30 kept for the next time"),
        "{}",
        text.stderr
    );
    common::assert_each_once(&SMALL.users, &common::valid_file(Dialect::Ocsf, &file));
    assert_eq!(
        intake.posts().len(),
        1,
        "a refused sink is not asked twice in a pass"
    );

    let json = agent.args(["-vvv", "--log-format", "json", "collect"]);
    let json = json.run().expect_code(5);
    for output in [&text.stdout, &text.stderr, &json.stdout, &json.stderr] {
        assert!(!output.contains(API_KEY), "{output}");
    }
    assert_eq!(files_that_hold(API_KEY, agent.home()), Vec::<String>::new());

    intake.otherwise(None);
    agent.arg("collect").run().expect_code(0);
    common::assert_each_once(&SMALL.users, &intake.events());
    common::assert_valid(Dialect::Sekoia, &intake.events());
    common::assert_each_once(&SMALL.users, &common::valid_file(Dialect::Ocsf, &file));
}

#[test]
fn api_key_that_the_intake_repeats_is_not_shown() {
    let intake = Intake::start();
    let echo = serde_json::json!({"code": "bad_key", "message": format!("unknown key {API_KEY}")});
    intake.otherwise(Some(Reply::json(403, &echo)));
    let output = sekoia_agent(&SMALL.account, &intake)
        .args(["-vv", "collect"])
        .run();
    let output = output.expect_code(5);
    assert!(output.stderr.contains("bad_key"), "{}", output.stderr);
    assert!(!output.stderr.contains(API_KEY), "{}", output.stderr);
}

/// The files below `directory` with `text` in them.
fn files_that_hold(text: &str, directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
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
        })
        .collect()
}
