//! A first `config.toml`, with comments.

use std::fmt::Write as _;

use super::answers::{Answers, Roles, Sink};
use crate::model::Arn;

/// The text of `answers`.
pub(super) fn text(answers: &Answers) -> String {
    let strategy = answers.strategy.as_str();
    let mut text = format!(
        "# rollcall, by `rollcall init`. There are more settings, each explained in\n\
         # config.example.toml. `rollcall check` tries this file out.\n\
         \n\
         [schedule]\n\
         # `rollcall run` begins a pass this long after the last one began.\n\
         every = \"20m\"\n\
         \n\
         [aws]\n\
         # Credentials come from where the AWS CLI takes them: environment, profile, container,\n\
         # instance.\n\
         # auto: in bulk, and per user for what bulk does not have; or bulk, or per-user.\n\
         strategy = \"{strategy}\"\n"
    );
    if let Some(roles) = &answers.roles {
        accounts(&mut text, roles);
    }
    sink(&mut text, &answers.sink);
    text
}

fn accounts(text: &mut String, roles: &Roles) {
    let external_id = quoted(&roles.external_id);
    for arn in &roles.arns {
        let account_id = Arn::parse(arn.as_str()).map(|arn| arn.account_id().to_owned());
        let id = quoted(&account_id.unwrap_or_default());
        let arn = quoted(arn);
        let _ = write!(
            text,
            "\n# An account, and the role to read it by.\n\
             [[aws.accounts]]\nid = {id}\nrole_arn = {arn}\n\
             # What the role's trust policy asks for.\n\
             external_id = {external_id}\n"
        );
    }
    if let Some(name) = &roles.organization {
        let name = quoted(name);
        let _ = write!(
            text,
            "\n# Every active account of the organization, each read by its role of this name.\n\
             [aws.organization]\nrole_name = {name}\n\
             # What the roles' trust policy asks for.\n\
             external_id = {external_id}\n\
             # Which accounts, and which not: ids, names with * and ?, organizational units.\n\
             #include = [\"team-*\"]\n\
             #exclude = [\"ou-ab12-cdefgh34\"]\n"
        );
    }
}

fn sink(text: &mut String, sink: &Sink) {
    text.push_str("\n# Where events go.\n[[sinks]]\n");
    let _ = match sink {
        Sink::SekoiaAsset {
            connector_uuid,
            url,
        } => write!(
            text,
            "type = \"sekoia-asset\"\n{}\
             # The UUID of the connector's configuration, from its page.\n\
             connector_uuid = \"{connector_uuid}\"\n\
             # Where the API key is: env:NAME or file:PATH, never the key itself.\n\
             api_key = \"env:SEKOIA_API_KEY\"\n",
            base(url.as_deref())
        ),
        Sink::SekoiaIntake { url } => write!(
            text,
            "type = \"sekoia-intake\"\n{}\
             # Where the intake's key is: env:NAME or file:PATH, never the key itself.\n\
             intake_key = \"env:SEKOIA_INTAKE_KEY\"\n",
            base(url.as_deref())
        ),
        Sink::Http { url } => write!(
            text,
            "type = \"http\"\n\
             url = {}\n\
             # Headers; a value that is secret is a reference, env:NAME or file:PATH.\n\
             #headers = {{ \"Authorization\" = \"env:COLLECTOR_AUTHORIZATION\" }}\n",
            quoted(url)
        ),
        Sink::Ndjson => write!(
            text,
            "type = \"ndjson\"\n\
             # One event a line, appended; relative to where rollcall runs.\n\
             path = \"users.ndjson\"\n"
        ),
    };
}

fn base(url: Option<&str>) -> String {
    url.map(|url| format!("url = {}\n", quoted(url)))
        .unwrap_or_default()
}

/// A basic string of TOML, which takes the escapes of JSON.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;
    use std::path::Path;

    use super::super::ask::Asker;
    use super::*;
    use crate::cli::InitArgs;
    use crate::config::{AssetConnectorOverrides, Config, SinkKind};

    const ARN: &str = "arn:aws-cn:iam::111122223333:role/audit/rollcall-read";
    const NO_FLAGS: InitArgs = InitArgs {
        dir: std::path::PathBuf::new(),
        sink: None,
        connector_uuid: None,
        region: None,
        url: None,
        strategy: None,
        role_arns: Vec::new(),
        organization_role: None,
        external_id: None,
        trust: None,
    };

    /// What somebody who types `lines` is asked, and the configuration that comes of it.
    fn typed(lines: &str) -> (String, Config) {
        let (mut input, mut output) = (BufReader::new(lines.as_bytes()), Vec::new());
        let mut asker = Asker::person(&mut input, &mut output);
        let answers = Answers::get(&NO_FLAGS, &mut asker).unwrap();
        let text = text(&answers);
        let overrides = AssetConnectorOverrides::default();
        let config = Config::parse(Path::new("config.toml"), &text, &overrides);
        (String::from_utf8(output).unwrap(), config.unwrap())
    }

    #[test]
    fn a_person_is_asked_until_the_answer_makes_sense_and_the_file_loads() {
        let lines = format!(
            "carrier-pigeon\nsekoia-asset\n7\n00000000-0000-0000-0000-000000000001\neurope\nusa1\n\n\
             arn:aws:iam::1:role/x\n{ARN}\n\n*\n444455556666\n"
        );
        let (asked, config) = typed(&lines);
        for part in [
            "carrier-pigeon",
            "\"7\" is no UUID",
            "\"europe\" is no region",
            "is no ARN of a role",
            "\"*\" is no principal",
        ] {
            assert!(asked.contains(part), "{asked}");
        }
        let account = config.aws.accounts[0].get_ref();
        assert_eq!(account.id, "111122223333");
        assert_eq!(account.role_arn.as_ref().map(Arn::as_str), Some(ARN));
        let made_up = account.external_id.as_deref().unwrap();
        assert!(uuid::Uuid::parse_str(made_up).is_ok(), "{made_up}");
        let SinkKind::SekoiaAsset(sink) = &config.sinks[0].kind else {
            panic!("a sekoia-asset sink");
        };
        assert_eq!(sink.url, "https://api.usa1.sekoia.io");
    }

    #[test]
    fn a_text_with_quotes_and_line_breaks_is_written_so_that_it_is_read_as_it_was() {
        let url = "https://collector.example.com/a?b=\"c\\d\"";
        let (_, config) = typed(&format!(
            "http\n{url}\nper-user\n\nrollcall-read\n111122223333\n"
        ));
        let SinkKind::Http(http) = &config.sinks[0].kind else {
            panic!("an http sink");
        };
        assert_eq!(http.url, url);
        let organization = config.aws.organization.unwrap();
        assert_eq!(organization.role_name, "rollcall-read");
    }
}
