//! The grammar of RFC 8259 in the one pass: cases that must be taken, cases that must not, and agreement on any bytes.

#[path = "../crates/core/fuzz/src/grammar.rs"]
mod grammar;

use hookvet::internals::{Tables, notes};
use proptest::prelude::*;

fn anything() -> Tables {
    Tables::compile("any", "true").expect("the schema true")
}

/// The pass, the scanner and `serde_json` agree; `None` where it is JSON, else what is wrong.
fn judge(tables: &Tables, bytes: &[u8]) -> Option<String> {
    let shown = || String::from_utf8_lossy(bytes).into_owned();
    let found = tables.findings(bytes);
    let scanned = grammar::fault(bytes).map_or_else(|| Ok(notes(bytes)), Err);
    let theirs = serde_json::from_slice::<serde_json::Value>(bytes);
    match (found, scanned) {
        (Err(fault), Err(other)) => {
            assert_eq!(fault, other, "{}", shown());
            assert!(theirs.is_err() || fault.0 == "depth", "{}: {fault:?}", shown());
            Some(fault.0)
        }
        (Ok(found), Ok(notes)) => {
            if found.left_out == 0 {
                assert_eq!(found.notes, notes, "{}", shown());
            }
            assert!(found.departures.is_empty(), "{}", shown());
            let is_readable = !found.notes.iter().any(|(rule, _, _)| *rule != "JSON-duplicate");
            assert_eq!(theirs.is_ok(), is_readable, "{}", shown());
            None
        }
        (found, notes) => panic!("{}: {found:?} but {notes:?}", shown()),
    }
}

#[test]
fn what_the_grammar_allows_is_taken() {
    let tables = anything();
    let cases: &[&[u8]] = &[
        b"[[]   ]",
        b"[\"\"]",
        b"[]",
        b"[\"a\"]",
        b"[false]",
        b"[null, 1, \"1\", {}]",
        b"[null]",
        b"[1\n]",
        b" [1]",
        b"[1,null,null,null,2]",
        b"[2] ",
        b"[123e65]",
        b"[0e+1]",
        b"[0e1]",
        b"[ 4]",
        b"[-0.000000000000000000001]",
        b"[20e1]",
        b"[-0]",
        b"[-123]",
        b"[-1]",
        b"[1E22]",
        b"[1E-2]",
        b"[1E+2]",
        b"[123e45]",
        b"[123.456e78]",
        b"[1e-2]",
        b"[1e+2]",
        b"[123]",
        b"[123.456789]",
        b"[1e-400]",
        br#"{"asd":"sdf", "dfg":"fgh"}"#,
        br#"{"asd":"sdf"}"#,
        br#"{"a":"b","a":"c"}"#,
        br#"{"a":"b","a":"b"}"#,
        b"{}",
        br#"{"":0}"#,
        br#"{"foo\u0000bar": 42}"#,
        br#"{ "min": -1.0e+28, "max": 1.0e+28 }"#,
        b"{\"a\":[]}",
        b"{\n\"a\": \"b\"\n}",
        br#"{"title":"\u041f\u043e\u043b\u0442\u043e\u0440\u0430"}"#,
        br#"["\u0060\u012a\u12AB"]"#,
        br#"["\uD801\udc37"]"#,
        br#"["\ud83d\ude39\ud83d\udc8d"]"#,
        br#"["\"\\\/\b\f\n\r\t"]"#,
        br#"["\\u0000"]"#,
        br#"["\""]"#,
        b"[\"a/*b*/c/*d//e\"]",
        br#"["\\a"]"#,
        br#"["\\n"]"#,
        br#"["\u0012"]"#,
        br#"["\uFFFF"]"#,
        b"[\"asd\"]",
        b"[ \"asd\"]",
        b"[\"\xf4\x8f\xbf\xbf\"]",
        b"[\"\xef\xbf\xbf\"]",
        br#"["\u0000"]"#,
        br#"["\u002c"]"#,
        b"[\"\xcf\x80\"]",
        b"[\"\xf0\x9b\xbf\xbf\"]",
        b"[\"asd \"]",
        b"\" \"",
        br#"["\uD834\uDd1e"]"#,
        br#"["\u0821"]"#,
        br#"["\u0123"]"#,
        b"[\"\xe2\x80\xa8\"]",
        b"[\"\xe2\x80\xa9\"]",
        br#"["\u0061\u30af\u30EA"]"#,
        b"[\"new\\u000Aline\"]",
        b"[\"\x7f\"]",
        br#"["\uA66D"]"#,
        b"[\"\xe2\x8d\x82\xe3\x88\xb4\xe2\x8d\x82\"]",
        br#"["\u005C"]"#,
        br#"["\u0022"]"#,
        br#"["\uDBFF\uDFFE"]"#,
        br#"["\u200B"]"#,
        br#"["\uFDD0"]"#,
        b"[\"a\x7fa\"]",
        b"false",
        b"42",
        b"-0.1",
        b"null",
        b"\"asd\"",
        b"true",
        b"\"\"",
        b"[\"a\"]\n",
        b"[true]",
        b" [] ",
        b"\t[\r\n1 , 2\t]",
        b"0",
        b"[0]",
        b"[1.5E300]",
        b"[9007199254740993]",
    ];
    for case in cases {
        assert_eq!(judge(&tables, case), None, "{}", String::from_utf8_lossy(case));
    }
}

