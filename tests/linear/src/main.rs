//! Counts the instructions that each case costs, at three sizes, and the bytes of its answer.
//!
//! `cargo xtask linear` starts it. Callgrind counts: the number is the same on every machine, however busy. Every case is judged
//! under every preset, and with each rule switched off in turn that it breaks, since what is off must cost nothing.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use hookvet::{Level, Policy, Preset, Problem, Rule, Verdict, dataspike};
use hookvet_linear::{Case, cases};

/// The smallest size in bytes; the others are twice and four times that.
const SIZE: usize = 3_000;

/// How much more each further byte may cost on the way to the largest size than on the way to the middle one. Quadratic work comes
/// to 1.67, linear work to 1.
const MOST_GROWTH: f64 = 1.35;

/// So few instructions a byte are not worth a comparison: what a delivery costs beyond its first findings may be next to nothing.
const NEXT_TO_NOTHING: f64 = 20.0;

/// How many times the instructions a byte that `serde_json` needs to read a documented delivery into its type.
const MOST_OF_SERDE: f64 = 60.0;

/// The longest answer to any request, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => compare(SIZE),
        ["long"] => compare(SIZE * 8),
        ["time"] => {
            time();
            Ok(())
        }
        ["work", size] => size.parse().context("a size").and_then(work),
        _ => Err(anyhow!("usage: hookvet-linear [long|time]")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hookvet-linear: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A case, by its position, under one policy.
#[derive(Clone, Debug)]
struct Trial {
    case: usize,
    preset: Preset,
    off: Option<Rule>,
}

impl Trial {
    fn policy(&self) -> Policy {
        let policy = Policy::new(self.preset);
        self.off.map_or(policy.clone(), |rule| policy.with(rule, Level::Off))
    }

    fn name(&self, cases: &[Case]) -> String {
        let Case { vendor, name, .. } = &cases[self.case];
        let without = self.off.map_or_else(String::new, |rule| format!(" without {rule}"));
        format!("{vendor} | {name} | {}{without}", self.preset)
    }

    /// Reads back what [`fmt::Display`] writes.
    fn read(line: &str) -> Result<Self> {
        let mut words = line.split(' ');
        let mut word = || words.next().context("a trial is a case, a preset and a rule");
        let (case, preset, off) = (word()?.parse()?, word()?.parse()?, word()?);
        Ok(Self { case, preset, off: off.parse().ok() })
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.case, self.preset, self.off.map_or("-", Rule::id))
    }
}

/// Every case under every preset, and with each rule switched off that it breaks.
fn trials(cases: &[Case]) -> Vec<Trial> {
    let of = |(position, case): (usize, &Case)| {
        let broken = [Policy::strict(), Policy::observe()].into_iter().flat_map(|policy| rules(&case.judge(policy)));
        let broken: BTreeSet<Rule> = broken.collect();
        let presets = Preset::ALL.map(|preset| Trial { case: position, preset, off: None });
        let off = broken.into_iter().flat_map(move |rule| {
            [Preset::Observe, Preset::Strict].map(|preset| Trial { case: position, preset, off: Some(rule) })
        });
        presets.into_iter().chain(off).collect::<Vec<_>>()
    };
    cases.iter().enumerate().flat_map(of).collect()
}

fn rules(verdict: &Verdict) -> Vec<Rule> {
    let inner = verdict.batch().into_iter().flatten().flat_map(Verdict::findings);
    verdict.findings().iter().chain(inner).map(|finding| finding.rule).collect()
}

/// Judges every trial that standard input lists; callgrind writes down what each cost. Prints the size of each delivery and of its
/// answer, in the same order; last of all comes a documented delivery that `serde_json` reads into its type.
fn work(size: usize) -> Result<()> {
    let typed = documented(size);
    let cases = cases(size);
    for line in io::stdin().lines() {
        let trial = Trial::read(&line?)?;
        let case = cases.get(trial.case).context("no such case")?;
        let policy = trial.policy();
        let answer = counted(|| judge(case, policy));
        println!("{}\t{answer}", case.size());
    }
    let read = counted(|| serde_json::from_slice::<dataspike::AmlScreening>(&typed))?;
    println!("{}\t{}", typed.len(), usize::from(read.search_response.is_some()));
    Ok(())
}

/// Runs what callgrind counts by itself.
fn counted<T>(work: impl FnOnce() -> T) -> T {
    counting_starts();
    let done = work();
    counting_ends();
    done
}

/// Callgrind writes down what it has counted when this is called.
#[inline(never)]
fn counting_starts() {
    std::hint::black_box(0);
}

/// The same.
#[inline(never)]
fn counting_ends() {
    std::hint::black_box(1);
}

/// The verdict and everything that is written of it; how long the answer is.
fn judge(case: &Case, policy: Policy) -> usize {
    let verdict = case.judge(policy);
    std::hint::black_box(verdict.to_json());
    Problem::of(&verdict).map_or(0, |problem| problem.to_json().len())
}

