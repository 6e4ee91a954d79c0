"""What the gates say to the last field, at their limits and one step beyond."""

from __future__ import annotations

import pytest

from bot.gates import Change, Rules
from bot.gates.change import Block, keep_handwritten
from bot.gates.exceptions import explain_exceptions
from bot.gates.licence import check_licence
from bot.gates.policy import check_nontext_files, check_paths, matches_glob
from bot.gates.size import check_size, gate_rules, measure_change
from bot.gates.syntax import check_syntax
from bot.gates.text_gates import apply_weights, keep_new_findings
from bot.values import Finding, RepoConfig

MARKER = "A conflict or edit marker was left in."
PLACEHOLDER = "A placeholder stands where code should: write the code out."
NO_TEXT = "This is no text: it holds NUL or half a character."
UNCHECKED = "Not checked whether this parses: this looks like {}."
ALLOW = "A maintainer can allow the path under `allow:` in .github/greenlit.yml."


def change(after, before=None, context=None):
    """A change of these files; those that `before` does not name are new."""
    return Change({path: (before or {}).get(path) for path in after}, after, context or {})


# --- size and content


def test_what_a_repository_configures_reaches_the_gates():
    """Each setting under its own name."""
    config = RepoConfig(
        allow=("a",), protected=("b",), block=("c",), advise=("d",), max_files=7, max_lines=8
    )

    assert Rules(("a",), ("b",), 7, 8, 1_000_000, ("c",), ("d",)) == gate_rules(config)


def test_a_change_that_is_too_large_says_how_large():
    """Of every measure that it passes, with what is allowed."""
    files = {f"f{number}": "é\n" * 600 for number in range(3)}
    rules = Rules(max_files=2, max_lines=1_799, max_bytes=5_398)

    assert (
        Finding("size", "", 0, "The change has 3 files; at most 2 are allowed."),
        Finding("size", "", 0, "The change has 1,800 changed lines; at most 1,799 are allowed."),
        Finding(
            "size", "", 0, "The change has 5,399 bytes of new text; at most 5,398 are allowed."
        ),
    ) == check_size(change(files), rules)


def test_bytes_are_those_of_new_text_alone():
    """What goes costs no bytes; a line that only moved costs nothing."""
    assert (3, 3) == measures("a\nbb\ncc\n", "cc\na\nx\ny\n")
    assert (2, 0) == measures("a\nb\n", None)
    assert (2, 3) == measures(None, "a\nb")
    assert (1, 1) == measures("", "\ud800\n")


def measures(before, after):
    """The lines of a change of one file, and its bytes with the line ends between the lines."""
    size = measure_change({"a": before}, {"a": after})
    return size.lines, size.size_bytes


CONTENTS = {
    "a file that goes does not hide the next": (
        {"a.py": None, "b.py": "<<<<<<< HEAD\n"},
        [("b.py", 1, MARKER)],
    ),
    "what is no text does not hide the next": (
        {"a.py": "x\0\n<<<<<<< HEAD\n", "b.py": "\udfff\n", "c.py": "||||||| base\n"},
        [("a.py", 0, NO_TEXT), ("b.py", 0, NO_TEXT), ("c.py", 1, MARKER)],
    ),
    "five of a kind, and five of another": (
        {"a.py": "<<<<<<<\n# ... existing code ...\n" * 6},
        [
            (path, number, text)
            for number in range(1, 11, 2)
            for path, number, text in (
                ("a.py", number, MARKER),
                ("a.py", number + 1, PLACEHOLDER),
            )
        ],
    ),
    "prose may speak of the rest": ({"A.MD": "... rest of the function ...\n"}, []),
    "but has no markers": ({"a.md": ">>>>>>> theirs\n"}, [("a.md", 1, MARKER)]),
    "a mark of bytes is hidden on another line": (
        {"a.py": "x\n\ufeffy\n"},
        [("a.py", 2, "A reader does not see U+FEFF; write it as an escape.")],
    ),
    "a second one on the first line, too": (
        {"a.py": "\ufeff\ufeffy\n"},
        [("a.py", 1, "A reader does not see U+FEFF; write it as an escape.")],
    ),
    "the first hidden character is named": (
        {"a.py": "é\u200b\u2060\n"},
        [("a.py", 1, "A reader does not see U+200B; write it as an escape.")],
    ),
    "a joiner at the beginning joins nothing": (
        {"a.py": "\u200dé\n"},
        [("a.py", 1, "A reader does not see U+200D; write it as an escape.")],
    ),
    "a joiner behind a letter of ASCII, too": (
        {"a.py": "é a\u200cb\n"},
        [("a.py", 1, "A reader does not see U+200C; write it as an escape.")],
    ),
    "eight signs are no marker, nor are six": ({"a.py": "<<<<<<<< x\n>>>>>> x\n<<<<<<<x\n"}, []),
}


