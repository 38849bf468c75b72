//! What a new configuration changes: what did not change goes on as if nothing had happened.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Check, CheckId, Device};

/// What has to be done so that the checks of one configuration become those of another. One that changed is in both.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Difference {
    /// Checks that are asked no longer, or no longer so.
    pub stopped: Vec<CheckId>,
    /// Checks that are asked from now on.
    pub started: Vec<Arc<Check>>,
}

/// What is to be done after `devices` have taken the place of the checks that are `running`.
#[must_use]
pub fn difference<'r>(running: impl Iterator<Item = &'r Check>, devices: &[Device]) -> Difference {
    let wanted = || devices.iter().flat_map(|device| &device.checks);
    let mut before: HashMap<&CheckId, &Check> = running.map(|check| (&check.id, check)).collect();
    let mut difference = Difference::default();
    for check in wanted() {
        match before.remove(&check.id) {
            Some(same) if same == check.as_ref() => {}
            changed => {
                difference.stopped.extend(changed.map(|check| check.id.clone()));
                difference.started.push(Arc::clone(check));
            }
        }
    }
    difference.stopped.extend(before.into_keys().cloned());
    difference
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::{Confirmation, Question, Tcp};
    use super::*;

    fn check(device: &str, port: u16, interval: u64) -> Check {
        Check {
            id: CheckId { device: device.parse().unwrap(), check: "tcp".parse().unwrap() },
            question: Question::Tcp(Box::new(Tcp { target: ([10, 0, 0, 1], port).into(), banner: None })),
            interval: Duration::from_secs(interval),
            timeout: Duration::from_secs(1),
            confirmation: Confirmation { times: 3, every: Duration::from_secs(2) },
            thresholds: Vec::new(),
        }
    }

    fn device(check: Check) -> Device {
        Device {
            name: check.id.device.clone(),
            title: "as people call it".to_owned(),
            site: None,
            kind: None,
            parents: Vec::new(),
            groups: Vec::new(),
            address: [10, 0, 0, 1].into(),
            checks: vec![Arc::new(check)],
        }
    }

    #[test]
    fn only_what_changed_is_stopped_and_started() {
        let running = [check("same", 22, 60), check("port", 22, 60), check("interval", 22, 60), check("gone", 22, 60)];
        let wanted = [check("same", 22, 60), check("port", 23, 60), check("interval", 22, 30), check("new", 22, 60)];
        let devices = wanted.map(device);
        let Difference { mut stopped, started } = difference(running.iter(), &devices);
        stopped.sort();
        let names = |ids: &mut dyn Iterator<Item = &CheckId>| ids.map(|id| id.device.to_string()).collect::<Vec<_>>();
        assert_eq!(names(&mut stopped.iter()), ["gone", "interval", "port"]);
        assert_eq!(names(&mut started.iter().map(|check| &check.id)), ["port", "interval", "new"]);
    }

    #[test]
    fn another_title_changes_no_check() {
        let before = check("same", 22, 60);
        let after = Device { title: "another".to_owned(), site: Some("Rotušė".to_owned()), ..device(before.clone()) };
        assert_eq!(difference([before].iter(), &[after]), Difference::default());
    }
}
