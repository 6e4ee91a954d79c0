"""Here live the promises about changing code: edits fit or are refused, and the gates see."""

from __future__ import annotations

import difflib
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.edits import DiffCounts, Rejected, apply, counts, replace
from bot.gates import Change, Rules, check_texts
from bot.gates.policy import check_paths
from bot.gates.size import check_size
from bot.gates.syntax import check_syntax
from bot.values import Patch

FILE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"
LINES = st.lists(st.sampled_from(["a", "b", " a", "a ", "", "x = 1", "é"]), max_size=8)


def rejected(files: dict[str, str], edit: str) -> str:
    before = dict(files)
    with pytest.raises(Rejected) as caught:
        apply(files, edit)
    assert before == files
    return str(caught.value)


def no_replace(before: str, old: str, new: str) -> str:
    with pytest.raises(Rejected) as caught:
        replace("a.py", before, old, new)
    return str(caught.value)


# --- replace
# ------------------------------------------------------------------------------------------------------


def test_a_text_that_stands_once_is_replaced():
    """A part of a line will do."""
    assert FILE.replace("return 2", "return 3") == replace("a.py", FILE, "return 2", "return 3")


def test_a_text_that_stands_twice_is_rejected_with_both_lines():
    """The model learns where, and what to do."""
    told = no_replace(FILE, "    return ", "    yield ")

    assert "in 2 places, at lines 2, 6" in told
    assert "more of the lines around" in told


def test_places_that_overlap_are_two():
    """`aa` is ambiguous in `aaa`."""
    assert "2 places" in no_replace("aaa\n", "aa", "b")


def test_the_nearest_lines_are_shown_when_the_text_is_absent():
    """Numbered, as they stand in the file."""
    told = no_replace(FILE, "def two():\n    return 3\n", "x")

    assert "    5\tdef two():\n    6\t    return 2" in told


def test_a_wrong_indentation_is_named():
    """The most common slip gets its own words."""
    told = no_replace(FILE, "  def two():\n   return 2", "x")

    assert "indentation differs" in told
    assert "    5\tdef two():" in told


def test_a_misspelled_line_finds_its_likeness():
    """Though no line is the same, the one most like it is shown."""
    assert "    2\t    return 1" in no_replace("a = 0\n    return 1\nb = 2\n", "    retern 1", "x")


def test_nothing_like_it_says_read_again():
    """No lines are shown where none would help."""
    assert "read the file again" in no_replace(FILE, "zzzzzzzz", "x")


def test_an_edit_made_before_is_recognised():
    """The new text is there already."""
    assert "seems to be made" in no_replace(FILE, "return 9", "return 2")


@pytest.mark.parametrize(
    ("old", "new"), [("", "x"), ("return 1", "return 1"), ("return 1\n", "return 1\r\n")]
)
def test_an_edit_of_nothing_is_rejected(old, new):
    """An empty old text, and a new text that is the old one."""
    assert no_replace(FILE, old, new)


def test_line_ends_need_not_match_and_stay_the_files():
    """A file of CRLF takes a text of LF, and gets CRLF."""
    assert "a\r\nB\r\nC\r\nd\r\n" == replace("f", "a\r\nb\r\nd\r\n", "a\nb\n", "a\nB\nC\n")


def test_blanks_at_line_ends_need_not_match_and_stay_the_files():
    """Lines that the edit only quotes keep their bytes."""
    assert "a  \nB\nc\t\n" == replace("f", "a  \nb \nc\t\n", "a\nb\nc\n", "a\nB\nc\n")


def test_a_file_without_a_last_line_end_stays_without():
    """The last line is found though it does not end."""
    assert "a\nB" == replace("f", "a\nb", "b\n", "B\n")


def test_mixed_line_ends_stay_as_they_are():
    """Only the changed line could change its end, and takes its neighbour's."""
    assert "a\r\nb\nC\r\nd\n" == replace("f", "a\r\nb\nc\r\nd\n", "c", "C")


def test_a_whole_line_can_go():
    """Its end goes with it."""
    assert "a\r\nc\r\n" == replace("f", "a\r\nb\r\nc\r\n", "b\n", "")


