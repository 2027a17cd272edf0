//! Accounts that look like real ones, always the same for the same seed.

use fastrand::Rng;
use rollcall::model::{AccessKey, AccessKeyUse};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::policy::{Document, SimGroup, SimPolicy, unique_id};
use super::{SimAccount, SimPassword, SimUser};

const FIRST_NAMES: [&str; 12] = [
    "alice", "bruno", "chloe", "dmitri", "emeka", "fatima", "goran", "hiroko", "ines", "jun",
    "kofi", "lucia",
];
const TEAMS: [&str; 8] = [
    "Administrators",
    "Developers",
    "Operations",
    "Finance",
    "Security",
    "Support",
    "Data",
    "Contractors",
];
const OF_AWS: [&str; 8] = [
    "AdministratorAccess",
    "ReadOnlyAccess",
    "job-function/Billing",
    "PowerUserAccess",
    "IAMFullAccess",
    "SecurityAudit",
    "AmazonS3FullAccess",
    "job-function/ViewOnlyAccess",
];
const SERVICES: [&str; 4] = ["s3", "ec2", "sts", "iam"];
const REGIONS: [&str; 3] = ["us-east-1", "eu-west-3", "ap-northeast-1"];
const BOUNDARY: &str = "ActionBoundary";

impl SimAccount {
    /// An account with so many users, and a group for about every 25 of them.
    pub(crate) fn generate(seed: u64, users: usize) -> Self {
        let mut rng = Rng::with_seed(seed);
        let id = format!("{:012}", 100_000_000_000 + rng.u64(..800_000_000_000));
        let mut account = Self::new(&id);
        account.alias = Some(format!("sim-{seed}"));
        account.root_mfa = rng.bool();
        account
            .spare_mfa
            .extend((0..3).map(|n| format!("spare-{n}")));
        account = account.with_aws_policies(OF_AWS.len());
        for name in TEAMS.into_iter().chain([BOUNDARY]) {
            let arn = account.arn(&format!("policy/{name}"));
            let versions = (0..rng.usize(1..=3)).map(|_| document(&mut rng));
            account = account.policy(SimPolicy::new(&arn, versions.collect()));
        }
        for number in 0..users.div_ceil(25).max(TEAMS.len()) {
            let group = group(&mut rng, &account, number);
            account = account.group(group);
        }
        let groups: Vec<String> = account.groups.keys().cloned().collect();
        for number in 0..users {
            let user = user(&mut rng, &account, &groups, number);
            // Each draws its own, so that nothing else is drawn otherwise.
            let user = with_credentials(user, seed.wrapping_add(number as u64));
            account = account.user(user);
        }
        account
    }

    /// Adds policies of AWS's own, as the real ones 1 to 5 versions each; real accounts see
    /// about 1,500 of them.
    pub(crate) fn with_aws_policies(mut self, policies: usize) -> Self {
        let mut rng = Rng::with_seed(1);
        for number in 0..policies {
            let name = match OF_AWS.get(number) {
                Some(name) => (*name).to_owned(),
                None => format!("service-role/AWSService{number}Policy"),
            };
            let arn = format!("arn:{}:iam::aws:policy/{name}", self.partition);
            let versions = (0..rng.usize(1..=5)).map(|_| document(&mut rng));
            self = self.policy(SimPolicy::new(&arn, versions.collect()));
        }
        self
    }
}

fn group(rng: &mut Rng, account: &SimAccount, number: usize) -> SimGroup {
    let team = TEAMS[number % TEAMS.len()];
    let name = match number / TEAMS.len() {
        0 => team.to_owned(),
        more => format!("{team}-{more}"),
    };
    let mut group = SimGroup::new(&name);
    for policy in some(rng, 4, &account.policies.keys().collect::<Vec<_>>()) {
        group.attached.insert((*policy).clone());
    }
    if rng.u8(..4) == 0 {
        group.path = "/teams/".to_owned();
        group.inline.insert(format!("{team}-inline"), document(rng));
    }
    group
}

fn with_credentials(mut user: SimUser, seed: u64) -> SimUser {
    let mut rng = Rng::with_seed(seed);
    if rng.u8(..8) == 0 {
        user = user.with_service_credential();
    }
    if rng.u8(..8) == 0 {
        user = user.with_certificate();
    }
    if rng.u8(..8) == 0 {
        user = user.with_ssh_key();
    }
    user
}

