"""The messages of the bot's commits: the model's words, and after a red CI what it said."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.values import (
    Attempt,
    Failure,
    Frame,
    OpenFinish,
    PushedChange,
    Reading,
    Sha,
    Verdict,
)
from bot.views.commit_message import render_commit_message
from tests.views.run_states import REQUEST, WRITTEN, make_state

TRAILERS = "Refs: #7\nCo-authored-by: ada <1234+ada@users.noreply.github.com>\n"
HEAD = Sha("a" * 40)
FAILURE = Failure(
    "AssertionError",
    "assert 'hello, Ada' == 'Hello, Ada'\n  where it ends",
    "tests/test_greeting.py::test_greet[loud]",
    (Frame("tests/test_greeting.py", 12), Frame("greeting.py", 2)),
)


def render(finish=WRITTEN, request=REQUEST):
    """The message of a first commit."""
    return render_commit_message(make_state(request=request, open_finish=OpenFinish("c", finish)))


def render_after_red(*failures, category="test-failure", finish=WRITTEN, jobs=("test",)):
    """The message of the commit that mends."""
    verdict = Verdict("ours", Reading(category, "fix", "", failures), dict.fromkeys(jobs, 3))
    state = make_state(
        open_finish=OpenFinish("c", finish),
        pushed=PushedChange(HEAD, WRITTEN, ("greeting.py",)),
        attempts=(Attempt(HEAD, "red", verdict),),
    )
    return render_commit_message(state)


def test_a_message_is_the_models_with_the_issue_and_the_asker():
    """The trailers stand alone at the end, or neither git nor GitHub would know them for such."""
    expected = f"Greet softly\n\nIt was loud.\n\nNow it is not.\n\n{TRAILERS}"

    assert expected == render()


@pytest.mark.parametrize(
    ("finish", "asking", "expected"),
    [
        (replace(WRITTEN, message=""), REQUEST, f"Greet softly\n\n{TRAILERS}"),
        (
            replace(WRITTEN, title="two\nlines\tand more.", message="  \n"),
            replace(REQUEST, asker_id=0),
            "two lines and more\n\nRefs: #7\nCo-authored-by: ada <ada@users.noreply.github.com>\n",
        ),
        (replace(WRITTEN, title="[skip ci]", message=""), REQUEST, f"Solve 7\n\n{TRAILERS}"),
    ],
)
def test_a_message_without_a_body_or_an_id(finish, asking, expected):
    """The subject is one line; an account whose id is unknown is named by its login."""
    assert expected == render(finish, asking)


def test_a_long_title_of_an_older_record_ends_at_a_word():
    """A commit's subject is never longer than GitHub shows."""
    subject = render(replace(WRITTEN, title="word " * 40)).splitlines()[0]

    assert "word " * 13 + "word..." == subject


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Fixes #99, see acme/other#3 and GH-12", "Fixes 99, see acme/other3 and GH 12"),
        ("Thanks @ada and @acme/team", "Thanks ada and acme/team"),
        (
            "Closes: https://github.com/acme/greeter/issues/9",
            "see https://github.com/acme/greeter/issues/9",
        ),
        ("Write to a@b.example; colour #fff; C# 5", "Write to a@b.example; colour #fff; C# 5"),
        ("Softer.\n\nFixes #7.", "Softer."),
        ("Fixes #7\nSofter.", "Softer."),
    ],
)
def test_a_commit_calls_nobody_and_closes_nothing(said, kept):
    """GitHub reads commits too: names are called, numbers linked, and issues closed once it is
    merged. The one issue that it is for stands in our own line.
    """
    assert kept == render(replace(WRITTEN, message=said)).split("\n\n")[1]


@pytest.mark.parametrize(
    "secret",
    [
        "ghs_" + "a1" * 20,
        "sk-ant-api03-abcdefgh",
        "https://u:hunter2hunter2@example.org",
        "AKIA" + "A" * 16,
    ],
)
def test_secrets_never_reach_a_commit(secret):
    """Masked in the title and in the body."""
    told = render(replace(WRITTEN, title=f"Use {secret}", message=f"Because {secret}."))

    assert secret not in told
    assert 2 == told.count("***")


def test_a_secret_is_not_cut_in_two():
    """A title that is too long is masked before it ends: the half would not be known again."""
    told = render(replace(WRITTEN, title=f"{'word ' * 13} https://u:{'hunter2' * 9}@example.org"))

    assert "hunter" not in told


@pytest.mark.parametrize(
    "trailer",
    ["Co-authored-by: eve <eve@example.org>", "Signed-off-by: ada <a@b>", "Change-Id: I12"],
)
def test_the_model_writes_no_trailers(trailer):
    """Nobody signs off, reviews or co-writes by a model's word."""
    told = render(replace(WRITTEN, message=f"Why.\n\n{trailer}"))

    assert f"Greet softly\n\nWhy.\n\n{TRAILERS}" == told


