"""The pull request's text: short first, the long parts folded, and no boxes that count as tasks."""

import re
from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.values import (
    Attempt,
    Branch,
    Finding,
    Finish,
    Plan,
    PlannedFile,
    PushedChange,
    Resumption,
    Sha,
    Usage,
)
from bot.values.surprise import SurprisingLine
from bot.views.pull_body import MOST_LINES, render_body
from tests.gfm import GitHubPage
from tests.views.run_states import GREEN, RED, START, make_state
from tests.views.test_comment_harmless import EVIL, live, parts

BRANCH = Branch("greenlit/7-greet")
FINISH = Finish(
    "Greet softly",
    "It was loud.",
    "The greeting is in lower case.",
    ("callers",),
    "The README said it already.",
)
WORK = make_state(
    start=START,
    plan=Plan(
        "Greet.", (PlannedFile("greeting.py", "lower it"), PlannedFile("README.md", "say so"))
    ),
    pushed=PushedChange(Sha("b" * 40), FINISH, ("greeting.py", "test_greeting.py")),
    attempts=(RED, GREEN),
    advice=(Finding("size", "greeting.py", 3, "A long line.", blocks=False),),
    usage=Usage(0.42),
    branch=BRANCH,
)
SIZE = "2 files changed: +3 \N{MINUS SIGN}1 lines"


def show(work=WORK, warning="", template="", finish=None):
    """The page that GitHub makes of the text."""
    if finish is not None:
        work = replace(work, pushed=replace(work.delivery, finish=finish))
    return GitHubPage(render_body(work, warning, template, SIZE))


def test_the_text_reads_from_short_to_long():
    """What closes, what and why, size, where it left the plan; CI in a line; where to look; who
    asked, what it cost, and what people can do here.
    """
    assert show().open_lines == snapshot(
        [
            "Closes #7",
            "What and why",
            "The greeting is in lower case.",
            "2 files changed: +3 −1 lines",
            "Against the plan: Not in the plan, but changed: test_greeting.py. In the plan, but not changed: README.md. The README said it already.",
            "The change, file by file",
            "CI",
            "🟢 green on bbbbbbb after 2 attempts.",
            "All attempts",
            "Please look at",
            "callers",
            "What the checks found: 1 left as advice",
            "Greenlit, a bot that uses Claude, wrote this because ada asked for it in #7; it cost $0.42. Nobody has reviewed it yet: please do.",
            "To have more changed here, review it, or comment /generate with what to change. While it is open I merge its base into it where the two conflict, and repair what turns red later. Closing it ends my work on it. Run acme/greeter#7/1.",
        ]
    )


def test_a_run_that_cost_next_to_nothing_was_not_free():
    """Less than half a cent is told as in the comments."""
    assert "it cost less than $0.01." in show(replace(WORK, usage=Usage(0.002))).text


def test_the_risks_of_the_plan_are_among_what_to_look_at():
    """Whoever approves the change should weigh them."""
    risky = replace(WORK, plan=Plan("It is loud.", (), (), ("callers compare the text",)))

    assert "risk: callers compare the text" in show(risky).text


def test_a_lock_file_that_people_must_write_is_among_what_to_look_at():
    """With its command, open, and not once more among the folded advice."""
    text = "Run `uv lock` and commit what it writes: the dependencies changed."
    left = Finding("dependencies", "uv.lock", 0, text, blocks=False, rule="stale-lock")
    page = show(replace(WORK, advice=(left,))).text
    look = page.partition("look")[2]

    assert "uv.lock Run uv lock and commit what it writes" in look
    assert 1 == page.count("and commit what it writes")


def test_a_line_that_surprises_is_among_what_to_look_at():
    """With its place, what it says as code, and the figure; a long one around what surprises."""
    code = f"send({'x' * 30}, `@ada`) or {', '.join(['callers'] * 30)} ^ mask"
    line = SurprisingLine("a.py", 7, code, len(code) - 6, 12.25, 4.5)
    look = show(replace(WORK, surprising=(line, replace(line, column=0)))).lists[1]

    assert look == snapshot(
        [
            "callers",
            "a.py:7 ... , callers, callers, callers, callers, callers, callers, callers, callers, callers, callers, callers ^ mask is unlike the code around it: its oddest part takes 12.2 bits per character to guess, that of other lines of its length 4.5",
            "a.py:7 send(xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, '@ada') or callers, callers, callers, callers, callers, callers, callers, ... is unlike the code around it: its oddest part takes 12.2 bits per character to guess, that of other lines of its length 4.5",
        ]
    )


