//! `rollcall check`.

mod aws;
mod item;
mod permissions;
mod sinks;

use std::path::Path;

use serde_json::json;
use tokio::sync::mpsc::UnboundedReceiver;

use super::{exposed, setup};
use crate::cli::{CheckArgs, GlobalArgs, OutputFormat};
use crate::config::{Config, DEFAULT_FILE};
use crate::output;
use crate::run::ExitStatus;
use item::{Finding, Item, Items};

/// Tries out everything that a pass will use, and sends no event. Nothing is written.
pub(super) async fn check(global: &GlobalArgs, args: &CheckArgs) -> anyhow::Result<ExitStatus> {
    let mut shown = Shown {
        items: Vec::new(),
        with_color: setup::with_color_on(global.color, output::is_seen()),
        output: args.output,
    };
    match setup::config(global) {
        Ok(config) => {
            let (items, found) = Items::channel();
            let exposed = exposed::find(global, &config).into_iter();
            items.add(Item::ok("configuration", origin(global, &config)));
            if let Err(unread) = config.status.secret() {
                let why = unread.to_string();
                items.add(Item::failed("status", why, ExitStatus::Usage));
            }
            items.add_all(exposed.map(|it| Item::new(Finding::Note, it.subject, it.what)));
            let ((), of_sinks, shown_so_far) = tokio::join!(
                aws::check(&config, &args.accounts, items),
                sinks::check(&config),
                shown.all(found)
            );
            shown_so_far?;
            of_sinks.into_iter().try_for_each(|item| shown.one(item))?;
        }
        Err(error) => shown.one(Item::failed(
            "configuration",
            super::with_causes(&error),
            ExitStatus::Usage,
        ))?,
    }
    let status = item::status(&shown.items);
    if args.output == OutputFormat::Json {
        let items: Vec<_> = shown.items.iter().map(Item::document).collect();
        let text = format!("{}\n", json!({ "items": items, "exit_code": status as u8 }));
        output::write(&args.output.page(&text))?;
    }
    Ok(status)
}

/// What stands in the way of collecting with `config`, and the exit code of that; `None` if nothing
/// does. Nothing is printed.
pub(super) async fn problem(config: &Config) -> Option<(String, ExitStatus)> {
    let (items, mut found) = Items::channel();
    aws::check(config, &[], items).await;
    let mut all = Vec::new();
    while let Ok(item) = found.try_recv() {
        all.push(item);
    }
    let status = item::status(&all);
    let wrong = all.iter().filter(|it| it.status != ExitStatus::Done);
    let why: Vec<String> = wrong
        .map(|it| format!("{}: {}", it.name, it.detail))
        .collect();
    (status != ExitStatus::Done).then(|| (why.join("; "), status))
}

/// What was found so far; people see each of it at once.
struct Shown {
    items: Vec<Item>,
    with_color: bool,
    output: OutputFormat,
}

impl Shown {
    async fn all(&mut self, mut found: UnboundedReceiver<Item>) -> std::io::Result<()> {
        while let Some(item) = found.recv().await {
            self.one(item)?;
        }
        Ok(())
    }

    fn one(&mut self, item: Item) -> std::io::Result<()> {
        if self.output == OutputFormat::Table {
            let row = item::row(&item, output::width(), self.with_color);
            output::write(&row)?;
        }
        self.items.push(item);
        Ok(())
    }
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