#[test]
fn what_the_grammar_forbids_is_refused() {
    let tables = anything();
    let cases: &[&[u8]] = &[
        b"[1 true]",
        b"[a\xe5]",
        b"[\"\": 1]",
        b"[\"\"],",
        b"[,1]",
        b"[1,,2]",
        b"[\"x\",,]",
        b"[\"x\"]]",
        b"[\"\",]",
        b"[\"x\"",
        b"[x",
        b"[3[4]]",
        b"[\xff]",
        b"[1:2]",
        b"[,]",
        b"[-]",
        b"[   , \"\"]",
        b"[\"a\",\n4\n,1,",
        b"[1,]",
        b"[1,,]",
        b"[\"\x0ba\"\\f]",
        b"[*]",
        b"[\"\"",
        b"[1,",
        b"[1,\n1\n,1",
        b"[{}",
        b"[fals]",
        b"[nul]",
        b"[tru]",
        b"123\x00",
        b"[++1234]",
        b"[+1]",
        b"[+Inf]",
        b"[-01]",
        b"[-1.0.]",
        b"[-2.]",
        b"[-NaN]",
        b"[.-1]",
        b"[.2e-3]",
        b"[0.1.2]",
        b"[0.3e+]",
        b"[0.3e]",
        b"[0.e1]",
        b"[0E+]",
        b"[0E]",
        b"[0e+]",
        b"[0e]",
        b"[1.0e+]",
        b"[1.0e-]",
        b"[1.0e]",
        b"[1 000.0]",
        b"[1eE2]",
        b"[2.e+3]",
        b"[2.e-3]",
        b"[2.e3]",
        b"[9.e+]",
        b"[Inf]",
        b"[NaN]",
        b"[\xef\xbc\x91]",
        b"[1+2]",
        b"[0x1]",
        b"[0x42]",
        b"[Infinity]",
        b"[0e+-1]",
        b"[-123.123foo]",
        b"[123\xe5]",
        b"[1e1\xe5]",
        b"[0\xe5]",
        b"[-Infinity]",
        b"[-foo]",
        b"[- 1]",
        b"[-012]",
        b"[-.123]",
        b"[-1x]",
        b"[1ea]",
        b"[1e\xe5]",
        b"[1.]",
        b"[.123]",
        b"[1.2a-3]",
        b"[1.8011670033376514H-308]",
        b"[012]",
        b"[\"x\", truth]",
        b"{[: \"x\"}\n",
        b"{\"x\", null}",
        b"{\"x\"::\"b\"}",
        b"{\xf0\x9f\x87\xa8\xf0\x9f\x87\xad}",
        b"{\"a\":\"a\" 123}",
        b"{key: 'value'}",
        b"{\"\xb9\":\"0\",}",
        b"{\"a\" b}",
        b"{:\"b\"}",
        b"{\"a\" \"b\"}",
        b"{\"a\":",
        b"{\"a\"",
        b"{1:1}",
        b"{9999E9999:1}",
        b"{null:null,null:null}",
        b"{\"id\":0,,,,,}",
        b"{'a':0}",
        b"{\"id\":0,}",
        b"{\"a\":\"b\"}/**/",
        b"{\"a\":\"b\"}/**//",
        b"{\"a\":\"b\"}//",
        b"{\"a\":\"b\"}/",
        b"{\"a\":\"b\",,\"c\":\"d\"}",
        b"{a: \"b\"}",
        b"{\"a\":\"a",
        b"{ \"foo\" : \"bar\", \"a\" }",
        b"{\"a\":\"b\"}#",
        b" ",
        b"[\"\\uD800\\\"]",
        b"[\"\\uD800\\u\"]",
        b"[\"\\uD800\\u1\"]",
        b"[\"\\uD800\\u1x\"]",
        b"[\xc3\xa9]",
        b"[\"\\\x00\"]",
        b"[\"\\\\\\\"]",
        b"[\"\\x00\"]",
        b"[\"\\\t\"]",
        b"[\"\\\xf0\x9f\x8c\x80\"]",
        b"[\"\\\"]",
        b"[\"\\u00A\"]",
        b"[\"\\uD834\\uDd\"]",
        b"[\"\\uD800\\uD800\\x\"]",
        b"[\"\\u\xe5\"]",
        b"[\"\\a\"]",
        b"[\"\\uqqqq\"]",
        b"[\"\\\xe5\"]",
        b"[\\u0020\"asd\"]",
        b"[\\n]",
        b"\"",
        b"['single quote']",
        b"abc",
        b"[\"\\",
        b"[\"a\x00a\"]",
        b"[\"new\nline\"]",
        b"[\"\t\"]",
        b"\"\\UA66D\"",
        b"\"\"x",
        b"<.>",
        b"[<null>]",
        b"[1]x",
        b"[1]]",
        b"[\"asd]",
        b"aA\xcc\x8a",
        b"[True]",
        b"1]",
        b"{\"x\": true,",
        b"[][]",
        b"]",
        b"\xef\xbb{}",
        b"\xef\xbb\xbf{}",
        b"\xe5",
        b"[",
        b"",
        b"[\x00]",
        b"2@",
        b"{}}",
        b"{\"\":",
        b"{\"a\":/*comment*/\"b\"}",
        b"{\"a\": true} \"x\"",
        b"['",
        b"[,",
        b"[{",
        b"[\"a",
        b"[\"a\"",
        b"{",
        b"{]",
        b"{,",
        b"{[",
        b"{\"a",
        b"{'a'",
        b"[\"\\{[\"\\{[\"\\{",
        b"\xe9",
        b"*",
        b"{\"a\":\"b\"}#{}",
        b"[\xe2\x81\xa0]",
        b"[\\u000A\"\"]",
        b"[1",
        b"[ false, nul",
        b"[ true, fals",
        b"[ false, tru",
        b"{\"asd\":\"asd\"",
        b"\xc3\xa5",
        b"[\x0c]",
        b"-",
        b"-a",
        b"01",
        b"1.",
        b"1e",
        b"nulll",
    ];
    for case in cases {
        assert!(judge(&tables, case).is_some(), "{}", String::from_utf8_lossy(case));
    }
    for deep in ["[".repeat(100_000), "[{\"\":".repeat(50_000), "{\"a\":".repeat(65)] {
        assert!(judge(&tables, deep.as_bytes()).is_some());
    }
}

