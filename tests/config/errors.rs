//! Every error's text, in one snapshot: input and message side by side.

use std::fmt::Write;

use super::{parse, sekoia};

const ROLE: &str = "role_arn = \"arn:aws:iam::111122223333:role/audit/rollcall-read\"";

fn catalogue(cases: &[(&str, String)]) -> String {
    let mut text = String::new();
    for (title, input) in cases {
        let error = parse(input).expect_err(title).to_string();
        let _ = writeln!(text, "# {title}\n{}\n  ==> {error}\n", input.trim());
    }
    text
}

fn case(title: &'static str, input: &str) -> (&'static str, String) {
    (title, input.to_owned())
}

#[test]
fn unknown_keys_are_refused_with_their_place_and_the_nearest_known_one() {
    let cases = [
        case("a table", "[agent]\n\n[shedule]\nevery = \"20m\""),
        case("a key before all tables", "state_dir = \"/srv\""),
        case("one sink as a table", "[sink]\ntype = \"ndjson\""),
        case("agent", "[agent]\nstatedir = \"/srv\""),
        case("schedule", "[schedule]\n  interval = \"20m\""),
        case("aws", "[aws]\nrequest_per_second = 5"),
        case("mapping", "[mapping]\nadmins = []"),
        case("mapping.tags", "[mapping.tags]\nfirstname = [\"a\"]"),
        (
            "a sink",
            sekoia("\n[[sinks]]\ntype = \"ndjson\"\nbatchsize = 3\n"),
        ),
        ("a sink's variant", sekoia("dialect = \"osf\"\n")),
        case("a sink's type", "[[sinks]]\ntype = \"sekoia\""),
    ];
    insta::assert_snapshot!("config_unknown_keys", catalogue(&cases));
}

#[test]
fn values_are_refused_with_their_place_and_what_to_write() {
    let cases = [
        case("no duration", "[schedule]\nevery = \"soon\""),
        case("a bare number", "[schedule]\nevery = \"1200\""),
        case("a number for a duration", "[schedule]\nevery = 1200"),
        case("zero", "[schedule]\nevery = \"0s\""),
        case("no rate", "[aws]\nrequests_per_second = 0"),
        case("too high a rate", "[aws]\nrequests_per_second = 100001"),
        case("no rate of roles", "[aws]\nassume_role_per_second = 0"),
        case("too many roles", "[aws]\nassume_role_per_second = 10001"),
        case("negative", "[aws]\nmax_in_flight = -1"),
        case(
            "an endpoint without a scheme",
            "[aws]\nendpoint_url = \"localhost:5000\"",
        ),
        case("home", "[agent]\nstate_dir = \"~/rollcall\""),
        case("an empty path", "[agent]\nstate_dir = \"\""),
        case(
            "one tag where a list belongs",
            "[mapping.tags]\nemail = \"mail\"",
        ),
        case("a number where a table belongs", "agent = 3"),
        case("a table where a text belongs", "[agent]\nstate_dir = {}"),
        case(
            "an id where a table belongs",
            "[aws]\naccounts = [\"111122223333\"]",
        ),
        case("no region", "[aws]\nregion = \"Ireland (eu-west-1)\""),
        case("a key twice", "[aws]\nregion = \"a\"\nregion = \"b\""),
        case("no TOML", "[aws\nregion = \"a\""),
    ];
    insta::assert_snapshot!("config_values", catalogue(&cases));
}

#[test]
fn times_that_make_no_sense_are_refused_with_what_to_write() {
    let schedule = |what: &str| format!("[schedule]\n{what}");
    let cron = |text: &str| schedule(&format!("cron = \"{text}\""));
    let cases = [
        ("both", schedule("every = \"20m\"\ncron = \"@daily\"")),
        ("seconds", cron("0 */5 * * * *")),
        ("four fields", cron("0 3 * *")),
        ("nothing", cron("")),
        ("a nickname", cron("@reboot")),
        ("a step of zero", cron("*/0 * * * *")),
        ("the 61st minute", cron("60 * * * *")),
        ("no date", cron("0 0 31 2 *")),
        (
            "a key",
            cron("a b c d ghp_16C7e42F292c6912E7710c838347Ae178B4a"),
        ),
        ("a list", schedule("cron = [\"@daily\"]")),
        ("no zone", schedule("time_zone = \"Europe/Lutetia\"")),
        ("a path", schedule("time_zone = \"../../etc/passwd\"")),
        ("a number", schedule("jitter = 10")),
        ("a word", schedule("on_start = \"no\"")),
    ];
    insta::assert_snapshot!("config_schedule", catalogue(&cases));
}

