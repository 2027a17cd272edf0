//! `rollcall init`.

mod answers;
mod ask;
mod config;

use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::policy::{partition, pretty};
use super::setup::UsageError;
use crate::access::{self, Holder, Principal, Trust};
use crate::cli::InitArgs;
use crate::config::{AssetConnectorOverrides, Config, DEFAULT_FILE};
use crate::foreign::Page;
use crate::output;
use crate::run::ExitStatus;
use answers::{Answers, Sink};
use ask::Asker;

/// Writes a first configuration and its policies, and says what comes next.
pub(super) fn init(args: &InitArgs) -> anyhow::Result<ExitStatus> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a person is asked, in words of our own"
    )]
    let (mut input, mut output) = (io::stdin().lock(), io::stderr());
    let is_terminal = input.is_terminal() && output.is_terminal();
    let mut asker = match is_terminal {
        true => Asker::person(&mut input, &mut output),
        false => Asker::nobody(),
    };
    let answers = Answers::get(args, &mut asker)?;
    let files = files(&answers)?;
    // Everything is looked at before anything is written: a second try finds nothing half done.
    for file in &files {
        refuse_existing(&args.dir.join(file.name))?;
    }
    fs::create_dir_all(&args.dir).map_err(|error| cannot(&args.dir, &error))?;
    let mut report = String::new();
    for file in &files {
        let path = args.dir.join(file.name);
        write_new(&path, &file.text)?;
        report.push_str(&format!("wrote {}: {}\n", path.display(), file.what));
    }
    report.push_str(&next(&args.dir, &answers));
    output::write(&Page::of(&report))?;
    Ok(ExitStatus::Done)
}

/// A file to write.
struct NewFile {
    name: &'static str,
    text: String,
    what: &'static str,
}

fn files(answers: &Answers) -> anyhow::Result<Vec<NewFile>> {
    let text = config::text(answers);
    let overrides = AssetConnectorOverrides::default();
    // A flag may hold what no configuration does: it is refused here, as `check` would.
    let config = Config::parse(Path::new(DEFAULT_FILE), &text, &overrides)?;
    let partition = partition(&config.aws);
    let policy = |holder| {
        access::policy(
            &config.aws,
            &config.mapping,
            &config.audit,
            holder,
            &partition,
        )
    };
    let mut files = vec![NewFile {
        name: DEFAULT_FILE,
        text,
        what: "the configuration",
    }];
    let mut add = |name, text, what| files.push(NewFile { name, text, what });
    let has_roles = answers.roles.is_some();
    if let Some(policy) = policy(Holder::Accounts) {
        let what = match has_roles {
            true => "what the role in each account may do",
            false => "what the credentials may do",
        };
        add("policy.json", pretty(&policy)?, what);
    }
    if let Some(roles) = &answers.roles {
        let trust = Trust {
            principal: Principal::parse(&roles.trusted, &partition)
                .map_err(|error| UsageError(error.to_string()))?,
            external_id: Some(roles.external_id.clone()),
        };
        add(
            "trust.json",
            pretty(&trust.document())?,
            "who may assume that role",
        );
        if let Some(policy) = policy(Holder::Credentials) {
            let what = "what the credentials may do, which assume the role";
            add("credentials-policy.json", pretty(&policy)?, what);
        }
    }
    Ok(files)
}

fn refuse_existing(path: &Path) -> Result<(), UsageError> {
    match path.symlink_metadata() {
        Ok(_) => Err(UsageError(format!(
            "{} is there already, and nothing is overwritten: move it away, or choose another --dir",
            path.display()
        ))),
        Err(_) => Ok(()),
    }
}

fn write_new(path: &Path, text: &str) -> Result<(), UsageError> {
    let mut options = OpenOptions::new();
    // What it will name is nobody else's business, and nobody else may change it.
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| cannot(path, &error))
}

fn cannot(path: &Path, error: &io::Error) -> UsageError {
    UsageError(format!("cannot write {}: {error}", path.display()))
}

/// What to do next.
fn next(dir: &Path, answers: &Answers) -> String {
    let secret = match answers.sink {
        Sink::SekoiaAsset { .. } => " with SEKOIA_API_KEY set,",
        Sink::SekoiaIntake { .. } => " with SEKOIA_INTAKE_KEY set,",
        Sink::Http { .. } | Sink::Ndjson => "",
    };
    let config = match dir == Path::new(".") {
        true => String::new(),
        false => format!(" --config {}", dir.join(DEFAULT_FILE).display()),
    };
    let commands = ["check", "plan", "collect"];
    let commands = commands.map(|command| format!("  rollcall {command}{config}\n"));
    format!(
        "\nOnce AWS has the policies,{secret} run\n{}",
        commands.concat()
    )
}
