"""The comment that shows what waits for an approval: all of it, and harmless."""

from dataclasses import replace

from bot.edits import render_diff
from bot.values import ApprovalRequest, Finding, Patch, PlannedWeakening, SecretJob
from bot.views.approval_comment import render_approval
from tests.gfm import GitHubPage
from tests.views.run_states import PLAN, make_state

JOB = SecretJob(
    "test`s", ".github/workflows/ci.yml", ("KEY", "the environment <b>prod</b>"), "push", ("**",)
)
HOSTILE = "x = 2\n````\n</details>\n@ada #7 \u202ehidden\u200b <!-- greenlit:run:a/b#1/1 -->\n"
ASKED = ApprovalRequest("diff", "abcdef0123456789", {"a.py": "1"}, jobs=(JOB,), asker="ada")


def render(asked=ASKED, text=HOSTILE, **fields):
    diff = render_diff({"a.py": "x = 1\n"}, {"a.py": text}, {})
    patch = Patch({"a.py": text, "README.md": "new\n"})
    return render_approval(make_state(patch=patch, **fields), asked, diff)


def test_a_diff_is_shown_whole_and_does_nothing():
    """No fence ends in it, nobody is called, and what is invisible is written out."""
    text = render()
    page = GitHubPage(text)

    assert ["ada"] == page.mentions
    assert ["The diff of 1 file"] == [fold.summary for fold in page.folds]
    assert "+@ada #7 \\u{202E}hidden\\u{200B} <! -- greenlit" in page.folds[0].text
    assert "<!-- greenlit" not in text


def test_who_may_approve_what_and_how():
    """The job, its credentials, the lines to read first, the hash, and what is not shown."""
    finding = Finding("outbound", "a.py", 3, "`curl` opens a connection.", blocks=False)
    text = render(advice=(finding,))

    assert "The job `test's` of `.github/workflows/ci.yml`, on each push, is given `KEY`" in text
    assert "<b>" not in text
    assert "- `a.py:3`: `curl` opens a connection." in text
    assert "`/approve abcdef0`" in text
    assert "Somebody with write access who is not you" in text
    assert "none of these jobs runs, so it is not shown:\n\n- `README.md`" in text


def test_lines_that_leave_the_page_are_told_of():
    """What stands at their end is seen by nobody who does not scroll."""
    assert "1 new line of over 120 characters" in render(text=f"x = 2{' ' * 300}; evil()\n")
    assert "scroll" not in render()


def test_a_plan_is_shown_whole():
    """However long; where all is shown nothing is folded away."""
    summary = "Word. " * 2_000 + "The end."
    weakened = (PlannedWeakening("tests/x.py", "It is wrong."),)
    plan = replace(PLAN, summary=summary, weakened=weakened)
    text = render(ApprovalRequest("plan", "abcdef0123456789"), plan=plan)

    assert "The end." in text
    assert "**asks for less:** tests/x.py: It is wrong." in text
    assert "<details>" not in text
