//! Options of the commands that come first: `init`, `check` and `policy`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::OutputFormat;
use crate::access::Holder;
use crate::config::Strategy;

/// Options of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Where to write
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Where events go; asked on a terminal
    #[arg(long, value_name = "TYPE")]
    pub sink: Option<InitSink>,
    /// The asset connector's UUID, for sink sekoia-asset
    #[arg(long, value_name = "UUID")]
    pub connector_uuid: Option<String>,
    /// The Sekoia region, as fra1 or usa1; asked on a terminal
    #[arg(long, value_name = "REGION", conflicts_with = "url")]
    pub region: Option<String>,
    /// Where sink http posts; for a Sekoia sink, its API instead of a region's
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// How facts are read
    #[arg(long, value_name = "STRATEGY")]
    pub strategy: Option<Strategy>,
    /// Read an account by this role; may be given several times
    #[arg(long = "role-arn", value_name = "ARN")]
    pub role_arns: Vec<String>,
    /// Read every account of the organization by the role of this name
    #[arg(long, value_name = "NAME")]
    pub organization_role: Option<String>,
    /// What must be said to assume the roles [default: a new one]
    #[arg(long, value_name = "ID")]
    pub external_id: Option<String>,
    /// Who assumes the roles: the ARN of a user or role, or an account's id
    #[arg(long, value_name = "PRINCIPAL")]
    pub trust: Option<String>,
}

/// Where events go, in a configuration that `init` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InitSink {
    /// Sekoia's asset connector.
    SekoiaAsset,
    /// Sekoia's event intake.
    SekoiaIntake,
    /// Any receiver of posts.
    Http,
    /// A file, one event a line.
    Ndjson,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Only this account; may be given several times
    #[arg(long = "account", value_name = "ID")]
    pub accounts: Vec<String>,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub output: OutputFormat,
}

/// Options of `policy`.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    pub format: PolicyFormat,
    /// Whose policy it is
    #[arg(long = "for", value_name = "HOLDER", default_value = "accounts")]
    pub holder: Holder,
    /// Who may assume the role: the ARN of a user or role, an account's id, or pods of EKS by
    /// eks-irsa:PROVIDER_ARN:NAMESPACE:SERVICE_ACCOUNT or eks-pod-identity; in JSON, the trust policy
    /// is printed instead
    #[arg(long, value_name = "PRINCIPAL")]
    pub trust: Option<String>,
    /// What must be said to assume the role [default: as configured]
    #[arg(long, value_name = "ID", requires = "trust")]
    pub external_id: Option<String>,
    /// The same, made by the system's randomness
    #[arg(long, requires = "trust", conflicts_with = "external_id")]
    pub new_external_id: bool,
}

/// How a policy is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PolicyFormat {
    /// A policy document.
    Json,
    /// A role or managed policy that has it.
    Terraform,
    /// The same, as a template that a stack set can deploy to a whole organization.
    Cloudformation,
}
