"""Which of the secrets in a change are told, where, and what of them a finding may show."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.gates import Change
from bot.ports import Checkers, Ports
from bot.steps.redact import find_leaks, redact
from bot.text.secret_values import SecretValues
from bot.values import Finding, Leak

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
SHAPE = "This looks like a secret, ghp_…: read it from the environment or a secret store."
NAMED = "The file's name looks like a secret, ghp_…: name the file by what is in it."
PHRASE = "This looks like a phrase, corr…: read it from the environment or a secret store."
OWN = "This is a secret of the bot itself, or a part of one: leave it out, in whatever form."


@dataclass(frozen=True)
class WordFinder:
    """A finder by rules, of these words."""

    words: dict[str, str]

    def find(self, text):
        return tuple(
            Leak(word, rule, "phrase") for word, rule in self.words.items() if word in text
        )


def find(after, before=None, *, words=None, own=()):
    """The findings in a change, with a finder of these words by their rules."""
    finder = WordFinder(words) if words else None
    old = {path: (before or {}).get(path) for path in after}
    return list(
        find_leaks(Checkers(secrets=finder, own_secrets=SecretValues(own)), Change(old, after))
    )


CASES = {
    "on a new line": (
        {"a.py": f"x = 1\nKEY = '{TOKEN}'\n"},
        {"a.py": "x = 1\n"},
        [Finding("secrets", "a.py", 2, SHAPE, rule="shape")],
    ),
    "once, however often it stands there": (
        {"a.py": f"'{TOKEN}'\n'{TOKEN}'\n", "b.py": f"'{TOKEN}'\n"},
        {},
        [Finding("secrets", "a.py", 1, SHAPE, rule="shape")],
    ),
    "in the second of two files": (
        {"a.py": "x\n", "b.py": f"\n'{TOKEN}'\n"},
        {},
        [Finding("secrets", "b.py", 2, SHAPE, rule="shape")],
    ),
    "not where it stood before in a file that goes": (
        {"a.py": None, "b.py": f"'{TOKEN}'\n"},
        {"a.py": f"x = '{TOKEN}'\n"},
        [],
    ),
    "in the names of two files": (
        {f"{TOKEN}.txt": "x\n", f"b/{TOKEN}/c": "x\n"},
        {},
        [Finding("secrets", "***", 0, NAMED, rule="shape")],
    ),
    "not in the name of a file that was there": (
        {f"{TOKEN}.txt": "y\n"},
        {f"{TOKEN}.txt": "x\n"},
        [],
    ),
}


@pytest.mark.parametrize(("after", "before", "findings"), CASES.values(), ids=CASES)
def test_a_secret_is_told_once_where_it_is_new(after, before, findings):
    """By its shape alone, where there is no other finder."""
    assert findings == find(after, before)


def test_the_longest_of_secrets_that_overlap_is_told():
    """A part of it would be mended, and the rest be pushed."""
    words = {"correct horse": "short", "correct horse battery": "long"}
    findings = find({"a.py": "x = 'correct horse battery'\n"}, words=words)

    assert [Finding("secrets", "a.py", 1, PHRASE, rule="long")] == findings


@pytest.mark.parametrize(
    ("path", "rule", "blocks"),
    [
        ("a.py", "phrase", True),
        ("tests/test_a.py", "phrase", True),
        ("a.py", "generic-api-key", True),
        ("notes.md", "generic-api-key", False),
        ("tests/test_a.py", "generic-api-key", False),
    ],
)
def test_what_is_told_by_its_disorder_alone_keeps_only_code_back(path, rule, blocks):
    """Tests and documents make values look like secrets; any other secret counts there too."""
    (finding,) = find({path: "x = 'correct horse'\n"}, words={"correct horse": rule})

    assert Finding("secrets", path, 1, PHRASE, blocks, rule) == finding


def test_a_secret_of_the_bot_is_told_without_a_sign_of_it():
    """By its value, in a text and in a name; what a finder says of it besides is not shown."""
    secret = "correct horse battery staple"
    after = {"a.py": f"x = '{secret}'\n"}

    assert [Finding("secrets", "a.py", 1, OWN, rule="own-secret")] == find(
        after, words={secret: "phrase"}, own=[secret]
    )
    assert [Finding("secrets", "b/***", 0, OWN, rule="own-secret")] == find(
        {f"b/{secret}": "x\n"}, own=[secret]
    )


def test_a_secret_of_many_lines_is_told_where_it_begins():
    """A finder may give it with the line end before it."""
    (finding,) = find({"a.py": "\nblue\ngreen\n"}, words={"\nblue\ngreen": "lines"})

    assert ("a.py", 2) == (finding.path, finding.line)
    assert "a phrase, blue…:" in finding.text


def test_every_secret_of_a_text_is_masked_whole():
    """Our own, those of known shapes, and what the finder knows: the longest first."""
    words = {"correct horse": "short", "correct horse battery": "long"}
    own = SecretValues(["swordfish-swordfish"])
    checkers = Checkers(secrets=WordFinder(words), own_secrets=own)
    ports = Ports(None, None, None, checkers=checkers)

    assert "*** / *** / ***" == redact(
        ports, f"correct horse battery / {TOKEN} / swordfish-swordfish"
    )
    assert "" == redact(ports, "")
