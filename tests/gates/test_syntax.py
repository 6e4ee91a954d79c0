"""A changed file must still parse, as far as it did before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gates import Change, Rules, check_texts
from bot.gates.syntax import check_syntax

BROKEN = {
    "a.py": "def f(:\n    pass\n",
    "a.js": "function f( {\n  return 1\n}\n",
    "a.ts": "const a: = 1\n",
    "a.tsx": "const a = <div>;\n",
    "a.go": "package a\nfunc f( {\n}\n",
    "a.rs": "fn f( { }\n",
    "a.java": "class A { void f( { } }\n",
    "a.rb": "def f(\nend\n",
    "a.json": '{"a": }\n',
    "a.toml": "a = \n",
    "a.yaml": "a: b: c\n",
}
SOUND = {
    "a.py": "def f():\n    pass\n",
    "a.js": "function f() {\n  return 1\n}\n",
    "a.ts": "const a: number = 1\n",
    "a.tsx": "const a = <div></div>;\n",
    "a.go": "package a\nfunc f() {\n}\n",
    "a.rs": "fn f() { }\n",
    "a.java": "class A { void f() { } }\n",
    "a.rb": "def f\nend\n",
    "a.json": '{"a": 1}\n',
    "a.toml": "a = 1\n",
    "a.yaml": "a: !Ref b\n",
    "a.md": "# [unclosed(\n",
    "Makefile": "a:\n\t$(\n",
    "tsconfig.json": '{"a": 1, /* why */}\n',
    "chart/a.yaml": "a: {{ .Values.x }}\n",
    "old.py": "import re\nre.compile('\\d')\n",
}


@pytest.mark.parametrize("path", BROKEN)
def test_what_does_not_parse_blocks(path):
    """With its line, in a new file and in one that was sound."""
    new, changed = (
        check_syntax(path, BROKEN[path], None),
        check_syntax(path, BROKEN[path], SOUND[path]),
    )

    assert new
    assert new == changed
    assert all(
        finding.blocks and finding.line >= 1 and finding.gate == "syntax" and finding.path == path
        for finding in new
    )


@pytest.mark.parametrize("path", SOUND)
def test_what_parses_passes(path):
    """And so does what nobody can tell of."""
    assert () == check_syntax(path, SOUND[path], None)


@pytest.mark.parametrize("path", BROKEN)
def test_what_was_broken_before_is_not_held_against_the_change(path):
    """Only new errors count."""
    assert () == check_syntax(path, BROKEN[path], BROKEN[path])


def test_python_errors_come_in_pythons_words():
    """The message is CPython's, with the line it stands on."""
    (finding,) = check_syntax("a.py", "x = 1\nif x:\nprint(x)\n", "x = 1\n")

    assert (3, "expected an indented block after 'if' statement on line 2: `print(x)`") == (
        finding.line,
        finding.text,
    )


def test_python_younger_than_ours_is_a_hint():
    """The grammar reads it, so it does not keep the change back."""
    assert all(
        not finding.blocks
        for finding in check_syntax("a.py", "type A = int\ndef f[T](x: T) -> T: ...\n", None)
    )


def test_python_2_stays_python_2():
    """A file that was never Python 3 is judged by the grammar alone."""
    assert () == check_syntax("a.py", 'print "b"\nprint "c"\n', 'print "b"\n')
    assert check_syntax("a.py", 'print "b"\ndef (\n', 'print "b"\n')


def test_unsure_grammars_only_hint():
    """Macros make sound C look broken."""
    findings = check_syntax("a.c", "BEGIN(x) int f( { return 1; }\n", None)

    assert findings
    assert not any(finding.blocks for finding in findings)


@pytest.mark.long
@pytest.mark.parametrize(
    "text", ["(" * 50_000, "[" * 50_000, "x=(" * 20_000, "a:b " * 20_000, "{" * 50_000]
)
@pytest.mark.parametrize("path", ["a.py", "a.js", "a.sh", "a.json", "a.toml"])
def test_hostile_files_end_in_a_finding(path, text):
    """Nothing crashes, and nothing hangs."""
    assert isinstance(check_syntax(path, text, None), tuple)


@given(
    st.text(max_size=80), st.sampled_from(["a.py", "a.ts", "a.json", "a.toml", "a.yaml", "a.go"])
)
def test_any_text_can_be_asked_about(text, path):
    """The gate answers; and a text is never new compared to itself."""
    check_syntax(path, text, None)

    assert () == check_syntax(path, text, text)


@pytest.mark.parametrize("text", ["x = '\ud800'\n", "x" + ".y" * 100_000, "-" * 100_000 + "1"])
def test_what_python_cannot_read_at_all_is_no_crash(text):
    """Half a character, and what is nested too deep."""
    (finding, *_) = check_syntax("a.py", text, None)

    assert ("syntax", 1) == (finding.gate, finding.line)


def test_yaml_is_read_where_that_is_quick():
    """A broken file is found; what would take minutes is not read."""
    deep, long = "[" * 300, "a: [1\n" + "# x\n" * 60_000

    assert 1 == len(check_syntax("a.yml", "a: [1\n", None))
    assert () == check_syntax("a.yml", "a: [1]\n", None)
    assert () == check_syntax("a.yml", deep, None)
    assert () == check_syntax("a.yml", long, None)


@pytest.mark.parametrize(
    ("text", "before", "blocks"),
    [
        ("x = (\n", "x = 1\n", [True]),
        ("x = (\n", None, [True]),
        ("x = (\n", "x = (\n", []),
        ("type A = int\nx = [\n", None, [True]),
    ],
)
def test_python_is_read_as_we_run_it(text, before, blocks):
    """What did not parse before is not the change's fault."""
    assert blocks == [finding.blocks for finding in check_syntax("a.py", text, before)]


