//! A key that was pasted into the wrong place is repeated nowhere.

use super::{parse, sekoia};
use crate::support::agent::Agent;

/// Keys as receivers and AWS make them.
const KEYS: [&str; 5] = [
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYz9k2mQ7rT4",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "4f3a9c0b7d2e4f3a9c0b7d2e4f3a9c0b",
    "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
    "kJ8+very/secret==",
];

#[test]
fn no_error_of_the_file_repeats_a_key_wherever_it_was_pasted() {
    for key in KEYS {
        let http = |more: &str| {
            format!("[[sinks]]\ntype = \"http\"\nurl = \"https://siem.example\"\n{more}")
        };
        for text in [
            sekoia("").replace("env:KEY", key),
            sekoia(&format!("\"{key}\" = 1\n")),
            sekoia(&format!("dialect = \"{key}\"\n")),
            sekoia(&format!("batch_size = \"{key}\"\n")),
            sekoia(&format!("flush_after = \"{key}\"\n")),
            sekoia(&format!("name = \"{key} \"\n")),
            sekoia(&format!("url = \"https://siem.example/?token={key}\"\n")),
            sekoia(&format!("url = \"{key}\"\n")),
            sekoia(&format!("connector_uuid = \"x{key}\"\n")).replacen("connector_uuid", "_", 1),
            http(&format!("headers = {{ \"X y\" = \"{key}\" }}")),
            http(&format!("headers = {{ \"{key} \" = \"a\" }}")),
            http(&format!("headers = \"{key}\"")),
            http(&format!("compression = \"{key}\"")),
            format!("[aws]\nrole_arn = \"{key}\""),
            format!("[aws]\naccess_key_id = \"{key}\""),
            format!("[aws]\nendpoint_url = \"{key}\""),
            format!("[{key}]\na = 1"),
            format!("[mapping]\nemit = \"{key}\""),
        ] {
            let Err(error) = parse(&text) else {
                panic!("taken: {text}");
            };
            let error = error.to_string();
            let mut parts = key.as_bytes().windows(10);
            let is_in = |part: &[u8]| error.contains(std::str::from_utf8(part).unwrap());
            assert!(!parts.any(is_in), "{error}\n{text}");
        }
    }
}

#[test]
fn no_error_of_a_secret_repeats_what_stands_behind_env_or_file() {
    for key in KEYS {
        for kind in ["env", "file"] {
            let config = sekoia("").replace("env:KEY", &format!("{kind}:{key}"));
            let output = Agent::new().config(&config).arg("collect").run();
            let stderr = output.expect_code(2).stderr;
            assert!(!stderr.contains(&key[..10]), "{stderr}");
            assert!(stderr.contains("api_key"), "{stderr}");
        }
    }
}

#[test]
fn a_header_that_carries_a_secret_by_its_name_or_value_must_be_a_reference() {
    let config = |name: &str, value: &str| {
        format!(
            "[[sinks]]\ntype = \"http\"\nurl = \"https://siem.example\"\n\
             headers = {{ \"{name}\" = \"{value}\" }}"
        )
    };
    for name in [
        "X-ApiKey",
        "X-Api-Key",
        "X-Key",
        "X-Signature",
        "X-Passwd",
        "X-Pwd",
        "x_license_key",
        "X-Hub-Signature-256",
        "Cookie",
        "X-Auth",
        "Session-Id",
        "X-Vault-Token",
        "DD-API-KEY",
    ] {
        let error = parse(&config(name, "s3cr3t-va1ue")).expect_err(name);
        let error = error.to_string();
        assert!(error.contains("by reference"), "{error}");
        assert!(!error.contains("s3cr3t"), "{error}");
        assert!(parse(&config(name, "env:VALUE")).is_ok(), "{name}");
    }
    assert!(parse(&config("X-Anything", "Bearer abc")).is_err());
    for name in ["X-Source", "X-Monkey", "Accept", "X-Tenant"] {
        assert!(parse(&config(name, "rollcall")).is_ok(), "{name}");
    }
}
