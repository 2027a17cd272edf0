//! The release binary with an empty home and a configuration.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::intake::Intake;
use crate::measure::{Usage, usage_of};
use crate::scenario::Scenario;
use crate::sim_aws::SimAws;

/// Higher than anything reaches, so that the per-user plan's own speed shows. The bulk plan keeps
/// the default.
const WITHOUT_LIMIT: &str = "requests_per_second = 1000000";

/// The binary and its state.
#[derive(Debug)]
pub(crate) struct Agent {
    binary: PathBuf,
    home: TempDir,
}

impl Agent {
    pub(crate) fn new(
        binary: &Path,
        scenario: &Scenario,
        with_limit: bool,
        intake: &Intake,
    ) -> Self {
        // On the disk that the build is on: a temporary directory may be in memory.
        let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a home");
        let (strategy, url) = (scenario.plan.strategy(), intake.url());
        let limit = if with_limit { "" } else { WITHOUT_LIMIT };
        let organization = match scenario.accounts {
            1 => "",
            _ => "[aws.organization]\nrole_name = \"rollcall-read\"",
        };
        let config = format!(
            "[agent]\nstate_dir = \"state\"\n[aws]\nstrategy = \"{strategy}\"\n{limit}\n{organization}\n\
             [[sinks]]\ntype = \"sekoia-asset\"\nurl = \"{url}\"\napi_key = \"env:API_KEY\"\n\
             connector_uuid = \"5b0a5d2c-8f6e-4c1c-9d57-2f1d1d1f6a01\"\n"
        );
        std::fs::write(home.path().join("config.toml"), config).expect("a file in the home");
        Self {
            binary: binary.to_owned(),
            home,
        }
    }

    /// One pass, to its end.
    pub(crate) fn collect(&self, aws: &SimAws) -> Usage {
        let mut command = Command::new(&self.binary);
        command
            .arg("collect")
            .current_dir(self.home.path())
            .env("HOME", self.home.path())
            .env("API_KEY", "key")
            .env("AWS_ENDPOINT_URL", aws.url())
            .env("AWS_ACCESS_KEY_ID", "benchmark")
            .env("AWS_SECRET_ACCESS_KEY", "benchmark")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true");
        usage_of(&command)
    }
}