/// A documented screening result of about so many bytes.
fn documented(size: usize) -> Vec<u8> {
    let media =
        r#"{"source_name":"a","source_url":"https://a.example","headline":"b","tags":["c"],"country_codes":["DE"]}"#;
    let list = vec![media; size / media.len() + 1].join(",");
    format!(r#"{{"search_response":{{"data":[{{"fields":{{"media":[{list}]}}}}]}}}}"#).into_bytes()
}

/// What a trial cost.
#[derive(Clone, Copy)]
struct Cost {
    instructions: f64,
    bytes: f64,
    answer: usize,
}

fn compare(size: usize) -> Result<()> {
    let cases = cases(size * 4);
    let trials = trials(&cases);
    let others = trials.clone();
    let larger = thread::spawn(move || measure(size * 4, &others));
    let (small, middle) = (measure(size, &trials)?, measure(size * 2, &trials)?);
    let large = larger.join().map_err(|_| anyhow!("a measurement panicked"))??;
    let serde = large.last().context("nothing to compare with")?;
    let serde = serde.instructions / serde.bytes;
    let mut faults = Vec::new();
    let (mut most_growth, mut most_cost, mut longest) = ((0.0, 0), (0.0, 0), (0, 0));
    for (position, ((small, middle), large)) in small.iter().zip(&middle).zip(&large).enumerate().take(trials.len()) {
        let mut fault = |what: String| faults.push(format!("{}: {what}", trials[position].name(&cases)));
        longest = longest.max((large.answer, position));
        if large.answer > LONGEST_ANSWER {
            fault(format!("an answer of {} bytes", large.answer));
        }
        let cost = large.instructions / large.bytes / serde;
        if cost > most_cost.0 {
            most_cost = (cost, position);
        }
        if cost > MOST_OF_SERDE {
            fault(format!("{cost:.1} times the work of serde_json"));
        }
        let each = |from: &Cost, to: &Cost| {
            ((to.instructions - from.instructions) / (to.bytes - from.bytes)).max(NEXT_TO_NOTHING)
        };
        let growth = each(small, large) / each(small, middle);
        if growth > most_growth.0 {
            most_growth = (growth, position);
        }
        if growth > MOST_GROWTH {
            fault(format!("{growth:.2} times the work for each further byte"));
        }
    }
    let name = |position: usize| trials[position].name(&cases);
    println!("{} cases, {} trials, of {size}, {} and {} bytes", cases.len(), trials.len(), size * 2, size * 4);
    println!("most growth of the work for each further byte: {:.2} ({})", most_growth.0, name(most_growth.1));
    println!("most work a byte, of serde_json into a type: {:.1} ({})", most_cost.0, name(most_cost.1));
    println!("longest answer: {} bytes ({})", longest.0, name(longest.1));
    ensure!(large.len() == trials.len() + 1 && trials.len() > 1_000, "only {} trials were measured", trials.len());
    if !faults.is_empty() {
        bail!("{} of {} trials cost too much:\n{}", faults.len(), trials.len(), faults.join("\n"));
    }
    println!("test result: ok. {} passed; 0 failed", trials.len());
    Ok(())
}

fn measure(size: usize, trials: &[Trial]) -> Result<Vec<Cost>> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--quiet", "--dump-line=no"]);
    command.arg(format!("--callgrind-out-file={}", folder.path().join("out").display()));
    // Each dump holds what was counted since the last call of either.
    command.args(["--zero-before=hookvet_linear::counting_starts", "--dump-before=hookvet_linear::counting_ends"]);
    command.arg(std::env::current_exe()?).args(["work", &size.to_string()]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child =
        command.spawn().context("valgrind counts the instructions: on Debian `apt-get install valgrind`")?;
    let mut input = child.stdin.take().context("no input")?;
    let lines: String = trials.iter().map(|trial| format!("{trial}\n")).collect();
    let feeder = thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "valgrind: {}", String::from_utf8_lossy(&output.stderr));
    feeder.join().map_err(|_| anyhow!("the feeder panicked"))??;
    let lines = String::from_utf8(output.stdout)?;
    let cost = |(position, line): (usize, &str)| {
        let (bytes, answer) = line.split_once('\t').context("two numbers")?;
        let instructions = total(&folder.path().join(format!("out.{}", position + 1)))?;
        Ok(Cost { instructions, bytes: bytes.parse()?, answer: answer.parse()? })
    };
    lines.lines().enumerate().map(cost).collect()
}

/// Prints how long a mebibyte of each pattern takes, as a multiple of what `serde_json` takes to read a documented one into its type.
fn time() {
    const MEBIBYTE: usize = 1024 * 1024;
    let typed = documented(MEBIBYTE);
    let seconds = |work: &dyn Fn() -> usize| {
        let once = || {
            let started = Instant::now();
            std::hint::black_box(work());
            started.elapsed().as_secs_f64()
        };
        (0..3).map(|_| once()).fold(f64::INFINITY, f64::min)
    };
    let serde = seconds(&|| usize::from(serde_json::from_slice::<dataspike::AmlScreening>(&typed).is_ok()));
    let mut times = Vec::new();
    for case in cases(MEBIBYTE) {
        for preset in [Preset::Standard, Preset::Observe] {
            let taken = seconds(&|| judge(&case, Policy::new(preset)));
            times.push((taken / serde, format!("{} | {} | {preset}", case.vendor, case.name)));
        }
    }
    times.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    println!(
        "serde_json reads a mebibyte into its type in {:.1} ms; {} trials, the slowest:",
        serde * 1000.0,
        times.len()
    );
    for (times, name) in times.iter().take(5) {
        println!("{times:.1} times | {name}");
    }
}

/// The number of instructions in a dump.
fn total(dump: &Path) -> Result<f64> {
    let text = std::fs::read_to_string(dump).with_context(|| dump.display().to_string())?;
    let line = text.lines().find_map(|line| line.strip_prefix("totals: ")).context("a dump without its total")?;
    Ok(line.trim().parse()?)
}
