//! Which users a pass sends, by configuration.

use std::time::Duration;

use super::accounts::{Planted, plant};
use super::common::{API_KEY, names, sekoia_config};
use crate::support::agent::Agent;
use crate::support::aws_proxy::AwsProxy;
use crate::support::block_on;
use crate::support::intake::Intake;

struct World {
    planted: Planted,
    proxy: AwsProxy,
    intake: Intake,
    agent: Agent,
}

impl World {
    fn new(settings: &str) -> Self {
        let planted = plant(8);
        let proxy = AwsProxy::transparent(&planted.account);
        let intake = Intake::start();
        let agent = Agent::new()
            .config(&sekoia_config(&intake, settings))
            .account(&planted.account)
            .env("AWS_ENDPOINT_URL", &proxy.url())
            .env("SEKOIA_API_KEY", API_KEY);
        Self {
            planted,
            proxy,
            intake,
            agent,
        }
    }

    /// Collects; who was sent, with how often, and how many users were asked about.
    fn collect(&self) -> (Vec<String>, usize) {
        let (events, calls) = (
            self.intake.events().len(),
            self.proxy.count("ListMFADevices"),
        );
        self.agent.arg("collect").run().expect_code(0);
        let events = self.intake.events().split_off(events);
        let asked = self.proxy.count("ListMFADevices") - calls;
        (names(&events).into_keys().collect(), asked)
    }

    fn create(&self, name: &str) {
        // CreateDate has seconds, and the checkpoint is the newest.
        std::thread::sleep(Duration::from_millis(1_100));
        let create = self.planted.account.iam().create_user().user_name(name);
        block_on(create.send()).expect("a user");
    }

    fn change(&self, name: &str) {
        let join = self
            .planted
            .account
            .iam()
            .add_user_to_group()
            .user_name(name);
        block_on(join.group_name("administrators").send()).expect("in the group");
    }

    /// Deletes a user without devices, who is in one group.
    fn delete(&self, name: &str, group: &str) {
        let leave = self.planted.account.iam().remove_user_from_group();
        block_on(leave.user_name(name).group_name(group).send()).expect("left");
        let delete = self.planted.account.iam().delete_user().user_name(name);
        block_on(delete.send()).expect("deleted");
    }
}

#[test]
fn created_sends_no_user_twice_and_looks_again_at_users_younger_than_an_hour() {
    let world = World::new("[mapping]\nemit = \"created\"\n");
    assert_eq!(world.collect(), (all(&world.planted), 8));
    world.create("newcomer");
    world.change("user-007");
    assert_eq!(world.collect().0, ["newcomer"]);
    world.change("newcomer");
    world.delete("user_006", "helpdesk");
    // All were created within the last hour: what AWS did not yet show of them may show now.
    assert_eq!(world.collect(), (Vec::new(), 8));
}

#[test]
fn all_sends_every_user_in_every_pass() {
    let world = World::new("[mapping]\nemit = \"all\"\n");
    let everybody = all(&world.planted);
    assert_eq!(world.collect().0, everybody);
    assert_eq!(world.collect().0, everybody);
}

#[test]
fn every_user_is_sent_again_after_full_resync_every() {
    let world = World::new("[schedule]\nfull_resync_every = \"2s\"\n");
    let everybody = all(&world.planted);
    assert_eq!(world.collect().0, everybody);
    std::thread::sleep(Duration::from_millis(2_100));
    assert_eq!(world.collect().0, everybody);
}

fn all(planted: &Planted) -> Vec<String> {
    planted.users.keys().cloned().collect()
}
