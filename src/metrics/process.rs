//! The process itself, by the names that all Prometheus clients use.

use std::path::Path;

use prometheus::proto::MetricFamily;
use prometheus::{Gauge, Opts, Registry};
use rustix::param::page_size;
use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_gettime};
use time::OffsetDateTime;

use super::MetricsError;

/// The process, in a registry of its own: whoever shows another process's metrics leaves it out.
#[derive(Debug)]
pub(super) struct Process {
    registry: Registry,
    cpu: prometheus::Counter,
    resident: Gauge,
    open_fds: Gauge,
    max_fds: Gauge,
}

impl Process {
    /// The process, which has just begun.
    pub(super) fn new() -> Result<Self, MetricsError> {
        let registry = Registry::new();
        let gauge = |name: &str, help: &str| {
            let made = Gauge::with_opts(Opts::new(name, help))?;
            registry.register(Box::new(made.clone()))?;
            Ok::<_, MetricsError>(made)
        };
        let began = gauge("process_start_time_seconds", "When the process began.")?;
        began.set(OffsetDateTime::now_utc().unix_timestamp_nanos() as f64 / 1e9);
        let cpu = prometheus::Counter::with_opts(Opts::new(
            "process_cpu_seconds_total",
            "Time that the process has computed for, in it and for it.",
        ))?;
        registry.register(Box::new(cpu.clone()))?;
        Ok(Self {
            cpu,
            resident: gauge("process_resident_memory_bytes", "Memory in use.")?,
            open_fds: gauge("process_open_fds", "Open files and connections.")?,
            max_fds: gauge("process_max_fds", "How many there may be.")?,
            registry,
        })
    }

    /// Everything, as of now. What the system does not tell stays as it was.
    pub(super) fn gather(&self) -> Vec<MetricFamily> {
        let used = clock_gettime(ClockId::ProcessCPUTime);
        let used = used.tv_sec as f64 + used.tv_nsec as f64 / 1e9;
        self.cpu.inc_by((used - self.cpu.get()).max(0.0));
        if let Some(bytes) = resident_bytes() {
            self.resident.set(bytes as f64);
        }
        if let Ok(files) = std::fs::read_dir("/proc/self/fd") {
            self.open_fds.set(files.count() as f64);
        }
        if let Some(most) = getrlimit(Resource::Nofile).current {
            self.max_fds.set(most as f64);
        }
        self.registry.gather()
    }
}

/// The second number of `statm`: pages in memory.
fn resident_bytes() -> Option<u64> {
    let statm = std::fs::read_to_string(Path::new("/proc/self/statm")).ok()?;
    let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
    Some(pages * page_size() as u64)
}
