//! MFA from the three files that have it.

use serde_json::json;

use super::*;
use crate::model::Mfa;

fn virtual_devices(users: &[&str]) -> Value {
    let device = |name: &&str| {
        json!({
            "SerialNumber": format!("arn:aws:iam::111122223333:mfa/{name}"),
            "User": {"UserName": name, "Arn": arn(name)},
            "EnableDate": "2024-01-01T00:00:00+00:00",
        })
    };
    json!({ "VirtualMFADevices": users.iter().map(device).collect::<Vec<_>>() })
}

fn device_list(name: &str, serial: &str) -> Value {
    json!({"MFADevices": [{
        "UserName": name,
        "SerialNumber": serial,
        "EnableDate": "2024-01-01T00:00:00+00:00",
    }]})
}

#[test]
fn a_listed_virtual_device_is_at_least_one_and_no_device_is_unknown() {
    let users = list_users(&[listed("anna"), listed("ben")]);
    let files = load(&[users, virtual_devices(&["anna"])]).unwrap();
    let Some(Mfa::AtLeast(devices)) = files.users[0].mfa.value() else {
        panic!("{:?}", files.users[0].mfa);
    };
    assert_eq!(devices[0].enabled_at, Some(at("2024-01-01T00:00:00Z")));
    assert_eq!(files.users[1].mfa.value(), None);
}

#[test]
fn the_list_of_all_devices_wins_over_virtual_devices_and_the_report() {
    let report = format!(
        "{HEADER}\nanna,{},true,N/A,N/A,false,false,N/A,N/A,N/A,N/A\n",
        arn("anna")
    );
    let files = load_texts(&[
        list_users(&[listed("anna")]).to_string(),
        virtual_devices(&["anna"]).to_string(),
        device_list("anna", "GAHT10041375").to_string(),
        report,
    ])
    .unwrap();
    let Some(Mfa::Devices(devices)) = only(&files).mfa.value() else {
        panic!("{:?}", only(&files).mfa);
    };
    assert_eq!(devices[0].serial_number, "GAHT10041375");
}

#[test]
fn a_device_list_without_its_last_page_is_at_least_those_devices() {
    let mut list = device_list("anna", "GAHT10041375");
    list["IsTruncated"] = json!(true);
    let files = load(&[list_users(&[listed("anna")]), list]).unwrap();
    assert!(matches!(only(&files).mfa.value(), Some(Mfa::AtLeast(_))));
}

#[test]
fn an_empty_device_list_names_no_user_and_leaves_mfa_unknown() {
    let files = load(&[list_users(&[listed("anna")]), json!({"MFADevices": []})]).unwrap();
    assert_eq!(only(&files).mfa.value(), None);
    assert!(
        files.warnings()[0].contains("names no user"),
        "{:?}",
        files.warnings()
    );
}

#[test]
fn a_device_list_of_a_name_in_two_accounts_is_given_to_neither() {
    let mut other = listed("anna");
    other["Arn"] = json!("arn:aws:iam::444455556666:user/anna");
    let users = list_users(&[listed("anna"), other]);
    let files = load(&[users, device_list("anna", "GAHT10041375")]).unwrap();
    assert!(files.users.iter().all(|user| user.mfa.value().is_none()));
    assert!(
        files.warnings()[0].contains("several accounts"),
        "{:?}",
        files.warnings()
    );
}

#[test]
fn a_device_of_an_unknown_user_is_a_warning_but_that_of_root_is_not() {
    let mut devices = virtual_devices(&["anna", "ghost"]);
    let users = list_users(&[listed("anna")]);
    let files = load(&[users.clone(), devices.clone()]).unwrap();
    assert!(
        files.warnings()[0].contains("user/ghost"),
        "{:?}",
        files.warnings()
    );
    devices["VirtualMFADevices"][1]["User"]["Arn"] = json!("arn:aws:iam::111122223333:root");
    let files = load(&[users, devices]).unwrap();
    assert_eq!(files.warnings(), &[] as &[String]);
}
