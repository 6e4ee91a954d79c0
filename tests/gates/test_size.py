"""How much a change may hold, what none should hold, and all gates of texts together."""

from __future__ import annotations

import pytest

from bot.gates import Change, Rules, check_texts
from bot.gates.size import check_size
from bot.values import Patch


def list_problems(
    after: str, before: str | None = None, path: str = "a.py"
) -> list[tuple[int, str]]:
    return [
        (finding.line, finding.text)
        for finding in check_size(Change({path: before}, {path: after}), Rules())
    ]


def test_a_change_within_the_limits_passes():
    """Exactly at the limit is within."""
    change = Change({"a": None}, {"a": "1\n2"})

    assert () == check_size(change, Rules(max_files=1, max_lines=2, max_bytes=3))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (Rules(max_files=0), "1 files"),
        (Rules(max_lines=1), "2 changed lines"),
        (Rules(max_bytes=2), "3 bytes"),
    ],
)
def test_a_change_beyond_a_limit_blocks(rules, expected):
    """Files, lines and bytes each have theirs."""
    (finding,) = check_size(Change({"a": None}, {"a": "1\n2"}), rules)

    assert expected in finding.text


def test_a_deleted_file_counts_its_lines():
    """What goes is a change too."""
    (finding,) = check_size(Change({"a": "1\n2\n3"}, {"a": None}), Rules(max_lines=2))

    assert "3 changed lines" in finding.text


def test_a_small_change_of_a_large_file_is_small():
    """A change is measured by what it changes, whatever stands around it."""
    large = "line\n" * 100_000
    change = Change({"a": large}, {"a": large + "1\n2\n"})

    assert () == check_size(change, Rules(max_lines=2, max_bytes=3))


@pytest.mark.parametrize(
    ("line", "expected"),
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
def test_what_no_change_should_hold_blocks(line, expected):
    """On the line it was added, and only when it was added."""
    after = f"a = 1\n{line}\nb = 2\n"
    ((number, text),) = list_problems(after, "a = 1\nb = 2\n")

    assert 2 == number
    assert expected in text
    assert [] == list_problems(after + "c = 3\n", after)


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
    assert [] == list_problems(f"{line}\n", "a = 1\n")


def test_a_byte_order_mark_may_stand_first():
    """Where it is one."""
    assert [] == list_problems("\ufeffusing System;\n", None, "a.cs")


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_what_is_no_text_blocks(text):
    """NUL, and half of a surrogate pair, which UTF-8 cannot write."""
    ((number, expected),) = list_problems(text)

    assert (0, True) == (number, "no text" in expected)


# --- all gates of texts


def test_check_asks_every_gate():
    """One finding of each for a change that breaks all."""
    patch = Patch({".github/a.py": "def f(:\n", "b.py": "<<<<<<< HEAD\n"})
    finding = check_texts(Change(dict.fromkeys(patch.files), patch.files), Rules(max_lines=1))

    assert {"policy", "syntax", "size", "content"} == {finding.gate for finding in finding}


def test_check_lets_a_good_change_pass():
    """And a deletion has no syntax."""
    change = Change({"a.py": "x = 1\n", "b.py": "y\n"}, {"a.py": "x = 2\n", "b.py": None})

    assert () == check_texts(change, Rules())
