//! Many secrets, and long texts.

use rustix::time::{ClockId, clock_gettime};

use super::{Known, taken_out};

/// Processor time of this thread: others may be waited for, too.
fn cpu_s() -> i64 {
    clock_gettime(ClockId::ThreadCPUTime).tv_sec
}

#[test]
fn many_secrets_and_a_long_text_take_little_time() {
    let mut known = Known::default();
    for number in 0..200 {
        known.add(
            "token",
            &format!("{number:04}{}", "aB3/dE5+gH7=".repeat(80)),
        );
    }
    let text = "User: arn:aws:iam::111122223333:user/x is not authorized. ".repeat(1_000);
    let start = cpu_s();
    assert_eq!(taken_out(&known, &text), text);
    let took_s = cpu_s() - start;
    assert!(took_s < 5, "{took_s} s");
}

#[test]
#[expect(clippy::print_stderr, reason = "the time is a figure")]
fn a_thousand_secrets_short_and_long_and_a_megabyte_take_little_time() {
    let mut known = Known::default();
    for number in 0..1_000 {
        known.add("pin", &format!("{number:03}k"));
        known.add(
            "token",
            &format!("IQoJb3JpZ2luX2VjE{number:04}aB3/dE5+gH7="),
        );
    }
    let line = "User: arn:aws:iam::111122223333:user/x is not authorized: AIDA4XKQ7GMW5RT2PLZV. ";
    let text = line.repeat(1_000_000 / line.len());
    let start = cpu_s();
    let shown = taken_out(&known, &text);
    let took_s = cpu_s() - start;
    eprintln!("{} bytes: {took_s} s", text.len());
    assert_eq!(shown, text);
    assert!(took_s < 10, "{took_s} s");
}

#[test]
fn a_secret_in_two_windows_of_a_long_text_is_one() {
    let mut known = Known::default();
    known.add("key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let token = "aB3/dE5+gH7=xY9".repeat(500);
    known.add("token", &token);
    for window in 1..=3 {
        for before in [0, 1, 20, 39, 40, 41, 5_000] {
            for gap in ["", " ", "\n\t", "é"] {
                let start = format!("{}{gap}", "x. ".repeat((window * 64 * 1024 - before) / 2));
                let text = format!("{start}{secret} {token} end");
                let shown = taken_out(&known, &text);
                assert!(shown.ends_with(&format!("x. {gap}[key] [token] end")));
                assert_eq!(shown.len(), start.len() + "[key] [token] end".len());
            }
        }
    }
}
