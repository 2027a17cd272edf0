//! What a person sees in terminals of 60, 80 and 100 columns: lines that fit, made of whole words.

use std::collections::BTreeSet;
use std::time::Duration;

use unicode_width::UnicodeWidthStr;

use super::reviewed;
use crate::support::agent::Agent;
use crate::support::sim_aws::{Denial, Fault, SimAccount, SimAws, SimUser};

const WIDTHS: [usize; 3] = [60, 80, 100];
/// Wider than any line is.
const WIDE: usize = 2_000;

/// An account of which not all may be read, so that there is something to explain.
fn sim() -> SimAws {
    let names = (0..12).map(|number| SimUser::new(&format!("user{number:02}")));
    let account = SimAccount::new("210000000000");
    let sim = SimAws::start([names.fold(account, SimAccount::user)]);
    sim.inject(Fault::Denied(Denial::NothingAllows).of("ListVirtualMFADevices"));
    sim.inject(Fault::Denied(Denial::NothingAllows).of("GetCredentialReport"));
    sim.inject(Fault::Denied(Denial::NothingAllows).of("ListMFADevices"));
    sim
}

/// What `args` draws in a terminal of so many columns.
fn drawn(sim: &SimAws, args: &str, columns: usize) -> String {
    let config = "[aws]\nrequests_per_second = 100000\n\
                  [[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";
    let agent = Agent::new().config(config).aws(&sim.url());
    let agent = agent
        .env("TERM", "xterm")
        .env("NO_COLOR", "1")
        .arg("collect");
    agent.args(["--log-format", "text"]).run();
    in_terminal(&agent, args, columns)
}

fn in_terminal(agent: &Agent, args: &str, columns: usize) -> String {
    let rollcall = env!("CARGO_BIN_EXE_rollcall");
    let command = format!("stty cols {columns} rows 50; {rollcall} {args}");
    // `script` gives the command a terminal.
    agent.in_terminal(&command).run().stdout
}

/// The lines without what moves the cursor, colours, or is drawn over.
pub(super) fn lines(drawn: &str) -> Vec<String> {
    let mut text = String::new();
    let mut rest = drawn.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '\u{1b}' if rest.next_if_eq(&'[').is_some() => {
                while rest.next().is_some_and(|it| !it.is_ascii_alphabetic()) {}
                text.push('\n');
            }
            '\r' => text.push('\n'),
            letter => text.push(letter),
        }
    }
    text.lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

fn words(lines: &[String]) -> BTreeSet<&str> {
    lines
        .iter()
        .flat_map(|line| line.split_whitespace())
        .collect()
}

/// What is wrong with `narrow`, in a terminal of so many columns, beside what is shown in a wide one.
fn wrong(args: &str, columns: usize, narrow: &[String], wide: &[String]) -> Vec<String> {
    let whole = words(wide);
    let mut wrong = Vec::new();
    // A line of the log is one line, however long; that of progress is drawn or not as time passes,
    // and has a test of its own.
    let is_apart = |line: &str| {
        [
            " INFO ",
            " WARN ",
            "ERROR ",
            " reading ",
            " judging ",
            " mapping ",
            " delivering ",
        ]
        .iter()
        .any(|it| line.contains(it))
    };
    for line in narrow.iter().filter(|line| !is_apart(line)) {
        // A name that is longer than its column has nowhere to go.
        let is_long = |word: &str| word.width() > 30;
        let ends_long = line.split_whitespace().last().is_some_and(is_long);
        if line.width() > columns && !ends_long {
            wrong.push(format!("{args} at {columns}, too long: {line:?}"));
        }
        for word in line.split_whitespace() {
            // Figures and paths differ from run to run.
            let differs = word.contains(|it: char| it.is_ascii_digit() || it == '/');
            if !differs && !whole.contains(word) {
                wrong.push(format!("{args} at {columns}, broken: {word:?} in {line:?}"));
            }
        }
    }
    wrong
}

#[test]
fn tables_and_what_explains_them_fit_into_60_80_and_100_columns_with_whole_words() {
    let sim = sim();
    let mut all = Vec::new();
    for args in [
        "status",
        "plan",
        "history",
        "users list",
        "groups list",
        "state info",
        "check",
        "dead-letters list",
        "collect --quiet",
        "--log-format text collect",
        "demo",
        "help",
        "collect --help",
    ] {
        let wide = lines(&drawn(&sim, args, WIDE));
        assert!(!wide.concat().contains("unrecognized"), "{args}: {wide:?}");
        for columns in WIDTHS {
            let narrow = lines(&drawn(&sim, args, columns));
            assert!(
                args.contains("quiet") || !narrow.concat().is_empty(),
                "{args}"
            );
            all.extend(wrong(args, columns, &narrow, &wide));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn a_review_fits_into_60_80_and_100_columns_with_whole_words() {
    let agent = reviewed::agent();
    let args = "review old.ndjson new.ndjson";
    let wide = lines(&in_terminal(&agent, args, WIDE));
    assert!(wide.concat().contains("users before"), "{wide:?}");
    let mut all = Vec::new();
    for columns in WIDTHS {
        let narrow = lines(&in_terminal(&agent, args, columns));
        assert!(narrow.len() > wide.len(), "{columns}: {narrow:?}");
        all.extend(wrong(args, columns, &narrow, &wide));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn the_line_of_progress_fits_and_leaves_nothing_behind() {
    let sim = sim();
    sim.delay(None, Duration::from_millis(120));
    for columns in WIDTHS {
        let drawn = drawn(&sim, "collect", columns);
        assert!(drawn.contains(" users, "), "{drawn:?}");
        for line in lines(&drawn)
            .iter()
            .filter(|line| line.contains(" users, "))
        {
            assert!(line.width() <= columns, "{columns}: {line:?}");
        }
        let (_, end) = drawn.rsplit_once(" users, ").expect("progress");
        assert!(
            end.contains("\u{1b}[2K") || end.contains("\u{1b}[K"),
            "{end:?}"
        );
    }
}
