//! The verdicts on an account's users: made when all of it is there, since how much one user can do
//! depends on the others.

use std::sync::Arc;

use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};

use crate::analyze::judge;
use crate::model::{Account, AccountPolicies, Fact, Provenance, Reason, User};
use crate::run::stage::AccountVerdicts;

/// Users that were held back, and why: with the policies to judge them by, or for want of them.
pub(in crate::run) struct Held {
    pub(in crate::run) users: Vec<Arc<User>>,
    pub(in crate::run) policies: Fact<AccountPolicies>,
}

/// Takes `users` until it is certain that there will be no `policies` or, if there are, until there
/// are no more users.
pub(in crate::run) async fn hold(
    users: &mut mpsc::Receiver<User>,
    mut policies: oneshot::Receiver<Fact<AccountPolicies>>,
    mut on_user: impl FnMut(),
) -> Held {
    let mut held = Vec::new();
    let mut hold = |user: User| {
        on_user();
        held.push(Arc::new(user));
    };
    let policies = loop {
        tokio::select! {
            biased;
            policies = &mut policies => {
                break policies.unwrap_or_else(|_| Fact::not_collected("the pass ended before"));
            }
            user = users.recv() => match user {
                Some(user) => hold(user),
                // Policies that are there come before the end of the users.
                None => break policies
                    .try_recv()
                    .unwrap_or_else(|_| Fact::not_collected("the pass ended before")),
            },
        }
    };
    if policies.value().is_some() {
        while let Some(user) = users.recv().await {
            hold(user);
        }
    }
    Held {
        users: held,
        policies,
    }
}

/// The verdicts on `users` by `policies`. There are none of an account that was not seen whole:
/// whoever is missing may be what another user escalates to.
pub(in crate::run) async fn judge_all(
    account: &Account,
    policies: Fact<AccountPolicies>,
    users: &[Arc<User>],
    lacks_users: bool,
) -> AccountVerdicts {
    match policies {
        Fact::Unknown(why) => Fact::Unknown(why),
        Fact::Known { .. } if lacks_users => {
            Fact::unknown(Reason::Failed, "not every user was read")
        }
        Fact::Known { value, provenance } => judge_by(account, value, provenance, users).await,
    }
}

/// The same by policies that are known. Where the analysis itself fails there are no verdicts: its
/// fault never keeps an inventory from being delivered.
async fn judge_by(
    account: &Account,
    policies: AccountPolicies,
    provenance: Provenance,
    users: &[Arc<User>],
) -> AccountVerdicts {
    let snapshot = policies.with_users(account.clone(), users.iter().cloned());
    let judged = tokio::task::spawn_blocking(move || {
        let verdicts = judge(&snapshot, OffsetDateTime::now_utc()).into_iter();
        let verdicts = verdicts.map(|(id, privilege)| (id, privilege.shortened()));
        verdicts.collect()
    });
    match judged.await {
        Ok(verdicts) => Fact::known(verdicts, &provenance),
        Err(error) => {
            tracing::error!(
                account = account.id,
                %error,
                "the policies could not be judged, which is a bug of rollcall: verdicts stay unknown"
            );
            Fact::unknown(Reason::Failed, "the policies could not be judged")
        }
    }
}
