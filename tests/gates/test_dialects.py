"""What a file is that does not parse, where nobody can say that it is broken."""

from __future__ import annotations

import pytest

from bot.gates import Change, Rules, check_texts
from bot.gates.dialects import is_python_2, name_data_dialect, name_dialect, says_python_2
from bot.gates.size import check_size
from bot.gates.syntax import is_nested_deep
from bot.gates.text_gates import advise_usual_rules
from bot.values import Finding, SecretJob

TEMPLATE = "a template"
NEWER = "a newer version of the language"
SAMPLE = "a sample, which may be broken on purpose"
XML = "XML under the name of another language"


@pytest.mark.parametrize(
    ("path", "language", "text", "line", "dialect"),
    [
        ("a.py", "python", "x = (\n", 1, ""),
        ("a.py", "python", "x = (\n", 9, ""),
        ("a.ts", "typescript", "\ufeff \n<?xml version='1.0'?>\n", 1, XML),
        ("a.ts", "typescript", "<!DOCTYPE html>\n", 1, XML),
        ("a.js", "javascript", "1\n2\n{{ name }}\n4\n5\n6\n", 1, TEMPLATE),
        ("a.js", "javascript", "1\n2\n{{ name }}\n4\n5\n6\n", 5, TEMPLATE),
        ("a.js", "javascript", "1\n2\n{{ name }}\n4\n5\n6\n", 6, ""),
        ("a.js", "javascript", "1\n2\n3\n{{ name }}\n", 1, ""),
        ("cookiecutter/a.js", "javascript", "1\n2\n3\n{{ name }}\n", 1, TEMPLATE),
        ("cookiecutter/a.js", "javascript", "1\n2\n3\n", 1, ""),
        ("a.java", "java", "package $name;\n", 1, TEMPLATE),
        ("a.py", "python", "def f[T](x): ...\n", 1, NEWER),
        ("a.py", "python", "x\ndef f[T](x): ...\n", 1, ""),
        ("a.tsx", "tsx", "import defer * as a from 'a'\n", 1, NEWER),
        ("a.ts", "typescript", "x\nimport defer * as a from 'a'\n", 1, NEWER),
        ("a.js", "javascript", "x |> f\n", 1, NEWER),
        ("a.go", "go", "x |> f\n", 1, ""),
        ("a.py", "python", "%matplotlib inline\n", 1, "IPython"),
        ("a.js", "javascript", "%matplotlib inline\n", 1, ""),
        ("a.js", "javascript", "// @flow\n\n\n\nx: y\n", 5, "JavaScript with types"),
        ("a.py", "python", "# @flow\nx = (\n", 2, ""),
        ("tests/data/a.py", "python", "x = (\n", 1, SAMPLE),
        ("tests/test_a.py", "python", "x = (\n", 1, ""),
        ("src/data/a.py", "python", "x = (\n", 1, ""),
        ("tests/broken.py", "python", "x = (\n", 1, SAMPLE),
    ],
)
def test_what_our_parser_does_not_take_may_be_right(path, language, text, line, dialect):
    """By a mark on the line or near it; what has none is broken."""
    assert dialect == name_dialect(path, language, text, line)


@pytest.mark.parametrize(
    ("path", "text", "dialect"),
    [
        ("a.json", "{,}", ""),
        ("a.json", '{"a": {{ b }} }', TEMPLATE),
        ("a.json", '{"a": @NAME@ }', TEMPLATE),
        ("__name__/a.json", "{,}", TEMPLATE),
        ("a.json", '{"a": 1, // one\n "b": [2,],\n}', "JSON with comments"),
        ("A.JSON", '{"a": 1 /* one\n two */}', "JSON with comments"),
        ("a.json", '{"a": "// no",}', ""),
        ("a.json", '{"a": 1 // one\n "b"}', ""),
        ("package.json", '{"a": 1 // one\n}', ""),
        ("a.json", '{"a": 1}\n\n{"b": 2}\n', "a list of JSON documents"),
        ("a.json", '{"a": 1}\n{b}\n', ""),
        ("a.json", '{"a": 1,\n', ""),
        ("a.toml", "a = {\n  b = 1, # one\n  c = 2,\n}\n", "TOML 1.1"),
        ("a.toml", 'a = "\\e[0m \\x1B \\xfF"\n', "TOML 1.1"),
        ("a.toml", "a = 07:32\n", "TOML 1.1"),
        ("a.toml", "a = \n", ""),
        ("a.yml", "a: [\n", ""),
        ("tests/data/a.json", "{,}", SAMPLE),
    ],
)
def test_a_data_file_may_be_in_a_wider_format(path, text, dialect):
    """That its own tool reads; a strict reader's file is not let through."""
    assert dialect == name_data_dialect(path, text, "expected ',' or ']'")


