//! Results as Markdown.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use crate::baseline::Baseline;
use crate::figures::Figure;
use crate::scenario::Run;

/// Wall time, memory and rates, a line for each run.
pub(crate) fn of_runs(runs: &[Run], baselines: &[Baseline]) -> String {
    let mut table = "\
| plan | users | latency | wall time | calls | events | users/s | events/s | peak memory \
| AWS busy | AWS occupied |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
"
    .to_owned();
    for run in runs {
        let (scenario, pass) = (&run.scenario, &run.first);
        let wall = pass.usage.wall;
        let _ = writeln!(
            table,
            "| {} | {} | {} ms | {} | {} | {} | {:.0} | {:.0} | {:.1} MiB | {} | {} |",
            scenario.name(),
            scenario.users,
            scenario.latency_ms,
            text_of(wall),
            pass.calls.values().sum::<u64>(),
            pass.events,
            scenario.users as f64 / wall.as_secs_f64(),
            pass.events as f64 / wall.as_secs_f64(),
            pass.usage.memory_kib_max as f64 / 1024.0,
            text_of(pass.busy),
            text_of(pass.occupied),
        );
    }
    for baseline in baselines {
        let _ = writeln!(
            table,
            "| baseline | {} | {} ms | {} | {} | – | {:.0} | – | – | {} | {} |",
            baseline.users,
            baseline.latency_ms,
            text_of(baseline.wall),
            baseline.calls.values().sum::<u64>(),
            baseline.users as f64 / baseline.wall.as_secs_f64(),
            text_of(baseline.busy),
            text_of(baseline.occupied),
        );
    }
    table
}

/// Calls by action, where there is no latency: it changes none of them.
pub(crate) fn of_calls(runs: &[Run], baselines: &[Baseline]) -> String {
    let runs = runs.iter().filter(|run| run.scenario.latency_ms == 0);
    let runs = runs.map(|run| (run.scenario.name(), run.scenario.users, &run.first.calls));
    let baselines = baselines.iter().filter(|run| run.latency_ms == 0);
    let baselines = baselines.map(|run| ("baseline".to_owned(), run.users, &run.calls));
    let columns: Vec<_> = runs.chain(baselines).collect();
    let actions: BTreeSet<&String> = columns
        .iter()
        .flat_map(|(_, _, calls)| calls.keys())
        .collect();
    let mut table = "| action |".to_owned();
    for (name, users, _) in &columns {
        let _ = write!(table, " {name}, {users} |");
    }
    let _ = write!(table, "\n|---|{}", "--:|".repeat(columns.len()));
    for action in actions {
        let _ = write!(table, "\n| {action} |");
        for (_, _, calls) in &columns {
            let _ = write!(table, " {} |", calls.get(action).copied().unwrap_or(0));
        }
    }
    table.push('\n');
    table
}

/// The passes in which nothing had changed.
pub(crate) fn of_second_passes(runs: &[Run]) -> String {
    let mut table = "\
| plan | users | latency | wall time | events | CPU | CPU per 1,000 users |
|---|--:|--:|--:|--:|--:|--:|
"
    .to_owned();
    for run in runs {
        let (scenario, usage) = (&run.scenario, &run.second.usage);
        let _ = writeln!(
            table,
            "| {} | {} | {} ms | {} | {} | {} | {} |",
            scenario.name(),
            scenario.users,
            scenario.latency_ms,
            text_of(usage.wall),
            run.second.events,
            text_of(usage.cpu),
            text_of(usage.cpu * 1_000 / scenario.users as u32),
        );
    }
    table
}

/// What a first pass takes besides AWS's own time.
pub(crate) fn of_shares(runs: &[Run]) -> String {
    let mut table = "\
| plan | users | latency | wall time / AWS occupied | own time a user | CPU a user |
|---|--:|--:|--:|--:|--:|
"
    .to_owned();
    for run in runs {
        let (scenario, pass) = (&run.scenario, &run.first);
        let of_user = |time: Duration| time.as_secs_f64() * 1e6 / scenario.users as f64;
        let _ = writeln!(
            table,
            "| {} | {} | {} ms | {:.2} | {:.0} µs | {:.0} µs |",
            scenario.name(),
            scenario.users,
            scenario.latency_ms,
            pass.usage.wall.as_secs_f64() / pass.occupied.as_secs_f64(),
            of_user(pass.usage.wall.saturating_sub(pass.occupied)),
            of_user(pass.usage.cpu),
        );
    }
    table
}

/// Figures that are one number each.
pub(crate) fn of_figures(figures: &[Figure]) -> String {
    let mut table = "| figure | measured |\n|---|--:|\n".to_owned();
    for figure in figures {
        let _ = writeln!(table, "| {} | {} |", figure.name, figure.value);
    }
    table
}

fn text_of(time: Duration) -> String {
    match time.as_secs_f64() {
        s if s >= 1.0 => format!("{s:.2} s"),
        s => format!("{:.0} ms", s * 1e3),
    }
}
