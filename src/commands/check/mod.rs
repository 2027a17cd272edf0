//! `rollcall check`.

mod aws;
mod item;
mod permissions;
mod sinks;

use std::path::Path;

use serde_json::json;

use super::{exposed, setup};
use crate::cli::{CheckArgs, GlobalArgs, OutputFormat};
use crate::config::{Config, DEFAULT_FILE};
use crate::output;
use crate::run::ExitStatus;
use item::{Finding, Item};

/// Tries out everything that a pass will use, and sends no event. Nothing is written.
pub(super) async fn check(global: &GlobalArgs, args: &CheckArgs) -> anyhow::Result<ExitStatus> {
    let items = match setup::config(global) {
        Ok(config) => {
            let (of_aws, of_sinks) =
                tokio::join!(aws::check(&config, &args.accounts), sinks::check(&config));
            let mut items = vec![Item::ok("configuration", origin(global, &config))];
            let exposed = exposed::find(global, &config).into_iter();
            items.extend(exposed.map(|it| Item::new(Finding::Note, it.subject, it.what)));
            items.extend(of_aws);
            items.extend(of_sinks);
            items
        }
        Err(error) => vec![Item::failed(
            "configuration",
            super::with_causes(&error),
            ExitStatus::Usage,
        )],
    };
    let status = item::status(&items);
    let text = match args.output {
        OutputFormat::Table => item::table(&items, output::width()),
        OutputFormat::Json => {
            let items: Vec<_> = items.iter().map(Item::document).collect();
            format!("{}\n", json!({ "items": items, "exit_code": status as u8 }))
        }
    };
    output::write(text.as_bytes())?;
    Ok(status)
}

/// Where the configuration is from, and what of it decides the most.
fn origin(global: &GlobalArgs, config: &Config) -> String {
    let default = Path::new(DEFAULT_FILE);
    let file = match global.config_file() {
        Some(file) => file.display().to_string(),
        None if default.exists() => DEFAULT_FILE.to_owned(),
        None => "no file, the defaults".to_owned(),
    };
    format!("{file}; strategy {}", config.aws.strategy.as_str())
}
