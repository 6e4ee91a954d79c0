"""The comment that tells how a run ended, as people see it: in their mail and on the page."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.ports import Refusal, Unreachable
from bot.run import RunFault
from bot.stories import draft_ends, ends
from bot.values import (
    Caps,
    Failure,
    Finding,
    Frame,
    OpenFinish,
    Outcome,
    PullRequest,
    Reading,
    RepoConfig,
    Turn,
    Usage,
    Verdict,
)
from bot.views.end_comment import ASKS, render_end_comment
from tests.gfm import GitHubPage
from tests.views.run_states import FAILURE, FINISH, PULL, RED, make_end

RUN = make_end(None)
UNPUSHED = replace(RUN, pushed=None, attempts=(), branch=None)
DRAFT = replace(PULL, draft=True)
ODD = "a ] [b](https://evil.example) `c]d` @eve #3 \\"


SAME_AGAIN = Verdict("ours", Reading("test-failure", "fix", "pytest", (FAILURE,)), {"test": 1})


def render(outcome, state=RUN):
    text = render_end_comment(replace(state, outcome=outcome))
    check_manners(text)
    return text


def check_manners(text):
    """What holds for every end: it calls the asker first and alone, is short, and has no boxes."""
    page = GitHubPage(text)

    assert text.startswith("@ada ")
    assert ["ada"] == page.mentions
    assert len(page.open_lines) <= 8
    assert page.tasks == page.folds == page.headings == []
    assert not any(word in text for word in ("..", "$0.00", "Error", "Say more"))
    assert page.paragraphs[0].endswith((".", ":"))


def verdict(kind="ours", action="fix", why=""):
    return Verdict(kind, Reading("test-failure", action), {"lint": 3}, why)


def finished(summary):
    return replace(UNPUSHED, open_finish=OpenFinish("c", replace(FINISH, summary=summary)))


def test_an_opened_pull_request():
    """Title and link, what CI said, what is next; size, attempts and cost."""
    state = replace(RUN, pull=PULL)
    text = render(ends.explain_green(state), state)

    assert text == snapshot("""\