@given(LINES, LINES, LINES, LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_no_byte_outside_the_place_changes(head, old, new, tail, end, crlf_edit):
    """What stands before and after the place is there afterwards, and the file's line ends are."""
    before = end.join([*head, "<", *old, ">", *tail])
    edit = "\r\n" if crlf_edit else "\n"
    assume(old != new)

    after = replace("f", before, edit.join(["<", *old, ">"]), edit.join(["<", *new, ">"]))

    assert end.join([*head, "<", *new, ">", *tail]) == after


@given(LINES, LINES, LINES, st.sampled_from(["\n", "\r\n"]))
def test_a_replacement_is_exact_unique_or_rejected(file, old, new, end):
    """Whatever is asked, the answer is the one right text or a rejection."""
    before, want = end.join(file), "\n".join(old)
    try:
        after = replace("f", before, want, "\n".join(new))
    except Rejected:
        return
    words, come, there = (
        Counter(filter(None, map(str.strip, lines))) for lines in (old, new, before.split("\n"))
    )

    assert before != after
    assert words - come <= there
    if "\r\n" in before:
        assert after.count("\n") == after.count("\r\n")


def test_hopeless_edits_are_rejected():
    """Long runs of blanks and many like lines cost no more than they must, or the test would not
    end.
    """
    no_replace((" " * 50_000 + "x\n") * 4, "\n\n\n\nq", "r")
    no_replace(
        "".join(f"value_{n} = compute({n})\n" for n in range(20_000)),
        "valeu_7 = compute[7]\n" * 50,
        "r",
    )
    no_replace("\n" * 50_000, "\n" * 2_000 + "x", "r")


# --- apply
# --------------------------------------------------------------------------------------------------------


def block(path: str, old: str, new: str) -> str:
    return f"{path}\n```python\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n```\n"


def test_blocks_and_diffs_say_the_same():
    """Both formats change the same file in the same way."""
    after = {"a.py": FILE.replace("2", "3")}
    diff = "--- a/a.py\n+++ b/a.py\n@@ -9,9 +9 @@\n def two():\n-    return 2\n+    return 3\n"

    assert after == apply({"a.py": FILE}, block("a.py", "    return 2\n", "    return 3\n"))
    assert after == apply({"a.py": FILE}, f"Here it is:\n```diff\n{diff}```\nDone.")


def test_files_come_and_go():
    """A new file by an empty SEARCH or from /dev/null; a deleted one to /dev/null."""
    new = "--- /dev/null\n+++ b/n.py\n@@ -0,0 +1 @@\n+x = 1\n"
    gone = "--- a/a.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"

    assert {"n.py": "x = 1\n"} == apply({}, new)
    assert {"n.py": "x = 1\n"} == apply({}, block("n.py", "", "x = 1\n"))
    assert {} == apply({"a.py": "x\n"}, gone)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ("just words", "neither"),
        (block("a.py", "    return 7\n", "x\n"), "not in the file"),
        (block("b.py", "x\n", "y\n"), "no such file"),
        (block("a.py", "\n", "x\n"), "empty"),
        (block("a.py", "def one():\n", "def one():\n    return 1\n"), "already"),
        (block("a.py", "def one():\n", "def one():\n"), "nothing"),
        ("a.py\n<<<<<<< SEARCH\nx\n", "does not end"),
        ("a.py\n<<<<<<< SEARCH\nx\n=======\n=======\ny\n>>>>>>> REPLACE\n", "2 lines of ======="),
        ("--- a/a.py\n+++ b/a.py\n@@ @@\n-gone\n+new\n", "not in the file"),
        ("--- a/a.py\n+++ /dev/null\n@@ @@\n-def one():\n", "does not remove all"),
        ("--- /dev/null\n+++ b/a.py\n@@ @@\n+x\n", "exists already"),
    ],
)
def test_what_does_not_fit_is_rejected(edit, told):
    """Each with its reason, and nothing is changed."""
    assert told in rejected({"a.py": FILE}, edit)


def test_a_bare_name_must_mean_one_file():
    """Two files of the name are one too many."""
    assert "any of a/x.py, b/x.py" in rejected(
        {"a/x.py": "1\n", "b/x.py": "1\n"}, block("x.py", "1\n", "2\n")
    )
    assert {"a/x.py": "2\n"} == apply({"a/x.py": "1\n"}, block("x.py", "1\n", "2\n"))


def test_an_ambiguous_place_is_rejected_by_both_formats():
    """Line numbers of a diff are a guess and decide nothing."""
    twice = {"a.py": "x\ny\nx\n"}

    assert "2 places" in rejected(twice, block("a.py", "x\n", "z\n"))
    assert "2 places" in rejected(twice, "--- a/a.py\n+++ b/a.py\n@@ -3 +3 @@\n-x\n+z\n")


def test_all_or_nothing():
    """The first edit fits, the second does not: neither is made."""
    edits = block("a.py", "    return 2\n", "    return 3\n") + block("b.py", "nowhere\n", "x\n")

    assert rejected({"a.py": FILE, "b.py": "y\n"}, edits)


@given(LINES, LINES, st.sampled_from(["\n", "\r\n"]))
def test_a_whole_files_diff_gives_the_new_file(old, new, end):
    """A diff with all context, as difflib writes it, is applied or rejected, never half."""
    start, stop = ["<<first>>"], ["<<last>>"]
    old, new = start + old + stop, start + new + stop
    assume(old != new)
    diff = "\n".join(difflib.unified_diff(old, new, "a/f", "b/f", n=99, lineterm=""))
    files = {"f": end.join(old) + end, "other": "kept"}
    try:
        after = apply(files, diff)
    except Rejected:
        return

    assert {"f": end.join(new) + end, "other": "kept"} == after