#[test]
fn accounts_and_roles_are_refused_with_their_place_and_what_to_write() {
    let account = |more: &str| format!("[[aws.accounts]]\nid = \"111122223333\"\n{more}");
    let role = |more: &str| account(&format!("{ROLE}\n{more}"));
    let long = "x".repeat(1225);
    let cases = [
        case("an id as a number", "[[aws.accounts]]\nid = 111122223333"),
        case(
            "an id with dashes",
            "[[aws.accounts]]\nid = \"1111-2222-3333\"",
        ),
        case("no id", "[[aws.accounts]]\nname = \"a\""),
        ("an account twice", [role(""), role("")].join("\n")),
        (
            "two accounts without a role",
            account("[[aws.accounts]]\nid = \"444455556666\""),
        ),
        (
            "a role of another account",
            account(ROLE).replacen("1111", "9999", 1),
        ),
        (
            "an external id without a role",
            account("external_id = \"abc\""),
        ),
        ("a role by name", account("role_arn = \"rollcall-read\"")),
        (
            "a user",
            account("role_arn = \"arn:aws:iam::111122223333:user/reader\""),
        ),
        ("an external id too short", role("external_id = \"x\"")),
        (
            "an external id too long",
            role(&format!("external_id = \"{long}\"")),
        ),
        ("a space in an external id", role("external_id = \"my id\"")),
        (
            "an umlaut in an external id",
            role("external_id = \"caf\u{e9}-7\""),
        ),
        (
            "an emoji in an external id",
            role("external_id = \"ab\u{1f600}cd\""),
        ),
        ("a slash in a session name", role("session_name = \"a/b\"")),
        (
            "a session name too long",
            role(&format!("session_name = \"{}\"", "s".repeat(65))),
        ),
        ("14 minutes", role("duration = \"14m 59s\"")),
        ("12 hours and a second", role("duration = \"12h 1s\"")),
        (
            "a chained session of two hours",
            format!(
                "[aws]\nrole_arn = \"arn:aws:iam::777788889999:role/hub\"\n{}",
                role("duration = \"2h\"")
            ),
        ),
        case("an external id of no role", "[aws]\nexternal_id = \"abc\""),
        case(
            "half a key",
            "[aws]\naccess_key_id = \"AKIAIOSFODNN7EXAMPLE\"",
        ),
        case("a token alone", "[aws]\nsession_token = \"env:TOKEN\""),
        case("no key id", "[aws]\naccess_key_id = \"not/aKeyId\""),
        case("an organization without a role", "[aws.organization]"),
        case(
            "an ARN for a role's name",
            "[aws.organization]\nrole_name = \"arn:aws:iam::111122223333:role/a\"",
        ),
        case(
            "a number among accounts",
            "[aws.organization]\nrole_name = \"a\"\ninclude = [111122223333]",
        ),
        case("policies of no organization", "[mapping]\nscps = true"),
        case("no accounts at a time", "[aws]\naccounts_in_flight = 0"),
    ];
    insta::assert_snapshot!(
        "config_accounts",
        catalogue(&cases).replace(&long, "xxx...")
    );
}

#[test]
fn what_aws_takes_for_a_role_is_taken() {
    let all = "aA0_+=,.@:/-".repeat(102);
    let settings = format!(
        "[[aws.accounts]]\nid = \"111122223333\"\n{ROLE}\nexternal_id = \"{all}\"\n\
         session_name = \"{}\"\nduration = \"12h\"",
        "s_+=,.@-".repeat(8)
    );
    let config = parse(&settings).unwrap();
    let role = config.aws.accounts[0].get_ref().role().unwrap();
    assert_eq!(role.external_id.as_deref(), Some(all.as_str()));
    assert_eq!(role.duration.unwrap().as_secs(), 43_200);
    let chained = settings.replace("12h", "1h");
    let hub = format!("[aws]\nrole_arn = \"arn:aws-cn:iam::444455556666:role/p/hub\"\n{chained}");
    assert_eq!(
        parse(&hub).unwrap().aws.role().unwrap().session_name,
        "rollcall"
    );
}