def test_rare_yaml_is_told_by_what_its_reader_says():
    """And only in YAML."""
    message = "found character '\\t' that cannot start any token"

    assert name_data_dialect("a.yaml", "a: 1", message).startswith("YAML with tabs")
    assert "" == name_data_dialect("a.json", "{,}", message)


@pytest.mark.parametrize(
    ("line", "is_old"),
    [
        ("print 'x'", True),
        ("exec code", True),
        ("if a <> b:", True),
        ("raise ValueError, 'x'", True),
        ("x = 0777", True),
        ("x = 10L", True),
        ("print('x')", False),
        ("print = 3", False),
        ("x = 0o777", False),
        ("raise ValueError('x')", False),
    ],
)
def test_python_2_is_known_by_its_words(line, is_old):
    """Those that Python 3 has not."""
    assert is_old is is_python_2(line)
    assert says_python_2("Programming Language :: Python :: 2.7")
    assert not says_python_2("Programming Language :: Python :: 3.12")


@pytest.mark.parametrize(
    ("text", "is_deep"),
    [("[" * 200, False), ("[" * 201, True), ("[]" * 300, False), ("{" * 101 + "[" * 100, True)],
)
def test_yaml_that_nests_too_deep_is_not_read(text, is_deep):
    """It would be read for minutes."""
    assert is_deep is is_nested_deep(text)


def test_a_rule_that_the_folder_breaks_too_only_advises():
    """Of the same folder and rule, and not where the program breaks."""
    around = (
        Finding("lint", "a/old.py", 1, "x", rule="E1"),
        Finding("lint", "a/old.py", 1, "x", rule="F821"),
    )
    findings = tuple(
        Finding("lint", path, 1, "y", rule=rule)
        for path, rule in (
            ("a/new.py", "E1"),
            ("a/new.py", "E2"),
            ("b/new.py", "E1"),
            ("a/n.py", "F821"),
        )
    )

    assert [False, True, True, True] == [
        finding.blocks for finding in advise_usual_rules(findings, around)
    ]
    assert findings == advise_usual_rules(findings, ())


def test_a_plan_lets_what_it_names_stand_where_it_says_why():
    """The finding tells the reason; a blank one, or another file, is none."""
    path, job = "tests/test_a.py", SecretJob("test", "ci.yml", ("KEY",))
    text = "import os\n\n\ndef test_a():\n    assert os.environ['KEY'] == 'x'\n"
    change = Change({path: None}, {path: text}, secret_jobs={path: job})

    def weigh(planned):
        (finding,) = (
            each for each in check_texts(change, Rules(), planned) if each.gate == "outbound"
        )
        return finding.blocks, finding.text.partition(" The plan says why: ")[2]

    assert (True, "") == weigh({})
    assert (False, "It needs it.") == weigh({"tests/test_b.py": "No.", path: "It needs it."})
    assert (True, "") == weigh({path: "  "})
    assert (True, "") == weigh({"tests/test_b.py": "It needs it."})


def test_what_was_no_text_before_is_not_accused_of_it_now():
    """The rest of such a file is read; a joiner behind one letter of another script is seen."""
    change = Change({"a.py": "x\0\n"}, {"a.py": "x\0\n<<<<<<< HEAD\n", "b.py": "é\u200dé\n"})

    assert [("a.py", 2)] == [
        (finding.path, finding.line)
        for finding in check_size(change, Rules())
        if "marker" in finding.text or "U+200D" in finding.text
    ]
