//! What people really save: other encodings, several pages, lists that are null.

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use super::*;
use crate::model::Mfa;

fn load_bytes(content: &[u8]) -> Result<FromFiles, FileError> {
    FromFiles::from_documents(&[("saved", content)], read_at())
}

fn page(name: &str, is_truncated: bool) -> Value {
    let mut page = details(&[detailed(name, &[])], &[]);
    page["IsTruncated"] = json!(is_truncated);
    page
}

#[test]
fn utf_16_as_power_shell_writes_it_is_read_and_a_cut_one_is_named() {
    let text = list_users(&[listed("änna")]).to_string();
    let units = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| {
        let units = text.encode_utf16().flat_map(bytes);
        mark.into_iter().chain(units).collect::<Vec<u8>>()
    };
    for content in [
        units([0xff, 0xfe], u16::to_le_bytes),
        units([0xfe, 0xff], u16::to_be_bytes),
    ] {
        assert_eq!(names(&load_bytes(&content).unwrap()), ["änna"]);
        let cut = load_bytes(&content[..content.len() - 1])
            .unwrap_err()
            .to_string();
        assert!(cut.starts_with("saved: UTF-16 that is cut"), "{cut}");
    }
}

#[test]
fn gzip_is_unpacked_and_a_cut_one_is_named() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    let text = list_users(&[listed("anna")]).to_string();
    packed.write_all(text.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    assert_eq!(names(&load_bytes(&packed).unwrap()), ["anna"]);
    let cut = load_bytes(&packed[..packed.len() - 9])
        .unwrap_err()
        .to_string();
    assert!(
        cut.starts_with("saved: cannot be unpacked with gzip"),
        "{cut}"
    );
}

#[test]
fn pages_one_after_the_other_or_in_a_list_are_all_read() {
    let pages = [page("anna", true), page("ben", false)];
    for text in [
        format!("{}\n{}", pages[0], pages[1]),
        json!(pages).to_string(),
        format!("[{}]\n[{}]", pages[0], pages[1]),
    ] {
        let files = load_texts(&[text]).unwrap();
        assert_eq!(names(&files), ["anna", "ben"]);
        assert_eq!(files.warnings(), &[] as &[String]);
    }
    let cut_short = load_texts(&[json!([pages[0]]).to_string()]).unwrap();
    assert!(cut_short.warnings()[0].contains("IsTruncated"));
}

#[test]
fn a_report_is_read_from_base64_with_or_without_its_envelope_and_from_csv_in_it() {
    let csv = format!(
        "{HEADER}\nanna,{},false,N/A,N/A,true,false,N/A,N/A,N/A,N/A\n",
        arn("anna")
    );
    let base64 = STANDARD.encode(&csv);
    let (head, tail) = base64.split_at(76);
    let envelope =
        |content: &str| json!({"Content": content, "ReportFormat": "text/csv"}).to_string();
    for report in [
        base64.clone(),
        format!("{head}\r\n{tail}\n"),
        format!("{base64:?}"),
        envelope(&base64),
        envelope(&csv),
        csv,
    ] {
        let users = list_users(&[listed("anna")]).to_string();
        let files = load_texts(&[users, report.clone()]).unwrap();
        assert_eq!(
            only(&files).mfa.value(),
            Some(&Mfa::Active(true)),
            "{report}"
        );
    }
}

#[test]
fn a_list_that_is_null_is_empty_or_unknown_as_if_it_were_missing() {
    let mut user = detailed("anna", &[]);
    user["UserPolicyList"] = Value::Null;
    user["GroupList"] = Value::Null;
    let mut page = details(&[user], &[]);
    page["GroupDetailList"] = Value::Null;
    let files = load(&[page]).unwrap();
    let anna = only(&files);
    assert_eq!(anna.inline_policies.value(), Some(&vec![]));
    assert_eq!(anna.groups.value(), None);
}

#[test]
fn an_account_without_users_is_an_answer() {
    for page in [
        details(&[], &[group("readers")]),
        json!({"UserDetailList": null, "GroupDetailList": []}),
        list_users(&[]),
    ] {
        let files = load(&[page]).unwrap();
        assert!(files.users.is_empty() && files.warnings().is_empty());
    }
}

const ROOT: &str = "arn:aws:iam::111122223333:root";

fn with_root(created: &str, devices: Option<Value>) -> FromFiles {
    let report =
        format!("user,arn,user_creation_time,mfa_active\n<root_account>,{ROOT},{created},false\n");
    let mut texts = vec![list_users(&[listed("anna")]).to_string(), report];
    texts.extend(devices.map(|devices| devices.to_string()));
    load_texts(&texts).unwrap()
}

#[test]
fn the_root_user_has_the_virtual_device_that_is_newer_than_its_report() {
    let device =
        json!({"SerialNumber": "arn:aws:iam::111122223333:mfa/root", "User": {"Arn": ROOT}});
    let devices = json!({"VirtualMFADevices": [device]});
    let created = "2020-01-01T00:00:00+00:00";
    let root = |files: FromFiles| files.users.last().unwrap().clone();
    let with = root(with_root(created, Some(devices)));
    assert!(with.mfa.value().unwrap().is_active());
    assert_eq!(
        root(with_root(created, None)).mfa.value(),
        Some(&Mfa::Active(false))
    );
}

#[test]
fn a_root_user_without_a_creation_time_is_said_to_be_left_out() {
    let files = with_root("not_supported", None);
    assert_eq!(names(&files), ["anna"]);
    let warning = &files.warnings()[0];
    assert!(
        warning.starts_with("1.json:2: the row about the root user"),
        "{warning}"
    );
}

#[test]
fn keys_that_the_report_only_counts_make_the_list_unknown() {
    let of = |further: &str| {
        let report = format!(
            "{HEADER},additional_credentials_info\nanna,{},false,N/A,N/A,true,false,N/A,N/A,N/A,\
             N/A,{further}\n",
            arn("anna")
        );
        load_texts(&[list_users(&[listed("anna")]).to_string(), report]).unwrap()
    };
    assert_eq!(only(&of("N/A")).access_keys.value(), Some(&vec![]));
    let more = of("2 additional access keys");
    assert_eq!(only(&more).access_keys.value(), None);
    assert!(more.warnings()[0].contains("(2 additional access keys)"));
}

#[test]
fn a_row_with_too_few_cells_is_called_cut() {
    let files = with_report(&["anna,arn:aws:iam::111122223333:us"]);
    let warning = &files.warnings()[0];
    assert!(
        warning.contains("the row is cut") && !warning.contains("comma"),
        "{warning}"
    );
}