def test_a_pull_request_names_the_one_before_it():
    """Whoever finds two for one issue reads why."""
    anew = Resumption("#8 was closed, so this begins anew.")

    assert "#8 was closed, so this begins anew. Nobody" in show(replace(WORK, resumption=anew)).text
    for other in ("My branch was changed, so this begins anew.", "This goes on with #8."):
        assert "#8 was closed" not in show(replace(WORK, resumption=Resumption(other))).text
        assert other not in show(replace(WORK, resumption=Resumption(other))).text


def test_what_is_long_is_folded():
    """The plan's words by file, the attempts, and what the checks found."""
    page = show()

    assert [
        "The change, file by file",
        "All attempts",
        "What the checks found: 1 left as advice",
    ] == [fold.summary for fold in page.folds]
    assert [
        ["greeting.py: lower it"],
        ["callers"],
        ["Left: greeting.py:3 A long line."],
    ] == page.lists
    assert ["1", "aaaaaaa"] == page.tables[0][1][:2]
    assert [("🟢 green", "https://ci/2")] * 2 == [link for link in page.links if "green" in link[0]]


def test_nothing_is_said_twice():
    """A file that the plan did not name, or that stays as it is, stands in one place."""
    page = show()

    for said in ("test_greeting.py.", "README.md", "lower it", "lower case", "callers", "Closes"):
        assert 1 == page.text.count(said)
    assert [] == page.mentions


def test_work_as_planned_says_so_little():
    """No sentence on the plan where the change is the plan; one attempt has no table."""
    plan = Plan("Greet.", (PlannedFile("greeting.py", "lower it"),))
    pushed = PushedChange(Sha("b" * 40), replace(FINISH, differs="", look_at=()), ("greeting.py",))
    work = replace(WORK, plan=plan, pushed=pushed, attempts=(GREEN,), advice=())
    page = show(work)

    assert "Against the plan" not in page.text
    assert ["The change, file by file"] == [fold.summary for fold in page.folds]
    assert "🟢 green on bbbbbbb at the first attempt." in page.open_lines
    assert ["What and why", "CI"] == page.headings


def test_a_run_without_a_plan_compares_nothing():
    """There is nothing that the change could have left."""
    page = show(replace(WORK, plan=None), finish=replace(FINISH, differs=""))

    assert "plan" not in page.text


@pytest.mark.parametrize(
    "words", ["- [ ] one\n- [x] two", "1. [ ] one", "> - [X] one", "* - [ ] one", "[ ] one"]
)
def test_there_are_no_boxes(words):
    """GitHub counts each as a task of the pull request: neither ours nor the model's."""
    page = show(finish=replace(FINISH, summary=words, look_at=(words, "[x] two")))

    assert [] == page.tasks
    assert "☐" in page.text


def test_a_long_summary_begins_short():
    """Its first paragraph stands open, the rest is folded; one that begins with a list stays whole."""
    page = show(finish=replace(FINISH, summary="First.\n\n" + "- more words\n" * 200))
    whole = show(finish=replace(FINISH, summary="- more words\n" * 200))

    assert "First." in page.open_lines
    assert "more words" not in page.open_lines
    assert "More on what changed" == page.folds[0].summary
    assert 200 == whole.open_lines.count("more words")


def test_what_asks_for_less_stands_first():
    """The plan named it, and people decide: test, reason, before all else but what closes."""
    weaker = Finding(
        "tests",
        "test_greeting.py",
        4,
        "An assertion was loosened. The plan says why: no case.",
        blocks=False,
    )
    page = show(replace(WORK, advice=(weaker,)), "Not green.")

    assert [
        (
            "important",
            f"Tests or checks ask for less than before: test_greeting.py:4 {weaker.text}",
        ),
        ("warning", "Not green."),
    ] == page.alerts
    assert page.html.startswith("<blockquote>")
    assert "What the checks found" not in page.text


def test_what_the_checks_found_is_told_folded():
    """What was mended, and what was left, in full up to a number."""
    found = tuple(
        Finding("lint", "a.py", line, "`os` imported but unused", rule="F401")
        for line in range(1, MOST_LINES + 3)
    )
    fold = show(replace(WORK, repaired=found)).folds[-1]

    assert "What the checks found: 22 repaired before the push, 1 left as advice" == fold.summary
    assert "Repaired: a.py:1 os imported but unused" in fold.text
    assert "and 3 more" in fold.text