# --- syntax
# -------------------------------------------------------------------------------------------------------

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
    assert all(it.blocks and it.line >= 1 and it.gate == "syntax" and it.path == path for it in new)


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
    (found,) = check_syntax("a.py", "x = 1\nif x:\nprint(x)\n", "x = 1\n")

    assert (3, "expected an indented block after 'if' statement on line 2: print(x)") == (
        found.line,
        found.text,
    )


def test_python_younger_than_ours_is_a_hint():
    """The grammar reads it, so it does not keep the change back."""
    assert all(
        not it.blocks
        for it in check_syntax("a.py", "type A = int\ndef f[T](x: T) -> T: ...\n", None)
    )


def test_python_2_stays_python_2():
    """A file that was never Python 3 is judged by the grammar alone."""
    assert () == check_syntax("a.py", 'print "b"\nprint "c"\n', 'print "b"\n')
    assert check_syntax("a.py", 'print "b"\ndef (\n', 'print "b"\n')


def test_unsure_grammars_only_hint():
    """Macros make sound C look broken."""
    found = check_syntax("a.c", "BEGIN(x) int f( { return 1; }\n", None)

    assert found
    assert not any(it.blocks for it in found)


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


# --- policy
# -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        ".github/workflows/ci.yml",
        ".github/copilot-instructions.md",
        ".GitHub/Workflows/ci.yml",
        ".gith\u200bub/workflows/ci.yml",
        ".ｇｉｔｈｕｂ/workflows/ci.yml",
        "./.github/dependabot.yml",
        ".github\\workflows\\ci.yml",
        ".github./workflows/ci.yml",
        ".github",
        ".gitlab-ci.yml",
        ".circleci/config.yml",
        "azure-pipelines.yml",
        "ci/Azure-Pipelines-release.yaml",
        "Jenkinsfile",
        "deploy/Jenkinsfile.prod",
        ".travis.yml",
        ".buildkite/pipeline.yml",
        "CODEOWNERS",
        "docs/codeowners",
        ".gitattributes",
        "sub/.gitmodules",
        ".husky/pre-commit",
        ".pre-commit-config.yaml",
        "AGENTS.md",
        "pkg/agents.md",
        "CLAUDE.md",
        ".claude/settings.json",
        ".cursorrules",
        ".cursor/rules/a.mdc",
        ".mcp.json",
        ".vscode/tasks.json",
        ".npmrc",
        "web/.npmrc",
        ".pypirc",
        ".netrc",
        ".git/config",
        "a/.GIT/hooks/post-checkout",
        "a/git~1/config",
        ".git./config",
        ".git::$INDEX_ALLOCATION/config",
        "../x",
        "a/../../x",
        "/etc/passwd",
        "C:/x",
        "a\nb",
        "",
    ],
)
def test_protected_paths_are_found(path):
    """In any spelling that some file system would take for them."""
    (found,) = check_paths([path], (), ())

    assert ("policy", path, True) == (found.gate, found.path, found.blocks)


@pytest.mark.parametrize(
    "path",
    [
        "src/app.py",
        "README.md",
        "github/x.py",
        "src/.githubber/x",
        "docs/agents.rst",
        "ci.yml",
        ".gitignore",
        "é/ü.py",
    ],
)
def test_other_paths_are_not(path):
    """The list does not reach further than it says."""
    assert () == check_paths([path], (), ())


def test_a_repository_can_lift_and_add():
    """Its globs are as in .gitignore."""
    lifted = check_paths(
        [".github/labels.yml", ".github/workflows/ci.yml", "docs/AGENTS.md"],
        [".github/*", "AGENTS.md"],
        (),
    )
    added = check_paths(
        ["db/migrations/1.sql", "a/b/secret.env", "src/a.py"], (), ["db/**", "*.env"]
    )

    assert [".github/workflows/ci.yml"] == [it.path for it in lifted]
    assert ["db/migrations/1.sql", "a/b/secret.env"] == [it.path for it in added]
    assert () == check_paths([".github/workflows/ci.yml"], [".github/**"], ())


def test_what_is_allowed_wins_over_what_is_added():
    """But never for git's own directory or outside the repository."""
    assert () == check_paths(["db/1.sql"], ["db/**"], ["db/**"])
    assert 2 == len(check_paths([".git/config", "../x"], ["**"], ()))


def test_many_stars_cost_little():
    """A glob that would make a backtracking matcher run for years."""
    assert () == check_paths(["a/" * 100 + "b"], ("**/a/" * 30 + "c", "*a" * 50 + "c"), ())


# --- size and content
# ---------------------------------------------------------------------------------------------


