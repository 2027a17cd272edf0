//! What users of an account may do, in numbers as large accounts have them.

use crate::sim_aws::{Document, SimAccount, SimPolicy, SimRole};

const POLICIES: usize = 500;
const ROLES: usize = 1_000;
const POLICIES_A_USER: usize = 10;
/// One policy in so many allows everything, and one role in so many has it.
const ADMIN_EVERY: usize = 250;

const SERVICES: [&str; 6] = ["s3", "ec2", "sqs", "logs", "kms", "lambda"];
const TRUSTED: [&str; 4] = ["lambda", "ec2", "ecs-tasks", "codebuild"];

/// `account` with 500 policies, 1,000 roles, and 10 policies attached to each user.
pub(crate) fn with_policies(mut account: SimAccount) -> SimAccount {
    let arns: Vec<String> = (0..POLICIES)
        .map(|number| format!("arn:aws:iam::{}:policy/team-{number:03}", account.id))
        .collect();
    for (number, arn) in arns.iter().enumerate() {
        account = account.policy(SimPolicy::new(arn, vec![Document::new(&document(number))]));
    }
    for number in 0..ROLES {
        let service = TRUSTED[number % TRUSTED.len()];
        let trust = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{service}.amazonaws.com"}},"Action":"sts:AssumeRole"}}]}}"#
        );
        let mut role = SimRole::new(&format!("service-{number:04}"), &trust);
        role.attached.insert(arns[number % POLICIES].clone());
        account = account.role(role);
    }
    for (number, user) in account.users.values_mut().enumerate() {
        let own = (0..POLICIES_A_USER).map(|nth| &arns[(number * 7 + nth * 41) % POLICIES]);
        user.attached = own.cloned().collect();
    }
    account
}

fn document(number: usize) -> String {
    if number % ADMIN_EVERY == ADMIN_EVERY - 1 {
        return r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#
            .to_owned();
    }
    let service = SERVICES[number % SERVICES.len()];
    let may_pass = match number % 20 {
        0 => r#","iam:PassRole","lambda:CreateFunction""#,
        _ => "",
    };
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"Read","Effect":"Allow","Action":["{service}:Get*","{service}:List*","{service}:Describe*"],"Resource":"*"}},{{"Sid":"Write","Effect":"Allow","Action":["{service}:Put*"{may_pass}],"Resource":"arn:aws:{service}:::team-{number}/*"}},{{"Effect":"Deny","Action":"{service}:Delete*","Resource":"*","Condition":{{"Bool":{{"aws:SecureTransport":"false"}}}}}}]}}"#
    )
}
