//! Whether what was collected is what a case allows.

use std::collections::{BTreeMap, BTreeSet};

use rollcall::collect::Completeness;
use rollcall::model::{Mfa, User};

use super::collected::Collected;
use super::drawn::Drawn;
use super::oracle::Oracle;
use crate::support::sim_aws::{SimAccount, compare};

/// Everything that is wrong about `collected`; `after` is the account when all was over.
pub(super) fn judge(case: &Drawn, after: &SimAccount, collected: &Collected) -> Vec<String> {
    let mut judge = Judge {
        case,
        after,
        wrong: Vec::new(),
    };
    let (root, users): (Vec<&User>, Vec<&User>) =
        collected.users.iter().partition(|user| user.is_root());
    judge.facts(&users);
    judge.everybody(&users, collected);
    judge.root(&root, collected);
    judge.completeness(collected);
    judge.wrong
}

struct Judge<'a> {
    case: &'a Drawn,
    after: &'a SimAccount,
    wrong: Vec<String>,
}

impl Judge<'_> {
    fn unless(&mut self, is_right: bool, what: impl FnOnce() -> String) {
        if !is_right {
            self.wrong.push(what());
        }
    }

    /// Every known fact was so before or after; of those that no change touched, exactly the
    /// facts that had to be unknown are.
    fn facts(&mut self, users: &[&User]) {
        let expected = [expected(&self.case.account), expected(self.after)];
        for user in users {
            let verdicts: Vec<_> = expected
                .iter()
                .filter_map(|expected| expected.get(&user.name))
                .map(|expected| compare(expected, user))
                .collect();
            let Some(first) = verdicts.first() else {
                self.wrong.push(format!("{} never was there", user.name));
                continue;
            };
            let wrong = first.wrong.iter().filter(|wrong| {
                verdicts[1..].iter().all(|later| {
                    let fact = |text: &str| text.split(':').next().map(str::to_owned);
                    later.wrong.iter().any(|other| fact(other) == fact(wrong))
                })
            });
            let wrong: Vec<_> = wrong
                .map(|wrong| format!("{}: {wrong}", user.name))
                .collect();
            self.wrong.extend(wrong);
            if self.is_steady(&user.name) {
                self.unknown(user, &first.unknown);
            }
        }
    }

    fn unknown(&mut self, user: &User, unknown: &BTreeSet<&'static str>) {
        let before = &self.case.account.users[&user.name];
        let reading = &self.case.reading;
        let unknown_without =
            |hidden: &BTreeSet<&'static str>| Oracle { reading, hidden }.unknown(before);
        let never = unknown_without(&BTreeSet::new());
        let must = unknown_without(&self.case.troubles.hidden());
        let may = unknown_without(&self.case.troubles.perhaps_hidden());
        let is_right = must.iter().all(|fact| is_among(fact, unknown))
            && unknown
                .iter()
                .all(|fact| may.contains(fact) || must.contains(fact));
        self.unless(is_right, || {
            format!(
                "{}: unknown {unknown:?}, not from {must:?} to {may:?}",
                user.name
            )
        });
        for (fact, why) in user.unknown_facts() {
            self.unless(never.contains(fact) || why.reason.is_shortfall(), || {
                format!("{}: {fact} is no shortfall: {why}", user.name)
            });
        }
    }

    /// No user is sent twice, and none is missing unless a failure is reported.
    fn everybody(&mut self, users: &[&User], collected: &Collected) {
        let names: BTreeSet<&str> = users.iter().map(|user| user.name.as_str()).collect();
        self.unless(names.len() == users.len(), || {
            "a user is sent twice".to_owned()
        });
        let steady = self
            .case
            .account
            .users
            .keys()
            .filter(|name| self.is_there(name));
        let missing: Vec<_> = steady
            .filter(|name| !names.contains(name.as_str()))
            .collect();
        let missing = missing.into_iter().cloned().collect::<Vec<_>>();
        let ended = &collected.ended;
        self.unless(missing.is_empty() || ended.failure.is_some(), || {
            format!("missing without a failure: {missing:?}")
        });
        self.unless(ended.users == collected.users.len() as u64, || {
            format!(
                "{} users were counted as {}",
                collected.users.len(),
                ended.users
            )
        });
        let deleted = self.case.account.users.keys();
        let deleted = deleted
            .filter(|name| !self.after.users.contains_key(*name))
            .count();
        self.unless(ended.vanished <= deleted as u64, || {
            format!("{} vanished, and {deleted} were deleted", ended.vanished)
        });
    }

    fn root(&mut self, root: &[&User], collected: &Collected) {
        let reading = &self.case.reading;
        let has_report = |hidden: &BTreeSet<&'static str>| Oracle { reading, hidden }.has_report();
        let is_told = has_report(&self.case.troubles.hidden());
        let is_right = match root {
            [] => !is_told || collected.ended.failure.is_some(),
            [root] => {
                is_told && root.mfa.value().map(Mfa::is_active) == Some(self.case.account.root_mfa)
            }
            _ => false,
        };
        self.unless(is_right, || format!("the root user is sent as {root:?}"));
    }

    /// A failure is reported exactly where no other call lists the users, and completeness is
    /// proven exactly where AWS's count, taken twice at most, agrees.
    fn completeness(&mut self, collected: &Collected) {
        let (ended, troubles) = (&collected.ended, &self.case.troubles);
        let reading = &self.case.reading;
        let knows = |hidden: &BTreeSet<&'static str>| Oracle { reading, hidden }.knows_everybody();
        let may_succeed = knows(&troubles.hidden());
        // The details alone are no complete inventory where nobody counts its users.
        let is_without = |action| troubles.perhaps_hidden().contains(action);
        let is_uncounted = is_without("ListUsers") && is_without("GetAccountSummary");
        let may_fail = is_uncounted || !knows(&troubles.perhaps_hidden());
        let is_right = if ended.failure.is_some() {
            may_fail
        } else {
            may_succeed
        };
        self.unless(is_right, || format!("ended with {:?}", ended.failure));
        let is_counted = !troubles.hidden().contains("GetAccountSummary");
        let is_miscounted = troubles.wrong_count.is_some_and(|(_, times)| times > 1);
        let is_right = match &ended.completeness {
            Completeness::EndedEarly => ended.failure.is_some(),
            _ if ended.failure.is_some() => false,
            _ if !troubles.leave_the_account_alone() => true,
            Completeness::Proven => is_counted && !is_miscounted,
            Completeness::Contradicted { .. } => is_counted && is_miscounted,
            Completeness::Unproven(_) => !is_counted,
            Completeness::LeftOut { .. } => false,
        };
        self.unless(is_right, || {
            format!("completeness is {:?}", ended.completeness)
        });
    }

    /// Whether the user was there all the time.
    fn is_there(&self, name: &str) -> bool {
        self.after.users.contains_key(name)
    }

    /// Whether nothing about the user changed.
    fn is_steady(&self, name: &str) -> bool {
        let (before, after) = (&self.case.account.users, &self.after.users);
        let (Some(before), Some(after)) = (before.get(name), after.get(name)) else {
            return false;
        };
        (&before.groups, before.keys.len()) == (&after.groups, after.keys.len())
    }
}

/// Where a user's groups are unknown, so is everything about them.
fn is_among(fact: &str, unknown: &BTreeSet<&'static str>) -> bool {
    let whole = fact.split('.').next().unwrap_or(fact);
    unknown.contains(fact) || unknown.contains(whole)
}

fn expected(account: &SimAccount) -> BTreeMap<String, User> {
    let users = account.expected().into_iter();
    users.map(|user| (user.name.clone(), user)).collect()
}
