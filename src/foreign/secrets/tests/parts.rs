//! What of a header and of a URL is a secret.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::foreign::Shown;
use crate::foreign::secrets::url::password_of_basic;
use crate::foreign::secrets::{hide, hide_url};

#[test]
fn the_last_word_of_a_header_and_the_password_in_it_are_secrets_too() {
    let secret = format!("Basic {}", BASE64_STANDARD.encode("collector:0pen-5esame!"));
    hide("x-test-authorization", &secret.clone().into());
    for text in [&secret, &secret[6..], "0pen-5esame!"] {
        let shown = Shown::of(format!("bad {text}"));
        assert_eq!(shown.as_str(), "bad [x-test-authorization]");
    }
    assert_eq!(password_of_basic("no base64"), None);
}

#[test]
fn a_key_in_a_url_is_a_secret_and_its_names_are_not() {
    let url =
        "https://u:pa55w0rd-x@siem.example/receiver/v1/http/ZaVnC4dhaV39Tn37?token=t0k-3nt0k3n%2B1";
    hide_url("test-url", url);
    let shown = Shown::of(format!("{url} t0k-3nt0k3n+1"));
    let expected = "https://u:[test-url]@siem.example/receiver/v1/http/[test-url]?token=[test-url] \
                    [test-url]";
    assert_eq!(shown.as_str(), expected);
}

#[test]
fn words_and_the_ids_of_accounts_in_a_url_are_no_secrets() {
    let url = "https://siem.example/sink/aws-111122223333-iam/production?source=users&env=name";
    hide_url("plain-url", url);
    let text = "users and name of account 111122223333, aws-111122223333-iam";
    assert_eq!(Shown::of(text).as_str(), text);
}

#[test]
fn a_password_in_a_url_is_hidden_in_whichever_alphabet_and_encoding_it_is() {
    hide_url("utf-8", "https://u:p%C3%A4ssw%C3%B6rd9@h.example/");
    hide_url("latin-1", "https://u:p%E9n%E8l9pe@h.example/");
    for (text, shown) in [
        ("bad pässwörd9", "bad [utf-8]"),
        ("bad p%c3%a4ssw%c3%b6rd9", "bad [utf-8]"),
        ("bad p%e9n%e8l9pe", "bad [latin-1]"),
    ] {
        assert_eq!(Shown::of(text).as_str(), shown);
    }
}
