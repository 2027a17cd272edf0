//! The forms of texts.

pub(super) fn is_event_uid(text: &str) -> bool {
    let is_right = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        14 => byte == b'8',
        19 => matches!(byte, b'8' | b'9' | b'a' | b'b'),
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    text.len() == 36 && text.bytes().enumerate().all(is_right)
}

/// Three numbers, and what a pre-release or a build is called.
pub(super) fn is_release(text: &str) -> bool {
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (numbers, name) = text.split_at(end);
    let mut count = 0;
    let are_numbers = numbers.split('.').all(|number| {
        count += 1;
        is_number(number)
    });
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b".+-".contains(&byte);
    are_numbers && count == 3 && name.len() != 1 && name.bytes().all(is_of_name)
}

pub(super) fn is_iam_name(text: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    (1..=128).contains(&text.len()) && text.bytes().all(is_of_name)
}

/// A UserId, or of a root user the account's id.
pub(super) fn is_iam_id(text: &str) -> bool {
    let is_of_id = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    is_account_id(text) || (16..=128).contains(&text.len()) && text.bytes().all(is_of_id)
}

pub(super) fn is_user_arn(text: &str) -> bool {
    let resource = resource_of_arn(text);
    resource.is_some_and(|it| it == "root" || is_path(it, "user/"))
}

pub(super) fn is_group_arn(text: &str) -> bool {
    resource_of_arn(text).is_some_and(|it| is_path(it, "group/"))
}

pub(super) fn is_account_name(text: &str) -> bool {
    text.strip_prefix("AWS Account ").is_some_and(is_account_id)
}

pub(super) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && is_number(text)
}

/// What an ARN of IAM names.
fn resource_of_arn(text: &str) -> Option<&str> {
    let (partition, rest) = text.strip_prefix("arn:")?.split_once(':')?;
    let (account, resource) = rest.strip_prefix("iam::")?.split_once(':')?;
    let is_of_partition = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let is_right = partition.starts_with(|char: char| char.is_ascii_lowercase())
        && partition.bytes().all(is_of_partition)
        && is_account_id(account);
    is_right.then_some(resource)
}

fn is_path(resource: &str, kind: &str) -> bool {
    let path = resource.strip_prefix(kind);
    path.is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_graphic()))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