@ada I opened the pull request [Greet quietly](https://github.com/acme/greeter/pull/8) (#8). CI is green.

Please review it. Merging it closes this issue. To have it changed, comment `/generate` on this issue with what to change.

<sub>1 file changed: +1 −1 lines · 2 attempts at CI · cost $0.12</sub>\
""")
    assert [("Greet quietly", PULL.url)] == GitHubPage(text).links


def test_a_draft_says_where_ci_fails():
    """With the way to what it says, for a mail alone must be enough to go on from."""
    failure = Failure("AssertionError", "assert 'hello'", frames=(Frame("test_greeting.py", 3),))
    reading = Reading("test-failure", "fix", failures=(failure,))
    red = replace(RED, verdict=Verdict("ours", reading, {"test": 1}))
    text = render(Outcome("draft", "I stopped.", 8), replace(RUN, pull=DRAFT, attempts=(red,)))

    assert (
        "CI fails in `test`, at `test_greeting.py:3`: see [what it says](https://ci/1)."
        == text.split("\n\n")[1]
    )


@pytest.mark.parametrize(
    ("kind", "state", "sentence"),
    [
        ("ours", "draft", "CI fails in `test`: see [what it says](https://ci/1)."),
        ("ours", "stopped", ""),
        ("already red", "draft", ""),
    ],
)
def test_only_a_change_that_is_at_fault_says_where_ci_fails(kind, state, sentence):
    """Without a place where none is known; a stop by people is about something else."""
    reading = Reading("test-failure", "fix", failures=(Failure("AssertionError", "no"),))
    red = replace(RED, verdict=Verdict(kind, reading, {"test": 1}))
    text = render(Outcome(state, "I stopped.", 8), replace(RUN, pull=DRAFT, attempts=(red,)))

    assert sentence == next((part for part in text.split("\n\n") if "CI fails" in part), "")


def test_an_opened_draft_and_one_without_ci():
    """A repository may want drafts; where nothing ran the change, that is said first."""
    draft = replace(RUN, pull=DRAFT)
    unchecked = replace(RUN, pull=PULL)

    assert GitHubPage(render(ends.explain_green(draft), draft)).paragraphs == snapshot(
        [
            "@ada I opened the draft Greet quietly (#8). CI is green.",
            "Please review it and mark it ready. Merging it closes this issue. To have it changed, comment /generate on this issue with what to change.",
            "1 file changed: +1 −1 lines · 2 attempts at CI · cost $0.12",
        ]
    )
    assert GitHubPage(render(ends.explain_unchecked(unchecked), unchecked)).paragraphs == snapshot(
        [
            "@ada I opened the pull request Greet quietly (#8). This repository has no CI for pull requests: nothing has run these changes.",
            "Please try it yourself, then review it. Merging it closes this issue. To have it changed, comment /generate on this issue with what to change.",
            "1 file changed: +1 −1 lines · 2 attempts at CI · cost $0.12",
        ]
    )


@pytest.mark.parametrize(
    ("outcome", "lines"),
    [
        (
            draft_ends.explain_hopeless(replace(RUN, attempts=(RED,) * 3), verdict()),
            snapshot(
                [
                    "@ada I left the draft Greet quietly (#8). CI is still red after 3 attempts, the most that one run may make.",
                    "Please take it from here, or comment /generate with a hint for another try. The limit is GREENLIT_ATTEMPTS=3: whoever runs me can raise it.",
                    "1 file changed: +1 −1 lines · 2 attempts at CI · cost $0.12",
                ]
            ),
        ),
        (
            draft_ends.explain_hopeless(
                replace(RUN, caps=Caps(attempts=1), config=RepoConfig(attempts=1)), verdict()
            ),
            snapshot(
                [
                    "@ada I left the draft Greet quietly (#8). CI is still red after 2 attempts, the most that one run may make.",
                    "Please take it from here, or comment /generate with a hint for another try. The limit is attempts: 1 in .github/greenlit.yml: whoever maintains the repository can raise it.",
                    "1 file changed: +1 −1 lines · 2 attempts at CI · cost $0.12",
                ]
            ),
        ),
        (
            draft_ends.explain_hopeless(RUN, SAME_AGAIN),
            snapshot(
                [
                    "@ada I left the draft Greet quietly (#8). CI shows the same failure as before my last fix, so I stopped rather than guess.",
                    "Please take it from here, or comment /generate with a hint for another try.",
                    "1 file changed: +1 −1 lines · 2 attempts at CI · cost $0.12",
                ]
            ),
        ),
        (
            draft_ends.explain_hopeless(replace(RUN, attempts=(RED,)), verdict(action="human")),
            snapshot(
                [
                    "@ada I left the draft Greet quietly (#8). lint failed and left nothing that I can read.",
                    "Please look at what it says.",
                    "1 file changed: +1 −1 lines · 2 attempts at CI · cost $0.12",
                ]
            ),
        ),
        (
            draft_ends.explain_hopeless(RUN, verdict("already red")),
            snapshot(
                [
                    "@ada I left the draft Greet quietly (#8). main was red in the same way before this change, and nothing new broke.",
                    "Please repair main first, then comment /retry.",
                    "1 file changed: +1 −1 lines · 2 attempts at CI · cost $0.12",
                ]
            ),
        ),
        (
            draft_ends.explain_hopeless(RUN, verdict("infrastructure")),
            snapshot(
                [
                    "@ada I left the draft Greet quietly (#8). CI failed for a reason outside the code, which I cannot repair.",
                    "Please run the failed jobs again once that is over.",
                    "1 file changed: +1 −1 lines · 2 attempts at CI · cost $0.12",
                ]
            ),
        ),
        (
            draft_ends.explain_hopeless(RUN, verdict("set-up", why="`npm ci` failed")),
            snapshot(
                [
                    "@ada I left the draft Greet quietly (#8). CI failed while it set itself up: npm ci failed.",
                    "Please look at it: this change did not touch it.",
                    "1 file changed: +1 −1 lines · 2 attempts at CI · cost $0.12",
                ]
            ),
        ),
        (
            draft_ends.explain_hopeless(RUN, verdict("flaky", why="`a` passed before")),
            snapshot(
                [
                    "@ada I left the draft Greet quietly (#8). CI is flaky: a passed before. I edit no code for that.",
                    "Please run the failed jobs again, or repair the test.",
                    "1 file changed: +1 −1 lines · 2 attempts at CI · cost $0.12",
                ]
            ),
        ),
        (
            draft_ends.explain_slow_ci(Caps()),
            snapshot(
                [
                    "@ada I left the draft Greet quietly (#8). CI did not end within 180 minutes.",
                    "Please look at what CI does. How long I wait is GREENLIT_CI_PATIENCE_MINUTES=180: whoever runs me can raise it.",
                    "1 file changed: +1 −1 lines · 2 attempts at CI · cost $0.12",
                ]
            ),
        ),
        (
            draft_ends.explain_silent_ci(),
            snapshot(
                [
                    "@ada I left the draft Greet quietly (#8). CI never reported on this commit, so nothing has run these changes.",
                    "Please see why CI is silent, or try the change yourself before you merge it.",
                    "1 file changed: +1 −1 lines · 2 attempts at CI · cost $0.12",
                ]
            ),
        ),
        (
            draft_ends.explain_skipped_ci(),
            snapshot(
                [
                    "@ada I left the draft Greet quietly (#8). CI skipped every check of this commit, so nothing has run these changes.",
                    "Please try the change yourself before you merge it.",
                    "1 file changed: +1 −1 lines · 2 attempts at CI · cost $0.12",
                ]
            ),
        ),
        (
            draft_ends.explain_no_repair(ends.explain_budget(RUN)),
            snapshot(
                [
                    "@ada I left the draft Greet quietly (#8). CI is red, and I could not repair it. I reached the budget of $5.00 for one run: $0.12 is spent, and the next turn could pass it.",
                    "The limit is GREENLIT_USD_PER_RUN=5: whoever runs me can raise it. After that, comment /retry. Or ask for less at a time.",
                    "1 file changed: +1 −1 lines · 2 attempts at CI · cost $0.12",
                ]
            ),
        ),
        (
            draft_ends.explain_no_repair(
                draft_ends.explain_no_more_changes(finished("It is flaky."))
            ),
            snapshot(
                [
                    "@ada I left the draft Greet quietly (#8). CI is red, and I could not repair it. Claude changed nothing more. It is flaky.",
                    "Please take it from here, or comment /generate with a hint for another try.",
                    "1 file changed: +1 −1 lines · 2 attempts at CI · cost $0.12",
                ]
            ),
        ),
    ],
    ids=[
        "attempts",
        "own attempts",
        "same failure",
        "unreadable",
        "already red",
        "infrastructure",
        "set-up",
        "flaky",
        "slow",
        "silent",
        "skipped",
        "budget",
        "no more",
    ],
)
def test_a_draft_says_why_it_is_not_green(outcome, lines):
    """Each reason has its own sentence and its own advice."""
    assert GitHubPage(render(outcome, replace(RUN, pull=DRAFT))).open_lines == lines


def test_questions_are_asked_and_found_again():
    """One is a quote, several are a numbered list; a hidden marker names the comment."""
    one = render(ends.explain_questions(("Which word?",)), UNPUSHED)
    two = render(ends.explain_questions(("Which word?\n\n- soft\n- loud", "For @eve too?")))

    assert one == snapshot("""\
@ada I have a question before I write.

> Which word?

Please answer in a comment, then comment `/generate`.

<sub>cost $0.12</sub>

<!-- greenlit:asks -->\
""")
    assert GitHubPage(two).open_lines == snapshot(
        [
            "@ada I have 2 questions before I write.",
            "Which word?",
            "soft",
            "loud",
            "For @eve too?",
            "Please answer in a comment, then comment /generate.",
            "2 attempts at CI · cost $0.12",
        ]
    )
    assert 2 == len(GitHubPage(two).lists[0])
    assert one.endswith(ASKS)
    assert two.endswith(ASKS)


@pytest.mark.parametrize(
    ("outcome", "lines"),
    [
        (
            ends.explain_stop_command("ada", "ada"),
            snapshot(
                [
                    "@ada I stopped, as you asked.",
                    "What I pushed stays on the branch greenlit/7-greet.",
                    "To have me go on, comment /retry.",
                    "2 attempts at CI · cost $0.12",
                ]
            ),
        ),
        (
            ends.explain_stop("the issue was closed"),
            snapshot(
                [
                    "@ada I stopped, because the issue was closed.",
                    "What I pushed stays on the branch greenlit/7-greet.",
                    "To have me go on, comment /retry on the open issue.",
                    "2 attempts at CI · cost $0.12",
                ]
            ),
        ),
        (
            ends.explain_stop("the label `autogen` was removed"),
            snapshot(
                [
                    "@ada I stopped, because the label autogen was removed.",
                    "What I pushed stays on the branch greenlit/7-greet.",
                    "To have me go on, comment /retry on the open issue.",
                    "2 attempts at CI · cost $0.12",
                ]
            ),
        ),
        (
            ends.explain_closed_pull("ada", "ada"),
            snapshot(
                [
                    "@ada I stopped, because my pull request was closed.",
                    "What I pushed stays on the branch greenlit/7-greet.",
                    "To have me go on, comment /retry on the open issue.",
                    "2 attempts at CI · cost $0.12",
                ]
            ),
        ),
        (
            ends.explain_taken_branch(RUN),
            snapshot(
                [
                    "@ada I stopped, because somebody changed my branch greenlit/7-greet.",
                    "To have me begin anew on a branch of my own, comment /retry.",
                    "2 attempts at CI · cost $0.12",
                ]
            ),
        ),
    ],
    ids=["command", "closed", "label", "closed pull", "branch"],
)
def test_a_stop_says_who_did_what_and_what_is_left(outcome, lines):
    """What was pushed stays, and where."""
    assert GitHubPage(render(outcome)).open_lines == lines


def test_who_stopped_a_run_for_another_is_named():
    """They know what they did; the asker does not."""
    told = [
        ends.explain_stop_command("ada", "bob").text,
        ends.explain_closed_pull("ada", "bob").text,
        ends.explain_taken_branch(RUN, "bob").text,
        ends.explain_taken_branch(RUN, "ada").text,
        ends.explain_taken_branch(RUN, "bob", is_deleted=True).text,
        ends.explain_taken_branch(RUN, "ada", is_deleted=True).text,
        f"the issue was closed{ends.name_actor('bob', 'ada')}",
    ]

    assert told == snapshot(
        [
            "I stopped, because @bob commented `/stop`.",
            "I stopped, because my pull request was closed by @bob.",
            "I stopped, because @bob changed my branch [`greenlit/7-greet`](https://github.com/acme/greeter/tree/greenlit/7-greet).",
            "I stopped, because you changed my branch [`greenlit/7-greet`](https://github.com/acme/greeter/tree/greenlit/7-greet): it is yours now.",
            "I stopped, because @bob deleted my branch `greenlit/7-greet`.",
            "I stopped, because you deleted my branch `greenlit/7-greet`.",
            "the issue was closed by @bob",
        ]
    )


@pytest.mark.parametrize(
    ("state", "lines"),
    [
        (
            UNPUSHED,
            snapshot(
                [
                    "@ada I stopped, as you asked.",
                    "Nothing was pushed.",
                    "To have me go on, comment /retry.",
                    "cost $0.12",
                ]
            ),
        ),
        (
            replace(UNPUSHED, turns=0, usage=Usage()),
            snapshot(["@ada I stopped, as you asked.", "To have me go on, comment /retry."]),
        ),
        (
            RUN,
            snapshot(
                [
                    "@ada I stopped, as you asked.",
                    "What I pushed stays on the branch greenlit/7-greet.",
                    "To have me go on, comment /retry.",
                    "2 attempts at CI · cost $0.12",
                ]
            ),
        ),
        (
            replace(RUN, pull=DRAFT),
            snapshot(
                [
                    "@ada I stopped, as you asked.",
                    "The draft Greet quietly (#8) stays as it is.",
                    "To have me go on, comment /retry.",
                    "1 file changed: +1 −1 lines · 2 attempts at CI · cost $0.12",
                ]
            ),
        ),
    ],
    ids=["nothing pushed", "nothing begun", "branch", "pull request"],
)
def test_a_stop_says_what_is_left(state, lines):
    """A pull request, a branch, nothing; before anything began there is nothing to say of it."""
    assert GitHubPage(render(ends.explain_stop_command("ada", "ada"), state)).open_lines == lines


@pytest.mark.parametrize(
    ("outcome", "lines"),
    [
        (
            ends.explain_budget(UNPUSHED),
            snapshot(
                [
                    "@ada I reached the budget of $5.00 for one run: $0.12 is spent, and the next turn could pass it.",
                    "Nothing was pushed.",
                    "The limit is GREENLIT_USD_PER_RUN=5: whoever runs me can raise it. After that, comment /retry. Or ask for less at a time.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            ends.explain_budget(
                replace(UNPUSHED, caps=Caps(usd=2.0), config=RepoConfig(budget_usd=2.0))
            ),
            snapshot(
                [
                    "@ada I reached the budget of $2.00 for one run: $0.12 is spent, and the next turn could pass it.",
                    "Nothing was pushed.",
                    "The limit is budget_usd: 2 in .github/greenlit.yml: whoever maintains the repository can raise it. After that, comment /retry. Or ask for less at a time.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            ends.explain_turns(UNPUSHED),
            snapshot(
                [
                    "@ada I reached the limit of 80 turns of the model for one run.",
                    "Nothing was pushed.",
                    "The limit is GREENLIT_TURNS_PER_RUN=80: whoever runs me can raise it. After that, comment /retry. Or ask for less at a time.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            ends.explain_minutes(UNPUSHED),
            snapshot(
                [
                    "@ada I reached the limit of 60 minutes of work for one run.",
                    "Nothing was pushed.",
                    "The limit is GREENLIT_MINUTES_PER_RUN=60: whoever runs me can raise it. After that, comment /retry. Or ask for less at a time.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            ends.explain_minutes(
                replace(UNPUSHED, caps=Caps(minutes=1), config=RepoConfig(minutes=1))
            ),
            snapshot(
                [
                    "@ada I reached the limit of 1 minute of work for one run.",
                    "Nothing was pushed.",
                    "The limit is minutes: 1 in .github/greenlit.yml: whoever maintains the repository can raise it. After that, comment /retry. Or ask for less at a time.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
    ],
    ids=["budget", "repository's budget", "turns", "minutes", "repository's minutes"],
)
def test_a_limit_names_its_setting_and_who_may_raise_it(outcome, lines):
    """What it is, what of it was used, and what else helps."""
    assert GitHubPage(render(outcome, UNPUSHED)).open_lines == lines


@pytest.mark.parametrize(
    ("outcome", "lines"),
    [
        (
            ends.explain_model_stop(UNPUSHED, Turn("refused", why="cyber")),
            snapshot(
                [
                    "@ada Claude declined the request.",
                    "Nothing was pushed.",
                    "I cannot overrule that. If the request can be read as asking for something harmful, word it otherwise, then comment /generate.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            ends.explain_model_stop(UNPUSHED, Turn("context")),
            snapshot(
                [
                    "@ada The conversation grew longer than Claude can read.",
                    "Nothing was pushed.",
                    "Please ask for less at a time.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            ends.explain_model_stop(UNPUSHED, Turn("length")),
            snapshot(
                [
                    "@ada Claude's answer was cut off twice, because it was too long.",
                    "Nothing was pushed.",
                    "Please ask for less at a time.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            ends.explain_model_stop(UNPUSHED, Turn("end")),
            snapshot(
                [
                    "@ada Claude stopped halfway, although it was told to go on.",
                    "Nothing was pushed.",
                    "Comment /retry to try again.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            ends.explain_model_stop(UNPUSHED, Turn("broken", why="eof")),
            snapshot(
                [
                    "@ada Claude's answers broke off again and again.",
                    "Nothing was pushed.",
                    "Comment /retry in a while.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            ends.explain_loop(UNPUSHED, "grep"),
            snapshot(
                [
                    "@ada Claude went in circles: it called grep over and over.",
                    "Nothing was pushed.",
                    "Comment /retry to try again, or /generate with the names of the files that must change, which helps most.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            ends.explain_gates(Finding("policy", ".github/x.yml", 0, "Refused"), 4),
            snapshot(
                [
                    "@ada My checks refused the change 4 times, at last for .github/x.yml: Refused.",
                    "Nothing was pushed.",
                    "If I may change that path, list it under allow in .github/greenlit.yml. Then comment /retry.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            ends.explain_gates(Finding("lint", "a.py", 3, "Unused @eve."), 4),
            snapshot(
                [
                    "@ada My checks refused the change 4 times, at last for a.py:3: Unused @eve.",
                    "Nothing was pushed.",
                    "If this shall only be a remark, add lint under advise in .github/greenlit.yml. Then comment /retry.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            ends.explain_gates(Finding("size", "", 0, "Too much."), 4),
            snapshot(
                [
                    "@ada My checks refused the change 4 times, at last: Too much.",
                    "Nothing was pushed.",
                    "Please ask for less at a time, or raise max_files or max_lines in .github/greenlit.yml.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            ends.explain_gates(Finding("secrets", "a.py", 1, "A key."), 4),
            snapshot(
                [
                    "@ada My checks refused the change 4 times, at last for a.py:1: A key.",
                    "Nothing was pushed.",
                    "Comment /retry to try again, or /generate with how to do it otherwise.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            ends.explain_unreachable(Unreachable("529", "Claude", 1_795_600_000.0)),
            snapshot(
                [
                    "@ada Claude has not answered since 09:46 UTC, however often I tried.",
                    "Nothing was pushed.",
                    "Comment /retry when it answers again.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            ends.explain_unreachable(Unreachable("502", "GitHub")),
            snapshot(
                [
                    "@ada GitHub has not answered, however often I tried.",
                    "Nothing was pushed.",
                    "Comment /retry when it answers again.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            ends.explain_unreachable(Unreachable("linter")),
            snapshot(
                [
                    "@ada Something that I need has not answered, however often I tried.",
                    "Nothing was pushed.",
                    "Comment /retry when it answers again.",
                    "cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
    ],
    ids=[
        "declined",
        "context",
        "length",
        "unfinished",
        "broken off",
        "loop",
        "policy",
        "lint",
        "size",
        "secrets",
        "Claude",
        "GitHub",
        "something",
    ],
)
def test_what_could_not_be_done_has_its_own_advice(outcome, lines):
    """More words are asked for only where words can help."""
    assert GitHubPage(render(outcome, UNPUSHED)).open_lines == lines


def test_nothing_to_change_is_no_failure():
    """It says what the model found, and where it looked."""
    page = GitHubPage(render(ends.explain_unchanged(finished("It is quiet already, @eve"))))
    nowhere = ends.explain_unchanged(finished("")).text

    assert page.open_lines == snapshot(
        [
            "@ada I found nothing to change. It is quiet already, @eve.",
            "If I missed something, comment /generate with what it is.",
            "2 attempts at CI · cost $0.12",
        ]
    )
    assert nowhere == snapshot("I found nothing to change.")


def test_a_refusal_is_passed_on():
    """Its text is for people; a list in it stays a list."""
    mistakes = Refusal("The configuration cannot be used:\n- line 2: x.\n- line 3: y.", "detail")
    page = GitHubPage(render(ends.explain_refusal(mistakes), UNPUSHED))

    assert page.open_lines == snapshot(
        [
            "@ada The configuration cannot be used:",
            "line 2: x.",
            "line 3: y.",
            "When that is settled, comment /retry.",
            "cost $0.12",
        ]
    )
    assert [["line 2: x.", "line 3: y."]] == page.lists
    assert "detail" not in page.text


@pytest.mark.parametrize(
    ("step", "lines"),
    [
        (
            "checkout",
            snapshot(
                [
                    "@ada Something broke while I was reading the repository. That is a fault of mine, not of what you asked.",
                    "What I pushed stays on the branch greenlit/7-greet.",
                    "Comment /retry to try again. If it breaks again, whoever runs me finds the reason in my log.",
                    "2 attempts at CI · cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            "push",
            snapshot(
                [
                    "@ada Something broke while I was pushing the change. That is a fault of mine, not of what you asked.",
                    "What I pushed stays on the branch greenlit/7-greet.",
                    "Comment /retry to try again. If it breaks again, whoever runs me finds the reason in my log.",
                    "2 attempts at CI · cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            "",
            snapshot(
                [
                    "@ada Something broke in the engine that I run on. That is a fault of mine, not of what you asked.",
                    "What I pushed stays on the branch greenlit/7-greet.",
                    "Comment /retry to try again. If it breaks again, whoever runs me finds the reason in my log.",
                    "2 attempts at CI · cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
        (
            "new_step",
            snapshot(
                [
                    "@ada Something broke in the engine that I run on. That is a fault of mine, not of what you asked.",
                    "What I pushed stays on the branch greenlit/7-greet.",
                    "Comment /retry to try again. If it breaks again, whoever runs me finds the reason in my log.",
                    "2 attempts at CI · cost $0.12 · run acme/greeter#7/1",
                ]
            ),
        ),
    ],
)
def test_what_broke_is_said_in_a_word(step, lines):
    """Not in an exception's words; what there is of the work is kept, and can be tried again."""
    fault = RunFault("failed", "in step x: KeyError: {'a': 1} https://errors.pydantic.dev", step)
    outcome = ends.explain_fault(fault)

    assert GitHubPage(render(outcome)).open_lines == lines
    assert fault.text == outcome.detail


def test_a_command_that_broke_is_to_be_given_again():
    """There is no run to try again."""
    broken = ends.explain_broken_command(RunFault("failed", "boom", "find_obstacle"))
    refused = ends.explain_fault(RunFault("refused", "The issue is locked.", detail="403"))
    gone = ends.explain_fault(RunFault("gone", "502", service="GitHub", since=1_795_600_000.0))

    assert render(broken, UNPUSHED) == snapshot("""\
@ada Something broke while I was looking for what stands in the way. That is a fault of mine, not of what you asked.

Nothing was pushed.

Please ask again in a while. If it breaks again, whoever runs me finds the reason in my log.

<sub>cost $0.12 · run `acme/greeter#7/1`</sub>\
""")
    assert ("refused", "The issue is locked.", "403") == (
        refused.state,
        refused.text,
        refused.detail,
    )
    assert "GitHub has not answered since" in gone.text


def test_a_tool_that_the_model_made_up_calls_nobody():
    """What it called over and over is its own word."""
    page = GitHubPage(render(ends.explain_loop(UNPUSHED, "a`@eve")))

    assert ["ada"] == page.mentions


def test_words_of_a_model_stay_words():
    """A title with brackets, a name and a number is the text of one link, and calls nobody."""
    state = replace(RUN, pull=PullRequest(8, PULL.url, draft=False, title=ODD))
    page = GitHubPage(render(ends.explain_green(state), state))

    assert [PULL.url] == [address for _, address in page.links]
    assert ["ada"] == page.mentions


def test_an_old_record_lacks_what_a_new_one_has():
    """A pull request without a title or size, and a branch without an address, are named plainly."""
    bare = PullRequest(8, PULL.url, draft=False)
    opened = replace(RUN, pull=bare)
    pushed = replace(RUN, pushed=replace(RUN.pushed, url=""))

    assert "[Greet quietly](" in render(ends.explain_green(opened), opened)
    assert "on the branch `greenlit/7-greet`." in render(ends.explain_stop("it is so"), pushed)


def test_a_branch_that_was_taken_before_the_first_push_is_named():
    """Its address is known only by a push."""
    unpushed = replace(RUN, pushed=None)

    assert "changed my branch `greenlit/7-greet`." in ends.explain_taken_branch(unpushed).text


def test_an_end_is_told_only_at_the_end():
    """Before that there is none."""
    with pytest.raises(ValueError, match="not ended"):
        render_end_comment(RUN)


def test_a_work_that_is_left_on_its_branch():
    """Where the repository wants no draft of what is red."""
    left = replace(draft_ends.explain_silent_ci(), state="gave up")

    assert GitHubPage(render(left)).open_lines == snapshot(
        [
            "@ada CI never reported on this commit, so nothing has run these changes.",
            "What I pushed stays on the branch greenlit/7-greet.",
            "Please see why CI is silent, or try the change yourself before you merge it.",
            "2 attempts at CI · cost $0.12 · run acme/greeter#7/1",
        ]
    )
    assert Outcome is type(left)
