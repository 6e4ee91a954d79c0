"""What people read of work on a pull request: its comment, its end, its commits."""

from dataclasses import replace

import pytest

from bot.steps.admit import LOST_ACCESS
from bot.steps.find_pull_change import CLOSED, GONE, MERGED
from bot.steps.suggest_to_fork import MOVED, SECRET, TOO_LONG, ForkAnswer
from bot.stories.draft_ends import explain_hopeless
from bot.stories.fork_answer import BY_HAND, explain_fork_answer
from bot.stories.pull_ends import (
    BEGIN_ANEW,
    explain_answered,
    explain_conflict,
    explain_green_pull,
    explain_moved_branch,
    explain_moved_pull,
    explain_refused_again,
    explain_unchecked_pull,
)
from bot.values import (
    Attempt,
    Branch,
    Finding,
    Issue,
    LocalVerdict,
    OpenFinish,
    Outcome,
    Proof,
    PullDetails,
    Sha,
    ThreadAnswer,
    Tree,
    Verdict,
)
from bot.values.next_state import (
    after_pull_checkout,
    after_pull_snapshot,
)
from bot.views.commit_message import render_commit_message
from bot.views.end_comment import render_end_comment
from bot.views.pull_body import ONLY_WORDS
from bot.views.run_events import list_changes
from bot.views.status_comment import render_comment
from tests.gfm import GitHubPage
from tests.views.run_states import FINISH, GREEN, PLAN, RED, REPO, START, TREE, make_state

URL = "https://github.com/acme/greeter/pull/7"
HEAD = Sha("d" * 40)
TARGET = PullDetails(
    7,
    URL,
    "Greet @all *loudly*",
    "",
    "bob",
    Branch("main"),
    Sha("0" * 40),
    Branch("topic"),
    HEAD,
    REPO.name,
    is_fork=False,
)


def make_pull_state(**parts):
    """A run that ada asked for on bob's pull request, after the checkout."""
    state = make_state()
    state = replace(state, request=replace(state.request, label="", on_pull=True, words="softly"))
    issue = Issue(7, TARGET.title, "", "bob", pull=True)
    state = after_pull_snapshot(state, TARGET, issue, ())
    tree = Tree(REPO, HEAD, Branch("topic"))
    state = after_pull_checkout(state, tree, TREE, TREE.sha)
    return replace(state, start=START, plan=PLAN, **parts)


def push(state, *attempts):
    """The state after the run pushed these attempts."""
    pushed = replace(
        state.delivery, head=attempts[-1].sha, finish=FINISH, files=("app/greeting.py",)
    )
    return replace(state, pushed=pushed, attempts=(*state.attempts, *attempts))


@pytest.mark.parametrize(
    ("phase", "text"),
    [
        ("planning", "Next, I show the plan here and change the pull request."),
        ("waiting", "When CI is green, I say so here. What is red I repair."),
    ],
)
def test_comment_says_what_comes_next_there(phase, text):
    """No pull request is opened, so none is promised; closing it ends the work."""
    page = GitHubPage(render_comment(make_pull_state(phase=phase)))

    assert text in page.text
    assert "or close the pull request." in page.text
    assert 4 == len(page.tasks)
    assert [] == page.mentions


def test_comment_tells_at_the_end_what_changed_and_why():
    """The text of the pull request is the author's; the model's words stand folded here, with what
    the sandbox showed on top of the head that was seen.
    """
    proof = Proof("proved", ("test_greet",), "AssertionError")
    state = replace(push(make_pull_state(), GREEN), local=LocalVerdict("p", proof))
    state = replace(state, outcome=explain_green_pull(state))
    page = GitHubPage(render_comment(state, f"{URL}#issuecomment-1"))

    assert "Greenlit changed the pull request" in page.text
    assert "What I changed, and why" in page.text
    assert "test_greet fails on topic with AssertionError, passes here." in page.text
    assert FINISH.summary in page.text