def texts(after: str, before: str | None = None, path: str = "a.py") -> list[tuple[int, str]]:
    return [(it.line, it.text) for it in check_size(Change({path: before}, {path: after}), Rules())]


def test_a_change_within_the_limits_passes():
    """Exactly at the limit is within."""
    change = Change({"a": None}, {"a": "1\n2"})

    assert () == check_size(change, Rules(max_files=1, max_lines=2, max_bytes=3))


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (Rules(max_files=0), "1 files"),
        (Rules(max_lines=1), "2 changed lines"),
        (Rules(max_bytes=2), "3 bytes"),
    ],
)
def test_a_change_beyond_a_limit_blocks(rules, told):
    """Files, lines and bytes each have theirs."""
    (found,) = check_size(Change({"a": None}, {"a": "1\n2"}), rules)

    assert told in found.text


def test_a_deleted_file_counts_its_lines():
    """What goes is a change too."""
    (found,) = check_size(Change({"a": "1\n2\n3"}, {"a": None}), Rules(max_lines=2))

    assert "3 changed lines" in found.text


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("<<<<<<< HEAD", "marker"),
        (">>>>>>> REPLACE", "marker"),
        ("x = 'a\u202eb'", "U+202E"),
        ("x = 'a\u200bb'", "U+200B"),
        ("x = 'a\u200db'", "U+200D"),
        ("x = '\U000e0041'", "U+E0041"),
        ("x = '\u3164'", "U+3164"),
        ("x = '\x1b[0m'", "U+001B"),
        ("x = '\ufeff'", "U+FEFF"),
        ("    # ... rest unchanged", "placeholder"),
        ("// ... existing code ...", "placeholder"),
        ("/* rest of the file stays the same */", "placeholder"),
        ("{/* ... existing imports ... */}", "placeholder"),
        ("<!-- ... remaining items unchanged -->", "placeholder"),
        ("... rest of the function ...", "placeholder"),
        ("# existing code...", "placeholder"),
    ],
)
def test_what_no_change_should_hold_blocks(line, told):
    """On the line it was added, and only when it was added."""
    after = f"a = 1\n{line}\nb = 2\n"
    ((number, text),) = texts(after, "a = 1\nb = 2\n")

    assert 2 == number
    assert told in text
    assert [] == texts(after + "c = 3\n", after)


@pytest.mark.parametrize(
    "line",
    [
        "const { a, ...rest } = b",
        "  ...rest,",
        "x = [...existing, 1]",
        "# the rest of the arguments are passed on",
        "title\n=======",
        "x = '👩\u200d💻 ❤\ufe0f'",
        "x = 'می\u200cخواهم'",
        "def f(*args): ...",
        "\ttab\x0c",
        " " * 50_000 + "x",
    ],
)
def test_what_only_looks_like_it_passes(line):
    """Code is not taken for prose."""
    assert [] == texts(f"{line}\n", "a = 1\n")


def test_a_byte_order_mark_may_stand_first():
    """Where it is one."""
    assert [] == texts("\ufeffusing System;\n", None, "a.cs")


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_what_is_no_text_blocks(text):
    """NUL, and half of a surrogate pair, which UTF-8 cannot write."""
    ((number, told),) = texts(text)

    assert (0, True) == (number, "no text" in told)


# --- all gates, and the diff that leaves
# --------------------------------------------------------------------------


def test_check_asks_every_gate():
    """One finding of each for a change that breaks all."""
    patch = Patch({".github/a.py": "def f(:\n", "b.py": "<<<<<<< HEAD\n"})
    found = check_texts(Change.of(patch, {}), Rules(max_lines=1))

    assert {"policy", "syntax", "size", "content"} == {it.gate for it in found}


def test_check_lets_a_good_change_pass():
    """And a deletion has no syntax."""
    change = Change({"a.py": "x = 1\n", "b.py": "y\n"}, {"a.py": "x = 2\n", "b.py": None})

    assert () == check_texts(change, Rules())


GOOD = """diff --git a/a.py b/a.py
index 1..2 100644
--- a/a.py
+++ b/a.py
@@ -1,2 +1,2 @@
 a
-b\x0c\u2028
+c
diff --git a/new.py b/new.py
new file mode 100644
index 0000000..e69de29
"""


def test_a_diff_is_counted():
    """Empty new files count, and odd line separators are no line ends."""
    assert DiffCounts(2, 1, 1) == counts(GOOD)
    assert DiffCounts(0, 0, 0) == counts("")


@pytest.mark.parametrize(
    "diff", ["words\n", GOOD.replace("+c\n", ""), GOOD.replace("-1,2", "-1,9")]
)
def test_what_is_no_diff_is_an_error(diff):
    """Words, and hunks whose counts do not fit."""
    with pytest.raises(ValueError, match="not a unified diff"):
        counts(diff)
