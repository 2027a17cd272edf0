//! `credential_process`: a program that prints credentials. It has its time, and its children too.
//! Once it has ended by itself, what it left running is not ours to end.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use aws_credential_types::Credentials;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use super::SourceError;
use super::answer::Writer;
use crate::aws::AwsErrorClass;
use crate::foreign::Shown;

const TIME_MAX: Duration = Duration::from_secs(30);
/// What a program printed is there when it ends: only others that it started may go on printing.
const REST_MAX: Duration = Duration::from_millis(500);
const BYTES_MAX: usize = 256 << 10;

/// Ends a process and everything that it started, when dropped.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(pid) = self.0 {
            // An error says that nobody is left.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

/// What a program gave.
#[derive(Default)]
struct Output {
    printed: Vec<u8>,
    said: Vec<u8>,
}

/// The credentials that the `command` of `profile` prints.
pub(super) async fn credentials(profile: &str, command: &str) -> Result<Credentials, SourceError> {
    let who = format!("the credential_process of profile {profile}");
    let failed = |why: String| {
        SourceError::wrong(
            format!("{who} {why}"),
            "run it by hand as the user that rollcall runs as: it has to print credentials without \
             asking anything",
        )
    };
    let mut child = Command::new("sh")
        .args(["-c", command])
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(format!("cannot be started: {error}")))?;
    let id = child.id().and_then(|id| i32::try_from(id).ok());
    let mut group = Group(id.and_then(Pid::from_raw));
    let mut output = Output::default();
    let ended = tokio::time::timeout(TIME_MAX, end(&mut child, &mut output)).await;
    let status = ended.map_err(|_| SourceError {
        class: AwsErrorClass::NoAnswer,
        ..failed(format!(
            "did not end within {} s, and was ended",
            TIME_MAX.as_secs()
        ))
    })?;
    let status = status.map_err(|error| failed(format!("cannot be waited for: {error}")))?;
    group.0 = None;
    if !status.success() {
        let said = Shown::of(String::from_utf8_lossy(&output.said));
        return Err(failed(format!("failed ({status}): {said}")));
    }
    super::answer::credentials(&output.printed, Writer::Process)
        .map_err(|why| failed(format!("is of no use: {why}")))
}

/// How `child` ended, and what it printed until then. Whoever it leaves running may keep its
/// streams open for as long as it likes.
async fn end(child: &mut Child, output: &mut Output) -> std::io::Result<ExitStatus> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let reading = async {
        tokio::join!(
            read(stdout, &mut output.printed),
            read(stderr, &mut output.said)
        );
    };
    tokio::pin!(reading);
    let mut is_read = false;
    let status = loop {
        tokio::select! {
            () = &mut reading, if !is_read => is_read = true,
            status = child.wait() => break status,
        }
    };
    if !is_read {
        // What came until then is all there is.
        let _ = tokio::time::timeout(REST_MAX, reading).await;
    }
    status
}

/// Reads what a stream gives into `bytes`, as far as it is of use.
async fn read(stream: Option<impl AsyncRead + Unpin>, bytes: &mut Vec<u8>) {
    let Some(mut stream) = stream else {
        return;
    };
    while bytes.len() < BYTES_MAX {
        // What came before an error is all there is.
        match stream.read_buf(bytes).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
    // A program that has more to say is not ended by a pipe that nobody reads.
    let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
}
