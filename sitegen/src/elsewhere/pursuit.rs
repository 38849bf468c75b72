//! From one answer to the next step, until it is known whether something is at an address. Nothing is asked here: what was heard
//! and the time are arguments.

use std::time::Duration;

use jiff::Timestamp;

use super::address::Address;
use super::fault::{Answer, Fault, one_line};

/// So often a server may lead on.
const MOST_REDIRECTS: usize = 10;

/// So often a server that is busy or stumbles is asked, in all.
const MOST_ATTEMPTS: u32 = 3;

/// How much longer each wait is than the one before.
const GROWTH: u32 = 4;

/// How a server is asked: first without content, and, when it does not like that, as browsers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Head,
    Get,
}

/// What is of interest of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Head {
    pub status: u16,
    pub location: Option<String>,
    pub retry_after: Option<String>,
}

/// How long is waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Waits {
    /// Before a second attempt where the server does not say how long.
    pub backoff: Duration,
    /// The longest wait that is worth it.
    pub longest: Duration,
}

/// What is done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// To ask.
    Ask,
    /// To leave the server alone for so long, and then to ask.
    Wait(Duration),
    /// To leave the server alone for today: it wants fewer requests.
    Leave(Answer),
    /// Nothing: it is known.
    Done(Answer),
}

/// One address while it is followed.
#[derive(Debug)]
pub(super) struct Pursuit {
    at: Address,
    method: Method,
    attempt: u32,
    visited: Vec<Address>,
    /// Whether all that led here was for good.
    is_permanent: bool,
    moved: Option<Address>,
}

impl Pursuit {
    pub(super) fn new(start: Address) -> Self {
        let visited = vec![start.clone()];
        Self { at: start, method: Method::Head, attempt: 1, visited, is_permanent: true, moved: None }
    }

    /// Whom to ask, and how.
    pub(super) fn question(&self) -> (&Address, Method) {
        (&self.at, self.method)
    }

    /// What follows from what was heard.
    pub(super) fn after(&mut self, heard: Result<Head, Fault>, now: Timestamp, waits: Waits) -> Step {
        let head = match heard {
            Ok(head) => head,
            Err(fault) if fault.may_be_of_head() && self.method == Method::Head => return self.by_get(),
            Err(fault) => return failed(fault),
        };
        match (head.status, &head.location) {
            (200..=299, _) => Step::Done(Answer::Fine { moved: self.moved.as_ref().map(Address::to_string) }),
            (301 | 302 | 303 | 307 | 308, Some(location)) => self.led_on(head.status, location),
            (429, _) => self.busy(&head, now, waits),
            (503, _) if head.retry_after.is_some() => self.busy(&head, now, waits),
            (400.., _) if self.method == Method::Head => self.by_get(),
            // What a server has not built it will not have built in a minute.
            (500 | 502..=504 | 506..=599, _) => self.stumbled(head.status, waits),
            // 999 is what LinkedIn says to programs.
            (status @ (401 | 402 | 403 | 407 | 451 | 999), _) => Step::Done(Answer::Barred { status }),
            (status, _) => failed(Fault::Status { status }),
        }
    }

    fn by_get(&mut self) -> Step {
        self.method = Method::Get;
        Step::Ask
    }

    fn led_on(&mut self, status: u16, location: &str) -> Step {
        let Some(next) = self.at.join(location) else {
            return failed(Fault::Astray { location: one_line(location) });
        };
        if self.visited.contains(&next) {
            return failed(Fault::Loop { address: one_line(next.as_str()) });
        }
        if self.visited.len() > MOST_REDIRECTS {
            return failed(Fault::TooManyRedirects { last: one_line(next.as_str()) });
        }
        self.is_permanent &= matches!(status, 301 | 308);
        if self.is_permanent {
            self.moved = Some(next.clone());
        }
        self.visited.push(next.clone());
        (self.at, self.method, self.attempt) = (next, Method::Head, 1);
        Step::Ask
    }