def test_end_names_the_commit_and_what_asks_for_less():
    """Whoever reviews sees first what is weakened; the title of the pull request is no news."""
    weaker = Finding("tests", "test_greeting.py", 3, "asks for less", blocks=False)
    state = replace(push(make_pull_state(), GREEN), advice=(weaker,))
    state = replace(state, outcome=explain_green_pull(state))
    page = GitHubPage(render_end_comment(state))

    assert page.text.startswith("@ada I pushed bbbbbbb (Greet quietly). CI is green.")
    assert "Tests or checks ask for less than before:" in page.text
    assert "1 attempt at CI" in page.text
    assert (f"{GREEN.sha[:7]}", f"{URL}/commits/{GREEN.sha}") in page.links
    assert ["ada"] == [name.removeprefix("@") for name in page.mentions]


def test_a_promise_that_is_not_checked_any_more_is_told():
    """The text of a pull request of `/document` says that only words changed."""
    target = replace(TARGET, body=f"Docs.\n\n{ONLY_WORDS}")
    state = push(make_pull_state(), GREEN)
    end = Outcome("changed", "CI is green.", 7)

    later = render_end_comment(replace(state, target=target, outcome=end))
    assert "that was not checked of what I pushed now." in later
    assert "not checked" not in render_end_comment(replace(state, outcome=end))


def test_end_names_a_commit_by_its_own_subject():
    """A repair's is not the model's title; of several commits that title tells what they do."""
    repair = push(make_pull_state(), GREEN)
    repair = replace(repair, pushed=replace(repair.delivery, subject="Repair test_greet"))
    several = push(make_pull_state(), RED, GREEN)
    texts = [
        GitHubPage(render_end_comment(replace(state, outcome=explain_green_pull(state)))).text
        for state in (repair, several)
    ]

    assert texts[0].startswith("@ada I pushed bbbbbbb (Repair test_greet). CI is green.")
    assert texts[1].startswith("@ada I pushed 2 commits (Greet quietly), the last one bbbbbbb.")


@pytest.mark.parametrize(
    ("why", "next_step"),
    [
        (CLOSED, "To have me go on, reopen it, then comment `/retry`."),
        (MERGED, "For what comes next, ask on an issue."),
        (GONE, ""),
        ("the base of the pull request was changed", BEGIN_ANEW),
    ],
)
def test_a_pull_request_that_changed_has_its_own_next_step(why, next_step):
    """Nobody is told to reopen what was merged."""
    assert next_step == explain_moved_pull(why, "bob", "ada").next_step


def test_what_the_checks_say_ends_with_one_full_stop():
    """It is quoted at the end of a sentence of ours."""
    outcome = explain_refused_again(make_pull_state(), "`x` is protected.")

    assert outcome.text.endswith("my checks refuse my change on the new commits: `x` is protected.")


def test_threads_that_are_answered_with_words_are_told_once():
    """That nothing was changed is in how they were answered."""
    state = replace(
        make_pull_state(), answers=(ThreadAnswer("1", "declined", "No.", is_posted=True),)
    )
    text = render_end_comment(replace(state, outcome=explain_answered(state)))

    assert "@ada I answered 1 thread without a change." == text


def test_on_a_fork_a_review_is_promised_and_no_push():
    """The comment, and each end that has nothing to suggest, with its own next step."""
    state = make_pull_state(phase="editing")
    state = replace(state, target=replace(TARGET, is_fork=True), turns=3)
    comment = render_comment(state)
    outcomes = {
        obstacle: explain_fork_answer(ForkAnswer(obstacle=obstacle))
        for obstacle in (MOVED, TOO_LONG, SECRET)
    }
    lost = explain_fork_answer(ForkAnswer(obstacle=LOST_ACCESS))
    end = render_end_comment(replace(state, outcome=outcomes[MOVED]))

    assert "Next, I check it and suggest it in a review." in comment
    assert "- [ ] Suggest it in a review" in comment
    assert "CI" not in comment
    assert "Nothing was pushed" not in end
    assert [BEGIN_ANEW, "Please ask for less at a time.", BY_HAND] == [
        outcome.next_step for outcome in outcomes.values()
    ]
    assert "you may not write to this repository any more" in lost.text


