//! What a daemon's log says of a delivery, at the level that is on without asking.

use rollcall::deliver::Verdict;

use super::fixture::{Outbox, Scripted, pass_s, retry, unauthorized};
use super::log::record;

/// The lines of `level` in `log`.
fn lines<'a>(log: &'a str, level: &str) -> Vec<&'a str> {
    log.lines().filter(|line| line.contains(level)).collect()
}

#[tokio::test(start_paused = true)]
async fn everything_delivered_is_logged_once_nothing_new_came_for_a_while_and_something_went() {
    let (log, _guard) = record();
    let outbox = Outbox::new();
    let delivery = outbox.start(vec![("siem", Box::new(Scripted::new([])))]);
    for (users, expected) in [(3, 0), (0, 1), (5, 2)] {
        outbox.fill("siem", users);
        delivery.wake();
        pass_s(9).await;
        // The last event went after five seconds, and nothing came for four.
        let logged = lines(&log.text(), "everything delivered").len();
        assert_eq!(logged, expected, "{users}");
        pass_s(60).await;
    }
    let log = log.text();
    let logged = lines(&log, "INFO");
    assert_eq!(logged.len(), 2, "{log}");
    for (line, counts) in logged
        .iter()
        .zip(["events=3 batches=2", "events=2 batches=1"])
    {
        assert!(line.contains("everything delivered"), "{line}");
        assert!(line.contains("siem") && line.contains(counts), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_recovers_is_logged_once() {
    let (log, _guard) = record();
    let outbox = Outbox::new();
    outbox.fill("siem", 5);
    let sink = Scripted::new([retry(None), retry(None), unauthorized()]);
    let delivery = outbox.start(vec![("siem", Box::new(sink))]);
    pass_s(120).await;
    drop(delivery);
    let log = log.text();
    let logged = lines(&log, "INFO");
    assert_eq!(logged.len(), 2, "{log}");
    assert!(logged[0].contains("the sink takes events again"), "{log}");
    assert!(logged[1].contains("everything delivered"), "{log}");
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
    drop(delivery);
    let log = log.text();
    let warned = lines(&log, "WARN");
    assert_eq!(warned.len(), 1, "{log}");
    assert!(warned[0].contains("text/html"), "{log}");
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_fails_for_a_while_is_one_warning_and_one_line_when_it_recovers() {
    let (log, _guard) = record();
    let outbox = Outbox::new();
    outbox.fill("siem", 5);
    let sink = Scripted::new([(); 6].map(|()| retry(None)));
    let delivery = outbox.start(vec![("siem", Box::new(sink))]);
    pass_s(600).await;
    assert_eq!(outbox.store.outbox_fill("siem").events, 0);
    drop(delivery);
    let log = log.text();
    assert_eq!(lines(&log, "WARN").len(), 1, "{log}");
    assert_eq!(lines(&log, "the sink takes events again").len(), 1, "{log}");
    assert_eq!(lines(&log, "batch not delivered").len(), 6, "{log}");
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_has_stopped_is_one_error_however_often_it_is_tried() {
    let (log, _guard) = record();
    let outbox = Outbox::new();
    outbox.fill("siem", 5);
    let stopped = [unauthorized(), retry(None), unauthorized(), unauthorized()];
    let delivery = outbox.start(vec![("siem", Box::new(Scripted::new(stopped)))]);
    pass_s(3_600).await;
    assert_eq!(outbox.store.outbox_fill("siem").events, 0);
    drop(delivery);
    let log = log.text();
    assert_eq!(lines(&log, "ERROR").len(), 1, "{log}");
    assert_eq!(lines(&log, "WARN").len(), 0, "{log}");
    assert_eq!(lines(&log, "the sink takes events again").len(), 1, "{log}");
}
