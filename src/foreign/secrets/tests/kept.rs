//! Which secrets are remembered.

use super::{Known, taken_out};

#[test]
fn a_short_secret_is_hidden_as_it_is_and_a_shorter_one_is_none() {
    let mut known = Known::default();
    known.add_for_good("pin", "k3y7");
    known.add_for_good("nothing", "abc");
    assert_eq!(taken_out(&known, "no k3y7 for abc"), "no [pin] for abc");
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
