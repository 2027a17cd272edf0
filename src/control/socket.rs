//! The socket's place in the state directory, however long that directory's name is.

use std::fs::{File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

/// The socket's name in the state directory.
const NAME: &str = "control.sock";
/// What the kernel takes for the name of a socket, without the zero byte at its end.
const PATH_LEN_MAX: usize = 107;

/// The socket's file; removed when this is dropped.
#[derive(Debug)]
pub(super) struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // One that stays behind is replaced by the next daemon.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Where the daemon of the state in `dir` listens.
pub(super) fn path(dir: &Path) -> PathBuf {
    dir.join(NAME)
}

/// Listens in `dir`, for this user alone. The caller holds the directory's lock: a socket that is
/// there belongs to a process that has ended.
pub(super) fn listen(dir: &Path) -> io::Result<(UnixListener, SocketFile)> {
    let path = path(dir);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = with_short_path(dir, UnixListener::bind)?;
    let file = SocketFile(path);
    // The umask may have left it open to others; the directory has been closed to them before.
    std::fs::set_permissions(&file.0, Permissions::from_mode(0o600))?;
    Ok((listener, file))
}

/// Connects to the daemon of the state in `dir`; `None` if nobody listens.
pub(super) async fn connect(dir: &Path) -> io::Result<Option<UnixStream>> {
    let dir = dir.to_owned();
    // It waits while the daemon is too busy to take connections.
    let connect = move || with_short_path(&dir, std::os::unix::net::UnixStream::connect);
    let connected = tokio::task::spawn_blocking(connect).await?;
    let nobody = [io::ErrorKind::NotFound, io::ErrorKind::ConnectionRefused];
    match connected {
        Ok(stream) => {
            stream.set_nonblocking(true)?;
            UnixStream::from_std(stream).map(Some)
        }
        Err(error) if nobody.contains(&error.kind()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Calls `use_path` with a name of the socket in `dir` that the kernel takes: through the open
/// directory, where the whole name is too long.
fn with_short_path<T>(
    dir: &Path,
    use_path: impl FnOnce(PathBuf) -> io::Result<T>,
) -> io::Result<T> {
    let path = path(dir);
    if path.as_os_str().len() <= PATH_LEN_MAX {
        return use_path(path);
    }
    let dir = File::open(dir)?;
    let open = format!("/proc/self/fd/{}", dir.as_raw_fd());
    use_path(Path::new(&open).join(NAME))
}
