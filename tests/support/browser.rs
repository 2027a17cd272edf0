//! A browser, where there is one.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::agent::Agent;

/// How a page is looked at: a name, the width in pixels, and whether it is dark.
const LOOKS: [(&str, u32, bool); 3] = [
    ("light", 1200, false),
    ("dark", 1200, true),
    ("narrow", 400, false),
];
const HEIGHT: u32 = 1400;

/// Chromium: what ROLLCALL_TEST_CHROMIUM names, or what is in PATH.
pub(crate) fn chromium() -> Option<PathBuf> {
    if let Some(given) = std::env::var_os("ROLLCALL_TEST_CHROMIUM") {
        return Some(given.into());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|folder| ["chromium", "chromium-browser"].map(|name| folder.join(name)))
        .find(|program| program.is_file())
}

/// What a browser shows of the page at `address`, once it has asked; `None` if there is no browser.
/// Where ROLLCALL_TEST_PICTURES names a directory, pictures of the page are put there, called as
/// `name`.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(crate) fn shown(address: SocketAddr, name: &str) -> Option<String> {
    let Some(chromium) = chromium() else {
        eprintln!("skipped: no chromium in PATH or ROLLCALL_TEST_CHROMIUM");
        return None;
    };
    let page = format!("http://{address}/");
    let browser = Agent::of(chromium).args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--enable-logging=stderr",
        "--virtual-time-budget=3000",
    ]);
    if let Some(pictures) = std::env::var_os("ROLLCALL_TEST_PICTURES").map(PathBuf::from) {
        for (look, width, is_dark) in LOOKS {
            let path = pictures.join(format!("{name}-{look}.png"));
            let scheme = u8::from(!is_dark);
            browser
                .arg(&format!("--screenshot={}", path.display()))
                .arg(&format!("--window-size={width},{HEIGHT}"))
                .arg(&format!("--blink-settings=preferredColorScheme={scheme}"))
                .arg(&page)
                .run()
                .expect_code(0);
        }
    }
    let output = browser.args(["--dump-dom", &page]).run().expect_code(0);
    let complaints = output.stderr.lines().filter(|it| it.contains("CONSOLE"));
    assert_eq!(complaints.collect::<Vec<_>>(), Vec::<&str>::new());
    Some(output.stdout)
}
