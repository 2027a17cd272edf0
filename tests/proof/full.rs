//! No space, and then space again, under the whole agent. A limit on the size of files stands in
//! for the full disk, as in the tests of the store.

use super::world::World;

/// What the store asks for before it opens.
const PROBE_KIB: u32 = 4 * 1024;
/// Passes until four MiB are full, at most.
const PASSES_MAX: usize = 60;

#[test]
fn agent_without_space_says_so_and_loses_nothing_once_there_is_some() {
    let mut world = World::new(3, 200, 100);
    world.agent.run().expect_code(0);
    let limited = world.agent.arg("--full").limited(PROBE_KIB);
    let mut passes = 0;
    let failed = loop {
        passes += 1;
        assert!(passes < PASSES_MAX, "there is always space");
        world.change(0.9, 2);
        let output = limited.run();
        if output.code != Some(0) {
            break output.expect_code(6);
        }
    };
    let stderr = &failed.stderr;
    assert!(stderr.contains("File too large"), "{stderr}");
    assert!(stderr.contains("free space"), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");

    // Not even room to open: said, and nothing is touched.
    let stderr = world.agent.limited(16).run().expect_code(6).stderr;
    assert!(stderr.contains("free space"), "{stderr}");

    let entries = std::fs::read_dir(world.state_dir()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(
        names,
        ["format", "lock", "store", "writes"],
        "nothing was set aside"
    );

    world.agent.run().expect_code(0);
    world.assert_nothing_lost("with space");
    world.assert_nothing_left("with space");
}
