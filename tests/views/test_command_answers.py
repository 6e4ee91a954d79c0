"""Answers to commands, as people read them on GitHub."""

from dataclasses import replace

import pytest

from bot.text.durations import render_duration
from bot.values import (
    Check,
    Checks,
    LastRun,
    Outcome,
    Repo,
    Request,
    RunKey,
    RunReport,
    Sha,
)
from bot.views.command_answers import (
    render_busy,
    render_help,
    render_no_fix,
    render_pull_help,
    render_status,
    render_suggestion,
)
from tests.gfm import GitHubPage
from tests.views.test_pull_run import TARGET

NOW = 1_800_000_000.0
KEY = RunKey("acme/greeter#7/1")
ISSUE = "https://github.com/acme/greeter/issues/7"
REPORT = RunReport(
    42,
    "Greenlit is planning the change; so far it has cost $0.12 of at most $5.00.",
    url=f"{ISSUE}#issuecomment-42",
)
OPENED = RunReport(
    42, "Greenlit opened a pull request; that cost $0.42.", 43, f"{ISSUE}#issuecomment-43"
)


def ask(command="generate", words="", body=""):
    return Request(Repo("acme/greeter"), 7, "ada", "", "d", command=command, words=words, body=body)


def test_help_is_a_table_of_commands():
    """Every command with what it does, and the label that the repository has."""
    page = GitHubPage(render_help("robot"))
    ((heading, *rows),) = page.tables

    assert ["Comment", "What I do"] == heading
    assert [
        "/generate",
        "/generate what you want",
        "/generate go",
        "/refactor rename OLD NEW",
        "/document PATH or NAME",
        "/test PATH or NAME",
        "/retry",
        "/approve",
        "/stop",
        "/status",
        "/help",
    ] == [command for command, _meaning in rows]
    assert "The label robot asks for the same." in rows[0][1]
    assert [] == page.tasks


@pytest.mark.parametrize("label", ["a|b", "a`b", "<b>x</b>", "@ada"])
def test_odd_label_breaks_no_table(label):
    """A label is a stranger's text: it stays one cell and calls nobody."""
    page = GitHubPage(render_help(label))

    assert {2} == {len(row) for row in page.tables[0]}
    assert [] == page.mentions


def test_help_on_a_pull_request_says_what_works_there():
    """Every command with what it does to the pull request, and where the label works."""
    page = GitHubPage(render_pull_help("robot", TARGET))
    ((_, *rows),) = page.tables

    assert [
        "/generate what you want",
        "/generate",
        "/fix",
        "/explain",
        "/update",
        "/retry",
        "/approve",
        "/stop",
        "/status",
        "/help",
    ] == [command for command, _meaning in rows]
    assert page.text.endswith("The label robot works on issues.")
    assert "I wrote it" not in page.text


def test_help_fits_the_pull_request():
    """To a fork nothing is pushed; where the bot wrote it, reviews are answered too."""
    fork = GitHubPage(render_pull_help("robot", replace(TARGET, is_fork=True)))
    ours = GitHubPage(render_pull_help("robot", replace(TARGET, is_ours=True)))

    assert "/update" not in fork.codes
    assert "Suggest the change in a review: I cannot push to a fork." in fork.text
    assert "I answer reviews of this pull request too, for I wrote it." in ours.text


@pytest.mark.parametrize(
    ("checks", "text"),
    [
        ((), "CI has said nothing of `aaaaaaa`"),
        ((Check("test", "pending"),), "CI is still running on `aaaaaaa`"),
        ((Check("test", "passed", "success"),), "CI is green on `aaaaaaa`"),
        ((Check("test", "passed", "skipped"),), "No check failed on `aaaaaaa`"),
    ],
)
def test_repair_of_what_is_not_red_says_how_ci_stands(checks, text):
    """Running, silent, green, or nothing that says anything."""
    assert render_no_fix(Checks(Sha("a" * 40), checks)).startswith(text)


