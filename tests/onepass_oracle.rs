//! The one pass against `jsonschema`, the scanner and `serde_json`, over edited examples of every event.
//!
//! `HOOKVET_ORACLE_DOCUMENTS` sets how many documents are compared; a nightly run takes 200,000.

#[path = "../crates/core/fuzz/src/agree.rs"]
mod agree;
#[path = "../crates/core/fuzz/src/grammar.rs"]
mod grammar;
#[path = "../crates/core/fuzz/src/mutate.rs"]
mod mutate;

use agree::{Pair, Tally};
use mutate::{Random, Tree, document};
use serde_json::{Value, json};

/// Every example with the judges of its event.
fn examples() -> Vec<(Pair, Vec<Tree>)> {
    hookvet::events()
        .iter()
        .map(|event| (Pair::of(event), event.examples().iter().map(|example| Tree::parse(example.body)).collect()))
        .collect()
}

#[test]
fn edited_examples_of_every_event() {
    let documents: usize =
        std::env::var("HOOKVET_ORACLE_DOCUMENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let seed = std::env::var("HOOKVET_ORACLE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let examples = examples();
    let mut random = Random(seed);
    let mut tally = Tally::default();
    while tally.documents < documents {
        for (pair, trees) in &examples {
            for tree in trees {
                pair.compare(&document(tree, &mut random), &mut tally);
            }
        }
    }
    println!("{tally:?}");
    assert!(tally.clean * 20 > documents && tally.faulty * 20 > documents, "{tally:?}");
    assert!(tally.duplicates > 0 && tally.unread > 0, "{tally:?}");
}

#[test]
fn the_examples_as_they_stand() {
    for event in hookvet::events() {
        let pair = Pair::of(event);
        for example in event.examples() {
            pair.compare(example.body.as_bytes(), &mut Tally::default());
        }
    }
}

/// A keyword each, alone: texts on both sides of the limit.
#[test]
fn every_keyword_by_itself() {
    let texts = [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1",
        "2",
        "5",
        "5.0",
        "5.5",
        "-5",
        "1e0",
        "1e400",
        "18446744073709551616",
        r#""""#,
        r#""a""#,
        r#""ab""#,
        r#""abc""#,
        r#""abcd""#,
        r#""žž""#,
        r#""\u017e\ud83d\ude00""#,
        r#""a\u0062""#,
        r#""\ud83d""#,
        r#""2024-02-29""#,
        r#""2023-02-29""#,
        r#""2016-12-31T23:59:60Z""#,
        r#""2016-12-31T23:58:60Z""#,
        r#""2026-03-10T12:53:45.85z""#,
        r#""2026-03-10T12:53:45+23:59""#,
        r#""2026-03-10T12:53:45.""#,
        r#""1ed2fb46-8271-6a33-a9ef-7553f473af46""#,
        r#""1ed2fb46-8271-6a33-a9ef-7553f473af4g""#,
        r#""1ed2fb4682716a33a9ef7553f473af46""#,
        "[]",
        "[1]",
        "[1,2]",
        "[1,2,3]",
        r#"["a",null,{}]"#,
        "[[1]]",
        "{}",
        r#"{"a":1}"#,
        r#"{"a":"x"}"#,
        r#"{"b":1}"#,
        r#"{"a":1,"b":2}"#,
        r#"{"b":2,"a":1}"#,
        r#"{"\u0061":1,"c":3}"#,
        r#"{"a":1,"a":2}"#,
        r#"{"a":{"a":{"a":{"b":1}}}}"#,
        r#"{"abc":1}"#,
        r#"{"abcd":1,"":2}"#,
        r#"{"a~/b":{}}"#,
        r#"{"a":[],"c":[1]}"#,
        r#"{"a":null}"#,
        r#"{"\ud83d":1e400}"#,
        r#"{"\ud83d":"\ud83d"}"#,
        r#"{"\ud83d":[1e400]}"#,
    ];
    let a_long_name = "x".repeat(300);
    let mut names_compared = 0;
    let wide: Vec<String> = (0..64).map(|number| format!(r#""member{number}":{{"type":"integer"}}"#)).collect();
    let wide = format!(r#"{{"properties":{{{}}},"required":["member63"]}}"#, wide.join(","));
    for schema in [
        "true",
        "{}",
        r#"{"type":"null"}"#,
        r#"{"type":"boolean"}"#,
        r#"{"type":"integer"}"#,
        r#"{"type":"number"}"#,
        r#"{"type":"string"}"#,
        r#"{"type":"array"}"#,
        r#"{"type":"object"}"#,
        r#"{"type":["string","null"]}"#,
        r#"{"type":["integer","boolean","object"]}"#,
        r#"{"enum":["a","abcd",null]}"#,
        r#"{"enum":["a\"b","é","ab"]}"#,
        r#"{"type":"string","enum":["ab",true]}"#,
        r#"{"enum":["aaaaaaaaXbbbbbbbb","aaaaaaaaYbbbbbbbb","a"]}"#,
        r#"{"const":"ab"}"#,
        r#"{"const":null}"#,
        r#"{"const":false}"#,
        r#"{"format":"uuid"}"#,
        r#"{"format":"date"}"#,
        r#"{"format":"date-time"}"#,
        r#"{"format":"date","maxLength":3}"#,
        r#"{"minLength":2}"#,
        r#"{"maxLength":2}"#,
        r#"{"minLength":2,"maxLength":3}"#,
        r#"{"minimum":2}"#,
        r#"{"maximum":5}"#,
        r#"{"minimum":0.5,"maximum":5.25}"#,
        r#"{"type":"integer","minimum":-1000,"maximum":18446744073709551615}"#,
        r#"{"items":{"type":"integer"}}"#,
        r#"{"items":{"items":{"type":"string"}}}"#,
        r#"{"minItems":2}"#,
        r#"{"maxItems":1}"#,
        r#"{"minItems":1,"maxItems":2,"items":{"enum":["a"]}}"#,
        r#"{"properties":{"a":{"type":"string"}}}"#,
        r#"{"properties":{"a":true},"required":["a"]}"#,
        r#"{"properties":{"a":true,"b":{}},"required":["a","b"]}"#,
        r#"{"properties":{"a":true},"additionalProperties":false}"#,
        r#"{"properties":{"a":true},"additionalProperties":true}"#,
        r#"{"properties":{"a":true},"additionalProperties":{"type":"array"}}"#,
        r#"{"additionalProperties":{"type":"integer"}}"#,
        r#"{"propertyNames":{"maxLength":1}}"#,
        r#"{"propertyNames":{"enum":["a","b"]},"properties":{"a":{"type":"integer"}}}"#,
        "false",
        r#"{"enum":[]}"#,
        r#"{"enum":[1,"a",[1],{"a":1},5.5,true]}"#,
        r#"{"const":{"a":1.0,"b":2}}"#,
        r#"{"const":[]}"#,
        r#"{"const":5}"#,
        r#"{"exclusiveMinimum":2,"exclusiveMaximum":5.5}"#,
        r#"{"multipleOf":0.5}"#,
        r#"{"multipleOf":2}"#,
        r#"{"multipleOf":0.0001,"type":"number"}"#,
        r#"{"uniqueItems":true}"#,
        r#"{"uniqueItems":false,"items":false}"#,
        r#"{"prefixItems":[{"type":"integer"},{"const":2}],"items":{"type":"string"}}"#,
        r#"{"prefixItems":[true,false],"minItems":1}"#,
        r#"{"required":["a"]}"#,
        r#"{"properties":{"a":true},"required":["b"]}"#,
        r#"{"properties":{"a":true},"required":["b"],"additionalProperties":false}"#,
        r#"{"required":["b"],"additionalProperties":{"type":"integer"}}"#,
        r#"{"additionalProperties":false}"#,
        r#"{"properties":{"a":false,"b":true}}"#,
        r#"{"minProperties":2,"maxProperties":2}"#,
        r#"{"dependentRequired":{"a":["b","c"],"b":["c"]}}"#,
        r#"{"properties":{"a":true,"b":true},"dependentRequired":{"a":["b"]}}"#,
        r#"{"allOf":[{"properties":{"a":{"type":"integer"}}},{"properties":{"b":true},"required":["b"]}]}"#,
        r#"{"type":"object","allOf":[{"minProperties":1},{"properties":{"a":true}}]}"#,
        r##"{"properties":{"a":{"$ref":"#/$defs/N","maxProperties":1}},"$defs":{"N":{"properties":{"a":{"$ref":"#/$defs/N"}}}}}"##,
        r##"{"properties":{"a":{"$ref":"#"}},"type":["object","integer"]}"##,
        r##"{"items":{"$ref":"#/definitions/x"},"definitions":{"x":{"type":"string"}}}"##,
        r##"{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"$ref":"#/definitions/x","type":"null"}},"definitions":{"x":{"type":"string"}}}"##,
        r#"{"properties":{"a":true},"if":{"minProperties":1},"then":{"required":["a"]}}"#,
        r##"{"$ref":"#/$defs/N","$defs":{"N":{"type":["object","integer"],"properties":{"a":{"$ref":"#/$defs/N"}}}}}"##,
        r##"{"properties":{"a~/b":{"$ref":"#/$defs/x~1y"}},"$defs":{"x/y":{"type":"string"}}}"##,
        &wide,
        &format!(r#"{{"properties":{{"{a_long_name}":{{"type":"null"}},"{a_long_name}y":{{"type":"string"}}}}}}"#),
    ] {
        let pair = Pair::compile("keyword", schema);
        let mut tally = Tally::default();
        let long = format!(r#"{{"{a_long_name}y":1,"{a_long_name}":1,"member63":1,"member0":null,"member7":7}}"#);
        let nested = format!("{}{}", "[".repeat(64), "]".repeat(64));
        let nested_objects = format!("{}1{}", r#"{"a":"#.repeat(64), "}".repeat(64));
        let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
        for text in texts.into_iter().chain([&*long, &*nested, &*nested_objects, &*deep]) {
            // The texts of a message about names are the oracle's own.
            if schema.contains("propertyNames") {
                compare_names(schema, text, &mut names_compared);
            } else {
                pair.compare(text.as_bytes(), &mut tally);
                pair.compare(format!(" [ {text} ,\t{text} ]\r\n").as_bytes(), &mut tally);
                pair.compare(format!("{{\"a\" : {text}\n,  \"b\" :{text}}}").as_bytes(), &mut tally);
            }
        }
    }
    assert!(names_compared > 80, "only {names_compared} texts were compared under propertyNames");
}

/// Random schemas of the subset and random values: the tables say what `jsonschema` says.
#[test]
fn random_schemas_and_values() {
    let count = |name: &str, usual: usize| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let wanted = count("HOOKVET_ORACLE_SCHEMAS", 1_500);
    let mut random = Random(count("HOOKVET_ORACLE_SEED", 1) as u64);
    let (mut inside, mut outside, mut tally) = (0, 0, Tally::default());
    while inside < wanted {
        let schema = random_schema(&mut random, 3).to_string();
        let Some(pair) = Pair::inside("random", &schema) else {
            outside += 1;
            continue;
        };
        inside += 1;
        for _ in 0..20 {
            let value = random_value(&mut random, 4);
            // Shown where the comparison fails.
            println!("{schema} {value}");
            pair.compare(value.as_bytes(), &mut tally);
        }
    }
    // Most of what is made up keeps to the subset, and values are found on both sides of it.
    assert!(outside < wanted / 2, "{outside} of {wanted}");
    assert!(tally.clean * 10 > tally.documents && tally.clean * 10 < tally.documents * 9, "{tally:?}");
}

const NAMES: [&str; 4] = ["a", "b", "c", "dd"];

fn random_schema(random: &mut Random, depth: usize) -> Value {
    if random.once_in(12) {
        return Value::Bool(!random.once_in(4));
    }
    let mut schema = serde_json::Map::new();
    for _ in 0..=random.below(4) {
        let small = |random: &mut Random| json!(random.below(4));
        let name = |random: &mut Random| json!(random.pick(&NAMES));
        let below = |random: &mut Random| if depth == 0 { json!(true) } else { random_schema(random, depth - 1) };
        let (keyword, value) = match random.below(22) {
            0 => ("type", json!(random.pick(&["null", "boolean", "integer", "number", "string", "array", "object"]))),
            1 => ("type", json!(["object", random.pick(&["null", "string", "integer", "array"])])),
            2 => ("minLength", small(random)),
            3 => ("maxLength", small(random)),
            4 => ("minimum", json!(random.below(5))),
            5 => ("maximum", json!(f64::from(u32::try_from(random.below(50)).unwrap_or_default()) / 10.0)),
            6 => ("exclusiveMinimum", json!(random.below(5))),
            7 => ("exclusiveMaximum", json!(random.below(5))),
            8 => ("multipleOf", random.pick(&[&json!(2), &json!(0.5), &json!(0.01), &json!(3)]).clone()),
            9 => ("minItems", small(random)),
            10 => ("maxItems", small(random)),
            11 => ("uniqueItems", json!(true)),
            12 => ("items", below(random)),
            13 => ("prefixItems", json!([below(random), below(random)])),
            14 => ("minProperties", small(random)),
            15 => ("maxProperties", small(random)),
            16 => ("required", json!([random.pick(&NAMES)])),
            17 => ("additionalProperties", below(random)),
            18 => ("dependentRequired", json!({ random.pick(&NAMES): [name(random)] })),
            19 => ("enum", json!([1, "a", null, random.below(3), [], { "a": 1 }, [name(random)]])),
            20 => ("allOf", json!([below(random), below(random)])),
            _ => {
                let members: serde_json::Map<String, Value> = NAMES
                    .iter()
                    .filter(|_| !random.0.is_multiple_of(3))
                    .map(|name| ((*name).to_owned(), Value::Null))
                    .collect();
                let members = members.into_iter().map(|(name, _)| (name, below(random))).collect();
                ("properties", Value::Object(members))
            }
        };
        schema.insert(keyword.to_owned(), value);
    }
    Value::Object(schema)
}

fn random_value(random: &mut Random, depth: usize) -> String {
    let list = |random: &mut Random| (0..random.below(4)).map(|_| random_value(random, depth - 1)).collect::<Vec<_>>();
    match random.below(if depth == 0 { 4 } else { 9 }) {
        0 => random.pick(&["null", "true", "false"]).to_owned(),
        1 => random.pick(&["0", "1", "1.0", "2", "3", "4.5", "1e0", "0.07", "-1", "100", "2.50"]).to_owned(),
        2 | 3 => random.pick(&[r#""""#, r#""a""#, r#""ab""#, r#""a""#, r#""ž😀a""#, r#""abcd""#]).to_owned(),
        4 | 5 => format!("[{}]", list(random).join(",")),
        _ => {
            let mut names: Vec<&str> = NAMES.into_iter().chain(["z"]).collect();
            let mut members = Vec::new();
            for value in list(random) {
                members.push(format!("\"{}\":{value}", names.remove(random.below(names.len()))));
            }
            format!("{{{}}}", members.join(","))
        }
    }
}

/// `propertyNames` is reported once for each name, with a message of its own: pointers and rules are compared.
fn compare_names(schema: &str, text: &str, compared: &mut usize) {
    let found =
        hookvet::internals::Tables::compile("names", schema).expect("inside the subset").findings(text.as_bytes());
    let theirs = hookvet::internals::Oracle::compile("names", schema).expect("valid").departures(text.as_bytes());
    let (found, theirs) = match (found, theirs) {
        (Ok(found), Some(theirs)) => (found, theirs),
        // Stated: deeper than the limit, which the oracle does not have. Whatever else is no JSON here is none there either.
        (Err((fault, _)), theirs) => {
            assert!(fault == "depth" || theirs.is_none(), "{schema} {text}: {fault}");
            return;
        }
        // Stated: serde_json reads neither numbers beyond a float nor lone surrogates.
        (Ok(found), None) => {
            let is_stated = |(rule, _, _): &(&str, String, usize)| matches!(*rule, "JSON-number" | "JSON-syntax");
            assert!(found.notes.iter().any(is_stated), "{schema} {text}");
            return;
        }
    };
    // Stated: of repeated names the oracle sees the last, the pass all of them.
    if !found.notes.is_empty() {
        assert!(found.notes.iter().all(|(rule, _, _)| *rule == "JSON-duplicate"), "{schema} {text}");
        return;
    }
    *compared += 1;
    let ours = found.departures.into_iter().map(|departure| (departure.pointer, departure.rule));
    let theirs = theirs.into_iter().map(|departure| (departure.pointer, departure.rule));
    let (ours, theirs): (std::collections::BTreeSet<_>, std::collections::BTreeSet<_>) =
        (ours.collect(), theirs.collect());
    assert_eq!(ours, theirs, "{schema} {text}");
}

#[test]
fn stated_difference_repeated_names_are_all_judged() {
    let event = hookvet::find(hookvet::Vendor::Amlyze, "com.amlyze.customer.updated").expect("known");
    let found = Pair::of(event).findings(br#"{"pep":"x","pep":true}"#).expect("JSON");
    assert_eq!(found.notes, [("JSON-duplicate", "/pep".to_owned(), 11)]);
    assert_eq!(found.departures[0].pointer, "/pep");
    assert_eq!(found.departures.len(), 1);
}

#[test]
fn stated_difference_departures_beside_huge_numbers_and_lone_surrogates_are_told() {
    let event = hookvet::find(hookvet::Vendor::Amlyze, "com.amlyze.customer.updated").expect("known");
    let found = Pair::of(event).findings(br#"{"pep":1e999,"status":"\ud83d"}"#).expect("JSON");
    let rules: Vec<&str> = found.notes.iter().map(|(rule, _, _)| *rule).collect();
    assert_eq!(rules, ["JSON-number", "JSON-syntax"]);
    let rules: Vec<&str> = found.departures.iter().map(|departure| departure.rule).collect();
    assert_eq!(rules, ["SCHEMA-type", "SCHEMA-enum"]);
}

#[test]
fn stated_difference_numbers_are_judged_as_they_are_written() {
    let pair = Pair::compile("number", r#"{"type":"integer","minimum":1,"maximum":100}"#);
    for (text, rule) in [
        ("1.00000000000000000001", "SCHEMA-type"),
        ("100.00000000000000000001", "SCHEMA-maximum"),
        ("0.99999999999999999999", "SCHEMA-minimum"),
    ] {
        let mut tally = Tally::default();
        pair.compare(text.as_bytes(), &mut tally);
        assert!(tally.rounded > 0, "{text}");
        let departures = pair.findings(text.as_bytes()).expect("JSON").departures;
        assert!(departures.iter().any(|departure| departure.rule == rule), "{text}: {departures:?}");
    }
    for text in ["1.0", "100", "1e2", "5.0e0"] {
        assert!(pair.findings(text.as_bytes()).expect("JSON").departures.is_empty(), "{text}");
    }
}

#[test]
fn findings_are_counted_where_they_are_too_many_to_keep() {
    let event = hookvet::find(hookvet::Vendor::Amlyze, "com.amlyze.customer.updated").expect("known");
    let names: String = (0..10_000).map(|number| format!("\"m{number}\":0,")).collect();
    let found = Pair::of(event).findings(format!("{{{names}\"pep\":true}}").as_bytes()).expect("JSON");
    assert_eq!(found.departures.len() + found.left_out, 10_000);
    let twice = "\"pep\":true,".repeat(10_000);
    let found = Pair::of(event).findings(format!("{{{twice}\"pep\":true}}").as_bytes()).expect("JSON");
    assert_eq!(found.notes.len() + found.left_out, 10_000);
}

#[test]
fn watched_members_are_captured_raw() {
    let event = hookvet::find(hookvet::Vendor::Dataspike, "DOCVER").expect("known");
    let tables = hookvet::internals::Tables::of(event).expect("built in");
    let captured = tables.captured(
        br#"{"id":"1ed2fb46-8271-6a33-a9ef-7553f473af46","webhook_id":"\u0031ed2f903-2d75-6b19-b6a5-29535bc3340e",
            "event_type":"DOCVER","timestamp":"2022-09-08T20:25:40Z","payload": { } }"#,
    );
    let expected = [
        (1, ("\"1ed2fb46-8271-6a33-a9ef-7553f473af46\"".to_owned(), false)),
        (2, ("\"\\u0031ed2f903-2d75-6b19-b6a5-29535bc3340e\"".to_owned(), false)),
        (3, ("\"DOCVER\"".to_owned(), false)),
        (4, ("\"2022-09-08T20:25:40Z\"".to_owned(), false)),
        (5, ("{ }".to_owned(), true)),
    ];
    assert_eq!(captured.into_iter().collect::<Vec<_>>(), expected);
}
