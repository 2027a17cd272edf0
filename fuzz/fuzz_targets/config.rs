//! The configuration file.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use rollcall::config::{AssetConnectorOverrides, Config};
use rollcall_fuzz::seen::assert_seen;

/// A key, pasted where a reference to one belongs: it is in seeds and in the dictionary.
const PASTED: &str = "kJ8/zQ4+mR7x9Tw2==";

fn parse(text: &str) -> Result<Config, String> {
    let overrides = AssetConnectorOverrides::default();
    let parsed = Config::parse(Path::new("config.toml"), text, &overrides);
    parsed.map_err(|error| error.to_string())
}

fuzz_target!(|text: &str| {
    let parsed = parse(text);
    assert_eq!(parsed, parse(text));
    match parsed {
        Ok(config) => {
            assert!(!config.sinks.is_empty());
            assert_eq!(parse(&format!("{text}\n# end")).as_ref(), Ok(&config));
        }
        Err(error) => {
            assert!(error.starts_with("config.toml"), "{error}");
            assert!(!error.contains(PASTED), "{error}");
            assert_seen(rollcall::foreign::Page::of(&error).as_str(), &['\n', '\t']);
        }
    }
});