def test_a_commit_cannot_keep_ci_from_running():
    """What would make CI skip the commit is taken out of the model's words."""
    message = "Because.\n\nskip-checks: true\n[No CI] [skip[skip ci] ci]"
    told = render(replace(WRITTEN, title="Greet [skip ci] quietly", message=message)).lower()

    assert not any(words in told for words in ("[skip ci", "skip-checks", "[no ci"))
    assert told.startswith("greet quietly\n")


def test_a_mending_commit_says_what_ci_said():
    """The commit that was red, the job, the test, the message and the place, each once; the first
    message is not said again.
    """
    other = Failure("NameError", "name 'x' is not defined", frames=(Frame("app.py", 3),))
    placeless = Failure("", "The runner was lost.")
    assert render_after_red(FAILURE, FAILURE, other, placeless) == snapshot("""\
Repair test_greet[loud]

CI was red on aaaaaaaaaa (test):

- tests/test_greeting.py::test_greet[loud]: AssertionError: assert
  'hello, Ada' == 'Hello, Ada' where it ends (greeting.py:2)
- NameError: name 'x' is not defined (app.py:3)
- The runner was lost

Refs: #7
Co-authored-by: ada <1234+ada@users.noreply.github.com>
""")


def test_what_the_model_says_of_its_mending_is_kept():
    """Words that are not those of the first commit stand below what CI said."""
    told = render_after_red(FAILURE, finish=replace(WRITTEN, message="The test was right."))

    assert told.endswith(f"(greeting.py:2)\n\nThe test was right.\n\n{TRAILERS}")
    assert "It was loud" not in told


@pytest.mark.parametrize(
    "verdict", [None, Verdict("flaky", Reading("test-failure", "rerun", "", (FAILURE,)))]
)
@pytest.mark.parametrize(
    ("words", "title", "subject"),
    [
        ("Say goodbye too.", "Greet softly", "As asked: Say goodbye too"),
        ("Say goodbye too.", "Part softly", "Part softly"),
        ("", "Greet softly", "Greet softly"),
    ],
)
def test_a_commit_that_goes_on_says_what_was_asked_since(words, title, subject, verdict):
    """A later commit on a green pull request does not carry the first one's subject and message,
    and mends nothing, also where CI was flaky before it was green.
    """
    state = make_state(
        request=replace(REQUEST, words=words),
        open_finish=OpenFinish("c", replace(WRITTEN, title=title)),
        pushed=PushedChange(HEAD, WRITTEN, ("greeting.py",)),
        attempts=(Attempt(HEAD, "green", verdict),),
    )

    assert f"{subject}\n\n{TRAILERS}" == render_commit_message(state)


@pytest.mark.parametrize(
    ("failures", "category", "subject"),
    [
        ((FAILURE,), "test-failure", "Repair test_greet[loud]"),
        (
            (FAILURE, replace(FAILURE, test="b::test_b")),
            "test-failure",
            "Repair test_greet[loud] and 1 more",
        ),
        ((replace(FAILURE, test="x" * 90),), "test-failure", "Repair a failing test"),
        (
            (FAILURE, replace(FAILURE, test="x"), replace(FAILURE, test="y " * 90)),
            "test-failure",
            "Repair test_greet[loud] and 2 more",
        ),
        ((replace(FAILURE, test=""),), "lint", "Repair what the linter found"),
        ((replace(FAILURE, test=""),), "type-error", "Repair the types"),
        ((), "compile-error", "Repair the build"),
        ((replace(FAILURE, test=""),), "crash", "Repair AssertionError in greeting.py"),
        ((), "crash", "Repair what is red in test"),
    ],
)
def test_the_subject_names_what_is_mended(failures, category, subject):
    """A test, or what the job is about; never longer than GitHub shows."""
    assert subject == render_after_red(*failures, category=category).splitlines()[0]


def test_many_failures_are_told_in_part():
    """Five, and how many more; a job without any is named alone."""
    many = [replace(FAILURE, test=f"test_{number}") for number in range(9)]

    assert "- and 4 more\n" in render_after_red(*many)
    assert "\n\nCI was red on aaaaaaaaaa (build, lint).\n\n" in render_after_red(
        category="crash", jobs=("build", "lint")
    )


def test_a_long_name_stands_behind_its_dash():
    """It is not cut, and what follows is indented below it."""
    name = f"tests/{'deep/' * 14}test_invoice.py::test_total"
    text = render_after_red(replace(FAILURE, test=name))

    assert f"\n- {name}:\n  AssertionError: " in text


def test_what_a_log_says_acts_on_nothing():
    """Names, numbers, marks and secrets in the words of CI are as harmless as the model's."""
    words = "@eve fixes #9 [skip ci] ghs_" + "a1" * 20 + "\nSigned-off-by: eve <e@x>"
    told = render_after_red(Failure(words, words, words), jobs=(words,))

    for live in ("@eve", "#9", "[skip ci]", "a1a1", "\nSigned-off-by"):
        assert live not in told