@pytest.mark.parametrize(
    ("command", "words", "nearest", "meant"),
    [
        ("genrate", "with tests", "generate", "/generate with tests"),
        ("stpo", "it all", "stop", "/stop"),
        ("@greenlit", "please greet softly", "generate", "/generate please greet softly"),
        ("@greenlit", "generate: it", "generate", "/generate it"),
        ("@greenlit", "/retry with more", "retry", "/retry with more"),
        ("@greenlit", "status?", "status", "/status"),
        ("genrate", "`x` @bob #3", "generate", "/generate 'x' @bob #3"),
    ],
)
def test_the_nearest_command_is_suggested_with_its_words(command, words, nearest, meant):
    """As code to copy, which calls nobody."""
    page = GitHubPage(render_suggestion(ask(command, words), nearest))
    problem = f"I know no /{command}, so I did nothing."
    if command.startswith("@"):
        problem = "I do not read mentions, only commands on a line of their own."

    assert page.text.startswith(problem)
    assert f"Did you mean {meant}?" in page.text
    assert meant in page.codes
    assert [] == page.mentions


def test_a_mention_alone_is_sent_to_the_help():
    """Nothing is guessed from a name."""
    page = GitHubPage(render_suggestion(ask("@greenlit"), "generate"))

    assert "Did you mean" not in page.text
    assert ["/help"] == page.codes


def test_busy_run_says_what_becomes_of_the_words():
    """Words that come while a run is under way are not lost in silence."""
    last = LastRun(KEY, is_live=True, report=REPORT)

    assert "does not hear what you wrote" in render_busy(ask(words="in German"), last)
    assert "does not hear" not in render_busy(ask(), last)
    assert [("My comment", f"{ISSUE}#issuecomment-42")] == GitHubPage(
        render_busy(ask(), last)
    ).links


def test_report_of_an_older_release_is_told_without_a_link():
    """It kept no address, and an anchor leads nowhere in an e-mail."""
    older = LastRun(KEY, is_live=True, report=RunReport(42, REPORT.line))
    page = GitHubPage(render_status(older, NOW))

    assert REPORT.line in page.text
    assert "more" not in page.text
    assert [] == page.links


@pytest.mark.parametrize(
    ("last", "text"),
    [
        (
            None,
            (
                "Nothing is under way here. I have not worked on this issue yet: comment `/generate` "
                "to begin."
            ),
        ),
        (
            LastRun(KEY, is_live=True, began=NOW - 10),
            "A run is under way; it was asked for less than a minute ago. `/stop` ends it.",
        ),
        (
            LastRun(KEY, is_live=True, report=REPORT, began=NOW - 300),
            (
                "A run is under way; it was asked for 5 minutes ago. Greenlit is planning the change; "
                "so far it has cost $0.12 of at most $5.00. "
                f"[My comment]({ISSUE}#issuecomment-42) shows more. "
                "`/stop` ends it."
            ),
        ),
        (
            LastRun(
                KEY,
                is_live=False,
                outcome=Outcome("opened", "", 12),
                report=OPENED,
                began=NOW - 8000,
                changed=NOW - 7300,
            ),
            (
                "Nothing is under way here. The last run ended 2 hours ago, after 11 minutes. Greenlit "
                "opened a pull request; that cost $0.42. The pull request is #12. "
                f"[My last comment on it]({ISSUE}#issuecomment-43) tells more."
            ),
        ),
        (
            LastRun(
                KEY,
                is_live=False,
                outcome=Outcome("unchanged", ""),
                began=NOW - 130,
                changed=NOW - 120,
            ),
            "Nothing is under way here. The last run ended 2 minutes ago.",
        ),
        (
            LastRun(KEY, is_live=False, report=REPORT, began=NOW - 900, changed=NOW - 61),
            (
                "Nothing is under way here. The last run broke off 1 minute ago. Comment `/retry` to "
                "try again."
            ),
        ),
    ],
)
def test_status_says_state_time_cost_and_where(last, text):
    """While a run lives, after its end, after a crash, and before there was any."""
    assert text == render_status(last, NOW)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "less than a minute"),
        (59, "less than a minute"),
        (60, "1 minute"),
        (3599, "59 minutes"),
        (7300, "2 hours"),
        (86_400, "1 day"),
        (-5, "less than a minute"),
    ],
)
def test_durations_are_said_in_one_unit(seconds, text):
    """The largest that is there; a clock that was set back says no nonsense."""
    assert text == render_duration(seconds)