#[test]
fn sinks_are_refused_with_their_place_and_what_is_missing_or_too_much() {
    let cases = [
        case("no type", "[[sinks]]\nname = \"a\""),
        case(
            "nothing for sekoia-asset",
            "[[sinks]]\ntype = \"sekoia-asset\"",
        ),
        case(
            "no key",
            "[[sinks]]\ntype = \"sekoia-asset\"\n\
             connector_uuid = \"5b0a5d2c-8f6e-4c1c-9d57-2f1d1d1f6a01\"",
        ),
        case(
            "no UUID",
            "[[sinks]]\ntype = \"sekoia-asset\"\nconnector_uuid = \"mine\"",
        ),
        ("path", sekoia("path = \"/srv/events\"\n")),
        case(
            "url",
            "[[sinks]]\ntype = \"ndjson\"\nurl = \"https://example.org\"",
        ),
        case(
            "api_key",
            "[[sinks]]\ntype = \"ndjson\"\napi_key = \"env:KEY\"",
        ),
        case(
            "connector_uuid",
            "[[sinks]]\ntype = \"ndjson\"\n\
             connector_uuid = \"5b0a5d2c-8f6e-4c1c-9d57-2f1d1d1f6a01\"",
        ),
        case("no batch", "[[sinks]]\ntype = \"ndjson\"\nbatch_size = 0"),
        case(
            "a name with a space",
            "[[sinks]]\ntype = \"ndjson\"\nname = \"my sink\"",
        ),
        case("an empty name", "[[sinks]]\ntype = \"ndjson\"\nname = \"\""),
        (
            "one name twice",
            sekoia("name = \"a\"\n\n[[sinks]]\nname = \"a\"\ntype = \"ndjson\"\n"),
        ),
        (
            "the default name twice",
            [sekoia("\n"), sekoia("")].concat(),
        ),
        ("another scheme", sekoia("url = \"ftp://example.org\"\n")),
        ("no URL", sekoia("url = \"api.sekoia.io\"\n")),
        ("a query", sekoia("url = \"https://example.org/?a=b\"\n")),
        (
            "a password",
            sekoia("url = \"https://me:hush@example.org\"\n"),
        ),
        case(
            "an unexpanded path",
            "[[sinks]]\ntype = \"ndjson\"\npath = \"~/events\"",
        ),
    ];
    insta::assert_snapshot!("config_sinks", catalogue(&cases));
}

#[test]
fn receivers_of_posts_are_refused_with_what_is_missing_or_too_much() {
    let http = |more: &str| format!("[[sinks]]\ntype = \"http\"\nurl = \"https://x\"\n{more}");
    let splunk = |more: &str| http(&format!("preset = \"splunk-hec\"\n{more}"));
    let intake = |more: &str| {
        format!("[[sinks]]\ntype = \"sekoia-intake\"\nintake_key = \"env:KEY\"\n{more}")
    };
    let cases = [
        case("nowhere", "[[sinks]]\ntype = \"http\""),
        ("a token without a preset", http("token = \"env:KEY\"")),
        ("an unknown preset", http("preset = \"splunk\"")),
        ("an unknown format", http("format = \"json\"")),
        ("an unknown compression", http("compression = \"zstd\"")),
        ("no table of headers", http("headers = [\"X-A: b\"]")),
        ("no name", http("headers = { \"X A\" = \"b\" }")),
        ("no text", http("headers = { X-A = 1 }")),
        ("two lines", http("headers = { X-A = \"a\\nb\" }")),
        (
            "one name twice",
            http("headers = { X-A = \"a\", x-a = \"b\" }"),
        ),
        ("a header of ours", http("headers = { Host = \"x\" }")),
        ("half a reference", http("headers = { X-A = \"env:\" }")),
        ("no Splunk token", splunk("")),
        (
            "a format of Splunk",
            splunk("token = \"env:KEY\"\nformat = \"ndjson\""),
        ),
        (
            "two authorizations",
            splunk("token = \"env:KEY\"\nheaders = { Authorization = \"env:A\" }"),
        ),
        ("a key for http", http("api_key = \"env:KEY\"")),
        case("no intake key", "[[sinks]]\ntype = \"sekoia-intake\""),
        ("too many bytes", intake("batch_bytes = 4718593")),
        ("headers for an intake", intake("headers = { X-A = \"b\" }")),
        case(
            "rotated output",
            "[[sinks]]\ntype = \"ndjson\"\nrotate_bytes = 1000",
        ),
        case(
            "files to keep of none",
            "[[sinks]]\ntype = \"ndjson\"\npath = \"/srv/a\"\nkeep_files = 2",
        ),
        case(
            "no file to keep",
            "[[sinks]]\ntype = \"ndjson\"\npath = \"/srv/a\"\nrotate_bytes = 9\nkeep_files = 0",
        ),
    ];
    insta::assert_snapshot!("config_receivers", catalogue(&cases));
}