@pytest.mark.parametrize(("after", "findings"), CONTENTS.values(), ids=CONTENTS)
def test_contents_are_told_file_by_file(after, findings):
    """On their lines, in words that say what to do."""
    expected = [Finding("content", path, line, text) for path, line, text in findings]

    assert expected == list(check_size(change(after), Rules()))


# --- policy


def test_what_is_no_text_is_refused_with_its_reason():
    """The first word of its kind says which."""
    kinds = {"a": "binary file", "b": "symbolic link", "c": "submodule", "d": "huge file"}

    assert [
        Finding("policy", "a", 0, "This is a binary file: nobody can review it."),
        Finding(
            "policy", "b", 0, "This is a symbolic link: what is written through it lands elsewhere."
        ),
        Finding(
            "policy", "c", 0, "This is a submodule: it brings code that is not in this change."
        ),
        Finding("policy", "d", 0, "This is a huge file: it is not looked into."),
    ] == list(check_nontext_files(kinds))


def test_a_protected_path_says_by_whom_and_how_it_may_be_changed():
    """By our list first, then by the repository's; what may be changed is passed over."""
    own = "the repository protects `db/**` (`protected:` in .github/greenlit.yml)."

    assert (
        Finding("policy", ".github/a", 0, f"GitHub's own configuration is protected. {ALLOW}"),
        Finding("policy", "db/x/y", 0, own),
        Finding("policy", "x/CODEOWNERS", 0, f"who must review is protected. {ALLOW}"),
    ) == check_paths(
        [".github/a", "src/a", "db/x/y", "x/CODEOWNERS", "docs/a"], ["docs/**"], ["db/**", "docs/a"]
    )


@pytest.mark.parametrize(
    ("path", "glob", "is_matched", "in_folder"),
    [
        ("a/b/c", "b", True, True),
        ("a/b/c", "b", False, False),
        ("a/b", "b", True, False),
        ("a/b", "/b", False, True),
        ("b", "/b", True, False),
        ("b/c", "/b/", True, True),
        ("b/c", "/b/", False, False),
        ("b/c", "/b/**", True, False),
        ("b", "/b/**", True, False),
        ("a/b/c", "a/**/c", True, False),
        ("a/c", "a/**/c", True, False),
        ("a/b/x/c", "a/**/c", True, False),
        ("a/b/x", "a/**/c", False, False),
        ("a/b/c/d", "a/*/c", False, False),
        ("a/b/c/d", "a/*/c", True, True),
        ("x/a/b/c", "a/b/c", False, True),
        ("x/a", "**/a", True, False),
        ("a", "**/a", True, False),
        ("a/b", "A/B", True, False),
        ("a", "a/b", False, True),
    ],
)
def test_a_glob_takes_what_gitignore_would_take(path, glob, is_matched, in_folder):
    """And with it what lies in a folder that is the glob's, where that counts."""
    assert is_matched is matches_glob(path, glob, in_folder=in_folder)


# --- syntax


SYNTAX = {
    "a new file": ("a.py", "x = (\n", None, [(1, "'(' was never closed: `x = (`", True)]),
    "an error in the middle": (
        "a.py",
        "x = 1\ny = = 2\nz = 3\n",
        "x = 1\n",
        [(2, "invalid syntax: `y = = 2`", True)],
    ),
    "a younger Python": (
        "a.py",
        "type X = int\n",
        "x = 1\n",
        [(1, UNCHECKED.format("a newer version of the language"), False)],
    ),
    "a file that never parsed, and no worse": ("a.py", "print 1\nx = 2\n", "print 1\n", []),
    "NUL": (
        "a.py",
        "x = '\0'\n",
        None,
        [(1, "source code string cannot contain null bytes: `x = ''`", True)],
    ),
    "only a warning": ("a.py", "x = '\\d'\n", None, []),
    "JSON": ("a.json", '{"a": 1,\n}', None, [(2, None, True)]),
    "JSON that was broken before": ("a.json", "{,}", "{", []),
    "JSON with comments where its tool reads them": ("tsconfig.json", "{ // x\n}", None, []),
    "a template": (
        "a.json",
        '{"a": {{ b }} }',
        None,
        [(1, UNCHECKED.format("a template"), False)],
    ),
    "another template": (
        "a.yml",
        "a: {% if b %}\n- x\n",
        None,
        [(1, UNCHECKED.format("a template"), False)],
    ),
    "TOML": ("a.toml", "a = 1\nb = \n", None, [(2, None, True)]),
    "TOML that ends too soon": ("a.toml", 'a = 1\nb = "x', None, [(2, None, True)]),
    "YAML": ("a.yaml", "a: 1\nb: [\n", None, [(3, None, True)]),
    "a language that we only guess at": ("a.sh", "if x; then\n", None, [(1, None, False)]),
    "no language": ("a.xyz", "((((", None, []),
    "an ending in capitals": ("A.JSON", "{", None, [(1, None, True)]),
    "long code is shown in part": (
        "a.py",
        f"x = = {'y' * 200}\n",
        None,
        [(1, f"invalid syntax: `x = = {'y' * 114}`", True)],
    ),
}


