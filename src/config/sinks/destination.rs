//! Which receiver a sink sends to: under the same name, another one is sent everything.

use sha2::{Digest, Sha256};

use super::{NdjsonTarget, SinkKind, SinkSettings};

/// How many bytes of a SHA-256 distinguish receivers of one name.
const FINGERPRINT_LEN: usize = 4;

impl SinkSettings {
    /// What makes the receiver, as a stable text that holds no secret: changes of anything else
    /// leave it the same receiver.
    pub fn destination(&self) -> String {
        match &self.kind {
            SinkKind::SekoiaAsset(asset) => {
                format!("sekoia-asset {} {}", asset.url, asset.connector_uuid)
            }
            // The key alone says which intake it is.
            SinkKind::SekoiaIntake(intake) => {
                format!("sekoia-intake {} {}", intake.url, intake.intake_key)
            }
            // A path or a query may hold a key.
            SinkKind::Http(http) => format!("http {}", sha256(&http.url, 32)),
            SinkKind::Ndjson(NdjsonTarget::Stdout) => "ndjson -".to_owned(),
            SinkKind::Ndjson(NdjsonTarget::File(file)) => {
                format!("ndjson {}", file.path.display())
            }
        }
    }

    /// The receiver's name in the state: the sink's name, and a fingerprint of its destination.
    pub fn receiver(&self) -> String {
        let fingerprint = sha256(&self.destination(), FINGERPRINT_LEN);
        format!("{}@{fingerprint}", self.name)
    }
}

/// The first `len` bytes of the SHA-256 of `text`, in hexadecimal.
fn sha256(text: &str, len: usize) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let bytes = digest.iter().take(len);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::{AssetConnectorOverrides, Config, SinkSettings};

    const ASSET: &str = "type = \"sekoia-asset\"\napi_key = \"env:KEY\"\n\
                         connector_uuid = \"5b0a5d2c-8f6e-4c1c-9d57-2f1d1d1f6a01\"\n";
    const INTAKE: &str = "type = \"sekoia-intake\"\nintake_key = \"env:KEY\"\n";
    const HTTP: &str = "type = \"http\"\nurl = \"https://siem.example/in?key=s3cret\"\n";
    const FILE: &str = "type = \"ndjson\"\npath = \"/var/log/users\"\n";

    fn sink(table: &str) -> SinkSettings {
        let text = format!("[[sinks]]\nname = \"siem\"\n{table}");
        let overrides = AssetConnectorOverrides::default();
        let config = Config::parse(Path::new("test.toml"), &text, &overrides).unwrap();
        config.sinks.into_iter().next().unwrap()
    }

    #[test]
    fn another_url_uuid_key_or_path_is_another_receiver() {
        let uuid = "6c1b6e3d-8f6e-4c1c-9d57-2f1d1d1f6a01";
        for (table, other) in [
            (
                ASSET,
                ASSET.replace("5b0a5d2c-8f6e-4c1c-9d57-2f1d1d1f6a01", uuid),
            ),
            (
                ASSET,
                format!("{ASSET}url = \"https://api.usa1.sekoia.io\"\n"),
            ),
            (INTAKE, INTAKE.replace("env:KEY", "env:OTHER")),
            (HTTP, HTTP.replace("s3cret", "s3cret2")),
            (FILE, FILE.replace("users", "people")),
        ] {
            let (one, other) = (sink(table).receiver(), sink(&other).receiver());
            assert_ne!(one, other, "{table}");
            assert!(one.starts_with("siem@") && one.len() == 13, "{one}");
        }
    }

    #[test]
    fn a_receiver_stays_the_same_when_anything_else_changes() {
        for (table, same) in [
            (ASSET, ASSET.replace("env:KEY", "file:/run/key")),
            (
                HTTP,
                format!("{HTTP}headers = {{ \"X-A\" = \"b\" }}\ncompression = \"gzip\"\n"),
            ),
            (FILE, format!("{FILE}batch_size = 7\nrotate_bytes = 1000\n")),
        ] {
            assert_eq!(sink(table).receiver(), sink(&same).receiver());
        }
    }

    #[test]
    fn a_destination_shows_neither_a_path_nor_a_query_that_may_hold_a_key() {
        let http = sink(HTTP).destination();
        assert!(!http.contains("s3cret") && !http.contains("/in"), "{http}");
        let asset = "sekoia-asset https://api.sekoia.io 5b0a5d2c-8f6e-4c1c-9d57-2f1d1d1f6a01";
        assert_eq!(sink(ASSET).destination(), asset);
    }

    #[test]
    fn the_fingerprint_of_a_receiver_never_changes_between_versions() {
        assert_eq!(sink(FILE).receiver(), "siem@163cec4e");
    }
}
