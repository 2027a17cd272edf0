//! A log that cannot be written, on a full disk or in a pipe that nobody reads.

use super::site::{Settings, Site, file_sink};
use crate::support::sim_aws::SimUser;

#[test]
fn what_cannot_be_logged_stops_no_pass() {
    let site = Site::of(["ann", "bob"].map(SimUser::new));
    site.configure(&Settings {
        sinks: file_sink("strict", ""),
        ..Settings::default()
    });
    for format in ["text", "json"] {
        let agent = site.agent.arg("--log-format").arg(format).arg("collect");
        agent.unheard().run().expect_code(0);
    }
    assert_eq!(site.file("strict.ndjson").len(), 2);
}
