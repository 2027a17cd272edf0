//! The release binary against a simulated AWS and a local intake; run by `scripts/bench`.
//!
//! Prints Markdown. docs/benchmarks.md says what each figure means.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints, and a panic is its report"
)]

mod accounts;
mod agent;
mod baseline;
mod figures;
mod intake;
mod large_store;
mod measure;
mod policies;
mod scenario;
mod tables;

#[path = "../../tests/support/sim_aws/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "the tests' AWS can do more than the benchmark asks of it"
)]
mod sim_aws;

use std::path::Path;

use accounts::Mfa;
use figures::Figure;
use scenario::{Plan, Scenario};

const SIZES: [usize; 3] = [100, 1_000, 5_000];
const LATENCIES_MS: [u64; 2] = [0, 30];
const BASELINE_USERS: usize = 1_000;

fn main() {
    // Cargo adds --bench to every benchmark: it names no scenario.
    let args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let args: Vec<String> = args.collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [measure::MODE, program, ..] => measure::run_and_print(program, &args[2..]),
        [large_store::MODE, dir] => large_store::open_and_print(dir),
        [binary, ref only @ ..] if !binary.starts_with('-') => bench(Path::new(binary), only),
        _ => eprintln!("run scripts/bench, which builds the binary and passes it here"),
    }
}

/// Runs the scenarios whose names contain one of `only`; all if that is empty.
fn bench(binary: &Path, only: &[&str]) {
    let binary = binary.canonicalize().expect("the binary is there");
    let is_wanted = |name: &str| {
        let wanted = only.is_empty() || only.iter().any(|part| name.contains(part));
        if wanted {
            eprintln!("{name}");
        }
        wanted
    };
    let runs: Vec<_> = scenarios()
        .filter(|scenario| is_wanted(&scenario.to_string()))
        .map(|scenario| scenario.run(&binary))
        .collect();
    let baselines: Vec<_> = LATENCIES_MS
        .into_iter()
        .filter(|latency_ms| is_wanted(&format!("baseline, {latency_ms} ms")))
        .map(|latency_ms| baseline::run(BASELINE_USERS, latency_ms))
        .collect();
    let single: Vec<Figure> = figures::ALL
        .into_iter()
        .filter(|(name, _)| is_wanted(name))
        .map(|(name, measure)| Figure {
            name,
            value: measure(&binary),
        })
        .collect();
    println!("{}", tables::of_runs(&runs, &baselines));
    println!("{}", tables::of_calls(&runs, &baselines));
    println!("{}", tables::of_second_passes(&runs));
    println!("{}", tables::of_shares(&runs));
    println!("{}", tables::of_figures(&single));
}

fn scenarios() -> impl Iterator<Item = Scenario> {
    let of_size = |latency_ms, users| {
        [Plan::Bulk, Plan::PerUser].map(|plan| Scenario::new(plan, users, latency_ms))
    };
    let all = LATENCIES_MS.into_iter().flat_map(move |latency_ms| {
        SIZES
            .into_iter()
            .flat_map(move |users| of_size(latency_ms, users))
    });
    let mixed = Scenario {
        mfa: Mfa::Mixed,
        ..Scenario::new(Plan::Bulk, 5_000, 0)
    };
    let two_sinks = Scenario {
        sinks: 2,
        ..Scenario::new(Plan::Bulk, 5_000, 0)
    };
    let judged = LATENCIES_MS.map(|latency_ms| Scenario {
        with_verdicts: true,
        ..Scenario::new(Plan::Bulk, 5_000, latency_ms)
    });
    // The same users in one account and in twenty, and more accounts than one has.
    let many = [(20, 5_000, 0), (1_000, 50_000, 0), (1_000, 50_000, 30)];
    let many = many.map(|(accounts, users, latency_ms)| Scenario {
        accounts,
        ..Scenario::new(Plan::Bulk, users, latency_ms)
    });
    all.chain([mixed, two_sinks]).chain(judged).chain(many)
}
