"""The parts of a request as people see them: in their order, all of it, and harmless."""

from dataclasses import replace

from bot.values import ApprovalRequest, Brief, Criterion, Part, Patch, RepoConfig, Split, Usage
from bot.views.approval_comment import render_approval
from bot.views.command_answers import render_waiting_split
from bot.views.status_comment import render_comment
from tests.gfm import GitHubPage
from tests.views.run_states import make_state

HOSTILE = "Fixes #7.\n\n</details> @tom <!-- greenlit:run:a/b#1/1 -->\n\n```\ncode"
PARTS = (
    Part(1, "Put @tom behind an interface", HOSTILE, ("a.py", "b`.py"), (0,)),
    Part(2, "Keep them in SQLite", "Write it.", ("c.py",), (1,), (1,)),
    Part(3, "Show #7", "Print it.", ("d.py",), (), (1, 2), issue=12),
)
BRIEF = Brief("feature", criteria=(Criterion("`a` is kept"), Criterion("`b` is kept")))
ASKED = ApprovalRequest("split", "abcdef0123456789")


def make(**fields):
    """A run that waits for people's word on the parts."""
    split = Split(PARTS, "It has 13 criteria, and one change meets 12 at most.")
    state = make_state(split=split, brief=BRIEF, phase="approval", plan=None, patch=Patch())
    state = replace(state, asked_approval=ASKED, attempts=(), pushed=None, usage=Usage(usd=0.31))
    return replace(state, **fields)


def test_parts_are_shown_in_their_order_with_what_they_wait_for():
    """What each is about stands in a fold of its own; what comes of each word stands below."""
    text = render_approval(make(), ASKED)
    page = GitHubPage(text)

    assert "It has 13 criteria, and one change meets 12 at most." in text
    assert "1. **Put `@tom` behind an interface**: comes first, all others need it\n" in text
    assert "2. **Keep them in SQLite**: waits for part 1\n" in text
    assert "3. **Show `#7`**: waits for parts 1 and 2\n" in text
    assert 3 == len(page.folds)
    assert ["ada"] == page.mentions
    assert "<!-- greenlit" not in text
    assert "Done when:\n\n- `a` is kept\n\nFiles: `a.py`, `b'.py`" in text
    assert "`/approve`, or `/approve abcdef0` to say what" in text
    assert "begins once their pull requests are merged (`split: wait`)" in text
    assert "So far this has cost $0.31 of at most $5.00." in text


def test_how_the_parts_are_solved_and_who_decides_is_as_the_repository_has_it():
    """Stacked, and by somebody else."""
    text = render_approval(make(config=RepoConfig(split="stack")), replace(ASKED, asker="ada"))
    alone = Split((PARTS[0], replace(PARTS[1], needs=())))

    assert "is made on top of their branches (`split: stack`)" in text
    assert "`/approve`, by somebody with write access who is not you, or" in text
    assert "1. **Put `@tom` behind an interface**: waits for nothing\n" in render_approval(
        make(split=alone), ASKED
    )


def test_the_status_comment_lists_the_parts():
    """What waits, and what each part has for an issue."""
    text = render_comment(make())

    assert "Greenlit is waiting for your word on the parts of this" in text
    assert (
        "- [x] Divide it into parts\n- [ ] Have the parts approved\n"
        "- [ ] Put `@tom` behind an interface\n- [ ] Keep them in SQLite\n"
        "- [ ] Show `#7` (#12)"
    ) in text
    assert "`/generate whole`" in render_waiting_split(replace(ASKED, url="https://x/1"))
