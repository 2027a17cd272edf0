//! A case made from a real user.

use rollcall::map::Dialect;
use serde_json::json;

use super::catalogue::of_source;
use super::schema::findings;
use crate::support::agent::Agent;

/// Words that tell who the user is.
const TELLING: [&str; 8] = [
    "zelda",
    "Zelda",
    "kowalska",
    "Kowalska",
    "contoso",
    "SecretProject",
    "777788889999",
    "Tresor",
];

#[test]
fn a_case_of_a_real_user_maps_alike_and_tells_nothing_of_who_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("details.json");
    let account = "arn:aws:iam::777788889999";
    let details = json!({
        "UserDetailList": [{
            "Path": "/contoso/", "UserName": "zelda.kowalska", "UserId": "AIDAZELDAKOWALSKA777",
            "Arn": format!("{account}:user/contoso/zelda.kowalska"),
            "CreateDate": "2024-01-01T00:00:00+00:00", "GroupList": ["SecretProject-Ops"],
            "AttachedManagedPolicies": [{"PolicyName": "ReadOnlyAccess",
                "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
            "UserPolicyList": [{"PolicyName": "Tresor", "PolicyDocument": {"Statement": []}}],
            "PermissionsBoundary": {"PermissionsBoundaryType": "Policy",
                "PermissionsBoundaryArn": format!("{account}:policy/Tresor")},
            "Tags": [{"Key": "email", "Value": "zelda@contoso.com"},
                {"Key": "firstName", "Value": "Zelda"}, {"Key": "Tresor", "Value": "contoso"}],
        }],
        "GroupDetailList": [{
            "Path": "/", "GroupName": "SecretProject-Ops", "GroupId": "AGPASECRETPROJECT777",
            "Arn": format!("{account}:group/SecretProject-Ops"),
            "CreateDate": "2024-01-01T00:00:00+00:00", "GroupPolicyList": [],
            "AttachedManagedPolicies": [{"PolicyName": "TresorAdmins",
                "PolicyArn": format!("{account}:policy/TresorAdmins")}],
        }],
        "RoleDetailList": [], "Policies": [],
    });
    std::fs::write(&file, details.to_string()).unwrap();
    let file = file.display().to_string();
    let output = Agent::new()
        .args(["map", &file, "--as-case", "zelda.kowalska"])
        .run();
    let source = output.expect_code(0).stdout;
    for word in TELLING {
        assert!(!source.contains(word), "{word}: {source}");
    }

    let case = of_source("made_up", &source);
    for dialect in [Dialect::Ocsf, Dialect::Sekoia] {
        let event = case.event(dialect);
        let found = findings(dialect, &event);
        assert!(found.is_empty(), "{dialect}: {found:#?}\n{source}");
        let user = &event["user"];
        // By the name of a policy of the group, which keeps what the rule looks for.
        assert_eq!(user["type"], "Admin", "{source}");
        let len = |value: &serde_json::Value| value.as_str().unwrap().len();
        assert_eq!(len(&user["name"]), "zelda.kowalska".len());
        assert_eq!(len(&user["full_name"]), "Zelda".len());
        assert_eq!(len(&user["email_addr"]), "zelda@contoso.com".len());
    }
    let facts = &case.event(Dialect::Ocsf)["unmapped"]["aws_iam"];
    assert_eq!(facts["attached_policies"][0]["name"], "ReadOnlyAccess");
    assert_eq!(facts["unknown"][0]["reason"], "not_in_input");

    let nobody = Agent::new()
        .args(["map", &file, "--as-case", "nobody"])
        .run();
    nobody.expect_code(7);
}
