//! The variables that operators of Sekoia's own connectors know.

use std::path::Path;
use std::time::Duration;

use rollcall::config::{AssetConnectorOverrides, Config, SinkKind};
use rollcall::schedule::Times;

use super::sekoia;

fn read(variables: &[(&str, &str)]) -> Result<AssetConnectorOverrides, String> {
    let get = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    AssetConnectorOverrides::read(get).map_err(|error| error.to_string())
}

#[test]
fn variables_win_over_the_file_for_sekoia_sinks_alone() {
    let overrides = read(&[
        ("ASSET_CONNECTOR_BATCH_SIZE", "7"),
        ("ASSET_CONNECTOR_FREQUENCY", "90"),
        (
            "ASSET_CONNECTOR_PRODUCTION_BASE_URL",
            "https://example.org/api/",
        ),
        ("ASSET_CONNECTOR_RATE_LIMIT_WAIT", " 11 "),
        ("ASSET_CONNECTOR_TASK_POLL_INTERVAL", "12"),
        ("ASSET_CONNECTOR_TASK_POLL_TIMEOUT", "13"),
    ]);
    let text = sekoia(
        "url = \"https://elsewhere.example\"\nbatch_size = 50\n\n\
         [[sinks]]\ntype = \"ndjson\"\nbatch_size = 60\n\n\
         [schedule]\nevery = \"1h\"\n",
    );
    let config = Config::parse(Path::new("x"), &text, &overrides.unwrap()).unwrap();
    let seconds = Duration::from_secs;
    assert_eq!(config.schedule.times, Times::Every(seconds(90)));
    assert_eq!(
        (config.sinks[0].batch_size, config.sinks[1].batch_size),
        (7, 60)
    );
    let SinkKind::SekoiaAsset(sink) = &config.sinks[0].kind else {
        panic!("{:?}", config.sinks[0].kind);
    };
    assert_eq!(sink.url, "https://example.org/api");
    assert_eq!(
        (
            sink.rate_limit_wait,
            sink.task_poll_interval,
            sink.task_poll_timeout
        ),
        (seconds(11), seconds(12), seconds(13))
    );
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let read = read(&[
        ("ASSET_CONNECTOR_BATCH_SIZE", ""),
        ("ASSET_CONNECTOR_FREQUENCY", " "),
    ]);
    assert_eq!(read.unwrap(), AssetConnectorOverrides::default());
}

#[test]
fn a_variable_that_makes_no_sense_is_refused_by_name() {
    let number = "is not a whole number above 0; correct or unset it";
    for value in ["0", "-1", "1.5", "20m", "many", "99999999999"] {
        for name in [
            "BATCH_SIZE",
            "FREQUENCY",
            "RATE_LIMIT_WAIT",
            "TASK_POLL_TIMEOUT",
        ] {
            let name = format!("ASSET_CONNECTOR_{name}");
            let error = read(&[(&name, value)]).unwrap_err();
            assert_eq!(error, format!("{name}: {value:?} {number}"));
        }
    }
    let error = read(&[("ASSET_CONNECTOR_PRODUCTION_BASE_URL", "api.sekoia.io")]).unwrap_err();
    assert_eq!(
        error,
        "ASSET_CONNECTOR_PRODUCTION_BASE_URL: is no URL that begins with https:// or http://"
    );
}
