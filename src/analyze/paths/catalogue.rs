//! What `catalogue.toml` says, in types.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// Every path that is looked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// The paths, in the order in which they are named.
    #[serde(rename = "path")]
    pub paths: Vec<Path>,
    /// By action in lower case, the ARN that AWS checks it against.
    pub resources: BTreeMap<String, String>,
}

/// One path.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Path {
    /// The id, pathfinding.cloud's where it has the path.
    pub id: String,
    /// What it leads through.
    pub family: Family,
    /// The actions, for people.
    pub title: String,
    /// What the principal has to be allowed.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// What it leads to.
    #[serde(default)]
    pub target: Target,
    /// What the target has to be.
    pub gains: Option<Gain>,
    /// How the principal enters the target role.
    pub entry: Option<Entry>,
    /// The service that the target role trusts.
    pub service: Option<String>,
    /// Whether the target role has to sit in an instance profile.
    #[serde(default)]
    pub instance_profile: bool,
    /// The identity provider that the target role trusts.
    pub provider: Option<Provider>,
    /// What the account details cannot show.
    #[serde(default)]
    pub assumes: Vec<String>,
    /// Where it is described.
    pub reference: String,
}

/// An action that has to be allowed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// The action, as AWS spells it.
    pub action: String,
    /// On what.
    pub on: On,
}

/// What an action has to be allowed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// The user itself.
    #[serde(rename = "self")]
    Itself,
    /// The role itself.
    SelfRole,
    /// A group of the user.
    OwnGroup,
    /// Another group.
    GroupToJoin,
    /// A group that the user creates.
    NewGroup,
    /// A customer managed policy in effect on the principal.
    OwnPolicy,
    /// The same, with an older version that grants enough.
    OlderVersion,
    /// The customer managed policy that is the boundary.
    BoundaryPolicy,
    /// A customer managed policy that denies.
    DenyPolicy,
    /// The target user.
    User,
    /// The target role.
    Role,
    /// A customer managed policy attached to the target role.
    RolePolicy,
    /// The target role, passed to the path's service.
    PassedRole,
    /// A resource that the principal creates or chooses.
    Any,
}

/// What a path leads through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// The principal grants more to itself.
    #[serde(rename = "self")]
    Itself,
    /// The principal lifts what limits it.
    Limit,
    /// Another user or a role.
    Principal,
    /// A role is passed to a service.
    PassRole,
    /// Something that runs as a role already.
    Existing,
    /// IAM Identity Center.
    IdentityCenter,
    /// A role grants more to itself.
    RoleSelf,
}

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The principal itself, or what is not in the account.
    #[default]
    None,
    /// Another user.
    User,
    /// A role.
    Role,
    /// A user that the principal creates.
    NewUser,
    /// A role that the principal creates.
    NewRole,
}

/// What a target has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gain {
    /// An administrator, or able to become one.
    Top,
    /// An administrator once everything is granted to it.
    Granted,
    /// An administrator once its boundary is gone.
    Unbounded,
}

/// How a principal enters a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// It may assume it.
    Assume,
    /// The trust policy names it, which is enough.
    Named,
}

/// A kind of identity provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// SAML 2.0.
    Saml,
    /// OpenID Connect.
    Oidc,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "the file is part of the program, and a test reads it"
    )]
    toml::from_str(include_str!("catalogue.toml")).expect("catalogue.toml is well formed")
});

impl Catalogue {
    /// The catalogue that rollcall has.
    pub fn get() -> &'static Self {
        &CATALOGUE
    }

    /// The path `id`.
    pub fn path(&self, id: &str) -> Option<&Path> {
        self.paths.iter().find(|path| path.id == id)
    }
}

impl Path {
    /// The actions, in lower case, of the needs that are on a resource of the caller's choice of the
    /// same kind as that of `need`, itself among them.
    pub fn on_the_same(&self, need: &Need) -> Vec<String> {
        let resources = &Catalogue::get().resources;
        let action = need.action.to_ascii_lowercase();
        // A pattern without the account stands for resources of several kinds.
        let kind = resources.get(&action).filter(|it| it.contains("{account}"));
        let chosen = self.needs.iter().filter(|it| it.on == On::Any);
        let actions = chosen.map(|it| it.action.to_ascii_lowercase());
        actions
            .filter(|it| *it == action || (kind.is_some() && resources.get(it) == kind))
            .collect()
    }
}

impl Provider {
    /// Whether `arn` names a provider of this kind.
    pub fn is_named_by(self, arn: &str) -> bool {
        match self {
            Self::Saml => arn.contains(":saml-provider/"),
            Self::Oidc => arn.contains(":oidc-provider/"),
        }
    }

    /// The action by which a role is assumed with it.
    pub fn action(self) -> &'static str {
        match self {
            Self::Saml => "sts:assumerolewithsaml",
            Self::Oidc => "sts:assumerolewithwebidentity",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_well_formed_and_knows_the_resource_of_every_choice() {
        let catalogue = Catalogue::get();
        assert!(catalogue.paths.len() >= 124, "{}", catalogue.paths.len());
        let mut ids: Vec<&str> = catalogue
            .paths
            .iter()
            .map(|path| path.id.as_str())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), catalogue.paths.len(), "an id comes twice");
        for path in &catalogue.paths {
            assert!(path.reference.starts_with("https://"), "{}", path.id);
            for need in path.needs.iter().filter(|need| need.on == On::Any) {
                let action = need.action.to_ascii_lowercase();
                assert!(catalogue.resources.contains_key(&action), "{action}");
            }
            let is_service = path.family == Family::PassRole || path.family == Family::Existing;
            assert_eq!(is_service, path.service.is_some(), "{}", path.id);
        }
    }
}
