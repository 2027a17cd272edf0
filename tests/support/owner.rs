//! A user that owns things without which AWS would delete it at once.

use aws_sdk_iam::Client;

use super::block_on;
use super::moto::Account;

/// What keeps AWS from deleting a user.
pub(crate) const NINE: [&str; 9] = [
    "access key",
    "password",
    "MFA device",
    "SSH public key",
    "signing certificate",
    "service-specific credential",
    "group",
    "attached policy",
    "inline policy",
];

const POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// Creates the user `name` with one of each of these; its UserId.
pub(crate) fn with(account: &Account, name: &str, things: &[&str]) -> String {
    block_on(async {
        let client = account.iam();
        let created = client.create_user().user_name(name).send().await.unwrap();
        for thing in things {
            give(&client, name, thing).await;
        }
        created.user.unwrap().user_id
    })
}

/// Gives the user `name`, which is there, one of each of these.
pub(crate) fn give_all(account: &Account, name: &str, things: &[&str]) {
    block_on(async {
        let client = account.iam();
        for thing in things {
            give(&client, name, thing).await;
        }
    });
}

async fn give(client: &Client, name: &str, thing: &str) {
    match thing {
        "access key" => {
            let create = client.create_access_key().user_name(name);
            create.send().await.unwrap();
        }
        "password" => {
            let create = client.create_login_profile().user_name(name);
            create.password("Corr3ct-horse").send().await.unwrap();
        }
        "MFA device" => device(client, name).await,
        "SSH public key" => {
            let upload = client.upload_ssh_public_key().user_name(name);
            let upload = upload.ssh_public_key_body("ssh-rsa AAAAB3NzaC1yc2E= x");
            upload.send().await.unwrap();
        }
        "signing certificate" => {
            let upload = client.upload_signing_certificate().user_name(name);
            upload.certificate_body(certificate()).send().await.unwrap();
        }
        "service-specific credential" => {
            let create = client.create_service_specific_credential().user_name(name);
            let create = create.service_name("codecommit.amazonaws.com");
            create.send().await.unwrap();
        }
        "group" => {
            let group = format!("of-{name}");
            let create = client.create_group().group_name(&group);
            create.send().await.unwrap();
            let add = client.add_user_to_group().user_name(name);
            add.group_name(&group).send().await.unwrap();
        }
        "attached policy" => {
            let create = client.create_policy().policy_name(format!("of-{name}"));
            let created = create.policy_document(POLICY).send().await.unwrap();
            let arn = created.policy.unwrap().arn.unwrap();
            let attach = client.attach_user_policy().user_name(name);
            attach.policy_arn(arn).send().await.unwrap();
        }
        "inline policy" => {
            let put = client.put_user_policy().user_name(name).policy_name("own");
            put.policy_document(POLICY).send().await.unwrap();
        }
        other => panic!("nobody owns {other}"),
    }
}

async fn device(client: &Client, name: &str) {
    let create = client.create_virtual_mfa_device();
    let created = create.virtual_mfa_device_name(name).send().await.unwrap();
    let device = created.virtual_mfa_device.unwrap();
    let enable = client.enable_mfa_device().user_name(name);
    enable
        .serial_number(device.serial_number)
        .authentication_code1("123456")
        .authentication_code2("654321")
        .send()
        .await
        .unwrap();
}

fn certificate() -> String {
    let made = rcgen::generate_simple_self_signed(["test".to_owned()]);
    made.expect("a certificate").cert.pem()
}
