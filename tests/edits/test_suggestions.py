"""Suggested changes: applied to the letter, or refused in words."""

import subprocess
from random import Random

import pytest

from bot.edits import (
    apply_suggestions,
    asks_for_more,
    collect_suggestions,
    has_suggestion,
    parse_suggestions,
    render_suggestion_block,
)
from tests.edits.suggestion_cases import ABC, CASES, PATH, block, judge, list_missing_words, on


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_suggestion_is_applied_to_the_letter_or_refused(case):
    """Each case ends with exactly the bytes that it must, and each refusal is a sentence."""
    judgement = judge(case)

    assert judgement.is_right, judgement.texts
    assert [] == list_missing_words(case, judgement.texts)


def test_there_are_enough_cases():
    """The cases are many, and each has a name of its own."""
    assert 60 <= len(CASES) == len({case.name for case in CASES})


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_many_suggestions_are_what_git_makes_of_the_same_change(tmp_path, end):
    """Suggestions of one review, applied together, are what `git apply` makes of their diff."""
    chance = Random(7)
    for number in range(20):
        lines = [f"line {index} {chance.randint(0, 9)}" for index in range(40)]
        threads, hunks, shift = [], [], 0
        for first in range(1, 40, 5):
            last = first + chance.randint(0, 3)
            new = [f"new {index}" for index in range(chance.randint(0, 4))]
            threads.append(on((first, last), block("".join(f"{text}\n" for text in new))))
            old = lines[first - 1 : last]
            where = first + shift if new else first + shift - 1
            hunks.append(f"@@ -{first},{len(old)} +{where},{len(new)} @@\n")
            hunks += [f"-{text}{end}" for text in old] + [f"+{text}{end}" for text in new]
            shift += len(new) - len(old)
        before = "".join(f"{text}{end}" for text in lines)
        (tmp_path / "f").write_text(before, newline="")
        diff = f"--- a/f\n+++ b/f\n{''.join(hunks)}".encode()
        subprocess.run(
            ["git", "apply", "--unidiff-zero", "-"], input=diff, cwd=tmp_path, check=True
        )
        chance.shuffle(threads)
        suggestions, _ = collect_suggestions(threads)

        made = apply_suggestions(before.encode(), suggestions)

        assert (tmp_path / "f").read_bytes() == made.data, number
        assert () == made.refused


@pytest.mark.parametrize(
    "text", ["", "x\n", "\n", "```\n", "   ````py\n```\n", "~~~\n", "a `b`\n\n", "\tx \n", "> x\n"]
)
def test_block_that_is_written_reads_back(text):
    """What the bot suggests is read by GitHub as it was meant, whatever fences stand in it."""
    assert (text,) == parse_suggestions(f"So:\n\n{render_suggestion_block(text)}\n\nDone.")


def test_only_a_last_word_is_a_suggestion():
    """A thread that somebody answered with words is not a suggestion any more."""
    body = block("B\n")

    assert has_suggestion(on(2, "Hm.", body))
    assert not has_suggestion(on(2, body, "No."))
    assert not has_suggestion(on(2))
    assert not has_suggestion(on(2, body, path=""))


@pytest.mark.parametrize(
    ("before", "behind", "is_more"),
    [
        ("", "", False),
        ("Add a docstring:", "Thanks!", False),
        ("Maybe like this? It is faster.", "", False),
        ("The tests break otherwise:", "It is a set, so order is lost.", False),
        ("> Also add a test.", "", False),
        ("", "…and add a test.", True),
        ("Use a set, and then update the docs.", "", True),
        ("Same in `b.py`:", "", True),
        ("", "Why was this here?", True),
        ("", "Add a test, please.", True),
        ("", "Please document it.", True),
    ],
)
def test_words_beside_a_suggestion_may_ask_for_more(before, behind, is_more):
    """What says why, or how it is meant, asks for nothing besides."""
    body = before + "\n\n" + block("B\n") + "\n" + behind

    assert is_more == asks_for_more(on(2, body))


def test_suggester_is_known():
    """Each suggestion says who made it, for which lines of which file."""
    (suggestion,), refused = collect_suggestions([on((2, 3), "ada: " + block("x\n"))])

    assert () == refused
    assert ("ada", PATH, 2, 3) == (
        suggestion.author,
        suggestion.path,
        suggestion.first,
        suggestion.last,
    )


def test_every_suggestion_of_a_file_is_named_once():
    """What was applied is told for each thread, also where two people suggested the same."""
    suggestions, _ = collect_suggestions([on(2, block("B\n")), on(2, "ada: " + block("B\n"))])

    made = apply_suggestions(ABC, suggestions)

    assert ["wes", "ada"] == [suggestion.author for suggestion in made.applied]
