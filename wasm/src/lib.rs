//! hookvet for JavaScript: thin exports over the core, without logic of their own.
//!
//! Everything that crosses the boundary is a number. JavaScript writes a delivery into three buffers of this instance, calls
//! [`vet`] and gets a [code](answer): what most callers want to know, and nothing has to be built for it. Only who asks for
//! the verdict's JSON makes [`take`] write it, into a fourth buffer, which JavaScript reads out. The loader in `package/src`
//! hides all this; nobody else should call these functions.
//!
//! ```text
//! lengths:  of name and value, alternating       reserve_lengths(count)
//! text:     all names, then all values           reserve_text(bytes)
//! body:     as it came, anywhere in it           reserve_body(bytes)
//! output:   JSON, a problem document, a message  output()
//! ```

mod answer;
mod fields;
mod settings;

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;

use hookvet::{Rule, Secret, Verdict, Vetter, sign_dataspike};
use wasm_bindgen::prelude::wasm_bindgen;

use answer::{PENDING, Part};
use fields::Fields;

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Everything that an instance holds.
#[derive(Default)]
struct State {
    lengths: Vec<u32>,
    text: Vec<u8>,
    body: Vec<u8>,
    output: Vec<u8>,
    /// By handle; free places are used again.
    vetters: Vec<Option<Vetter>>,
    /// What [`take`] answers from, with the place of its body.
    last: Option<(Verdict, Range<usize>)>,
}

impl State {
    fn vetter(&self, handle: u32) -> Option<&Vetter> {
        self.vetters.get(handle as usize)?.as_ref()
    }

    fn fields(&self, count: u32) -> Option<Fields<'_>> {
        Fields::new(self.lengths.get(..count as usize)?, &self.text)
    }

    /// The output becomes `bytes`; their number is what JavaScript gets.
    fn answer(&mut self, bytes: Vec<u8>) -> i32 {
        self.output = bytes;
        i32::try_from(self.output.len()).unwrap_or(i32::MAX)
    }

    /// The output becomes the fault's text; a negative number tells it from an answer.
    fn fault(&mut self, fault: &settings::Fault) -> i32 {
        -1 - self.answer(fault.to_string().into_bytes())
    }

    fn keep(&mut self, verdict: Verdict, body: Range<usize>) -> u32 {
        let code = answer::code(&verdict);
        self.last = Some((verdict, body));
        code
    }
}

fn with<T>(use_it: impl FnOnce(&mut State) -> T) -> T {
    STATE.with_borrow_mut(use_it)
}

/// Makes a buffer at least so long, and says where it is.
fn room<T: Clone + Default>(buffer: &mut Vec<T>, length: u32) -> u32 {
    if buffer.len() < length as usize {
        buffer.resize(length as usize, T::default());
    }
    address(buffer)
}

/// The address of a buffer, as JavaScript counts.
fn address<T>(buffer: &[T]) -> u32 {
    // An address of wasm32 has 32 bits; elsewhere nothing calls this.
    u32::try_from(buffer.as_ptr().addr()).unwrap_or_default()
}

/// Makes room for so many bytes of names and values and says where they go. What was there may move.
#[wasm_bindgen]
pub fn reserve_text(bytes: u32) -> u32 {
    with(|state| room(&mut state.text, bytes))
}

/// Makes room for a body of so many bytes and says where it goes. What was there may move.
#[wasm_bindgen]
pub fn reserve_body(bytes: u32) -> u32 {
    with(|state| room(&mut state.body, bytes))
}

/// Makes room for so many lengths and says where they go, as 32-bit integers.
#[wasm_bindgen]
pub fn reserve_lengths(count: u32) -> u32 {
    with(|state| room(&mut state.lengths, count))
}

/// Where the last answer lies.
#[wasm_bindgen]
pub fn output() -> u32 {
    with(|state| address(&state.output))
}

/// Builds a vetter from `count` lengths of settings and answers its handle. Otherwise the number is negative, and the bits of
/// it turned round are the length of a code, a blank and a message in the output.
#[wasm_bindgen]
pub fn configure(count: u32) -> i32 {
    with(|state| {
        let built = match state.fields(count) {
            Some(fields) => settings::build(fields),
            None => Err(settings::Fault::internal()),
        };
        match built {
            Ok(vetter) => {
                let place = state.vetters.iter().position(Option::is_none).unwrap_or_else(|| {
                    state.vetters.push(None);
                    state.vetters.len() - 1
                });
                state.vetters[place] = Some(vetter);
                i32::try_from(place).unwrap_or(i32::MAX)
            }
            Err(fault) => state.fault(&fault),
        }
    })
}

/// Forgets a vetter.
#[wasm_bindgen]
pub fn release(handle: u32) {
    with(|state| {
        if let Some(place) = state.vetters.get_mut(handle as usize) {
            *place = None;
        }
    });
}

