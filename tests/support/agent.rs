//! Runs the real binary in an empty home, with an environment that holds nothing of ours.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use super::moto::Account;
use super::running::{Output, Running};

const TIMEOUT: Duration = Duration::from_secs(60);

/// How to start the agent. Each method returns a changed copy, and copies share one home: state
/// left by one run is there for the next.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    home: Arc<TempDir>,
    program: PathBuf,
    args: Vec<String>,
    env: Vec<(String, String)>,
    timeout: Duration,
}

impl Agent {
    pub(crate) fn new() -> Self {
        Self::of(env!("CARGO_BIN_EXE_rollcall"))
    }

    /// Another program under the same rules.
    pub(crate) fn of(program: impl Into<PathBuf>) -> Self {
        Self::at(tempfile::tempdir().expect("a temporary home"), program)
    }

    /// The agent in this home.
    pub(crate) fn living_in(home: TempDir) -> Self {
        Self::at(home, env!("CARGO_BIN_EXE_rollcall"))
    }

    fn at(home: TempDir, program: impl Into<PathBuf>) -> Self {
        std::fs::create_dir(home.path().join("state")).expect("a state directory");
        Self {
            home: Arc::new(home),
            program: program.into(),
            args: Vec::new(),
            env: Vec::new(),
            timeout: TIMEOUT,
        }
    }

    /// HOME, and the directory the agent runs in.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// XDG_STATE_HOME.
    pub(crate) fn state_home(&self) -> PathBuf {
        self.home().join("state")
    }

    /// Writes `config.toml`, which the agent finds by itself.
    pub(crate) fn config(&self, toml: &str) -> Self {
        self.file("config.toml", toml)
    }

    /// Writes a file into the home.
    pub(crate) fn file(&self, name: &str, content: &str) -> Self {
        std::fs::write(self.home().join(name), content).expect("a file in the home");
        self.clone()
    }

    pub(crate) fn arg(&self, arg: &str) -> Self {
        self.args([arg])
    }

    pub(crate) fn args<const N: usize>(&self, args: [&str; N]) -> Self {
        let mut changed = self.clone();
        changed.args.extend(args.map(str::to_owned));
        changed
    }

    pub(crate) fn env(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.env.push((name.to_owned(), value.to_owned()));
        changed
    }

    pub(crate) fn timeout(&self, timeout: Duration) -> Self {
        let mut changed = self.clone();
        changed.timeout = timeout;
        changed
    }

    /// Lets no file grow beyond so much, as if the disk were full: any user may set that.
    pub(crate) fn limited(&self, file_kib: u32) -> Self {
        // Ignored, the signal for a file that grows too large becomes an error of the write.
        self.in_shell(format!(
            "trap '' XFSZ; ulimit -f {file_kib}; exec \"$0\" \"$@\""
        ))
    }

    /// Takes away what lets root read files that are closed to everybody.
    pub(crate) fn unprivileged(&self) -> Self {
        let script = "[ \"$(id -u)\" = 0 ] && exec setpriv --bounding-set=-all -- \"$0\" \"$@\"; \
                      exec \"$0\" \"$@\"";
        self.in_shell(script.to_owned())
    }

    /// Gives the agent a standard error that takes nothing.
    pub(crate) fn unheard(&self) -> Self {
        self.in_shell("exec \"$0\" \"$@\" 2>/dev/full".to_owned())
    }

    /// Starts the agent, `"$0" "$@"`, in a script of bash.
    pub(crate) fn in_shell(&self, script: String) -> Self {
        let mut changed = self.clone();
        let program = self.program.display().to_string();
        changed.args.splice(..0, ["-c".to_owned(), script, program]);
        changed.program = "bash".into();
        changed
    }

    /// Runs a command of a shell in a terminal, in place of the agent.
    pub(crate) fn in_terminal(&self, command: &str) -> Self {
        let mut changed = self.clone();
        changed.program = "script".into();
        changed.args = ["-qec", command, "/dev/null"].map(str::to_owned).to_vec();
        changed
    }

    /// Points the agent at a fake AWS with credentials that any fake takes.
    pub(crate) fn aws(&self, endpoint: &str) -> Self {
        self.env("AWS_ENDPOINT_URL", endpoint)
            .env("AWS_ACCESS_KEY_ID", "testing")
            .env("AWS_SECRET_ACCESS_KEY", "testing")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
    }

    /// Gives the agent the credentials of one moto account.
    pub(crate) fn account(&self, account: &Account) -> Self {
        self.aws(account.url())
            .env("AWS_ACCESS_KEY_ID", account.access_key_id())
    }

    /// The arguments, with a log as a person reads it unless the test says how it is written.
    fn args_with_text_log(&self) -> Vec<String> {
        let rollcall = env!("CARGO_BIN_EXE_rollcall");
        let mut args = self.args.clone();
        let place = match self.program == Path::new(rollcall) {
            true => Some(0),
            false => args.iter().position(|arg| arg == rollcall).map(|it| it + 1),
        };
        let is_said = args.iter().any(|arg| arg.starts_with("--log-format"));
        if let Some(place) = place.filter(|place| *place < args.len() && !is_said) {
            args.splice(place..place, ["--log-format", "text"].map(str::to_owned));
        }
        args
    }

    /// Runs to the end; panics with both outputs when that takes longer than the timeout.
    #[track_caller]
    pub(crate) fn run(&self) -> Output {
        self.spawn().wait(self.timeout)
    }

    #[track_caller]
    pub(crate) fn spawn(&self) -> Running {
        let mut command = Command::new(&self.program);
        command
            .args(self.args_with_text_log())
            .current_dir(self.home())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("XDG_STATE_HOME", self.state_home())
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        Running::start(command, Arc::clone(&self.home))
    }
}
