"""Every published schema in tools from PyPI, each as it behaves by default.

The same as `tests/node/tools.test.mjs`: it loads, it takes the accepted examples and refuses the refused ones. A keyword that a tool
does not look at stands in `IGNORED` with the reason, and so does an example that it takes for a reason of its own; an entry that
nothing needs any more fails.
"""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import traceback
import types
import warnings

import jsonschema
from check_jsonschema import main as check_jsonschema
from datamodel_code_generator import InputFileType, generate
from pydantic import ValidationError

SCHEMAS = pathlib.Path(__file__).parents[2] / "schemas"
DRAFTS = {"2020-12": SCHEMAS, "draft-07": SCHEMAS / "draft-07"}
VENDORS = ["amlyze", "dataspike"]

IGNORED = {
    "jsonschema": {"format": "a remark by default; a format checker switches it on"},
    "check-jsonschema": {},
    "datamodel-code-generator": {
        "type": "its models turn text into numbers and booleans, and numbers into times, unless they are strict",
        "required": "a payload that may be empty is an if with a then, which it does not read",
        "examples/refused/dataspike/DOCVER.4.json": "a map that may be null is one of anything in its models",
    },
}


def files(draft):
    """The schemas of a draft by `vendor/name`."""
    found = {
        f"{vendor}/{path.name.removesuffix('.schema.json')}": path
        for vendor in VENDORS
        for path in sorted((DRAFTS[draft] / vendor).glob("*.schema.json"))
    }
    assert len(found) >= 51, len(found)
    return found


def examples(folder):
    """The examples below a folder: path, name of the schema, what that describes, keywords that are broken."""
    found = []
    for vendor in VENDORS:
        for path in sorted((SCHEMAS / "examples" / folder / vendor).glob("*.json")):
            example = json.loads(path.read_text(encoding="utf-8"))
            name = f"{vendor}/{example.get('type') or example.get('document')}"
            headers = example.get("headers")
            is_structured = bool(headers) and headers[0][1] == "application/cloudevents+json"
            body = example["body"]["data"] if is_structured else example["body"]
            rules = [finding["rule"] for finding in example.get("findings", [])]
            broken = [rule.removeprefix("SCHEMA-") for rule in rules if rule.startswith("SCHEMA-")]
            found.append((str(path.relative_to(SCHEMAS)), name, body, broken))
    return found


def hold(tool, takes):
    """Holds `takes`, a function from a schema's name and a list of documents to a list of booleans, to the examples."""
    for folder, least in [("", 70), ("refused", 50)]:
        cases = examples(folder)
        assert len(cases) >= least, len(cases)
        assert folder or {name for _, name, _, _ in cases} == set(files("2020-12")), "a schema without an example"
        needed = set()
        for name in sorted({name for _, name, _, _ in cases}):
            of_schema = [case for case in cases if case[1] == name]
            for (path, _, _, broken), is_taken in zip(of_schema, takes(name, [case[2] for case in of_schema]), strict=True):
                if folder == "":
                    assert is_taken, f"{tool} refuses {path}"
                elif is_taken:
                    ignored = [path] if path in IGNORED[tool] else broken
                    assert set(ignored) <= set(IGNORED[tool]), f"{tool} takes {path}: {broken}"
                    needed.update(ignored)
    assert needed == set(IGNORED[tool]), f"{tool} ignores less than is written here: {needed}"


def with_jsonschema(draft):
    validators = {}
    for name, path in files(draft).items():
        schema = json.loads(path.read_text(encoding="utf-8"))
        validator = jsonschema.validators.validator_for(schema)
        validator.check_schema(schema)
        validators[name] = validator(schema)
    hold("jsonschema", lambda name, documents: [validators[name].is_valid(document) for document in documents])


def with_check_jsonschema(draft):
    paths = files(draft)
    report = checked("--check-metaschema", *map(str, paths.values()))
    assert report["status"] == "ok", report
    assert len(report["checked_paths"]) == len(paths), report

    def takes(name, documents):
        with tempfile.TemporaryDirectory() as folder:
            written = [pathlib.Path(folder) / f"{number}.json" for number in range(len(documents))]
            for path, document in zip(written, documents, strict=True):
                path.write_text(json.dumps(document), encoding="utf-8")
            report = checked("--schemafile", str(paths[name]), *map(str, written))
        assert not report.get("parse_errors"), report
        refused = {pathlib.Path(error["filename"]) for error in report.get("errors", [])}
        return [path not in refused for path in written]

    hold("check-jsonschema", takes)


def checked(*arguments):
    """The program's report on its arguments, from its own entry point: a process for each would take minutes."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            check_jsonschema(["--output-format", "json", "--verbose", *arguments], standalone_mode=False)
        except SystemExit:
            pass
    return json.loads(out.getvalue())


def with_datamodel_code_generator(draft):
    models = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, path in files(draft).items():
            written = pathlib.Path(folder) / "model.py"
            with warnings.catch_warnings():
                # That another formatter will be the default one day.
                warnings.simplefilter("ignore", FutureWarning)
                generate(path, input_file_type=InputFileType.JsonSchema, output=written, class_name="Delivery")
            module = types.ModuleType(f"model_{len(models)}")
            sys.modules[module.__name__] = module
            exec(compile(written.read_text(encoding="utf-8"), name, "exec"), module.__dict__)
            models[name] = module.Delivery

    def takes(name, documents):
        return [is_read(models[name], document) for document in documents]

    hold("datamodel-code-generator", takes)


def is_read(model, document):
    try:
        model.model_validate(document)
    except ValidationError:
        return False
    return True


def main():
    """Prints one line for each test, as Node's runner does."""
    tests = [
        (f"{tool.__name__.removeprefix('with_')} with its defaults, {draft}", tool, draft)
        for tool in [with_jsonschema, with_check_jsonschema, with_datamodel_code_generator]
        for draft in DRAFTS
    ]
    passed = 0
    for number, (name, test, draft) in enumerate(tests, 1):
        try:
            test(draft)
        except Exception:
            traceback.print_exc()
            print(f"not ok {number} - {name}", flush=True)
        else:
            passed += 1
            print(f"ok {number} - {name}", flush=True)
    print(f"# pass {passed}")
    return 0 if passed == len(tests) else 1


if __name__ == "__main__":
    sys.exit(main())
