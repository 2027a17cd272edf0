//! Groups, and what is known of their policies.

use super::*;

fn group(name: &str, attached: Fact<Vec<AttachedPolicy>>) -> Arc<Group> {
    Arc::new(Group {
        name: name.to_owned(),
        arn: None,
        id: None,
        attached_policies: attached,
        inline_policies: known(Vec::new(), NOW),
    })
}

#[test]
fn unknown_policies_of_groups_are_as_last_known_of_those_groups_and_marked_once() {
    let policy = |name: &str| AttachedPolicy {
        name: name.to_owned(),
        arn: format!("arn:aws:iam::aws:policy/{name}"),
    };
    let last_groups = vec![
        group("a", known(vec![policy("A")], 3)),
        group("b", known(vec![policy("B")], 2)),
    ];
    let last = User {
        groups: known(last_groups, LAST),
        ..nobody()
    };
    let now_groups = ["b", "a", "c"].map(|name| group(name, denied())).to_vec();
    let now = User {
        groups: known(now_groups, NOW),
        ..nobody()
    };
    let result = merged(&now, &last);
    let groups = result.user.groups.value().unwrap();
    assert_eq!(groups[0].attached_policies, known(vec![policy("B")], 2));
    assert_eq!(groups[1].attached_policies, known(vec![policy("A")], 3));
    assert_eq!(groups[2].attached_policies, denied());
    assert_eq!(stale_names(&result), ["groups.attached_policies"]);
    assert_eq!(result.stale[0].as_of, day(2), "the oldest of them");
}

#[test]
fn a_group_created_again_under_its_name_keeps_nothing_of_the_old_one() {
    let with_id = |id: &str, attached| {
        let mut group = group("a", attached);
        Arc::make_mut(&mut group).id = Some(id.to_owned());
        known(vec![group], NOW)
    };
    let last = User {
        groups: with_id("AGPA1", known(Vec::new(), LAST)),
        ..nobody()
    };
    let now = User {
        groups: with_id("AGPA2", denied()),
        ..nobody()
    };
    assert_eq!(merged(&now, &last).user.groups, now.groups);
}
