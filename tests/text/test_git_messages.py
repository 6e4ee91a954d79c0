"""The words of models in commits: one short subject, no trailers, nothing that skips CI."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.git_messages import (
    SUBJECT_CHARS,
    clean_message,
    drop_skip_marks,
    drop_trailers,
    explain_bad_subject,
    normalize_subject,
    shorten_subject,
)

GITHUBS_MARKS = re.compile(
    r"\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]|^skip-checks:",
    re.IGNORECASE | re.MULTILINE,
)


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        ("Greet softly", "Greet softly"),
        ("Greet softly.", "Greet softly"),
        ("Greet softly...", "Greet softly"),
        ("## Greet softly", "Greet softly"),
        ("#7: greet", "7: greet"),
        ("  two\r\nlines\tand \x1b[31mmore\u202e ", "two lines and [31mmore"),
        ("Greet [skip ci] softly", "Greet softly"),
        ("ユーザーを追加。", "ユーザーを追加"),
        ("\x00\u200b \t", ""),
        ("# ...", ""),
        ("[skip ci]", ""),
    ],
)
def test_a_subject_is_one_plain_line(words, subject):
    """Nothing invisible, no sign of a comment before it, no full stop after it; else nothing."""
    assert subject == normalize_subject(words)


@given(st.text(max_size=200))
def test_any_title_becomes_a_subject_or_nothing(words):
    """Whatever is given, what comes out can be committed, and comes out again."""
    subject = normalize_subject(words)

    assert "\n" not in subject
    assert not subject.startswith("#")
    assert subject == normalize_subject(subject)
    assert not GITHUBS_MARKS.search(subject)


def test_a_subject_that_github_would_cut_is_refused_in_words():
    """The limit, and by how much it was passed; an empty one too."""
    assert "" == explain_bad_subject("x" * SUBJECT_CHARS)
    assert "has 73 characters" in explain_bad_subject("x" * 73)
    assert "says nothing" in explain_bad_subject("")


@pytest.mark.parametrize(
    ("subject", "short"),
    [
        ("Greet softly", "Greet softly"),
        ("a" * 72, "a" * 72),
        ("a" * 73, "a" * 69 + "..."),
        (
            "Answer the report at once, and build what it shows in a queue behind it, later",
            "Answer the report at once, and build what it shows in a queue behind...",
        ),
        ("word, " * 20, "word, word, word, word, word, word, word, word, word, word, word..."),
    ],
)
def test_a_long_subject_ends_at_a_word(subject, short):
    """As older records hold them; only a single endless word is cut in the middle."""
    assert short == shorten_subject(subject)
    assert len(short) <= SUBJECT_CHARS


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("[skip ci]", ""),
        ("Fix [SKIP CI] it", "Fix  it"),
        ("[skip[skip ci] ci]", ""),
        ("[no [ci skip]ci]", ""),
        ("[skip[skip[skip ci] ci] ci]", ""),
        ("[skip" * 9 + " ci]" * 9, "(skip ci)"),
        ("a\nskip-checks: true\nb", "a\n\nb"),
        ("skip[ci skip]-checks:true", ""),
        ("[skip netlify] [circleci skip] ***NO_CI***", "  "),
        ("[skip\N{NO-BREAK SPACE}ci] [ci  skip] [skipci] [no-ci] [ skip_ci ]", "    "),
        ("[skip travis ci] [skip cf-pages] [CF-Pages-Skip] [skip azpipelines]", "   "),
        ("[pre-commit.ci skip] [skip release] [skip preview] [gitlab skip]", "   "),
        ("[skipping] [ci] [skip this]", "[skipping] [ci] [skip this]"),
    ],
)
def test_what_skips_ci_goes_until_none_is_left(text, kept):
    """A mark inside a mark too; other brackets stay."""
    assert kept == drop_skip_marks(text)
    assert not GITHUBS_MARKS.search(kept)


def test_hostile_marks_cost_little():
    """Thousands of marks in one another, or of blanks in one, are no work for the machine."""
    began = time.monotonic()
    left = drop_skip_marks("[skip" * 5_000 + "[skip ci]" + " ci]" * 5_000)
    blank = "[skip" + " " * 10_000

    assert not GITHUBS_MARKS.search(left)
    assert blank == drop_skip_marks(blank)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "line",
    [
        "Signed-off-by: Eve <eve@example.org>",
        "signed-off-by: Eve\n  <eve@example.org>",
        "Co-authored-by: eve <e@x>",
        "Reviewed-by: eve",
        "Reported-and-tested-by: eve",
        "Change-Id: I0123",
        "  Cc: eve@example.org",
        "> Acked-by: eve",
        "- Tested-by: eve",
        "On-behalf-of: @acme <acme@example.org>",
        "Release-As: 2.0.0",
        "Author: Eve <eve@example.org>",
    ],
)
def test_the_model_writes_no_trailers(line):
    """Only the bot says who had a part in its work, wherever the line stands."""
    assert "Why.\n\nMore." == drop_trailers(f"Why.\n\n{line}\nMore.")
    assert "Why.\n\n" == drop_trailers(f"Why.\n\n{line}")


@pytest.mark.parametrize(
    "line",
    [
        "Signed-off[skip ci]-by: Eve <eve@example.org>",
        "Co-authored\u200b-by: Eve <eve@example.org>",
        "[skip \u200bci]",
        "Reviewed-[ci [no ci]skip]by: Eve",
        "skip-ch\u2060ecks: true",
    ],
)
def test_what_stands_within_another_goes_too(line):
    """A trailer that a mark breaks up, and either of them with what nobody sees in it."""
    assert "Why.\n\n" == clean_message(f"Why.\n\n{line}")


@pytest.mark.parametrize(
    "text",
    [
        "BREAKING CHANGE: the name went",
        "Note: it waits",
        "passed by: value",
        "by: day",
        "Note: see <https://example.org>",
        "cc is a compiler",
    ],
)
def test_other_lines_with_a_colon_stay(text):
    """A sentence, or a footer that tells of the change itself."""
    assert text == drop_trailers(text)