def test_the_comment_says_what_asked():
    """A review, or a command that has no words."""
    state = make_pull_state()
    reviewed = replace(state, request=replace(state.request, words="", review=9))
    fixed = replace(state, request=replace(state.request, words="", command="fix"))

    assert "Asked by ada in a review." in render_comment(reviewed)
    assert "Asked by ada with `/fix`." in render_comment(fixed)


def test_a_bot_is_named_and_not_called():
    """A call might start it: the one whose review is answered, and one that pushes or closes."""
    state = push(make_pull_state(), GREEN)
    state = replace(state, request=replace(state.request, asker="reviewer[bot]"))
    text = render_end_comment(replace(state, outcome=explain_moved_branch(state, "renovate[bot]")))

    assert text.startswith("`reviewer[bot]` I pushed ")
    assert "because `renovate[bot]` pushed to `topic` meanwhile." in text
    assert "closed by `renovate[bot]`." in explain_moved_pull(CLOSED, "renovate[bot]", "ada").text


def test_end_on_the_issue_names_the_pull_request():
    """Asked for elsewhere, it says where the commit is; the title calls nobody."""
    state = push(make_pull_state(), GREEN)
    request = replace(state.request, number=3, on_pull=False, pull=7)
    state = replace(state, request=request, outcome=explain_green_pull(state))
    page = GitHubPage(render_end_comment(state))

    assert URL in [url for _, url in page.links]
    assert ["ada"] == [name.removeprefix("@") for name in page.mentions]


def test_what_was_red_before_is_no_attempt_of_the_run():
    """Of three attempts, all are the run's own."""
    before = replace(RED, sha=HEAD, verdict=replace(RED.verdict, jobs={"test": 1}))
    failures = [
        replace(RED.verdict.reading.failures[0], fingerprint=name) for name in ("a", "b", "c")
    ]
    reds = [
        Attempt(
            Sha(str(number) * 40),
            "red",
            Verdict("ours", replace(RED.verdict.reading, failures=(failure,))),
        )
        for number, failure in enumerate(failures)
    ]
    state = push(make_pull_state(attempts=(before,)), *reds[:2])

    assert explain_hopeless(state, reds[1].verdict) is None
    state = push(make_pull_state(attempts=(before,)), *reds)
    assert "still red after 3 attempts" in explain_hopeless(state, reds[2].verdict).text
    page = GitHubPage(render_comment(state))
    ((_, *rows),) = page.tables

    assert "CI: attempt 3 of at most 3" in page.text
    assert ["before", "1", "2", "3"] == [row[0] for row in rows]


def test_ends_say_what_happened_meanwhile():
    """Each with what can be done next."""
    state = make_pull_state(turns=3)
    for outcome, text in (
        (explain_conflict(state, "we both changed `a`"), "while I was writing, and we both"),
        (explain_moved_branch(state, "bob"), "because @bob pushed to `topic`"),
        (explain_moved_branch(state, "ada"), "because you pushed to `topic`"),
        (explain_moved_pull("the pull request was closed", "bob", "ada"), "closed by @bob."),
    ):
        page = GitHubPage(render_end_comment(replace(state, outcome=outcome)))

        assert text.replace("`", "") in page.text
        assert "Nothing was pushed." in page.text
        assert "/retry" in page.codes


def test_nothing_pushed_is_said():
    """CI was looked at, or there is none."""
    state = make_pull_state()

    assert "I changed nothing. CI is green." == explain_green_pull(state).text
    assert "I changed nothing. No CI runs here" in explain_unchecked_pull(state).text
    assert Outcome("changed", kind="no CI").kind == explain_unchecked_pull(push(state, GREEN)).kind


def test_commit_on_a_pull_request_does_not_refer_to_it():
    """It is there anyway; whoever asked is the co-author."""
    state = make_pull_state()
    message = render_commit_message(replace(state, open_finish=OpenFinish("c", FINISH)))

    assert message.startswith("Greet quietly\n\n")
    assert "Refs:" not in message
    assert message.endswith("Co-authored-by: ada <1234+ada@users.noreply.github.com>\n")


def test_log_says_which_pull_request_is_worked_on():
    """It was not opened by the run."""
    (event,) = list_changes(make_state(), replace(make_pull_state(), plan=None, tree=None))

    assert f"works on pull request #7, topic into main: {URL}" == event.text
