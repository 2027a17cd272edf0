//! `users` and `groups`: questions to AWS, and to the last complete pass.

mod calls;
mod formats;
mod found;
mod limits;
mod listed;
mod stored;
mod unknown;

use std::sync::LazyLock;

use aws_sdk_iam::types::Tag;

use crate::support::agent::Agent;
use crate::support::block_on;
use crate::support::moto::Account;
use crate::support::running::Output;
use crate::support::seed::{Mfa, Seed};

const DENY_S3: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}"#;

/// An account with three users; nobody may change it. Anna is an administrator by her group, with a
/// password, a key and a tag. The third has the name of a formula.
static SMALL: LazyLock<Account> = LazyLock::new(plant);

fn plant() -> Account {
    let account = Account::new();
    Seed::new()
        .full_access("full")
        .group("ops", &["full"])
        .group("readers", &[])
        .user("Anna", &["ops"], Mfa::None)
        .user("bob", &["ops", "readers"], Mfa::Virtual)
        .user("=cmd@x", &[], Mfa::None)
        .plant(&account);
    block_on(async {
        let iam = account.iam();
        let tag = Tag::builder()
            .key("Team")
            .value("platform")
            .build()
            .unwrap();
        iam.tag_user()
            .user_name("Anna")
            .tags(tag)
            .send()
            .await
            .unwrap();
        iam.create_access_key()
            .user_name("Anna")
            .send()
            .await
            .unwrap();
        let password = iam.create_login_profile().user_name("Anna");
        password.password("Correct-horse-9").send().await.unwrap();
        let inline = iam.put_user_policy().user_name("bob").policy_name("no-s3");
        inline.policy_document(DENY_S3).send().await.unwrap();
        let inline = iam
            .put_group_policy()
            .group_name("readers")
            .policy_name("no-s3");
        inline.policy_document(DENY_S3).send().await.unwrap();
    });
    account
}

/// Asks with `words`, one after the other.
fn ask(agent: &Agent, words: &str) -> Output {
    words
        .split(' ')
        .fold(agent.clone(), |agent, word| agent.arg(word))
        .run()
}

fn agent(account: &Account) -> Agent {
    Agent::new().account(account)
}

/// The UserId of `name`.
fn id_of(account: &Account, name: &str) -> String {
    block_on(async {
        let user = account
            .iam()
            .get_user()
            .user_name(name)
            .send()
            .await
            .unwrap();
        user.user.unwrap().user_id
    })
}

/// The text with what each run has anew taken out: ids, times, the account.
fn steady(text: &str, account: &Account) -> String {
    let mut text = text.replace(account.id(), "111122223333");
    for name in ["Anna", "bob", "=cmd@x"] {
        text = text.replace(&id_of(account, name), &format!("ID-OF-{name}"));
    }
    let words = text.split_inclusive([' ', ',', '"', '\n', ';']);
    words.map(steady_word).collect()
}

fn steady_word(word: &str) -> String {
    let is_time = |text: &str| text.len() == 20 && text.ends_with('Z') && &text[4..5] == "-";
    let is_day = |text: &str| text.len() == 10 && text.starts_with("20") && &text[7..8] == "-";
    let bare = word.trim_end_matches([' ', ',', '"', '\n', ';']);
    let end = &word[bare.len()..];
    if is_time(bare) {
        format!("2026-01-02T03:04:05Z{end}")
    } else if is_day(bare) {
        format!("2026-01-02{end}")
    } else if bare.starts_with("AKIA") {
        format!("AKIAEXAMPLE{end}")
    } else if bare.len() == 20
        && bare.bytes().all(|it| it.is_ascii_alphanumeric())
        && bare.bytes().any(|it| it.is_ascii_digit())
    {
        format!("OTHER-ID{end}")
    } else {
        word.to_owned()
    }
}
