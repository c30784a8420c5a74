//! Whole numbers of any size.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;

/// A whole number, also one that was written with a fraction of zero, which JSON does not tell apart.
///
/// JSON sets no limit, and neither do the documents, so reading never fails on a large one. Up to 64 bits every digit is
/// kept; a larger one is kept as the nearest float, as [`Number`] does, and its digits are in the body alone.
///
/// # Example
/// ```
/// use hookvet_catalogue::dataspike::{CheckError, Integer};
///
/// let code = |json| serde_json::from_str::<CheckError>(json).map(|error| error.code.as_ref().and_then(Integer::as_i64));
/// assert_eq!(code(r#"{"code": 7002.0}"#)?, Some(7002));
/// assert_eq!(code(r#"{"code": 12345678901234567890}"#)?, None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Eq, Hash, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Integer(Number);

impl Integer {
    /// The number, where it fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.as_i64()
    }

    /// The number as it is kept.
    pub fn as_number(&self) -> &Number {
        &self.0
    }
}

impl From<i64> for Integer {
    fn from(integer: i64) -> Self {
        Integer(integer.into())
    }
}

impl PartialEq<i64> for Integer {
    fn eq(&self, other: &i64) -> bool {
        self.as_i64() == Some(*other)
    }
}

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(deserializer)?;
        if number.is_i64() || number.is_u64() {
            return Ok(Integer(number));
        }
        match number.as_f64() {
            // Beyond 2^53 a float no longer says which integer was meant.
            #[expect(clippy::cast_possible_truncation, reason = "whole and under 2^53")]
            Some(float) if float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0 => Ok((float as i64).into()),
            Some(float) if float.fract() != 0.0 => Err(D::Error::custom("expected a whole number")),
            _ => Ok(Integer(number)),
        }
    }
}

impl std::fmt::Debug for Integer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Integer(..)")
    }
}

#[cfg(feature = "schemas")]
impl schemars::JsonSchema for Integer {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Integer".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "integer" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Integer> {
        serde_json::from_str(text).ok()
    }

    #[test]
    fn a_whole_number_may_have_a_fraction_of_zero() {
        for (text, integer) in [("200.0", 200), ("-3", -3), ("-0", 0), ("1e3", 1000), ("9223372036854775807", i64::MAX)]
        {
            assert_eq!(read(text), Some(integer.into()), "{text}");
        }
        for wrong in ["1.5", "1e-1", "\"1\"", "true", "[]"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn one_beyond_64_bits_is_kept() {
        for text in ["9223372036854775808", "18446744073709551615", "12345678901234567890"] {
            let integer = read(text).unwrap();
            assert_eq!(integer.as_i64(), None, "{text}");
            assert_eq!(serde_json::to_string(&integer).unwrap(), text);
        }
        for text in ["18446744073709551616", "-9223372036854775809", "9007199254740993.0", "-1e300"] {
            let integer = read(text).unwrap();
            assert_eq!(integer.as_i64(), None, "{text}");
            let written = serde_json::to_string(&integer).unwrap();
            assert_eq!(written.parse::<f64>().ok().map(f64::to_bits), text.parse().ok().map(f64::to_bits), "{text}");
        }
    }

    #[test]
    fn debug_shows_no_value() {
        assert_eq!(format!("{:?}", Integer::from(7002)), "Integer(..)");
    }
}
