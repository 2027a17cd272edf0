//! What a daemon's log says of a delivery, at the level that is on without asking.

use rollcall::deliver::Verdict;

use super::fixture::{Outbox, Scripted, pass_s, retry, unauthorized};
use super::log::record;

/// The lines of `level` in `log`.
fn lines<'a>(log: &'a str, level: &str) -> Vec<&'a str> {
    log.lines().filter(|line| line.contains(level)).collect()
}

#[tokio::test(start_paused = true)]
async fn each_pass_ends_with_a_line_of_what_was_delivered_if_anything_was() {
    let (log, _guard) = record();
    let outbox = Outbox::new();
    let delivery = outbox.start(vec![("siem", Box::new(Scripted::new([])))]);
    for users in [3, 0, 5] {
        delivery.begin_pass();
        outbox.fill("siem", users);
        delivery.wake();
        pass_s(1).await;
        delivery.end_pass();
        pass_s(1).await;
    }
    let log = log.text();
    let told = lines(&log, "INFO");
    assert_eq!(told.len(), 2, "{log}");
    for (line, counts) in told
        .iter()
        .zip(["events=3 batches=2", "events=2 batches=1"])
    {
        assert!(line.contains("everything delivered"), "{line}");
        assert!(line.contains("siem") && line.contains(counts), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_recovers_is_told_once() {
    let (log, _guard) = record();
    let outbox = Outbox::new();
    outbox.fill("siem", 5);
    let sink = Scripted::new([retry(None), retry(None), unauthorized()]);
    let delivery = outbox.start(vec![("siem", Box::new(sink))]);
    pass_s(60).await;
    delivery.begin_pass();
    delivery.end_pass();
    pass_s(60).await;
    let log = log.text();
    let told = lines(&log, "INFO");
    assert_eq!(told.len(), 2, "{log}");
    assert!(told[0].contains("the sink takes events again"), "{log}");
    assert!(told[1].contains("everything delivered"), "{log}");
}

#[tokio::test(start_paused = true)]
async fn a_doubtful_sink_is_delivered_to_and_warned_about_once() {
    let (log, _guard) = record();
    let outbox = Outbox::new();
    outbox.fill("siem", 7);
    let why = "it answered 200 OK with text/html".to_owned();
    let sink = Scripted::new([]).otherwise(Verdict::Doubtful { why });
    let delivery = outbox.start(vec![("siem", Box::new(sink))]);
    pass_s(1).await;
    assert_eq!(outbox.store.outbox_fill("siem").events, 0);
    delivery.end_pass();
    let log = log.text();
    let warned = lines(&log, "WARN");
    assert_eq!(warned.len(), 1, "{log}");
    assert!(warned[0].contains("text/html"), "{log}");
}
