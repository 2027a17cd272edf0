//! A started agent: signals, patience with an end, and no process left behind.

use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tempfile::TempDir;

const POLL: Duration = Duration::from_millis(5);

/// What a finished agent left. `code` is `None` when a signal ended it.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) code: Option<i32>,
    /// The number of that signal.
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    /// Panics with both outputs unless the agent ended with this code.
    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "{}",
            both(&self.stdout, &self.stderr)
        );
        self
    }
}

/// A running agent in a process group of its own; the group is killed on drop.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    stdout: Stream,
    stderr: Stream,
    _home: Arc<TempDir>,
}

impl Running {
    #[track_caller]
    pub(crate) fn start(mut command: Command, home: Arc<TempDir>) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("the agent starts");
        Self {
            stdout: Stream::read(child.stdout.take()),
            stderr: Stream::read(child.stderr.take()),
            child,
            _home: home,
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).expect("the agent takes a signal");
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("the agent's state").is_some()
    }

    /// What it wrote to stderr so far.
    pub(crate) fn log(&self) -> String {
        self.stderr.text()
    }

    /// Waits until stdout or stderr holds this text.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str, timeout: Duration) {
        let start = Instant::now();
        while !self.stdout.text().contains(text) && !self.stderr.text().contains(text) {
            let ended = self.child.try_wait().expect("the agent's state").is_some();
            if ended || start.elapsed() > timeout {
                let seen = both(&self.stdout.text(), &self.stderr.text());
                panic!("waited in vain for {text:?} (ended: {ended})\n{seen}");
            }
            std::thread::sleep(POLL);
        }
    }

    /// Waits for the end; panics with both outputs when it does not come in time.
    #[track_caller]
    pub(crate) fn wait(mut self, timeout: Duration) -> Output {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("the agent's state") {
                return self.finish(status);
            }
            if start.elapsed() > timeout {
                let seen = both(&self.stdout.text(), &self.stderr.text());
                panic!("still running after {timeout:?}\n{seen}");
            }
            std::thread::sleep(POLL);
        }
    }

    fn finish(&mut self, status: ExitStatus) -> Output {
        // A grandchild that holds the pipes would keep the readers waiting. The group's number is
        // free for reuse only since the line before: too short a time to hit another's.
        let _ = killpg(self.pid(), Signal::SIGKILL);
        Output {
            code: status.code(),
            signal: status.signal(),
            stdout: self.stdout.end(),
            stderr: self.stderr.end(),
        }
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).expect("a process id"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Once reaped, long ago perhaps, the number may be another's.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = killpg(self.pid(), Signal::SIGKILL);
            let _ = self.child.wait();
        }
    }
}

/// One output, read as it comes so that the pipe never fills.
#[derive(Debug)]
struct Stream {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Stream {
    fn read(pipe: Option<impl Read + Send + 'static>) -> Self {
        let mut pipe = pipe.expect("a piped output");
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&bytes);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(read @ 1..) = pipe.read(&mut buffer) {
                sink.lock().unwrap().extend_from_slice(&buffer[..read]);
            }
        });
        Self {
            bytes,
            reader: Some(reader),
        }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap()).into_owned()
    }

    fn end(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("an output was read");
        }
        self.text()
    }
}

fn both(stdout: &str, stderr: &str) -> String {
    format!("--- stdout\n{stdout}\n--- stderr\n{stderr}")
}
