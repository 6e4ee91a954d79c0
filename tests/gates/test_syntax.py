"""A changed file must still parse, as far as it did before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
