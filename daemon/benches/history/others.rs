//! The same month of the same ports in RRDtool and in Prometheus, for whoever has them: what they cost beside ours. Each does
//! something else as well (RRDtool keeps room for all years from the first sample on, Prometheus reads text here), which the table says.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How many ports are compared, of each kind some: both ways of each are a series.
pub(crate) const PORTS: usize = 8;

/// What the ports measured: the second, and a value for each series.
pub(crate) type Month = Vec<(i64, Vec<f64>)>;

/// Prints a table of whoever is installed.
pub(crate) fn compare(month: &Month, folder: &Path) {
    println!(
        "\n| {} series for a month | samples/s | octets a sample | 30 days of one series by 5 minutes |",
        PORTS * 2
    );
    println!("| --- | --- | --- | --- |");
    println!("| RRDtool | {} |", rrdtool(month, folder).unwrap_or_else(|| "not installed | | ".to_owned()));
    println!("| Prometheus | {} |", prometheus(month, folder).unwrap_or_else(|| "not installed | | ".to_owned()));
}

fn count(month: &Month) -> f64 {
    (month.len() * PORTS * 2) as f64
}

fn median(times: usize, mut read: impl FnMut() -> usize) -> String {
    let mut found = 0;
    let mut took: Vec<Duration> = (0..times)
        .map(|_| {
            let started = Instant::now();
            found = read();
            started.elapsed()
        })
        .collect();
    took.sort_unstable();
    format!("{:.1} ms ({found} found)", took[times / 2].as_secs_f64() * 1e3)
}

/// A file for each port, as LibreNMS has them, with the times that we keep; updates come in tens, as rrdcached brings them.
fn rrdtool(month: &Month, folder: &Path) -> Option<String> {
    let folder = folder.join("rrd");
    std::fs::create_dir(&folder).ok()?;
    let first = month.first()?.0 - 60;
    for port in 0..PORTS {
        let mut create = Command::new("rrdtool");
        create.current_dir(&folder).arg("create").arg(format!("{port}.rrd")).args(["--step", "60", "--start"]);
        create.arg(first.to_string()).args(["DS:in:GAUGE:180:0:U", "DS:out:GAUGE:180:0:U", "RRA:AVERAGE:0.5:1m:14d"]);
        for (steps, span) in [("5m", "395d"), ("1h", "3650d")] {
            create.args(["MIN", "AVERAGE", "MAX"].map(|function| format!("RRA:{function}:0.5:{steps}:{span}")));
        }
        create.stdout(Stdio::null()).status().ok()?.success().then_some(())?;
    }
    let mut commands = String::new();
    for rows in month.chunks(10) {
        for port in 0..PORTS {
            write!(commands, "update {port}.rrd").ok()?;
            for (second, values) in rows {
                write!(commands, " {second}:{}:{}", values[port * 2], values[port * 2 + 1]).ok()?;
            }
            commands.push('\n');
        }
    }
    let started = Instant::now();
    let mut tool = Command::new("rrdtool");
    let tool = tool.current_dir(&folder).arg("-").stdin(Stdio::piped()).stdout(Stdio::null());
    let mut tool = tool.spawn().ok()?;
    tool.stdin.take()?.write_all(commands.as_bytes()).ok()?;
    tool.wait().ok()?;
    let spent = started.elapsed().as_secs_f64();
    let size: u64 = (0..PORTS).map(|port| std::fs::metadata(folder.join(format!("{port}.rrd"))).unwrap().len()).sum();
    let (start, end) = ((month.last()?.0 - 30 * 86_400).to_string(), month.last()?.0.to_string());
    let read = median(21, || {
        let mut fetch = Command::new("rrdtool");
        fetch.current_dir(&folder).args(["fetch", "7.rrd", "AVERAGE", "-r", "300", "-s", &start, "-e", &end]);
        String::from_utf8_lossy(&fetch.output().unwrap().stdout).lines().filter(|line| line.contains(": ")).count()
    });
    let (speed, octets) = (count(month) / spent, size as f64 / count(month));
    Some(format!(
        "{speed:.0} | {octets:.1} (room for ten years from the first day) | {read}, means alone, with the start of a process"
    ))
}

/// Blocks from text, which is read as well; asked by HTTP, as a dashboard asks.
fn prometheus(month: &Month, folder: &Path) -> Option<String> {
    let (text_path, blocks) = (folder.join("month.txt"), folder.join("tsdb"));
    let mut text = "# TYPE bits gauge\n".to_owned();
    for port in 0..PORTS {
        for (way, name) in ["in", "out"].into_iter().enumerate() {
            for (second, values) in month {
                writeln!(text, "bits{{port=\"{port}\",way=\"{name}\"}} {} {second}", values[port * 2 + way]).ok()?;
            }
        }
    }
    text.push_str("# EOF\n");
    std::fs::write(&text_path, text).ok()?;
    let started = Instant::now();
    let mut tool = Command::new("promtool");
    tool.args(["tsdb", "create-blocks-from", "openmetrics", "--quiet", "--max-block-duration=744h"]);
    tool.arg(&text_path).arg(&blocks).stdout(Stdio::null()).stderr(Stdio::null());
    tool.status().ok()?.success().then_some(())?;
    let spent = started.elapsed().as_secs_f64();
    let size = size_of(&blocks);
    let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
    let configuration = folder.join("prometheus.yml");
    std::fs::write(&configuration, "{}\n").ok()?;
    let mut server = Command::new("prometheus");
    server.arg(format!("--config.file={}", configuration.display()));
    server.arg(format!("--storage.tsdb.path={}", blocks.display())).arg("--storage.tsdb.retention.time=10y");
    server.arg(format!("--web.listen-address=127.0.0.1:{port}")).stdout(Stdio::null()).stderr(Stdio::null());
    let _server = Server(server.spawn().ok()?);
    let deadline = Instant::now() + Duration::from_secs(60);
    let end = month.last()?.0;
    let path = format!(
        "/api/v1/query_range?query=avg_over_time(bits%7Bport%3D%227%22%2Cway%3D%22in%22%7D%5B5m%5D)&start={}&end={end}&step=300",
        end - 30 * 86_400
    );
    while get(port, &path).is_none_or(|answer| !answer.contains("\"success\"")) {
        if Instant::now() > deadline {
            return Some("did not answer | | ".to_owned());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let read = median(21, || get(port, &path).unwrap_or_default().matches("],[").count() + 1);
    let (speed, octets) = (count(month) / spent, size / count(month));
    Some(format!(
        "{speed:.0} (reading text) | {octets:.2} (no points of 5 minutes or hours) | {read}, means alone, by HTTP"
    ))
}

/// Ends with the benchmark.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

fn size_of(folder: &Path) -> f64 {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    entries
        .map(
            |entry| if entry.path().is_dir() { size_of(&entry.path()) } else { entry.metadata().unwrap().len() as f64 },
        )
        .sum()
}