#[test]
fn every_cut_of_a_document_is_refused_alike() {
    let tables = anything();
    let text = br#" {"a":[1,-2.5e+3,true,false,null,"x\"\u00e9\ud83d\ude00y"],"b\/c":{"d":{}, "e" : [ ] } } "#;
    for end in 0..text.len() {
        let is_whole = end >= text.len() - 1;
        assert_eq!(judge(&tables, &text[..end]).is_none(), is_whole, "{end}");
    }
    // Every byte in every place.
    for at in 0..text.len() {
        for byte in 0..=255 {
            let mut other = text.to_vec();
            other[at] = byte;
            judge(&tables, &other);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        judge(&anything(), &bytes);
    }

    #[test]
    fn any_bytes_of_json(text in r#"[\[\]{}:,"\\ \n0-9eE.+\-tfnulrasu]{0,40}"#) {
        judge(&anything(), text.as_bytes());
    }

    #[test]
    fn any_tokens(tokens in proptest::collection::vec(proptest::sample::select(&TOKENS[..]), 0..30)) {
        judge(&anything(), tokens.concat().as_bytes());
    }
}

const TOKENS: [&str; 26] = [
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"a\":",
    "\"b\":",
    "\"\\u0061\":",
    "\"\"",
    "\"x\"",
    "\"\\ud800\"",
    "\"\\\\\"",
    "1",
    "-0",
    "1.5",
    "1e5",
    "1e999",
    "true",
    "false",
    "null",
    " ",
    "\n",
    "[]",
    "{}",
    "\"long enough to need two blocks\"",
];