def test_a_finding_about_the_whole_change_names_no_file():
    """As when the change is too large, and the repository lets that only advise."""
    large = Finding("size", "", 0, "The change has 61 files; at most 60 are allowed.", blocks=False)

    assert ["Left: The change has 61 files; at most 60 are allowed."] in show(
        replace(WORK, advice=(large,))
    ).lists


@pytest.mark.parametrize(
    ("work", "warning", "words"),
    [
        (
            replace(WORK, attempts=(Attempt(Sha("a" * 40), "silent"),)),
            "",
            "⚪ CI never reported on aaaaaaa.",
        ),
        (
            replace(WORK, attempts=(Attempt(Sha("a" * 40), "running"),)),
            "CI runs on this draft; it is marked ready once CI is green.",
            "⏳ running on aaaaaaa.",
        ),
        (
            replace(WORK, attempts=(RED, RED)),
            "Not green. CI is still red after 2 attempts.",
            "test_greet[a|b]: AssertionError and 1 more on aaaaaaa after 2 attempts.",
        ),
    ],
)
def test_what_is_not_green_is_said(work, warning, words):
    """Silent CI, running CI, red CI: under its heading, and on top where there is a state."""
    page = show(work, warning)

    assert any(words in line for line in page.open_lines)
    assert ([("warning", warning)] if warning else []) == page.alerts


@pytest.mark.parametrize("attempts", [(), (Attempt(Sha("a" * 40), "unchecked"),)])
def test_a_repository_without_ci_is_warned_of_once(attempts):
    """On top, beside what else is to be known, and under no heading of CI."""
    page = show(replace(WORK, attempts=attempts), "The run ended.")
    warning = "This repository has no CI for pull requests: nothing has run these changes."

    assert [("warning", "The run ended."), ("warning", warning)] == page.alerts
    assert 1 == page.text.count("CI")


@pytest.mark.parametrize(
    "words", [EVIL, "~~~ @eve", "    @eve", "<details>", "Closes #1, fixes acme/x#2"]
)
def test_the_models_words_act_on_nothing(words):
    """No mention, no tag and no closing of other issues, wherever they stand."""
    work = replace(
        WORK,
        plan=Plan(words, (PlannedFile(words, words), PlannedFile("greeting.py", words))),
        pushed=PushedChange(
            Sha("b" * 40), Finish("T", "", words, (words,), words), (words, "greeting.py")
        ),
        advice=(Finding("g", words, 1, words),),
    )
    text = render_body(work)
    names, tags = live(text)

    assert [] == names
    assert {"<details>", "</details>", "<summary>", "</summary>", "<sub>", "</sub>", "<br>"} == {
        tag for block in tags for tag in re.findall(r"</?\w+>", block)
    }
    assert ["Closes #7"] == re.findall(
        r"(?i)(?:closes|fixes) [\w/]*#\d+", " ".join(parts(text, "text"))
    )
    assert GitHubPage(text).open_lines[-1].endswith("Run acme/greeter#7/1.")


def test_a_squash_merge_skips_no_ci_and_names_nobody():
    """The text may become a commit's message: no mark that skips CI, no trailer of the model's."""
    words = "Softer [skip[skip ci] ci].\n\nskip-checks: true\n\nSigned-off-by: eve <e@x>"
    text = render_body(WORK, template="## Notes\n\nSay [ci skip] if you must.", size=SIZE)
    text += render_body(
        replace(WORK, pushed=replace(WORK.delivery, finish=Finish("T", "", words, (words,), words)))
    )

    for left in ("[skip ci]", "[ci skip]", "\nskip-checks", "\nSigned-off-by"):
        assert left not in text


def test_the_text_has_an_end():
    """GitHub takes 65,536 characters, whatever a model writes."""
    words = "x y " * 5_000
    files = tuple(PlannedFile(f"{number}{'p' * 990}", words) for number in range(200))
    finish = Finish("T", "", words, (words,) * 200, words)
    pushed = PushedChange(Sha("b" * 40), finish, tuple(file.path for file in files[50:]))
    found = (Finding("lint", "p" * 1_000, 1, words),) * 200
    work = replace(WORK, plan=Plan("", files), pushed=pushed, advice=found, repaired=found)
    page = show(work, words[:300])

    assert len(render_body(work)) < 65_000
    assert page.open_lines[-1].endswith("Run acme/greeter#7/1.")


def test_in_the_repositorys_template():
    """Our parts under its headings, with the same folds."""
    page = show(template="## Description\n\n## How has this been tested?\n\n## Related issues\n")

    assert ["Description", "How has this been tested?", "Related issues", "Please look at"] == (
        page.headings
    )
    assert 3 == len(page.folds)
