//! `config.example.toml` is valid, complete, and true about the defaults.

use rollcall::config::{AssetConnectorOverrides, HttpShape, NdjsonTarget, SinkKind};

use rollcall::schedule::Times;

use super::{parse, sekoia};

const EXAMPLE: &str = include_str!("../../config.example.toml");

/// The example with its optional settings as well.
fn with_everything() -> String {
    let uncomment = |line: &str| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with(' ') => setting.to_owned(),
        _ => line.to_owned(),
    };
    // One of `every` and `cron` alone.
    let example = EXAMPLE.replace("\nevery = ", "\n# every = ");
    example
        .lines()
        .map(uncomment)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The keys that the table at the end of `before` knows, from the error about an unknown one.
fn known_keys(before: &str) -> Vec<String> {
    let error = parse(&format!("{before}\nno_such_key = 1\n"))
        .unwrap_err()
        .to_string();
    let (_, known) = error.split_once("(known here: ").expect(&error);
    known
        .trim_end_matches(')')
        .split(", ")
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_example_is_valid_and_what_it_calls_a_default_is_one() {
    let (example, defaults) = (parse(EXAMPLE).unwrap(), parse("").unwrap());
    assert_eq!(example.agent, defaults.agent);
    assert_eq!(example.schedule, defaults.schedule);
    assert_eq!(example.log, defaults.log);
    assert_eq!(example.aws, defaults.aws);
    assert_eq!(example.mapping, defaults.mapping);
    assert_eq!(example.audit, defaults.audit);
    assert!(example.sinks.iter().all(|sink| !sink.audit));
    let sekoia = parse(&sekoia("")).unwrap().sinks.remove(0);
    assert_eq!(example.sinks[0].batch_size, sekoia.batch_size);
    assert_eq!(example.sinks[0].dialect, sekoia.dialect);
    let (SinkKind::SekoiaAsset(example), SinkKind::SekoiaAsset(default)) =
        (&example.sinks[0].kind, &sekoia.kind)
    else {
        panic!("the example's first sink is of type sekoia-asset");
    };
    assert_eq!(example.url, default.url);
}

#[test]
fn what_the_example_says_of_the_defaults_of_each_type_is_so() {
    let (example, mut types) = (parse(EXAMPLE).unwrap(), Vec::new());
    for sink in &example.sinks[1..] {
        let (r#type, more) = match &sink.kind {
            SinkKind::SekoiaIntake(_) => ("sekoia-intake", "intake_key = \"env:K\""),
            SinkKind::Http(http) if http.shape == HttpShape::Ndjson => {
                ("http", "url = \"https://x\"")
            }
            SinkKind::Http(_) => (
                "http",
                "preset = \"splunk-hec\"\nurl = \"https://x\"\ntoken = \"env:K\"",
            ),
            SinkKind::Ndjson(_) => ("ndjson", ""),
            SinkKind::SekoiaAsset(_) => panic!("the first sink alone is of type sekoia-asset"),
        };
        let default = parse(&format!("[[sinks]]\ntype = \"{type}\"\n{more}\n")).unwrap();
        let default = &default.sinks[0];
        assert_eq!(sink.dialect, default.dialect);
        assert_eq!(sink.batch_bytes, default.batch_bytes);
        types.push(default.batch_bytes);
        match (&sink.kind, &default.kind) {
            (SinkKind::SekoiaIntake(a), SinkKind::SekoiaIntake(b)) => assert_eq!(a.url, b.url),
            (SinkKind::Http(a), SinkKind::Http(b)) => assert_eq!(a.compression, b.compression),
            _ => {}
        }
    }
    assert_eq!(types, [4_194_304, 2_097_152, 800_000, 2_097_152]);
    assert_eq!(example.sinks[0].batch_bytes, 2_097_152);
}

#[test]
fn the_examples_optional_settings_are_valid_too() {
    let example =
        with_everything().replace("\nrefresh = false", "\nenabled = true\nrefresh = true");
    let example = example.replace("\nenabled = false", "");
    let all = parse(&example).unwrap();
    assert!(all.audit.queue_url.is_some() && all.audit.regions.len() == 2);
    assert!(matches!(all.schedule.times, Times::Cron(_)) && !all.schedule.jitter.is_zero());
    assert!(all.status.listen.is_some() && all.status.token.is_some());
    assert!(all.agent.state_dir.is_some() && all.agent.ca_file.is_some());
    assert!(all.aws.region.is_some() && all.aws.endpoint_url.is_some());
    assert!(all.aws.profile.is_some());
    assert!(all.aws.access_key().is_some() && all.aws.role().is_some());
    assert_eq!(all.aws.use_fips.and(all.aws.use_dual_stack), Some(true));
    assert!(all.aws.accounts[0].get_ref().role().is_some());
    let organization = all.aws.organization.expect("the example's organization");
    assert_eq!(organization.include.len() + organization.exclude.len(), 3);
    let SinkKind::Ndjson(NdjsonTarget::File(file)) = &all.sinks[4].kind else {
        panic!("the example's fifth sink is a file");
    };
    assert_eq!(file.path.to_str(), Some("/var/log/rollcall/users.ndjson"));
    assert!(file.rotation.is_some());
}

#[test]
fn every_key_there_is_appears_in_the_example_with_a_comment() {
    let example = with_everything();
    let lines: Vec<&str> = example.lines().collect();
    let is_table = |key: &str| ["tags", "accounts", "organization"].contains(&key);
    let mut count = 0;
    for table in [
        "[agent]",
        "[schedule]",
        "[aws]",
        "[[aws.accounts]]",
        "[aws.organization]",
        "[mapping]",
        "[mapping.tags]",
        "[audit]",
        "[status]",
        "[lifecycle]",
        "[log]",
        "[[sinks]]",
    ] {
        let starts = |line: &&str| **line == *table;
        for key in known_keys(table).iter().filter(|key| !is_table(key)) {
            let mut inside = false;
            let is_set = lines.iter().any(|line| {
                inside = if line.starts_with('[') {
                    starts(line)
                } else {
                    inside
                };
                inside
                    && line
                        .trim_start_matches("# ")
                        .starts_with(&format!("{key} = "))
            });
            assert!(is_set, "{key} of {table} is not in the example");
            count += 1;
        }
    }
    let tables = known_keys("");
    assert_eq!(
        tables,
        [
            "agent",
            "schedule",
            "aws",
            "mapping",
            "audit",
            "status",
            "lifecycle",
            "log",
            "sinks"
        ]
    );
    assert_eq!(
        count, 107,
        "a key was added or removed; see to the example's comments too"
    );
}

#[test]
fn every_variable_that_is_read_is_named_in_the_example() {
    let names = std::cell::RefCell::new(Vec::new());
    let note = |name: &str| {
        names.borrow_mut().push(name.to_owned());
        None
    };
    AssetConnectorOverrides::read(note).unwrap();
    let names = names.into_inner();
    assert_eq!(names.len(), 6);
    for name in names {
        assert!(EXAMPLE.contains(&name), "{name}");
    }
}
