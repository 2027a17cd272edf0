//! Text that is no secret, and stays.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::{Known, taken_out};

#[test]
fn words_around_a_secret_stay_and_other_text_is_untouched() {
    let mut known = Known::default();
    let id = known.add("key", "kJ8-very_secret/9");
    let text = "zoë said: kJ8-very_secret/9, twice: kJ8-very_secret/9 (\u{202e}E1)";
    let shown = taken_out(&known, text);
    assert_eq!(shown, "zoë said: [key], twice: [key] (\u{202e}E1)");
    for text in [
        "",
        "a",
        "very secret things",
        "100% of é&amp;",
        "kJ8",
        "[key]",
    ] {
        assert_eq!(taken_out(&known, text), text);
    }
    known.remove(id);
    assert_eq!(taken_out(&known, text), text, "forgotten");
}

#[test]
fn text_that_only_shares_words_with_a_secret_stays_as_it_is() {
    let mut known = Known::default();
    for secret in [
        "production-readers-9f8e7d6c5b4a",
        "aws-111122223333-collector-x7Kq93LmZp",
        "kJ8-very_secret_things-2b9XqT7/9",
        "correct horse battery staple",
        "AIDAEXAMPLE-zp29XkQw71",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "00000000-0000-0000-0000-0000deadbeef",
        "pa+ss9",
    ] {
        known.add("key", secret);
    }
    for text in [
        "the group production-readers of account 111122223333",
        "arn:aws:iam::111122223333:user/production-readers/anna",
        "arn:aws:iam::111122223333:role/aws-111122223333-collector",
        "very_secret_things were said, and very-secret-things-2",
        "a correct horse, a battery",
        "user AIDA4XKQ7GMW5RT2PLZV (AIDAEXAMPLE) and key AKIAIOSFODNN7EXAMPLE",
        "00000000-0000-0000-0000-000000000000",
        "tag: cHJvZHVjdGlvbi1yZWFkZXJz and Y29ycmVjdCBob3JzZQ==",
        "70726f64756374696f6e2d72656164657273",
        "10:20:30:40:50, 2026-11-27T17:03:56Z, [1,2,3,4], fe:ed:fa:ce",
        "password, passed, papas",
        "AdministratorAccess EXAMPLEKEY bPxRfi",
    ] {
        assert_eq!(taken_out(&known, text), text);
    }
}

#[test]
fn words_beside_a_secret_in_base64_stay() {
    let mut known = Known::default();
    known.add("key", "wJalrXUtnFEMI/K7MDENG/bPxRfi");
    let encoded = BASE64_STANDARD.encode("wJalrXUtnFEMI/K7MDENG/bPxRfi");
    assert_eq!(
        taken_out(&known, &format!("got {encoded} said it")),
        "got [key] said it"
    );
}

#[test]
fn what_stands_before_a_secret_and_begins_an_escape_or_a_list_with_it_hides_nothing() {
    let mut known = Known::default();
    let secret = "4dm1n-pa55";
    known.add("key", secret);
    let percent: String = secret.bytes().map(|it| format!("%{it:02x}")).collect();
    let base64 = BASE64_STANDARD.encode(secret);
    let signs = "4dm1n%2Dpa55";
    for secret in [secret, signs, &percent, &base64] {
        for before in [
            "%",
            "% 1",
            "100%",
            "%25",
            "%2525",
            "\\x",
            "\\",
            "&",
            "1,2,3,",
            "aa:bb:cc:",
            "0x0a,0x0b,0x0c,0x",
        ] {
            let shown = taken_out(&known, &format!("got {before}{secret} end"));
            let is_hidden =
                shown.contains("[key]") && shown.ends_with("end") && !shown.contains(secret);
            assert!(is_hidden, "{before}: {shown}");
        }
    }
}
