//! Nothing lost and nothing doubled: `hookvet serve` is killed under load, and two of them share one file.

mod common;

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use common::{PATIENCE, Receiver, command, folder, update};

/// What senders share.
#[derive(Default)]
struct Load {
    /// Where the receiver is now.
    address: Mutex<String>,
    is_over: AtomicBool,
    /// How many requests were written, repeated ones counted.
    sent: AtomicUsize,
    /// How many deliveries were answered with 204.
    acknowledged: AtomicUsize,
    /// How many answers were anything else.
    refused: AtomicUsize,
}

impl Load {
    fn to(receiver: &Receiver) -> Self {
        Self { address: Mutex::new(receiver.address.clone()), ..Self::default() }
    }

    fn address(&self) -> String {
        self.address.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends deliveries of its own one after the other until the load is over, each one until it is acknowledged. Gives their ids.
    fn run(&self, sender: usize) -> Vec<String> {
        let mut ids = Vec::new();
        let mut connection = None;
        while !self.is_over.load(Ordering::Relaxed) {
            let id = format!("{sender}-{}", ids.len());
            let started = Instant::now();
            loop {
                assert!(started.elapsed() < PATIENCE, "{id} is not acknowledged");
                match self.send(&mut connection, &update(&id, "")) {
                    Ok(204) => break,
                    Ok(_) => {
                        self.refused.fetch_add(1, Ordering::Relaxed);
                    }
                    // The receiver was killed: whether it had stored the delivery is not known.
                    Err(_) => {
                        connection = None;
                        thread::sleep(Duration::from_millis(5));
                    }
                }
            }
            self.acknowledged.fetch_add(1, Ordering::Relaxed);
            ids.push(id);
        }
        ids
    }

    /// Sends a request over a connection that stays open, and gives the status of its answer.
    fn send(&self, connection: &mut Option<BufReader<TcpStream>>, request: &str) -> io::Result<u16> {
        let connection = match connection {
            Some(connection) => connection,
            None => {
                let stream = TcpStream::connect(self.address())?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                connection.insert(BufReader::new(stream))
            }
        };
        self.sent.fetch_add(1, Ordering::Relaxed);
        connection.get_mut().write_all(request.as_bytes())?;
        let (mut line, mut length) = (String::new(), 0);
        connection.read_line(&mut line)?;
        let status =
            line.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::UnexpectedEof)?;
        while line != "\r\n" {
            line.clear();
            if connection.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            length = line.strip_prefix("content-length: ").and_then(|text| text.trim().parse().ok()).unwrap_or(length);
        }
        io::copy(&mut io::Read::take(connection, length), &mut io::sink())?;
        Ok(status)
    }

    fn figures(&self) -> String {
        let [sent, acknowledged, refused] =
            [&self.sent, &self.acknowledged, &self.refused].map(|count| count.load(Ordering::Relaxed));
        format!("{sent} requests sent, {acknowledged} deliveries acknowledged, {refused} answers that were not 204")
    }
}

/// The ids in the store, sorted, and how many redeliveries it counts.
fn stored(store: &Path) -> (Vec<String>, i64) {
    let store = rusqlite::Connection::open(store).expect("the store");
    let ids = store
        .prepare("SELECT id FROM hookvet_delivery ORDER BY id")
        .expect("a statement")
        .query_map([], |row| row.get(0))
        .expect("rows")
        .collect::<rusqlite::Result<_>>()
        .expect("rows");
    let redeliveries = "SELECT coalesce(sum(hits), 0) FROM hookvet_seen";
    (ids, store.query_row(redeliveries, [], |row| row.get(0)).expect("a row"))
}

/// Senders on a receiver that is started, ended and started again, until each of their deliveries is acknowledged. What was
/// acknowledged is what is in the store, each of it once.
fn survives(what: &str, rounds: u32, mut start: impl FnMut(&Path) -> Receiver, mut end: impl FnMut(&mut Receiver)) {
    let (_folder, store) = folder();
    let mut receiver = start(&store);
    let load = &Load::to(&receiver);
    let mut acknowledged: Vec<String> = thread::scope(|scope| {
        let senders: Vec<_> = (0..4).map(|sender| scope.spawn(move || load.run(sender))).collect();
        for round in 0..rounds {
            // At another moment of the work each time, and not before something was acknowledged.
            let before = load.acknowledged.load(Ordering::Relaxed);
            let started = Instant::now();
            while load.acknowledged.load(Ordering::Relaxed) == before {
                assert!(started.elapsed() < PATIENCE, "nothing is acknowledged in round {round}");
                thread::sleep(Duration::from_millis(1));
            }
            thread::sleep(Duration::from_millis(u64::from(30 + 7 * round)));
            end(&mut receiver);
            receiver = start(&store);
            load.address.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&receiver.address);
        }
        load.is_over.store(true, Ordering::Relaxed);
        senders.into_iter().flat_map(|sender| sender.join().expect("a sender")).collect()
    });
    acknowledged.sort_unstable();
    let (ids, redeliveries) = stored(&store);
    println!("{rounds} rounds of {what}: {}; {} stored, {redeliveries} redeliveries", load.figures(), ids.len());
    assert!(ids == acknowledged, "{} acknowledged, {} stored", acknowledged.len(), ids.len());
    assert_eq!(load.refused.load(Ordering::Relaxed), 0);
    assert!(acknowledged.len() > 20 * 4, "{}", acknowledged.len());
}