/// The largest body that a vetter takes, in bytes.
#[wasm_bindgen]
pub fn max_body(handle: u32) -> u32 {
    with(|state| state.vetter(handle).map_or(0, |vetter| u32::try_from(vetter.max_body()).unwrap_or(u32::MAX)))
}

/// Judges the headers alone: the code of a refusal, or [`PENDING`]; zero where the numbers make no sense.
#[wasm_bindgen]
pub fn open(handle: u32, count: u32, now: f64) -> u32 {
    with(|state| {
        let (Some(vetter), Some(fields)) = (state.vetter(handle), state.fields(count)) else { return 0 };
        match vetter.open(fields, seconds(now)) {
            Ok(_) => PENDING,
            Err(rejection) => state.keep(rejection.into_verdict(), 0..0),
        }
    })
}

/// Judges a delivery and answers its code; zero where the numbers make no sense.
///
/// The body begins at the byte `start` of its buffer, and what lies in front of it stays as it is: JavaScript keeps there what it
/// may have to judge again. `end` says how the body ended: 0 whole; or there is none of it, because 1 it is larger than the limit, 2 it broke off, 3 it
/// was too slow.
#[wasm_bindgen]
pub fn vet(handle: u32, count: u32, start: u32, length: u32, now: f64, end: u32) -> u32 {
    with(|state| {
        let (Some(vetter), Some(fields)) = (state.vetter(handle), state.fields(count)) else { return 0 };
        let place = place(start, length);
        let Some(body) = state.body.get(place.clone()) else { return 0 };
        let now = seconds(now);
        let verdict = if end == 0 {
            // In one step, so that nothing of the headers' judgement has to be moved.
            vetter.vet(fields, body, now)
        } else {
            match vetter.open(fields, now) {
                Err(rejection) => rejection.into_verdict(),
                Ok(pending) => match end {
                    1 => pending.close_too_large(),
                    2 => pending.close_incomplete(),
                    _ => pending.close_timed_out(),
                },
            }
        };
        state.keep(verdict, place)
    })
}

/// Refuses a delivery without judging it, and answers the code: the one field is a rule and a message, where there is one.
/// Zero where there is no such rule.
#[wasm_bindgen]
pub fn refuse(handle: u32, count: u32) -> u32 {
    with(|state| {
        let (Some(vetter), Some(mut fields)) = (state.vetter(handle), state.fields(count)) else { return 0 };
        let Some((rule, message)) = fields.next().map(|(rule, message)| (text(rule), text(message))) else { return 0 };
        let Ok(rule) = rule.parse::<Rule>() else { return 0 };
        let message = if message.is_empty() { rule.title().into() } else { Cow::Owned(message.to_owned()) };
        state.keep(vetter.refuse(rule, message), 0..0)
    })
}

/// Writes a part of the last verdict into the output and answers its length; minus one where it has no such part.
///
/// `part` is 0 for the JSON form, 1 for the problem document, 2 for the event's data, 3 for the headers of the answer. `item` is an event of a batch, or
/// minus one for the verdict itself.
#[wasm_bindgen]
pub fn take(part: u32, item: i32) -> i32 {
    with(|state| {
        let Some((verdict, place)) = &state.last else { return -1 };
        let verdict = match usize::try_from(item) {
            Ok(item) => verdict.batch().and_then(|batch| batch.get(item)),
            Err(_) => Some(verdict),
        };
        let (Some(verdict), Some(part)) = (verdict, Part::from_number(part)) else { return -1 };
        let body = state.body.get(place.clone()).unwrap_or_default();
        match part.of(verdict, body) {
            Some(bytes) => state.answer(bytes),
            None => -1,
        }
    })
}

/// Signs the body as Dataspike does, with the secret that is the one field's value. Answers the length of the header's value in
/// the output; where the secret is none, what [`configure`] answers.
#[wasm_bindgen]
pub fn sign(count: u32, start: u32, length: u32, timestamp: f64) -> i32 {
    with(|state| {
        let secret = state.fields(count).and_then(|mut fields| fields.next()).map_or("", |(_, secret)| text(secret));
        let body = state.body.get(place(start, length)).unwrap_or_default();
        match Secret::parse(secret) {
            Ok(secret) => state.answer(sign_dataspike(&secret, seconds(timestamp), body).into_bytes()),
            Err(error) => state.fault(&settings::Fault::secret(error)),
        }
    })
}

/// Writes the list of every event type into the output, as JSON, and answers its length.
#[wasm_bindgen]
pub fn events() -> i32 {
    let text = answer::events();
    with(|state| state.answer(text))
}

/// What is no UTF-8 is no word that anything here knows.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Where a body lies in its buffer.
fn place(start: u32, length: u32) -> Range<usize> {
    start as usize..(start as usize).saturating_add(length as usize)
}

/// Whole seconds; JavaScript has no other number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, as it should")]
fn seconds(now: f64) -> u64 {
    now as u64
}