#[test]
fn an_audit_log_that_makes_no_sense_is_refused_with_what_to_write() {
    let audit = |more: &str| format!("[audit]\n{more}");
    let sink = |more: &str| format!("[[sinks]]\ntype = \"ndjson\"\naudit = true\n{more}");
    let queue = "queue_url = \"https://sqs.us-east-1.amazonaws.com/111122223333/q\"";
    let anywhere = "refresh = true\nqueue_url = \"https://sqs.amazonaws.com/111122223333/q\"";
    let cases = [
        ("nobody takes it", audit("enabled = true")),
        ("it is not followed", sink("")),
        ("nothing to follow", audit("refresh = true")),
        ("a queue for nothing", audit(queue)),
        ("a region by its place", audit("regions = [\"Paris\"]")),
        ("a region twice", audit("regions = [\"a\", \"a\"]")),
        ("one region", audit("regions = \"us-east-1\"")),
        ("no lag", audit("lag = \"0s\"")),
        ("too much lag", audit("lag = \"25h\"")),
        ("a queue by its name", audit("queue_url = \"rollcall\"")),
        ("a queue that may be anywhere", audit(anywhere)),
        (
            "a region of no queue",
            audit("queue_region = \"us-east-1\""),
        ),
        ("the other dialect", sink("dialect = \"sekoia\"")),
        ("a connector of assets", sekoia("audit = true\n")),
        ("a slip", audit("queue = \"x\"")),
    ];
    insta::assert_snapshot!("config_audit", catalogue(&cases));
}

#[test]
fn a_header_that_carries_a_secret_is_refused_in_plain_text_and_never_repeated() {
    const SECRET: &str = "7777123477771234";
    for name in [
        "Authorization",
        "cookie",
        "X-Auth-Token",
        "X-Api-Key",
        "X-Password",
    ] {
        let input = format!(
            "[[sinks]]\ntype = \"http\"\nurl = \"https://x\"\nheaders = {{ {name} = \"{SECRET}\" }}\n"
        );
        let error = parse(&input).unwrap_err().to_string();
        assert!(!error.contains(SECRET), "{error}");
        assert!(error.contains("write \"env:NAME\" or"), "{error}");
    }
    for url in [
        format!("ftp://example.org/{SECRET}"),
        format!("https://example.org/?key={SECRET}#a"),
    ] {
        let input = format!("[[sinks]]\ntype = \"http\"\nurl = \"{url}\"\n");
        let error = parse(&input).unwrap_err().to_string();
        assert!(
            error.contains("`url`") && !error.contains(SECRET),
            "{error}"
        );
    }
}

#[test]
fn a_secret_in_place_of_a_reference_is_refused_and_never_repeated() {
    const SECRET: &str = "7777123477771234";
    for value in [
        "\"7777123477771234\"",
        "\"env:\"",
        "\"file:\"",
        "\"ENV:7777123477771234\"",
        "\"Bearer:7777123477771234\"",
        "7777123477771234",
        "7777123477771234.5",
        "[\"7777123477771234\"]",
        "{ env = \"7777123477771234\" }",
        "x7777123477771234",
        "\"7777123477771234",
    ] {
        let input = format!(
            "[[sinks]]\ntype = \"sekoia-asset\"\n\
             connector_uuid = \"5b0a5d2c-8f6e-4c1c-9d57-2f1d1d1f6a01\"\napi_key = {value}\n"
        );
        let error = parse(&input).unwrap_err().to_string();
        assert!(!error.contains(SECRET), "{error}");
        assert!(error.starts_with("rollcall.toml:4:"), "{error}");
        // What is no TOML at all cannot be distinguished from any other slip.
        let is_toml = input.parse::<toml::Table>().is_ok();
        assert!(
            !is_toml || error.contains("write \"env:NAME\" or \"file:PATH\""),
            "{error}"
        );
    }
    let url = sekoia("url = \"https://me:7777123477771234@example.org\"\n");
    let error = parse(&url).unwrap_err().to_string();
    assert!(!error.contains(SECRET), "{error}");
}

#[test]
fn two_sinks_with_one_file_are_refused_however_its_path_is_written() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    std::os::unix::fs::symlink(home, home.join("link")).unwrap();
    let two = |one: &str, other: &str| {
        let sink = |name: &str, path: &str| {
            let path = home.join(path).display().to_string();
            format!("[[sinks]]\nname = {name:?}\ntype = \"ndjson\"\npath = {path:?}\n")
        };
        parse(&format!("{}{}", sink("a", one), sink("b", other)))
    };
    for other in ["events", "./events", "link/events"] {
        let error = two("events", other).unwrap_err().to_string();
        assert!(
            error.contains("\"a\" and \"b\" write to one file"),
            "{error}"
        );
    }
    assert!(two("events", "others").is_ok());
}