@pytest.mark.parametrize(("path", "text", "before", "findings"), SYNTAX.values(), ids=SYNTAX)
def test_what_does_not_parse_any_more_is_told(path, text, before, findings):
    """On its line, with the code behind it; what was broken before is not this change's fault."""
    found = check_syntax(path, text, before)

    assert [(line, blocks) for line, _, blocks in findings] == [
        (finding.line, finding.blocks) for finding in found
    ]
    assert {("syntax", path)} >= {(finding.gate, finding.path) for finding in found}
    for finding, (_, words, _) in zip(found, findings, strict=True):
        assert words in (None, finding.text)


def test_of_many_errors_the_first_are_told():
    """Five of one file: the rest follows from the first."""
    text = "let x = ;\n" * 8
    found = check_syntax("a.js", text, "let x = 1;\n")
    more = check_syntax("a.js", text, "let x = ;\n" * 2)

    assert [1, 2, 3, 4, 5] == [finding.line for finding in found]
    assert {True} == {finding.blocks for finding in found}
    assert [3, 4, 5, 6, 7] == [finding.line for finding in more]
    assert {False} == {finding.blocks for finding in more}  # it did not parse before either


# --- licence


HOLDER = (
    "This names an owner or a licence that nothing near it names: {}. "
    "Where the code is somebody else's, write it anew; else leave the line out."
)
LICENCES = {
    "a holder": ("# Copyright (c) 2020-2024 by Eve Corp.\n", "Eve Corp"),
    "without a year": ("# Copyright (c) Eve Corp\n", "Eve Corp"),
    "a licence": ("x\n// SPDX-License-Identifier: GPL-3.0-only\n", None),
    "a header": ("# All rights reserved.\n", "All rights reserved"),
    "our own": ("# Copyright 2024 Ada Ltd\n", ""),
    "a variable": ("copyright = config.copyright\n", ""),
}


@pytest.mark.parametrize(("text", "owner"), LICENCES.values(), ids=LICENCES)
def test_what_is_somebody_elses_is_told(text, owner):
    """On its line; who is named in the repository's own licence is no stranger."""
    context = {"LICENSE": "Copyright (c) 2019 Ada Ltd."}
    found = list(check_licence(change({"notes.md": text, "a.py": text}, context=context)))
    known = list(check_licence(change({"a.py": text}, {"b.py": text} | {"a.py": text})))
    expected = "GPL-3.0-only" if owner is None else owner
    line = 2 if owner is None else 1

    assert [] == known
    assert found == (
        [Finding("licence", "a.py", line, HOLDER.format(expected))] if expected else []
    )


# --- which lines are new


BLOCKS = {
    "a line in the middle": ("a\nb\nc\n", "a\nx\nc\n", [Block(2, 2, ("b",), ("x",))]),
    "a line at the end": ("a\nb\n", "a\nb\nc\n", [Block(3, 3, (), ("c",))]),
    "the first line": ("a\nb\n", "b\n", [Block(1, 1, ("a",), ())]),
    "a line twice": ("a\na\n", "a\na\na\n", [Block(3, 3, (), ("a",))]),
    "two places": (
        "a\nb\nc\nd\n",
        "a\nx\nc\ny\nz\n",
        [Block(2, 2, ("b",), ("x",)), Block(4, 4, ("d",), ("y", "z"))],
    ),
    "a new file": (None, "a\nb\n", [Block(1, 1, (), ("a", "b"))]),
    "a file that goes": ("a\n", None, [Block(1, 1, ("a",), ())]),
    "nothing": ("a\n", "a\n", []),
}


