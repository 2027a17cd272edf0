//! Files that cannot be used, and what the messages say.

use std::path::PathBuf;

use serde_json::json;

use super::*;

fn message(text: &str) -> String {
    load_texts(&[text.to_owned()]).unwrap_err().to_string()
}

#[test]
fn a_wrong_value_names_file_line_column_expectation_and_finding() {
    let text = "{\"Users\": [\n  {\"UserName\": 7}\n]}";
    let message = message(text);
    assert!(
        message.starts_with("0.json:2:16: invalid type: integer `7`, expected a string;"),
        "{message}"
    );
}

#[test]
fn a_missing_key_and_a_broken_arn_are_named() {
    let mut user = listed("anna");
    user["Arn"] = json!("anna");
    assert!(message(&list_users(&[user]).to_string()).contains("\"anna\" is no ARN"));
    let mut user = detailed("anna", &[]);
    user.as_object_mut().unwrap().remove("UserId");
    assert!(message(&details(&[user], &[]).to_string()).contains("missing field `UserId`"));
}

#[test]
fn truncated_json_is_an_error_at_its_end() {
    let text = list_users(&[listed("anna")]).to_string();
    let cut = message(&text[..text.len() - 1]);
    assert!(cut.contains("EOF while parsing"), "{cut}");
}

#[test]
fn an_unknown_file_says_which_kinds_are_known() {
    for (text, found) in [
        ("", "an empty file"),
        ("[]", "a JSON array"),
        ("{\"Roles\": []}", "a JSON object with other keys"),
        ("7", "text that is neither"),
        ("[7]", "JSON without an object"),
        ("\"hello\"", "a JSON text that is no credential report"),
        ("name,mail\na,b\n", "text that is neither"),
        ("Users:\n- Arn: a\n", "YAML"),
        (
            "USERS\tarn:aws:iam::111122223333:user/a\n",
            "text of the AWS CLI",
        ),
        ("-----------\n|ListUsers|\n", "a table of the AWS CLI"),
        ("<html></html>", "XML or a web page"),
        ("PK\u{3}\u{4}...", "a zip archive"),
    ] {
        let message = message(text);
        assert!(
            message.starts_with(&format!("0.json: {found}")),
            "{message}"
        );
        assert!(
            message.contains("get-account-authorization-details"),
            "{message}"
        );
    }
}

#[test]
fn the_members_of_one_group_are_not_taken_for_all_users() {
    let get_group = json!({"Users": [listed("anna")], "Group": group("readers")});
    assert!(matches!(
        load(&[get_group]),
        Err(FileError::Unrecognised { .. })
    ));
}

#[test]
fn files_without_a_list_of_users_say_what_to_pass() {
    let report = format!("{HEADER}\n");
    let only_groups = json!({"GroupDetailList": [group("readers")]}).to_string();
    let error = load_texts(&[report, only_groups]).unwrap_err().to_string();
    assert!(
        error.starts_with("no IAM user in 0.json, 1.json; pass the output of"),
        "{error}"
    );
}

#[test]
fn text_in_another_encoding_is_refused_with_the_way_to_save_utf_8() {
    let content = b"{\n\"Users\": \"\xe4\"}";
    let error = FromFiles::from_documents(&[("users.json", content)], read_at()).unwrap_err();
    let error = error.to_string();
    assert!(
        error.starts_with("users.json:2: not UTF-8") && error.contains("PowerShell"),
        "{error}"
    );
}

#[test]
fn a_byte_order_mark_is_tolerated() {
    let text = format!("\u{feff}{}", list_users(&[listed("anna")]));
    let report = format!("\u{feff}{HEADER}\n");
    assert_eq!(names(&load_texts(&[text, report]).unwrap()), ["anna"]);
}

#[test]
fn a_report_whose_content_is_neither_base64_nor_csv_is_refused() {
    for (content, why) in [
        ("dXNlcg=?", "cannot be decoded: neither base64 nor CSV"),
        ("dXNlcg==", "cannot be decoded: no CSV"),
    ] {
        let report = json!({"Content": content, "ReportFormat": "text/csv"});
        assert!(message(&report.to_string()).contains(why));
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = FromFiles::load(&[PathBuf::from("/nonexistent/users.json")], read_at());
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("cannot read /nonexistent/users.json: "),
        "{error}"
    );
}

#[test]
fn files_on_disk_are_loaded_by_content_and_not_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("anything.txt");
    std::fs::write(&path, list_users(&[listed("anna")]).to_string()).unwrap();
    assert_eq!(
        names(&FromFiles::load(&[path], read_at()).unwrap()),
        ["anna"]
    );
}

#[test]
fn an_error_in_a_later_page_is_at_its_place_in_the_file() {
    let first = list_users(&[listed("anna")]).to_string();
    let text = format!("{first}\n{{\"Users\": [\n  {{\"UserName\": 7}}\n]}}");
    assert!(message(&text).starts_with("0.json:3:16: invalid type: integer `7`"));
    let text = format!("[{first}, {{\"Users\": 7}}]");
    let column = first.len() + 14;
    let message = message(&text);
    assert!(
        message.starts_with(&format!("0.json:1:{column}: invalid type")),
        "{message}"
    );
}