#[test]
fn kill_9_under_load_loses_nothing_and_doubles_nothing() {
    let kill = |receiver: &mut Receiver| {
        receiver.child.kill().expect("killed");
        receiver.child.wait().expect("ended");
    };
    survives("kill -9", 50, |store| Receiver::start(store, &[]), kill);
}

/// What was written and not synced is gone, as after a power cut: see `faults/power_cut.c`.
#[cfg(target_os = "linux")]
#[test]
fn a_power_cut_under_load_loses_nothing_and_doubles_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let shim = folder.path().join("power_cut.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/power_cut.c");
    let compiled =
        Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&shim).arg(source).arg("-ldl").status();
    assert!(compiled.expect("a C compiler, which SQLite needs too").success());
    let mut lost = 0;
    let cut = |receiver: &mut Receiver| {
        let sent = Command::new("kill").args(["-USR2", &receiver.child.id().to_string()]).status();
        assert!(sent.expect("sent").success());
        // 99 where something was lost, 98 where everything was synced.
        match receiver.child.wait().expect("ended").code() {
            Some(99) => lost += 1,
            code => assert_eq!(code, Some(98)),
        }
    };
    let start = |store: &Path| Receiver::spawn(command().env("LD_PRELOAD", &shim), store, &[]);
    survives("a power cut", 30, start, cut);
    println!("in {lost} of them something was lost that nobody had acknowledged");
    assert!(lost > 0, "no cut came between a write and its sync");
}

/// A disk that is full: a limit on the length of files stands for it.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_to_the_sender_and_loses_nothing() {
    let (_folder, store) = folder();
    let mut shell = Command::new("sh");
    // In blocks of 512 bytes. Without the trap the signal ends the process.
    shell.args(["-c", "trap '' XFSZ; ulimit -f 4000; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_hookvet")]);
    let receiver = Receiver::spawn(&mut shell, &store, &[]);
    let load = Load::to(&receiver);
    let (mut acknowledged, mut connection) = (Vec::new(), None);
    let mut refused = 0;
    for number in 0..2000 {
        let id = format!("0-{number}");
        match load.send(&mut connection, &update(&id, "")).expect("an answer") {
            204 => acknowledged.push(id),
            503 => refused += 1,
            other => panic!("{other}"),
        }
        if refused == 20 {
            break;
        }
    }
    drop(receiver);
    println!("a full disk: {} acknowledged, {refused} told to come again", acknowledged.len());
    assert!(refused == 20 && acknowledged.len() > 20, "{} acknowledged, {refused} refused", acknowledged.len());
    // With room again everything is there, and more comes.
    let receiver = Receiver::start(&store, &[]);
    let load = Load::to(&receiver);
    assert_eq!(load.send(&mut None, &update("0-after", "")).expect("an answer"), 204);
    acknowledged.push("0-after".into());
    acknowledged.sort_unstable();
    assert!(stored(&store).0 == acknowledged, "{} acknowledged, {} stored", acknowledged.len(), stored(&store).0.len());
}

#[test]
fn two_receivers_on_one_file_answer_no_503_while_a_third_writes_too() {
    let (_folder, store) = folder();
    let receivers = [Receiver::start(&store, &[]), Receiver::start(&store, &[])];
    let loads = receivers.each_ref().map(Load::to);
    let mut acknowledged: Vec<String> = thread::scope(|scope| {
        let senders: Vec<_> = (0..8)
            .map(|sender| {
                let load = &loads[sender % 2];
                scope.spawn(move || load.run(sender))
            })
            .collect();
        // As a script that cleans up, or a backup that takes its time.
        let third = rusqlite::Connection::open(&store).expect("the store");
        third.busy_timeout(PATIENCE).expect("set");
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(10) {
            third
                .execute_batch("BEGIN IMMEDIATE; UPDATE hookvet_delivery SET subject = subject WHERE seq = 1")
                .expect("a lock");
            thread::sleep(Duration::from_millis(50));
            third.execute_batch("COMMIT").expect("written");
            thread::sleep(Duration::from_millis(200));
        }
        for load in &loads {
            load.is_over.store(true, Ordering::Relaxed);
        }
        senders.into_iter().flat_map(|sender| sender.join().expect("a sender")).collect()
    });
    acknowledged.sort_unstable();
    let (ids, redeliveries) = stored(&store);
    for load in &loads {
        println!("one of two receivers on one file: {}", load.figures());
    }
    println!("{} stored, {redeliveries} redeliveries", ids.len());
    assert!(loads.iter().all(|load| load.refused.load(Ordering::Relaxed) == 0));
    assert!(ids == acknowledged, "{} acknowledged, {} stored", acknowledged.len(), ids.len());
    assert_eq!(redeliveries, 0);
    assert!(acknowledged.len() > 8 * 10, "{}", acknowledged.len());
}