@pytest.mark.parametrize(("before", "after", "blocks"), BLOCKS.values(), ids=BLOCKS)
def test_replaced_lines_are_known_by_their_numbers(before, after, blocks):
    """On both sides, from one."""
    made = Change({"f.py": before}, {"f.py": after})
    new = {number for block in blocks for number, _ in enumerate(block.new, block.new_start)}

    assert tuple(blocks) == made.replaced_blocks["f.py"]
    assert new == made.new_line_numbers["f.py"]
    old = [pair for block in blocks for pair in enumerate(block.old, block.old_start)]

    assert old == list(made.removed_lines("f.py"))


def test_very_many_lines_are_counted_and_not_aligned():
    """Behind what is equal at the beginning, each with its number."""
    old = ["head", *(f"old {number}" for number in range(3_001)), "same"]
    new = ["head", "same", "fresh", *(f"old {number}" for number in range(3_000))]
    made = Change({"f": "\n".join(old)}, {"f": "\n".join(new)})

    assert [(3, "fresh")] == list(made.added_lines("f"))
    assert [(3_002, "old 3000")] == list(made.removed_lines("f"))


def test_what_nobody_writes_by_hand_is_left_to_no_rule():
    """A line of five hundred characters is read, and one more is not."""
    made = change({"f.py": f"{'x' * 500}\n{'y' * 501}\nz\n"})

    assert [1, 3] == [number for number, _ in made.handwritten_lines("f.py")]


# --- weights


def test_a_repository_says_what_keeps_back_but_for_safety():
    """Firm gates stay firm; what blocks by configuration blocks, even where it only advised."""
    findings = (
        Finding("size", "a", 1, "x"),
        Finding("secrets", "a", 1, "x"),
        Finding("lint", "a", 1, "x", blocks=False),
        Finding("licence", "a", 1, "x"),
    )
    rules = Rules(advise=("size", "secrets"), block=("lint",))
    weighed = [finding.blocks for finding in apply_weights(findings, rules)]

    assert [False, True, True, True] == weighed


def test_a_finding_is_new_by_its_file_rule_and_words():
    """One that moved is old; a second one of the same words is new, on a new line where it may be."""
    made = change({"a.py": "x\nnew\ny\n"}, {"a.py": "x\ny\n"})
    old_line, new_line = (Finding("lint", "a.py", line, "unused", rule="F1") for line in (3, 2))
    then = (Finding("lint", "a.py", 2, "unused", rule="F1"),)
    other = Finding("lint", "a.py", 3, "gone", rule="F9")
    broken = Finding("lint", "a.py", 3, "undefined", rule="F821")

    assert (Finding("lint", "a.py", 2, "unused", False, "F1"),) == keep_new_findings(
        made, (new_line, old_line), then
    )
    assert (new_line,) == keep_new_findings(made, (new_line,), ())
    assert (Finding("lint", "a.py", 3, "gone", False, "F9"), broken) == keep_new_findings(
        made, (other, broken), ()
    )


def test_a_finding_elsewhere_than_in_the_change_only_advises():
    """As of a file that lost its last use by it."""
    made = change({"a.py": "x\n"})
    other = Finding("lint", "b.py", 1, "unused", rule="F1")

    assert (Finding("lint", "b.py", 1, "unused", False, "F1"),) == keep_new_findings(
        made, (other,), ()
    )


def test_of_a_line_that_moved_only_the_second_is_new():
    """What another file lost came from there, as often as it lost it."""
    moved = Change({"a.py": "<<<<<<<\n", "b.py": "x\n"}, {"a.py": None, "b.py": "x\n<<<<<<<\n"})
    doubled = Change(
        {"a.py": "<<<<<<<\n", "b.py": "x\n"}, {"a.py": None, "b.py": "<<<<<<<\nx\n<<<<<<<\n"}
    )

    assert () == check_size(moved, Rules())
    assert (Finding("content", "b.py", 3, MARKER),) == check_size(doubled, Rules())


def test_what_may_stand_says_how_once_for_each_gate():
    """Of those that block; nothing lets a secret stand."""
    gates = ("lint", "secrets", "lint", "size")
    findings = [Finding(gate, "a.py", 1, "x") for gate in gates]
    findings.append(Finding("policy", "a.py", 1, "x", blocks=False))

    way = "found and is meant may stand with"

    assert [
        f"What [lint] {way} a comment `# noqa: RULE - why` on its line.",
        f"What [size] {way} a larger `max_files` or `max_lines` in .github/greenlit.yml.",
    ] == list(explain_exceptions(tuple(findings)))


def test_a_line_that_nobody_wrote_by_hand_is_not_searched():
    """It has more than five hundred characters; a file that is not there has no lines."""
    written, generated = "a" * 500, "b" * 501

    assert f"{written}\nc" == keep_handwritten(f"{written}\n{generated}\nc")
    assert "" == keep_handwritten(None)
