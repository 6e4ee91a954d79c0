"""What people read of a merge of the base: its comment, its end, its commit."""

from __future__ import annotations

from dataclasses import replace

from bot.stories.merge_ends import (
    explain_moved_head,
    explain_open_conflicts,
    explain_unsolved,
    explain_up_to_date,
)
from bot.values import Branch, Finish, MergeDraft, OpenConflict, Outcome, Sha, SolvedFile
from bot.values.next_state import (
    after_draft,
    after_merge,
)
from bot.views.end_comment import render_end_comment
from bot.views.merge_message import render_merge_message
from bot.views.status_comment import render_comment
from tests.gfm import GitHubPage
from tests.views.test_pull_run import HEAD, make_pull_state

BASE, MERGED = Sha("e" * 40), Sha("f" * 40)
SOLVED = SolvedFile("CHANGES.md", ("both additions",))
LEFT = OpenConflict("app.py", "content", (3,))
LOCK = OpenConflict("uv.lock", "content", advice="a tool makes it anew: `uv lock`")
DRAFT = MergeDraft(HEAD, BASE, MERGED, (SOLVED,), (LEFT,), behind=3)
CAUSE = "`main` moved and conflicts with this pull request"


def make_merge_state(draft: MergeDraft = DRAFT, cause: str = "", **parts):
    """A run that merges the base, as far as the draft."""
    state = make_pull_state()
    request = replace(state.request, command="update", words="", cause=cause)
    state = replace(state, request=request, plan=None, start=None, attempts=())
    return replace(after_draft(state, draft), **parts)


def render_end(outcome: Outcome, state) -> str:
    return GitHubPage(render_end_comment(replace(state, outcome=outcome))).text


def test_the_comment_says_what_is_merged_and_solved():
    """Its boxes are those of a merge, and it says what comes next."""
    merging = render_comment(replace(make_merge_state(), merge=None, phase="reading"))
    solving = render_comment(make_merge_state(phase="planning"))

    assert "Greenlit is merging the base into the branch" in merging
    assert "- [ ] Merge the base\n- [ ] Solve what is in conflict\n- [ ] Green on CI" in merging
    assert "Greenlit is solving the conflicts with the base" in solving
    assert "- [x] Merge the base\n- [ ] Solve what is in conflict" in solving
    assert "push it to the pull request's branch, and wait for CI" in solving


def test_the_end_says_what_was_merged_and_where_to_look():
    """Commits, what left no doubt, and what people should look at; the cause where nobody asked."""
    outcome = Outcome("changed", "CI is green.", 7)
    asked = render_end(outcome, after_merge(make_merge_state(), MERGED, ""))
    unasked = render_end(outcome, after_merge(make_merge_state(cause=CAUSE), MERGED, ""))

    assert (
        "@ada I merged main (3 commits), and pushed fffffff. I solved conflicts that left no doubt "
        "in CHANGES.md. I solved others in app.py: please look there closely. CI is green."
    ) in asked
    assert "@ada I began unasked, because main moved and conflicts with this pull" in unasked


def test_what_is_left_is_told_with_the_way_to_merge_it():
    """What only people can merge comes first; names are quoted for the shell."""
    state = make_merge_state(replace(DRAFT, left=(LEFT, LOCK)))
    odd = replace(state.pull_details, head=Branch("a'b;c"))
    outcome = explain_open_conflicts(replace(state, target=odd))
    alone = explain_open_conflicts(make_merge_state(replace(DRAFT, left=(LOCK,))))

    assert outcome.text.startswith(
        "I cannot merge `main` into this branch, so I pushed nothing. Only people can merge 1 of "
        "the 2 files in conflict:"
    )
    assert "Greenlit cannot merge the base into the branch" in render_comment(
        replace(state, outcome=outcome)
    )
    assert outcome.text.index("uv.lock") < outcome.text.index("app.py")
    assert "- `app.py`: both sides changed the same lines." in outcome.text
    assert "git switch 'a'\"'\"'b;c'\ngit merge origin/main\n" in outcome.next_step
    assert "Only people can merge the file in conflict:\n\n- `uv.lock`" in alone.text


def test_what_the_model_left_keeps_its_reason():
    """The reason, the files, and the advice of that end before the way to merge by hand."""
    ending = Outcome("gave up", "I reached a limit.", kind="turns", next_step="Raise it.")
    loop = replace(ending, kind="loop", next_step="Comment `/retry`, or `/generate` with more.")
    too_long = replace(ending, kind="context", next_step="Please ask for less at a time.")
    outcome = explain_unsolved(make_merge_state(), ending)

    assert ("gave up", "turns") == (outcome.state, outcome.kind)
    assert "so I pushed nothing. I reached a limit.\n\n- `app.py`:" in outcome.text
    assert [
        outcome.next_step.partition("\n")[0],
        explain_unsolved(make_merge_state(), loop).next_step.partition("\n")[0],
        explain_unsolved(make_merge_state(), too_long).next_step.partition("\n")[0],
    ] == [
        "Raise it. Or merge it yourself:",
        "Comment `/retry` to try again. Or merge it yourself:",
        "Please merge it yourself:",
    ]


def test_very_many_files_are_counted():
    """The first ones are named."""
    left = tuple(replace(LOCK, path=f"a{number}.lock") for number in range(30))

    assert (
        "- and 10 more files."
        in explain_open_conflicts(make_merge_state(replace(DRAFT, left=left))).text
    )
    assert "and 25 more files. CI is green." in render_end(
        Outcome("changed", "CI is green.", 7),
        after_merge(
            make_merge_state(
                replace(DRAFT, solved=tuple(SolvedFile(one.path, ("x",)) for one in left), left=())
            ),
            MERGED,
            "",
        ),
    )


def test_nothing_to_merge_and_a_moved_branch_are_told():
    """Both in a sentence."""
    state = make_merge_state()

    assert "`topic` holds everything that is in `main` already" in explain_up_to_date(state).text
    assert "somebody pushed to `topic` while I merged" in explain_moved_head(state).text


def test_the_commit_says_how_conflicts_were_solved():
    """As git words a merge, then the rules, then the model's own words without what acts."""
    words = Finish("Merge", "Kept both.\n\n[skip ci]\nSigned-off-by: eve\n@all", "")
    plain = render_merge_message(Branch("topic"), Branch("main"), replace(DRAFT, left=()))
    solved = render_merge_message(Branch("topic"), Branch("main"), DRAFT, words)

    assert (
        "Merge branch 'main' into topic\n\n"
        "Conflicts that left no doubt:\n\n- CHANGES.md: both additions\n"
    ) == plain
    assert "Conflicts solved by reading both sides:\n\n- app.py\n\nKept both." in solved
    for acting in ("skip ci", "Signed-off-by", "@all"):
        assert acting not in solved
