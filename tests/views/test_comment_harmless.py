"""The words of models and of CI in the comment: they are read, and do nothing."""

import re

import pytest
from markdown_it import MarkdownIt

from bot.values import (
    Attempt,
    Failure,
    Plan,
    PlannedFile,
    Reading,
    Retrieval,
    SearchHit,
    Sha,
    Verdict,
)
from bot.views.attempts_table import render_attempts
from bot.views.status_comment import render_comment
from tests.gfm import GitHubPage
from tests.views.run_states import KEY, RED, make_state

EVIL = (
    "one | two `tick @ada\n\n~~~ @everyone <!-- greenlit:run:x --> <img src=x onerror=y>\n\n"
    "    @indented\n\n```\n@fenced\n\n[x]: y\n"
)


def html(markdown):
    return MarkdownIt("gfm-like", {"linkify": False}).render(markdown)


def parts(markdown, kind):
    """The text of the tokens of a kind: what is "text" is no code."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    children = [child for token in tokens for child in (token.children or [token])]
    return [child.content for child in children if child.type.startswith(kind)]


def live(markdown):
    """What acts on GitHub's page: names and tags outside of code."""
    words = " ".join(parts(markdown, "text")).split()
    return [word for word in words if "@" in word], parts(markdown, "html")


@pytest.mark.parametrize(
    "url", ["https://ci/?a=b|c", "https://ci/(x)", "https://ci/a b", "https://ci/%7C"]
)
def test_an_odd_address_stays_in_its_cell(url):
    """Another system's statuses name any address."""
    table = html(render_attempts([Attempt(Sha("a" * 40), "green", None, url)]))

    assert 3 == table.count("<td")
    assert 1 == table.count("<a href=")
    assert "🟢 green</a></td>" in table


@pytest.mark.parametrize(
    "words",
    [
        "a | b",
        "a \\| b",
        "a \\\\| b",
        "`a|b`",
        "||||",
        "[a](b) | c",
        "line\nline",
        "x" * 10_000,
        EVIL,
    ],
)
def test_words_of_others_stay_in_their_cell(words):
    """A failure's text is CI's, and so the repository's: one row, three cells, whatever it holds."""
    for failure in (Failure(words, "", ""), Failure("E", "", words), Failure("", words, "")):
        attempt = Attempt(
            Sha("a" * 40), "red", Verdict("ours", Reading("crash", "fix", "", (failure,)))
        )
        table = html(render_attempts([attempt]))

        assert (2, 3) == (table.count("<tr>"), table.count("<td"))
        assert len(table) < 4_000


@pytest.mark.parametrize("phase", ["editing", "fixing"])
@pytest.mark.parametrize(
    "words",
    [
        EVIL,
        "@ada",
        "    @ada",
        "~~~ @ada",
        "~~~\n@ada",
        "> ~~~ @ada",
        "- ```@ada",
        "a `b @ada",
        "``` @ada `",
        "<details>@ada",
        "<!-- @ada",
        "#1 and acme/x#2 and GH-3",
        "![x](https://evil/?@ada)",
        "&#64;ada \\@ada",
    ],
)
def test_the_models_words_call_nobody(phase, words):
    """Wherever the model's words stand: no mention, no issue number, no tag, no hidden marker comes
    alive.
    """
    plan = Plan(words, (PlannedFile(words, words),), (words,), (words,), (words,))
    clues = Retrieval((SearchHit(words, 1.0),))
    text = render_comment(
        make_state(phase=phase, plan=plan, retrieval=clues, todo=(words, words), attempts=(RED,))
    )

    names, tags = live(text)

    assert ([], {"sub", "details", "summary"}) == (names, set(re.findall(r"</?(\w+)", str(tags))))
    assert [] == GitHubPage(text).mentions
    assert "<!--" not in text
    assert text.count("<sub>") == 1
    assert html(text).rstrip().endswith("</sub></p>")
    assert 4 == len(GitHubPage(text).folds)


def test_a_comment_has_an_end():
    """A plan of thousands of lines is told in part; what stands below it is still there."""
    lines = tuple("x" * 10_000 for _ in range(1_000))
    plan = Plan(
        "y" * 20_000,
        tuple(PlannedFile("p" * 1000, "c" * 9_000) for _ in range(100)),
        lines,
        lines,
        lines,
    )
    text = render_comment(
        make_state(phase="editing", plan=plan, attempts=(RED,) * 10, todo=lines[:20])
    )

    assert len(text) < 65_000
    assert "and 970 more" in text
    assert text.endswith(f"Run `{KEY}`</sub>")