fn user(rng: &mut Rng, account: &SimAccount, groups: &[String], number: usize) -> SimUser {
    let first = FIRST_NAMES[rng.usize(..FIRST_NAMES.len())];
    let mut user = SimUser::new(&match rng.u8(..20) {
        0 => format!("{first}+{number}=test,@example.com"),
        1..=6 => format!("svc_{first}-{number}"),
        _ => format!("{first}.{number}@example.com"),
    });
    let is_service = user.name.starts_with("svc_");
    user.created_at = moment(rng, datetime!(2018-01-01 00:00 UTC), 2_000);
    if rng.u8(..5) == 0 {
        user.path = "/division/unit/".to_owned();
    }
    let groups_max = if rng.u8(..20) == 0 { 10 } else { 3 };
    user.groups.extend(some(rng, groups_max, groups).cloned());
    let policies: Vec<&String> = account.policies.keys().collect();
    if rng.u8(..6) == 0 {
        user.attached
            .extend(some(rng, 3, &policies).map(|arn| (*arn).clone()));
        user.inline.insert("own".to_owned(), document(rng));
    }
    user.boundary = (rng.u8(..8) == 0).then(|| account.arn(&format!("policy/{BOUNDARY}")));
    if !is_service {
        password(rng, &mut user);
        mfa(rng, account, &mut user);
        user.tags
            .insert("Department".to_owned(), "Développement & <R+D>".to_owned());
        user.tags.insert("empty".to_owned(), String::new());
    }
    for slot in 0..if is_service {
        rng.usize(1..=2)
    } else {
        rng.usize(..=1)
    } {
        let key = key(rng, &user, slot);
        user.keys.extend(key.id.clone().map(|id| (id, key)));
    }
    user
}

fn password(rng: &mut Rng, user: &mut SimUser) {
    if rng.u8(..10) > 0 {
        let changed_at = moment(rng, user.created_at, 300);
        let last_used = (rng.u8(..4) > 0).then(|| moment(rng, changed_at, 200));
        user.password = Some(SimPassword {
            changed_at,
            last_used,
        });
    }
}

/// Half of the people have an app; a few have a key, a token, a telephone, or several.
fn mfa(rng: &mut Rng, account: &SimAccount, user: &mut SimUser) {
    let name = &user.name;
    let app = account.virtual_mfa(name);
    let key = account.arn(&format!("u2f/user/{name}/{}", unique_id("default-", name)));
    let serial_numbers = match rng.u8(..20) {
        0..=8 => vec![app],
        9..=11 => vec![key],
        12 => vec![app, key],
        13 => vec![format!("GAHT{:08}", rng.u32(..100_000_000))],
        14 => vec![account.arn(&format!("sms-mfa/{name}"))],
        _ => Vec::new(),
    };
    for serial_number in serial_numbers {
        let enabled_at = moment(rng, user.created_at, 300);
        user.mfa.insert(serial_number, enabled_at);
    }
}

fn key(rng: &mut Rng, user: &SimUser, slot: usize) -> AccessKey {
    let rotated_at = moment(rng, user.created_at, 600);
    AccessKey {
        id: Some(unique_id("AKIA", &format!("{}{slot}", user.name))[..20].to_owned()),
        active: rng.u8(..5) > 0,
        rotated_at: Some(rotated_at),
        last_used: (rng.u8(..4) > 0).then(|| AccessKeyUse {
            at: moment(rng, rotated_at, 100),
            service: Some(SERVICES[rng.usize(..SERVICES.len())].to_owned()),
            region: Some(REGIONS[rng.usize(..REGIONS.len())].to_owned()),
        }),
    }
}

/// Up to `most` of `items`.
fn some<'a, T>(rng: &mut Rng, most: usize, items: &'a [T]) -> impl Iterator<Item = &'a T> {
    let count = rng.usize(..=most);
    rng.choose_multiple(items, count).into_iter()
}

fn moment(rng: &mut Rng, after: OffsetDateTime, days: i64) -> OffsetDateTime {
    after + Duration::seconds(rng.i64(1..days * 86_400))
}

fn document(rng: &mut Rng) -> Document {
    let service = SERVICES[rng.usize(..SERVICES.len())];
    let effect = if rng.u8(..5) == 0 { "Deny" } else { "Allow" };
    let bucket = rng.u32(..);
    Document::new(&format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Action":["{service}:Get*","{service}:List*"],"Resource":"arn:aws:s3:::bucket-{bucket}/*"}}]}}"#
    ))
}