UNCHECKED = "Not checked whether this parses: this looks like {}."
NEWER, SAMPLE = "a newer version of the language", "a sample, which may be broken on purpose"
DIALECTS = [
    ("a.py", "def f[T: int = str](x: T) -> T: ...\n", NEWER),
    ("a.py", "class A[T = int]: pass\n", NEWER),
    ("a.py", "x = t'{a}'\n", NEWER),
    ("a.py", "lazy import json\n", NEWER),
    ("a.py", "try:\n    f()\nexcept A, B:\n    pass\n", NEWER),
    ("a.py", "%matplotlib inline\nimport a\n", "IPython"),
    ("a.py", "{% if a %}\nimport x\n{% endif %}\n", "a template"),
    ("a.py", "class {{ cookiecutter.name }}(Base):\n    pass\n", "a template"),
    ("a.go", "package {{.Name}}\n\nfunc f() {}\n", "a template"),
    ("a.rb", "class <%= name %> < Base\nend\n", "a template"),
    ("A.java", "package ${package};\nclass A {}\n", "a template"),
    ("a.ts", "import defer * as ns from './a';\n", NEWER),
    ("a.ts", "<?xml version='1.0'?>\n<TS></TS>\n", "XML under the name of another language"),
    ("a.js", "import type { A } from './a';\n", NEWER),
    ("a.js", "// @flow\nfunction f(x: ?string): void {}\n", "JavaScript with types"),
    ("a.rs", "gen fn f() { yield 1; }\n", NEWER),
    ("A.java", "import module java.base;\n", NEWER),
    ("a.rb", "def self.f(x) = puts x\n", NEWER),
    ("a.json", "// why\n{}\n", "JSON with comments"),
    ("a.json", '{"a": "http://x", /* why */ "b": [1,],}\n', "JSON with comments"),
    ("a.json", "{}\n[]\n", "a list of JSON documents"),
    ("a.toml", "a = {\n  b = 1, # why\n}\n", "TOML 1.1"),
    ("a.toml", 'a = "\\e"\nb = 07:32\n', "TOML 1.1"),
    ("a.yaml", "<%= a %>\nb: 1\n", "a template"),
    ("a.yaml", "a: @VERSION@\n", "a template"),
    ("a.yaml", "a:\tb\n", "YAML with tabs or rare characters, of which its readers differ"),
    ("tests/fixtures/a.py", "def f(:\n", SAMPLE),
    ("tests/data/broken.json", "{", SAMPLE),
    ("docs/examples/a.js", "let x = ;\n", SAMPLE),
]


@pytest.mark.parametrize(("path", "text", "dialect"), DIALECTS)
def test_a_language_that_is_not_ours_is_not_checked_and_told(path, text, dialect):
    """Once, and it keeps nothing back."""
    (finding,) = check_syntax(path, text, None)

    assert UNCHECKED.format(dialect) == finding.text
    assert not finding.blocks


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "type A = int\nx = [\n"),  # the newer line is not the broken one
        ("a.py", "x = {{'a': 1}\n"),
        ("a.py", "if a <> b:\n    pass\n"),
        ("a.js", "const x: number = 1;\n"),
        ("a.tsx", "const a = <div style={{a: 1}}>;\n"),
        ("a.rb", "def f(\nend\n"),
        ("package.json", '{"a": 1 /* why */}\n'),
        ("a.json", '{"a": 1,}\n'),
        ("a.json", "{}\n{\n"),
        ("a.toml", "a = {\n  b = \n}\n"),
        ("a.yaml", "a: b: c\n"),
        ("tests/test_bad.py", "def f(:\n"),
        ("src/data/a.py", "def f(:\n"),
    ],
)
def test_what_is_simply_broken_blocks(path, text):
    """However near to a dialect it looks."""
    findings = check_syntax(path, text, None)

    assert findings
    assert all(finding.blocks for finding in findings)


def test_more_errors_in_a_file_that_did_not_parse_advise():
    """What a parser did not take before, it cannot judge."""
    findings = check_syntax("a.js", "f(x) |>> 1;\nlet y = ;\n", "f(x) |>> 1;\n")

    assert [2] == [finding.line for finding in findings]
    assert [False] == [finding.blocks for finding in findings]


@pytest.mark.parametrize(
    "line",
    [
        "print 'a'",
        "exec 'a'",
        "raise E, 'x'",
        "x = 0777",
        "x = 10L",
        "x = ur'a'",
        "x = `a`",
        "def f((a, b)): pass",
        "x = lambda (a, b): a",
        "def f():\n\tif x:\n        return 1",
    ],
)
def test_python_2_is_not_checked_where_the_repository_speaks_it(line):
    """By its manifests, by a neighbour's code or by another file's; else it is broken."""
    text = f"{line}\n"
    says = {"setup.py": "classifiers=['Programming Language :: Python :: 2.7']\n"}
    by_manifest = Change({"a.py": None}, {"a.py": text}, says)
    by_neighbour = Change({"a.py": None}, {"a.py": text}, neighbours={"b.py": "print 'b'\n"})
    alone = Change({"a.py": None}, {"a.py": text}, neighbours={"b.py": "x = (\n"})

    for change in (by_manifest, by_neighbour):
        (finding,) = check_texts(change, Rules())

        assert UNCHECKED.format("Python 2") == finding.text
        assert not finding.blocks
    assert [True] == [finding.blocks for finding in check_texts(alone, Rules())]


def test_what_is_broken_in_python_2_too_blocks():
    """The grammar reads both."""
    assert any(
        finding.blocks
        for finding in check_syntax("a.py", "print 'a'\ndef f(:\n", None, python_2=True)
    )