    /// The server has too much to do, and may say until when.
    fn busy(&mut self, head: &Head, now: Timestamp, waits: Waits) -> Step {
        let wait = head.retry_after.as_deref().and_then(|text| retry_after(text, now));
        let wait = wait.unwrap_or_else(|| self.backoff(waits));
        if self.attempt >= MOST_ATTEMPTS || wait > waits.longest {
            return Step::Leave(match head.status {
                429 => Answer::Barred { status: 429 },
                status => Answer::Failed { fault: Fault::Status { status } },
            });
        }
        self.attempt += 1;
        Step::Wait(wait)
    }

    fn stumbled(&mut self, status: u16, waits: Waits) -> Step {
        if self.attempt >= MOST_ATTEMPTS {
            return failed(Fault::Status { status });
        }
        let wait = self.backoff(waits);
        self.attempt += 1;
        Step::Wait(wait)
    }

    fn backoff(&self, waits: Waits) -> Duration {
        waits.backoff.saturating_mul(GROWTH.saturating_pow(self.attempt - 1)).min(waits.longest)
    }
}

const fn failed(fault: Fault) -> Step {
    Step::Done(Answer::Failed { fault })
}

/// How long a server wants to be left alone (RFC 9110, 10.2.3): seconds, or a date.
fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(until.duration_since(now).try_into().unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAITS: Waits = Waits { backoff: Duration::from_secs(1), longest: Duration::from_secs(60) };
    const NOW: Timestamp = Timestamp::constant(1_784_635_200, 0);

    fn pursuit() -> Pursuit {
        Pursuit::new(Address::parse("https://a.lt/b#c").unwrap())
    }

    fn status(status: u16) -> Result<Head, Fault> {
        Ok(Head { status, ..Head::default() })
    }

    fn leading(status: u16, location: &str) -> Result<Head, Fault> {
        Ok(Head { status, location: Some(location.to_owned()), retry_after: None })
    }

    fn busy(status: u16, retry_after: &str) -> Result<Head, Fault> {
        Ok(Head { status, location: None, retry_after: Some(retry_after.to_owned()) })
    }

    /// What comes of answers, one after the other.
    fn steps(pursuit: &mut Pursuit, heard: &[Result<Head, Fault>]) -> Vec<Step> {
        heard.iter().map(|heard| pursuit.after(heard.clone(), NOW, WAITS)).collect()
    }

    fn fine(moved: Option<&str>) -> Step {
        Step::Done(Answer::Fine { moved: moved.map(str::to_owned) })
    }

    fn of_status(status: u16) -> Step {
        failed(Fault::Status { status })
    }

    #[test]
    fn a_server_that_does_not_like_head_is_asked_as_browsers_ask() {
        for refusal in [400, 403, 404, 405, 500, 501, 503] {
            let mut pursuit = pursuit();
            assert_eq!(pursuit.question().1, Method::Head);
            assert_eq!(steps(&mut pursuit, &[status(refusal)]), [Step::Ask]);
            assert_eq!(pursuit.question().1, Method::Get);
            assert_eq!(steps(&mut pursuit, &[status(200)]), [fine(None)], "{refusal}");
        }
        let silence = || Err(Fault::SilentServer { seconds: 20 });
        assert_eq!(steps(&mut pursuit(), &[silence(), status(200)]), [Step::Ask, fine(None)]);
        assert_eq!(steps(&mut pursuit(), &[silence(), silence()])[1], failed(Fault::SilentServer { seconds: 20 }));
        assert_eq!(steps(&mut pursuit(), &[Err(Fault::Refused)]), [failed(Fault::Refused)]);
    }

    #[test]
    fn what_is_gone_is_gone_and_what_is_barred_is_for_people() {
        assert_eq!(steps(&mut pursuit(), &[status(404), status(404)])[1], of_status(404));
        assert_eq!(steps(&mut pursuit(), &[status(501), status(501)])[1], of_status(501));
        for code in [401, 403, 999] {
            let barred = Step::Done(Answer::Barred { status: code });
            assert_eq!(steps(&mut pursuit(), &[status(code), status(code)])[1], barred);
        }
        assert_eq!(steps(&mut pursuit(), &[status(304)]), [of_status(304)]);
    }

    #[test]
    fn only_what_moved_for_good_is_written_anew() {
        let last = |heard: &[Result<Head, Fault>]| steps(&mut pursuit(), heard).pop().unwrap();
        assert_eq!(last(&[leading(301, "/c"), leading(308, "https://b.lt"), status(200)]), fine(Some("https://b.lt/")));
        assert_eq!(last(&[leading(302, "/c"), status(200)]), fine(None));
        // From there on it is for today.
        assert_eq!(last(&[leading(301, "/c"), leading(302, "/d"), status(200)]), fine(Some("https://a.lt/c")));
        assert_eq!(last(&[leading(302, "/c"), leading(301, "/d"), status(200)]), fine(None));
        assert_eq!(last(&[leading(301, "/c"), status(404), status(404)]), of_status(404));
        assert_eq!(last(&[status(301), status(301)]), of_status(301));
    }

    #[test]
    fn whoever_leads_in_circles_or_astray_is_left() {
        let last = |heard: &[Result<Head, Fault>]| steps(&mut pursuit(), heard).pop().unwrap();
        let circle = last(&[leading(302, "/c"), leading(302, "/b#d")]);
        assert_eq!(circle, failed(Fault::Loop { address: "https://a.lt/b".to_owned() }));
        let long: Vec<_> = (0..=MOST_REDIRECTS).map(|at| leading(302, &format!("/{at}"))).collect();
        assert_eq!(last(&long), failed(Fault::TooManyRedirects { last: "https://a.lt/10".to_owned() }));
        assert_eq!(last(&long[..MOST_REDIRECTS]), Step::Ask);
        let astray = last(&[leading(302, "file:///etc/passwd\u{1b}")]);
        assert_eq!(astray, failed(Fault::Astray { location: "file:///etc/passwd ".to_owned() }));
    }

    #[test]
    fn a_busy_server_is_waited_for_as_long_as_it_says_but_not_for_ever() {
        let wait = |seconds| Step::Wait(Duration::from_secs(seconds));
        let leave = || Step::Leave(Answer::Barred { status: 429 });
        assert_eq!(steps(&mut pursuit(), &[busy(429, "7"), status(200)]), [wait(7), fine(None)]);
        assert_eq!(steps(&mut pursuit(), &[busy(429, "61")]), [leave()]);
        assert_eq!(steps(&mut pursuit(), &[status(429), status(429), status(429)]), [wait(1), wait(4), leave()]);
        let date = "Tue, 21 Jul 2026 12:00:30 GMT";
        assert_eq!(steps(&mut pursuit(), &[busy(503, date)]), [wait(30)]);
        assert_eq!(steps(&mut pursuit(), &[busy(503, "Tue, 21 Jul 2026 11:00:00 GMT")]), [wait(0)]);
        // What cannot be read is as if it were not there.
        assert_eq!(steps(&mut pursuit(), &[busy(429, "greit"), busy(429, "-1")]), [wait(1), wait(4)]);
    }

    #[test]
    fn a_server_that_stumbles_has_three_attempts() {
        let heard = [status(500), status(500), status(502), status(500)];
        let wait = |seconds| Step::Wait(Duration::from_secs(seconds));
        assert_eq!(steps(&mut pursuit(), &heard), [Step::Ask, wait(1), wait(4), of_status(500)]);
        let recovered = [status(500), status(500), status(200)];
        assert_eq!(steps(&mut pursuit(), &recovered)[2], fine(None));
    }
}
