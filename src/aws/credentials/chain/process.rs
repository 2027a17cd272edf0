//! `credential_process`: a program that prints credentials. It has its time, and its children too.

use std::process::Stdio;
use std::time::Duration;

use aws_credential_types::Credentials;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use super::SourceError;
use crate::aws::AwsErrorClass;
use crate::foreign::Shown;

const TIME_MAX: Duration = Duration::from_secs(30);
const BYTES_MAX: u64 = 256 << 10;

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
    let _group = Group(id.and_then(Pid::from_raw));
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let ended = tokio::time::timeout(TIME_MAX, async {
        tokio::join!(all(stdout), all(stderr), child.wait())
    });
    let (printed, said, status) = ended.await.map_err(|_| SourceError {
        class: AwsErrorClass::NoAnswer,
        ..failed(format!(
            "did not end within {} s, and was ended",
            TIME_MAX.as_secs()
        ))
    })?;
    let status = status.map_err(|error| failed(format!("cannot be waited for: {error}")))?;
    if !status.success() {
        let said = Shown::of(String::from_utf8_lossy(&said));
        return Err(failed(format!("failed ({status}): {said}")));
    }
    super::answer::credentials(&printed, "credential_process")
        .map_err(|why| failed(format!("is of no use: {why}")))
}

/// What a stream gives, as far as it is of use.
async fn all(stream: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        // What came before an error is all there is.
        let _ = (&mut stream).take(BYTES_MAX).read_to_end(&mut bytes).await;
        // A program that has more to say is not ended by a pipe that nobody reads.
        let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
    }
    bytes
}
