//! Which secrets are remembered.

use super::{Known, taken_out};

#[test]
fn a_short_secret_is_hidden_as_it_is_and_a_shorter_one_is_none() {
    let mut known = Known::default();
    known.add_for_good("pin", "k3y7");
    known.add_for_good("nothing", "abc");
    known.add_for_good("nothing", "äöü");
    let shown = taken_out(&known, "no k3y7 for abc and äöü");
    assert_eq!(shown, "no [pin] for abc and äöü");
}

#[test]
fn a_secret_that_is_in_use_is_hidden_however_often_others_are_replaced() {
    let mut known = Known::default();
    known.add_for_good("steady", "the-key-that-stays");
    for number in 0..2_000 {
        known.add_for_good("rotated", &format!("rotated-key-{number:06}"));
    }
    assert_eq!(taken_out(&known, "the-key-that-stays"), "[steady]");
    assert_eq!(taken_out(&known, "rotated-key-001999"), "[rotated]");
    for number in 0..100 {
        known.add_for_good("rotated", "rotated-key-001999");
        known.add_for_good("rotated", &format!("another-key-{number:06}"));
    }
    assert_eq!(taken_out(&known, "rotated-key-001999"), "[rotated]");
}

#[test]
fn of_a_secret_that_is_too_long_the_beginning_is_known_whatever_character_it_ends_in() {
    for shift in ["", "x", "xy"] {
        let mut known = Known::default();
        let secret = format!("{shift}{}", "鍵k3Y".repeat(4_000));
        known.add("key", &secret);
        let shown = taken_out(&known, &format!("got {}.", &secret[..shift.len() + 60]));
        assert_eq!(shown, "got [key].");
    }
}
