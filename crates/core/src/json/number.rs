//! Numbers as JSON writes them, compared exactly, digit by digit.
//!
//! Nothing is rounded to a float on the way: what is an integer and what is in range is what the text says. The limit of what is
//! read is that of a 64-bit float all the same, since most receivers know no other number.

use std::cmp::Ordering;

/// A number in the range of a 64-bit float: `0.DIGITS` times ten to the power of `scale`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimal<'t> {
    is_negative: bool,
    /// From the first digit that is not zero to the last such; a decimal point may be among them. Empty for zero.
    digits: &'t [u8],
    scale: i64,
}

/// How many digits a step has at most, so that it fits into 64 bits.
#[cfg(any(test, feature = "runtime-schemas"))]
pub(crate) const STEP_DIGITS: i64 = 18;

/// The smallest power of ten in a step: what is left over is found in so many steps and three hundred.
#[cfg(any(test, feature = "runtime-schemas"))]
pub(crate) const STEP_POWER: i64 = -400;

/// Half way between the largest finite float and the next that there would be: from here on a reader rounds to infinity.
const BEYOND: Decimal<'_> = Decimal {
    is_negative: false,
    digits: b"17976931348623158079372897140530341507993413271003782693617377898044496829276475094664901797758720709633\
        02864166928879109465555478519404026306574886715058206819089020007083836762738548458177115317644757302700\
        69855571366959622842914819860834936475292719074168444365510704342711559699508093042880177904174497792",
    scale: 309,
};

impl<'t> Decimal<'t> {
    /// Reads a number that follows JSON's grammar; `None` where it lies beyond a 64-bit float.
    pub(crate) fn read(text: &'t [u8]) -> Option<Self> {
        let (is_negative, text) = match text.strip_prefix(b"-") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let end = text.iter().position(|byte| matches!(byte, b'e' | b'E')).unwrap_or(text.len());
        let (digits, power) = text.split_at(end);
        let is_significant = |byte: &u8| !matches!(byte, b'0' | b'.');
        let Some(first) = digits.iter().position(is_significant) else {
            return Some(Self { is_negative: false, digits: b"", scale: 0 });
        };
        let last = digits.iter().rposition(is_significant)?;
        let point = digits.iter().position(|byte| *byte == b'.').unwrap_or(digits.len());
        // The digits between the first and the point, or the zeros between the point and the first.
        let places = if first < point { length(first, point) } else { -length(point + 1, first) };
        let number = Self { is_negative, digits: &digits[first..=last], scale: places.saturating_add(exponent(power)) };
        (number.cmp_size(&BEYOND) == Ordering::Less).then_some(number)
    }

    /// Whether the number has no fraction.
    pub(crate) fn is_integer(&self) -> bool {
        i64::try_from(self.significant().count()).is_ok_and(|count| count <= self.scale) || self.digits.is_empty()
    }

    /// Whether this is less than `other`.
    pub(crate) fn is_less(&self, other: &Self) -> bool {
        match (self.is_negative, other.is_negative) {
            (false, false) => self.cmp_size(other).is_lt(),
            (true, true) => other.cmp_size(self).is_lt(),
            (is_negative, _) => is_negative,
        }
    }

    /// Compares without the sign.
    pub(crate) fn cmp_size(&self, other: &Self) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (false, false) => self.scale.cmp(&other.scale).then_with(|| self.significant().cmp(other.significant())),
            (is_zero, is_other_zero) => is_other_zero.cmp(&is_zero),
        }
    }

    /// The one form of all texts that mean this number.
    pub(crate) fn form(&self, out: &mut Vec<u8>) {
        if self.is_negative {
            out.push(b'-');
        }
        out.extend(self.significant());
        out.extend(format!("e{}", if self.digits.is_empty() { 0 } else { self.scale }).bytes());
    }

    /// How many digits there are from the first to the last that is not zero, and the power of ten of the last.
    pub(crate) fn extent(&self) -> (i64, i64) {
        let count = i64::try_from(self.significant().count()).unwrap_or(i64::MAX);
        (count, self.scale.saturating_sub(count))
    }

    /// Whether this is a whole number times `step`, which has at most `STEP_DIGITS` digits and is no smaller than ten to the power of
    /// `STEP_POWER`.
    pub(crate) fn is_multiple_of(&self, step: &Self) -> bool {
        let modulo = |number: &Self, divisor: u128| {
            number.significant().fold(0, |rest, digit| (rest * 10 + u128::from(digit - b'0')) % divisor)
        };
        let divisor = modulo(step, u128::from(u64::MAX));
        if self.digits.is_empty() || divisor == 0 {
            return self.digits.is_empty();
        }
        // No number ends in a zero here, so where the last digit lies behind that of the step, something is left over.
        let zeros = self.extent().1.saturating_sub(step.extent().1);
        zeros >= 0 && (0..zeros).fold(modulo(self, divisor), |rest, _| rest * 10 % divisor) == 0
    }

    fn significant(&self) -> impl Iterator<Item = &u8> {
        self.digits.iter().filter(|byte| **byte != b'.')
    }
}

