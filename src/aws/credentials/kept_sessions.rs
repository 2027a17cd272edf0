//! Sessions of roles that outlast a pass.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;

use crate::config::Role;

/// A session that ends sooner is not begun with: an account's pass may take that long.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// The latest session of each role. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct KeptSessions(Arc<Mutex<HashMap<Role, Credentials>>>);

impl KeptSessions {
    /// The session of `role`, if it lasts for a while yet.
    pub(super) fn get(&self, role: &Role) -> Option<Credentials> {
        let session = self.sessions().get(role).cloned()?;
        let is_valid = session.expiry()? > SystemTime::now() + MARGIN;
        is_valid.then_some(session)
    }

    pub(super) fn keep(&self, role: &Role, session: Credentials) {
        self.sessions().insert(role.clone(), session);
    }

    pub(super) fn forget(&self, role: &Role) {
        self.sessions().remove(role);
    }

    /// Forgets the sessions of all roles but these.
    pub fn retain<'a>(&self, roles: impl IntoIterator<Item = &'a Role>) {
        let roles: HashSet<&Role> = roles.into_iter().collect();
        self.sessions().retain(|role, _| roles.contains(role));
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<Role, Credentials>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Arn;

    fn role(name: &str, external_id: Option<&str>) -> Role {
        Role {
            arn: Arn::of_iam("aws", "111122223333", &format!("role/{name}")),
            external_id: external_id.map(str::to_owned),
            session_name: "rollcall".to_owned(),
            duration: None,
        }
    }

    fn session(lasts: Duration) -> Credentials {
        let end = Some(SystemTime::now() + lasts);
        Credentials::new("ASIAKEPT", "secret", None, end, "test")
    }

    #[test]
    fn a_session_is_used_again_until_five_minutes_before_its_end() {
        let (kept, role) = (KeptSessions::default(), role("reader", None));
        kept.keep(&role, session(MARGIN + Duration::from_secs(60)));
        assert!(kept.get(&role).is_some());
        kept.keep(&role, session(MARGIN - Duration::from_secs(1)));
        assert!(kept.get(&role).is_none());
    }

    #[test]
    fn a_session_is_of_one_external_id() {
        let kept = KeptSessions::default();
        kept.keep(&role("reader", Some("a")), session(MARGIN * 2));
        assert!(kept.get(&role("reader", Some("b"))).is_none());
        assert!(kept.get(&role("reader", Some("a"))).is_some());
    }

    #[test]
    fn sessions_of_roles_that_are_not_assumed_any_more_are_forgotten() {
        let kept = KeptSessions::default();
        let (stays, left) = (role("stays", None), role("left", None));
        for role in [&stays, &left] {
            kept.keep(role, session(MARGIN * 2));
        }
        kept.retain([&stays]);
        assert!(kept.get(&stays).is_some() && kept.get(&left).is_none());
    }
}
