//! Which settings of [lifecycle] are refused, and why.

use super::*;

const BOUNDARY: &str = "boundary = \"arn:aws:iam::111122223333:policy/edge\"\n";

fn parse(text: &str) -> Result<LifecycleSettings, String> {
    toml::from_str(&format!("{BOUNDARY}{text}")).map_err(|error| error.message().to_owned())
}

#[test]
fn what_is_not_said_is_the_safe_side() {
    let settings = parse("table = \"people\"").unwrap();
    assert_eq!(settings.desired, DesiredPlace::Table("people".to_owned()));
    assert_eq!(settings.removals, Removals::Never);
    assert_eq!(settings.times, Times::Every(HOUR));
    assert_eq!(
        (settings.rotate_after, settings.delete_after),
        (15 * DAY, 30 * DAY)
    );
    assert_eq!(
        (settings.path.as_str(), settings.quarantine_days),
        ("/rollcall/", 7)
    );
}

#[test]
fn one_place_says_who_there_should_be() {
    assert!(parse("").unwrap_err().contains("neither"));
    let both = "table = \"people\"\nfile = \"people.csv\"";
    assert!(parse(both).unwrap_err().contains("exclude"));
}

#[test]
fn what_would_make_everybody_ours_or_lose_a_secret_is_refused() {
    for (line, key) in [
        ("path = \"/\"", "`path`"),
        ("path = \"/a\"", "`path`"),
        ("path = \"/*/\"", "`path`"),
        ("parameter_prefix = \"/aws/keys/\"", "`parameter_prefix`"),
        ("parameter_prefix = \"/a+b/\"", "`parameter_prefix`"),
        ("delete_after = \"15d\"", "`delete_after`"),
        ("external_id = \"abc\"", "`role_arn`"),
        ("boundry = 1", "boundry"),
        ("every = \"1h\"\ncron = \"0 * * * *\"", "exclude"),
        ("every = \"0s\"", "zero"),
        ("cron = \"hourly\"", "hourly"),
    ] {
        let error = parse(&format!("file = \"people.csv\"\n{line}")).unwrap_err();
        assert!(error.contains(key), "{line}: {error}");
    }
}

#[test]
fn credentials_of_its_own_are_not_mixed_with_those_that_read() {
    let reads = AwsSettings {
        role_arn: Arn::parse("arn:aws:iam::111122223333:role/reads").ok(),
        session_name: Some("reads".to_owned()),
        ..AwsSettings::default()
    };
    let writes = "role_arn = \"arn:aws:iam::111122223333:role/writes\"";
    let settings = parse(&format!("file = \"p.csv\"\n{writes}")).unwrap();
    let own = settings.credentials(&reads);
    assert_eq!((own.role_arn, own.session_name), (settings.role_arn, None));
    let none = parse("file = \"p.csv\"").unwrap();
    assert_eq!(none.credentials(&reads), reads);
}
