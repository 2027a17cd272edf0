//! Which records are asked for.

use time::OffsetDateTime;

use super::ocsf::{Event, User};
use super::record::Record;

/// Which records are asked for: those that fit all of it. The default is every record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Not before.
    pub since: Option<OffsetDateTime>,
    /// Not after.
    pub until: Option<OffsetDateTime>,
    /// Whom the record is about: name, ARN or UserId.
    pub user: Option<String>,
    /// Who made the call: name, ARN, id, access key, or the session or role acted in.
    pub caller: Option<String>,
    /// The access key that the call was signed with.
    pub key: Option<String>,
    /// The regions of the calls; any where empty.
    pub regions: Vec<String>,
    /// The names of operations; any where empty.
    pub events: Vec<String>,
    /// Whether reads are left out.
    pub writes: bool,
    /// Whether only calls that failed are wanted.
    pub failed: bool,
}

impl Filter {
    /// Whether `record`, which became `event`, is asked for. A record that does not say whether it
    /// is a read may be a write.
    pub fn admits(&self, record: &Record, event: &Event<'_>) -> bool {
        let time = record.event_time;
        let has_name = |name: &String| name.eq_ignore_ascii_case(&record.event_name);
        self.since.is_none_or(|since| time >= since)
            && self.until.is_none_or(|until| time <= until)
            && (self.regions.is_empty() || self.is_in_region(record))
            && (self.key.is_none() || self.key == record.caller.access_key_id)
            && (self.events.is_empty() || self.events.iter().any(has_name))
            && !(self.writes && record.read_only == Some(true))
            && (!self.failed || event.outcome.has_failed())
            && self.user.as_deref().is_none_or(|who| is_about(event, who))
            && self
                .caller
                .as_deref()
                .is_none_or(|who| is_by(record, event, who))
    }

    fn is_in_region(&self, record: &Record) -> bool {
        let region = record.aws_region.as_ref();
        region.is_some_and(|it| self.regions.contains(it))
    }
}

/// Whether `event` is about the user that `who` names. Names in IAM differ by more than case.
fn is_about(event: &Event<'_>, who: &str) -> bool {
    let about = &event.about;
    let users = about.user.iter().chain(&about.user_result);
    let mut resources = about.resources.iter();
    users.into_iter().any(|user| is_user(user, who))
        || resources.any(|it| {
            let uid = it.uid.filter(|uid| uid.contains(":user/"));
            uid.is_some_and(|uid| uid == who || is_same(last(uid), who))
                || it.r#type == Some("AWS::IAM::User") && it.name.is_some_and(|it| is_same(it, who))
        })
}

fn is_by(record: &Record, event: &Event<'_>, who: &str) -> bool {
    let caller = &record.caller;
    let of_actor = event.actor.user.iter().any(|user| is_user(user, who));
    let ids = [
        &caller.invoked_by,
        &caller.access_key_id,
        &caller.session_issuer,
    ];
    let mut ids = ids.into_iter().flatten();
    let session = caller.principal_id.as_deref().unwrap_or_default();
    let issuer = caller.session_issuer.as_deref().unwrap_or_default();
    of_actor
        || ids.any(|id| id == who)
        || session.split(':').any(|part| part == who)
        || is_same(last(issuer), who)
}

fn is_user(user: &User<'_>, who: &str) -> bool {
    let uid = user.uid.unwrap_or_default();
    user.name.is_some_and(|name| is_same(name, who))
        || [user.uid, user.uid_alt].contains(&Some(who))
        || uid.contains(":user/") && is_same(last(uid), who)
}

/// The name that an ARN ends with.
fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or_default()
}

fn is_same(name: &str, who: &str) -> bool {
    !who.is_empty() && name.eq_ignore_ascii_case(who)
}
