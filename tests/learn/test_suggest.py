"""What is suggested while somebody types, and what is read for it."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from bot.completion.search_drafts import SearchLimits, search_drafts
from bot.completion.suggest import ON_REQUEST, Suggester, SuggestLimits
from bot.completion.suggestion import CursorPlace
from bot.corpus.alphabet import encode_text
from tests.learn.letter_counts import LetterCounts

LINE = "    raise ValueError(f'{name} is no name')\n"
CODE = f"def check(name):\n{LINE}\n\ndef check_all(names):\n    for name in names:\n        check(name)\n"
PATIENT = SuggestLimits(budget_s=20)


@pytest.fixture(scope="module")
def model() -> LetterCounts:
    """A model that knows one piece of code well."""
    return LetterCounts(CODE * 20)


@pytest.fixture
def suggester(model: LetterCounts) -> Suggester[bytes]:
    """Suggests with that model, however slow the machine is."""
    return Suggester(model, PATIENT)


def suggest(suggester, before, after="", path="a.py", **more):
    """The texts that are suggested."""
    return [each.text for each in suggester.suggest(CursorPlace(path, before, after), **more)]


def test_known_line_is_completed(suggester):
    """A line that the model knows is suggested up to an end, with its probability."""
    first = suggester.suggest(CursorPlace("a.py", "def check(name):\n    raise Val"))[0]

    assert first.text.startswith("ueError(f'{name} is no name')")
    assert 0.3 < first.probability <= 1


def test_unknown_text_gets_no_suggestion(suggester):
    """Where the model is not sure nothing is suggested."""
    assert [] == suggest(suggester, "import zzz; QQQ ")


def test_request_may_have_limits_of_its_own():
    """Who asks explicitly is shown what would be too doubtful for somebody who just types."""
    words = ["alpha", "beta", "gamma", "delta", "omega"]
    suggester = Suggester(LetterCounts("".join(f"call({word})\n" for word in words) * 9), PATIENT)

    assert [] == suggest(suggester, "call(")
    assert set(words) == set(suggest(suggester, "call(", ")\n", limits=ON_REQUEST))


def test_suggestions_differ_from_the_start(model):
    """There are five at most, best first, and none is the beginning of another."""
    words = ["alpha", "beta", "gamma", "delta", "omega", "kappa"]
    mixed = LetterCounts("".join(f"call({word})\n" for word in words) * 9)
    limits = replace(PATIENT, confident=0.1)
    texts = suggest(Suggester(mixed, limits), "call(", ")\n")

    assert 5 == len(texts)
    assert set(texts) <= set(words)


def test_line_is_finished_before_what_stands_in_it(suggester):
    """With text behind the cursor nothing is suggested beyond the line, or a second time."""
    texts = suggest(suggester, "def check(name):\n    raise Val", "(f'{name} is no name')\n")

    assert ["ueError"] == texts


@pytest.mark.parametrize(
    "before",
    ["", "\r\n", "\ufeff", "naïve = 'ß\u2028", "\ud800", "😀 = 'x", "\0", "def (", "x = '''", "# "],
)
@pytest.mark.parametrize("after", ["", "\ud800)", "\r\n)"])
def test_odd_text_is_no_fault(suggester, before, after):
    """Any text may stand around the cursor; what comes back has only characters that are typed."""
    texts = suggest(suggester, before, after)

    assert all(text.isascii() and text.strip() for text in texts)


def test_line_ends_of_the_file_are_kept(suggester):
    """In a file with the line ends of Windows a suggestion of two lines has those."""
    unix = suggest(suggester, "def check(name):\n")
    windows = suggest(suggester, "def check(name):\r\n")

    assert "\n" in unix[0]
    assert all("\n" not in text.replace("\r\n", "") for text in windows)
    assert [text.replace("\n", "\r\n") for text in unix] == windows


def test_nothing_is_suggested_inside_a_word(suggester):
    """With the cursor inside a word nothing is suggested."""
    assert [] == suggest(suggester, "def che", "ck(name):\n")


def test_next_key_reads_one_character(suggester, model):
    """After a key only its character is read, and after a deletion nothing."""
    suggest(suggester, CODE)
    read = model.characters_read
    suggest(suggester, f"{CODE}r")
    suggest(suggester, CODE)

    assert 1 == model.characters_read - read


def test_edit_above_reads_from_there(suggester, model):
    """After an edit some lines above, only what stands behind it is read again."""
    text = CODE * 50
    suggest(suggester, f"{text}a = 1\nb = 2\n")
    read = model.characters_read
    suggest(suggester, f"{text}a = 2\nb = 2\n")

    assert model.characters_read - read < 20


def test_files_are_read_apart(suggester, model):
    """Two files that are open do not make each other be read again; nor two editors."""
    for client in ("one", "other"):
        suggest(suggester, CODE, client=client)
        suggest(suggester, CODE, path="b.py", client=client)
    read = model.characters_read
    for client in ("one", "other"):
        suggest(suggester, CODE, client=client)
        suggest(suggester, CODE, path="b.py", client=client)

    assert 0 == model.characters_read - read


def test_file_that_was_left_long_ago_is_read_anew(suggester, model):
    """Of the files that are open only the latest are kept, and of a file its latest places."""
    for number in range(9):
        suggest(suggester, CODE, path=f"{number}.py")
    for length in range(1, 120):
        suggest(suggester, CODE + "=" * length, path="8.py")
    read = model.characters_read
    suggest(suggester, CODE, path="0.py")

    assert len(CODE) == model.characters_read - read


def test_file_is_read_anew_at_another_place(suggester, model):
    """Whoever jumps to another place of a file has it read with what stands behind that place."""
    text = CODE * 50
    suggest(suggester, text)
    read = model.characters_read
    suggest(suggester, text[:1000], text[1000:])

    assert 1000 == model.characters_read - read


def test_far_beginning_is_not_read(model):
    """No more is read than the model says is worth it."""

    class Forgetful(LetterCounts):
        reach = 500

    forgetful = Forgetful("a")
    Suggester(forgetful, PATIENT).suggest(CursorPlace("a.py", CODE * 50))

    assert 500 == forgetful.characters_read


def test_what_was_not_worth_reading_is_read_after_a_deletion():
    """Where the text that was read is deleted, what stands above it is read in its place."""

    class Forgetful(LetterCounts):
        reach = 500

    forgetful = Forgetful("a")
    suggester, text = Suggester(forgetful, PATIENT), CODE * 50
    suggester.suggest(CursorPlace("a.py", text))
    suggester.suggest(CursorPlace("a.py", text[:-400]))

    assert 2 * 500 == forgetful.characters_read


def test_cancelled_request_stops(suggester):
    """Nothing is suggested, and soon, when the next key has come."""
    asked = []

    def is_cancelled() -> bool:
        asked.append(1)
        return len(asked) > 4

    assert [] == suggest(suggester, "def check(name):\n    ra", is_cancelled=is_cancelled)
    assert len(asked) < 9


def test_slow_model_is_stopped_between_its_pieces(model):
    """A model that takes long for each character is asked after each piece whether it may go on;
    the next request goes on from there.
    """

    class Slow(LetterCounts):
        piece = 10

    slow, asked = Slow(CODE), []

    def is_cancelled() -> bool:
        asked.append(1)
        return len(asked) > 4

    suggester = Suggester(slow, PATIENT)
    assert () == suggester.suggest(CursorPlace("a.py", CODE), is_cancelled=is_cancelled)
    read_until_then = slow.characters_read
    suggester.suggest(CursorPlace("a.py", CODE))

    assert 10 <= read_until_then <= 40
    assert len(CODE) == slow.characters_read


def test_budget_ends_reading_and_search_goes_on_from_there(model):
    """When the budget is spent on a long file there is no suggestion yet; the next key gets one."""
    before = "x = 1\n" * 20_000 + f"{CODE}def check(name):\n    raise Val"
    hasty, patient = Suggester(model, SuggestLimits(budget_s=0)), Suggester(model, PATIENT)
    began = time.perf_counter()

    assert [] == suggest(hasty, before)
    assert time.perf_counter() - began < 1
    assert suggest(patient, before)


def test_probability_counts_the_end_of_the_word():
    """A word that may go on is as probable as that it ends there."""
    halves = LetterCounts("foo(\nfoobar(\n" * 50)
    state = halves.read(halves.begin(encode_text("")), encode_text("\n"))
    drafts = search_drafts(halves, state, SearchLimits(), lambda: False)
    probabilities = {draft.text: round(draft.probability, 1) for draft in drafts}

    assert (0.5, 0.5) == (probabilities["foo"], probabilities["foobar"])
    assert "foob" not in probabilities
