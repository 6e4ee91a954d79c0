"""What stands in the place of code that was to be written is found, and nothing else."""

import re
from pathlib import Path

import pytest

from bot.gates import Change, Rules, check_texts, check_unfinished

FOLDER = Path(__file__).with_name("unfinished")


def read_cases(name):
    """Read small files, each behind `---- path`."""
    parts = re.split(r"^---- (.+)\n", (FOLDER / name).read_text(), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def find_places(path, text, before=None):
    """Find what a new file, or one that was there before, holds in the place of code."""
    change = Change(before={path: before}, after={path: text})
    return [finding.place for finding in check_unfinished(change)]


def test_blank_lines_at_the_beginning_are_counted():
    """A grammar's tree begins behind them."""
    text = "\n\ndef fetch():\n    x = 1\n    # TODO: implement this\n    return x\n"

    assert find_places("a.py", text) == ["a.py:5"]
    assert find_places("a.py", "\n0") == []


@pytest.mark.parametrize(
    "name",
    [
        "placeholders.txt",
        "fresh_placeholders.txt",
        "later_placeholders.txt",
        "hollow_placeholders.txt",
    ],
)
def test_every_placeholder_is_found(name):
    """Omitted parts, empty bodies, excuses and made-up data are found, whatever the language."""
    cases = read_cases(name)
    missed = [path for path, text in cases.items() if not find_places(path, text)]

    assert ([], True) == (missed, len(cases) > 20)


@pytest.mark.parametrize("name", ["innocents.txt", "fresh_innocents.txt", "hollow_innocents.txt"])
def test_finished_code_is_not_accused(name):
    """What does nothing on purpose, and words that only sound so, are let stand."""
    cases = read_cases(name)
    accused = [place for path, text in cases.items() for place in find_places(path, text)]

    assert ([], True) == (accused, len(cases) >= 45)


def test_only_new_lines_are_read():
    """What was put off before, and what only moved, is none of the change's."""
    before = "def save(order):\n    pass\n\n\ndef load():\n    # TODO: implement\n    return []\n"
    moved = "\n".join([*before.split("\n")[4:], *before.split("\n")[:3]])
    grown = before + "\n\ndef count(orders):\n    return len(orders)\n"
    emptied = before.replace("    return []", "    # ... existing code ...")

    assert [] == find_places("store.py", grown, before)
    assert [] == find_places("store.py", moved, before)
    assert ["store.py:7"] == find_places("store.py", emptied, before)


def test_a_finding_says_what_to_do():
    """A sentence tells what is missing; work that a `TODO` names only advises."""
    text = "def save(order):\n    pass\n\n\ndef load():\n    return read()  # TODO: lock the file\n"
    findings = [*check_unfinished(Change(before={}, after={"store.py": text}))]

    assert [
        (1, "`save` does nothing. Write its body, or leave it out.", True),
        (6, "This work is put off: `TODO: lock the file`. Write it out.", False),
    ] == [(finding.line, finding.text, finding.blocks) for finding in findings]


def test_the_gates_say_it_once():
    """What the gates "content" and "syntax" say of a place is not said again."""
    omitted = "def f():\n    # ... rest of the code unchanged ...\n    return 1\n"
    texts = {"a.py": omitted, "b.py": "def g(x):\n    return (x\n", "c.py": "def h():\n    pass\n"}
    findings = check_texts(Change(before={}, after=texts), Rules(advise=("unfinished",)))

    assert [
        ("content", "a.py:2", True),
        ("syntax", "b.py:2", True),
        ("unfinished", "c.py:1", False),
    ] == [(finding.gate, finding.place, finding.blocks) for finding in findings]


def find_in_comment(sentence):
    """Find what a comment in the middle of a function says is missing."""
    text = f"def compute(count):\n    half = count / 2\n    # {sentence}\n    return half + 1\n"
    return find_places("halves.py", text)


def test_what_comments_say():
    """A comment that excuses missing code is found; one that explains the code is not."""
    excuses = (FOLDER / "excuses.txt").read_text().splitlines()
    remarks = (FOLDER / "remarks.txt").read_text().splitlines()

    assert [] == [sentence for sentence in excuses if not find_in_comment(sentence)]
    assert [] == [sentence for sentence in remarks if find_in_comment(sentence)]