fn length(from: usize, to: usize) -> i64 {
    i64::try_from(to.saturating_sub(from)).unwrap_or(i64::MAX)
}

/// What follows the digits: nothing, or an `e`, perhaps a sign, and digits. Beyond 64 bits it stays at the largest there is.
fn exponent(text: &[u8]) -> i64 {
    let mut value = 0_i64;
    for digit in text.iter().filter(|byte| byte.is_ascii_digit()) {
        value = value.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
    }
    if text.get(1) == Some(&b'-') { -value } else { value }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Decimal<'_> {
        Decimal::read(text.as_bytes()).expect("in range")
    }

    #[test]
    fn numbers_are_compared_exactly() {
        for (small, large) in [
            ("1", "2"),
            ("-1", "0.5"),
            ("0.5", "1"),
            ("-2", "-1.5"),
            ("-1", "0"),
            ("0", "0.0001"),
            ("0.09", "0.1"),
            ("9.99e2", "1000"),
            ("1e-400", "1e-399"),
            ("9007199254740992", "9007199254740993"),
            ("9007199254740992.0", "9007199254740993"),
            ("100", "100.00000000000000000001"),
            ("18446744073709551615", "18446744073709551616"),
            ("-1e300", "-9223372036854775808"),
            ("18446744073709551615", "1e300"),
        ] {
            assert!(read(small).is_less(&read(large)), "{small} < {large}");
            assert!(!read(large).is_less(&read(small)), "{large} < {small}");
        }
        for (a, b) in [("1", "1.0"), ("0", "-0"), ("0", "0.0e99"), ("1e2", "100"), ("0.5", "5e-1"), ("120", "1.20E+2")]
        {
            assert!(!read(a).is_less(&read(b)) && !read(b).is_less(&read(a)), "{a} = {b}");
        }
    }

    #[test]
    fn integers_are_known_however_they_are_written() {
        for text in ["0", "-0", "0.00", "7", "1e3", "1.50e1", "100e-2", "-12.0", "1e300", "0e-9"] {
            assert!(read(text).is_integer(), "{text}");
        }
        for text in ["0.5", "1.5", "1e-1", "15e-1", "1.00000000000000000001", "1e-400", "-0.1"] {
            assert!(!read(text).is_integer(), "{text}");
        }
    }

    #[test]
    fn the_limit_is_where_floats_become_infinite() {
        let limit = std::str::from_utf8(BEYOND.digits).expect("digits");
        for text in ["1e309", "-1e309", "0.1e310", limit, &format!("{limit}.0"), "1e99999999999999999999"] {
            assert!(text.parse::<f64>().expect("a number").is_infinite(), "{text}");
            assert!(Decimal::read(text.as_bytes()).is_none(), "{text}");
        }
        let below = format!("{}1", &limit[..limit.len() - 1]);
        for text in ["1e308", "-1.7976931348623157e308", &below, "1e-99999999999999999999", "0e99999999999999999999"] {
            assert!(text.parse::<f64>().expect("a number").is_finite(), "{text}");
            assert!(Decimal::read(text.as_bytes()).is_some(), "{text}");
        }
    }

    proptest! {
        /// A float is exact where it has few digits, so it is an oracle there.
        #[test]
        fn agrees_with_floats_where_they_are_exact(a in "-?(0|[1-9][0-9]{0,5})(\\.(0|25|5|50|75|125))?([eE][+]?[0-3])?",
                                                   b in "-?(0|[1-9][0-9]{0,5})(\\.(0|25|5|50|75|125))?([eE][+]?[0-3])?") {
            let (x, y): (f64, f64) = (a.parse().unwrap(), b.parse().unwrap());
            prop_assert_eq!(read(&a).is_less(&read(&b)), x < y);
            prop_assert_eq!(read(&a).is_integer(), x.fract() == 0.0);
        }

        #[test]
        fn knows_what_floats_cannot_hold(text in "-?[1-9][0-9]{0,4}(\\.[0-9]{1,4})?[eE](-?[0-9]{1,4}|30[0-9])") {
            prop_assert_eq!(Decimal::read(text.as_bytes()).is_none(), text.parse::<f64>().unwrap().is_infinite());
        }
    }
}
