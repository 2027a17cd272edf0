//! The table: who did what to whom, by time.

use time::OffsetDateTime;
use time::macros::format_description;

use crate::audit::{Endpoint, Event, Record};
use crate::foreign::Shown;
use crate::table::{Head, Table, Width};

/// Names are cut to so many characters: four columns have to fit into 80.
const NAME_CHARS_MAX: usize = 16;
/// So wide is the operation in lines that come one by one.
const WHAT_CHARS: usize = 20;

/// Rows, in the order in which they came.
#[derive(Debug, Default)]
pub(in crate::commands) struct Rows(Vec<(OffsetDateTime, [String; 4])>);

impl Rows {
    pub(in crate::commands) fn add(&mut self, record: &Record, event: &Event<'_>) {
        let cells = [
            time(record.event_time),
            caller(record, event),
            what(record, event),
            about(event),
        ];
        self.0.push((record.event_time, cells));
    }

    pub(in crate::commands) fn text(mut self, width: Width) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        self.0.sort_by_key(|(time, _)| *time);
        let heads = ["time (UTC)", "caller", "event", "about"].map(Head::Text);
        let mut table = Table::new(heads);
        for (_, cells) in self.0 {
            table.push(cells);
        }
        table.text(width)
    }

    /// What was added since the last time, a line each, for whoever watches.
    pub(super) fn take_lines(&mut self) -> String {
        let rows = std::mem::take(&mut self.0);
        let lines = rows.into_iter().map(|(_, [time, caller, what, about])| {
            let line = format!("{time}  {caller:<NAME_CHARS_MAX$}  {what:<WHAT_CHARS$}  {about}");
            format!("{}\n", line.trim_end())
        });
        lines.collect()
    }
}

fn time(time: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let utc = time.to_offset(time::UtcOffset::UTC);
    utc.format(&format).unwrap_or_default()
}

/// The user's name, or the role and the session, or the service, or at least the account.
fn caller(record: &Record, event: &Event<'_>) -> String {
    let caller = &record.caller;
    let user = event.actor.user.as_ref();
    if caller.kind.as_deref() == Some("Root") {
        return "root".to_owned();
    }
    let arn = caller.arn.as_deref().unwrap_or_default();
    if let Some((_, session)) = arn.split_once(":assumed-role/") {
        let words: Vec<String> = session.split('/').map(name).collect();
        return words.join(" ");
    }
    let service = caller.invoked_by.as_deref();
    let who = user.and_then(|user| user.name.or(user.uid)).or(service);
    let account = || Some(format!("account {}", user?.account.as_ref()?.uid));
    who.map(name)
        .or_else(account)
        .unwrap_or_else(|| "unknown".to_owned())
}

/// The operation, and why it failed.
fn what(record: &Record, event: &Event<'_>) -> String {
    match (event.outcome.has_failed(), record.error_code.as_deref()) {
        (false, _) => record.event_name.clone(),
        (true, Some(code)) => {
            let why = code.strip_suffix("Exception").unwrap_or(code);
            format!("{} failed: {why}", record.event_name)
        }
        (true, None) => format!("{} failed", record.event_name),
    }
}

/// Whom or what it is about; of a sign-in, where from.
fn about(event: &Event<'_>) -> String {
    let about = &event.about;
    if event.class_name == "Authentication" {
        let role = about.user.as_ref().filter(|it| it.r#type == Some("Role"));
        return match (role.and_then(|role| role.name), event.src_endpoint) {
            (Some(role), _) => format!("role {}", name(role)),
            (None, Endpoint::Ip(from) | Endpoint::SvcName(from)) => format!("from {}", name(from)),
        };
    }
    let group = about.group.as_ref();
    let group = group
        .and_then(|it| it.name.or(it.uid))
        .map(|it| ("group", it));
    let user = about.user.as_ref();
    let user = user
        .and_then(|it| it.name.or(it.uid))
        .map(|it| ("user", it));
    let resource = about.resources.first().and_then(|it| it.name.or(it.uid));
    let resource = resource.map(|it| ("", it)).filter(|_| user.is_none());
    let parts = [user, group, resource].into_iter().flatten();
    let words = parts.map(|(kind, it)| format!("{kind} {}", name(it)).trim().to_owned());
    words.collect::<Vec<_>>().join(", ")
}

/// What of a name, or of an ARN the name in it, fits.
fn name(text: &str) -> String {
    let text = match text.starts_with("arn:") {
        true => text.rsplit([':', '/']).next().unwrap_or(text),
        false => text,
    };
    let text = Shown::of(text);
    match text.chars().count() {
        ..=NAME_CHARS_MAX => text.to_string(),
        _ => text.chars().take(NAME_CHARS_MAX - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of one call for each of `names`, each longer than there is room for.
    fn text(names: &[&str]) -> String {
        let mut rows = Rows::default();
        for (at, name) in names.iter().enumerate() {
            let user = "averylongnamewithout.any.space";
            let json = format!(
                r#"{{"eventVersion": "1.11", "eventTime": "2026-11-20T10:0{}:00Z", "eventID": "{at}",
                "eventSource": "iam.amazonaws.com", "eventName": "{name}",
                "errorCode": "InvalidAuthenticationCodeException",
                "requestParameters": {{"userName": "{user}", "groupName": "{user}"}},
                "userIdentity": {{"type": "IAMUser", "userName": "{user}"}}}}"#,
                9 - at
            );
            let record = Record::parse(&json).unwrap();
            rows.add(&record, &Event::of(&record));
        }
        rows.text(Width::Terminal(80))
    }

    #[test]
    fn long_names_leave_a_table_of_80_columns() {
        let text = text(&["CreateServiceSpecificCredential", "AddUserToGroup"]);
        assert!(text.starts_with("time (UTC)"), "{text}");
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(80), "{widest:?}\n{text}");
        let earlier = text.find("AddUserToGroup").unwrap();
        assert!(
            earlier < text.find("CreateService").unwrap(),
            "by time: {text}"
        );
    }

    #[test]
    fn no_records_are_no_table() {
        assert_eq!(Rows::default().text(Width::Terminal(80)), "");
    }
}
