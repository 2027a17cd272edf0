//! What an operator does about deletions that are held back, word for word.

/// How deletions of `account` are accepted that are held back; a daemon that holds the state, if
/// one does, has the process id `daemon`.
pub fn how_to_accept_deletions(account: &str, daemon: Option<u32>) -> String {
    let collect = format!("run rollcall collect --accept-deletions --account {account}");
    match daemon {
        Some(pid) => format!(
            "stop the daemon first ({}), {collect}, and start the daemon again",
            how_to_stop(Some(pid))
        ),
        None => collect,
    }
}

/// How the daemon with process id `pid`, if that is known, is stopped for as long as it takes.
pub fn how_to_stop(pid: Option<u32>) -> String {
    let pid = pid.map_or_else(|| "and its process id".to_owned(), |pid| pid.to_string());
    format!("kill {pid}, or systemctl stop UNIT if systemd runs it")
}
