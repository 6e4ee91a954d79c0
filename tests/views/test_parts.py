"""What people read of the parts of a request: their issues, the list, and what they must hear."""

from __future__ import annotations

from dataclasses import replace

from bot.text.part_marker import read_part_marker
from bot.tools.request_sections.earlier_parts import render_place
from bot.values import (
    Branch,
    Brief,
    Criterion,
    Finish,
    InstallationId,
    Outcome,
    Part,
    PushedChange,
    Repo,
    RepoConfig,
    Request,
    RunKey,
    RunState,
    Sha,
    Split,
)
from bot.values.part_progress import (
    EarlierPart,
    PartPull,
    PartsStanding,
    PartStanding,
    PlaceInSplit,
)
from bot.views.end_comment import render_end_comment
from bot.views.part_issue import render_part_body, render_part_title
from bot.views.parts_comment import (
    render_all_ended,
    render_parts,
    render_stop_answer,
    render_stuck,
)
from bot.views.pull_body import describe_merge, render_body
from bot.views.status_comment import render_comment
from tests.views.run_states import make_state

HUB = "https://hub.test/o/r"
PARTS = tuple(
    Part(number, title, "", needs=needs, issue=number + 7, url=f"{HUB}/issues/{number + 7}")
    for number, title, needs in (
        (1, "Add the interface", ()),
        (2, "Use it", (1,)),
        (3, "Say @ada so", (1,)),
        (4, "End it", (2, 3)),
    )
)
STATE = RunState(
    RunKey("o/r#7/1"),
    Request(Repo("o/r", InstallationId(1)), 7, "ada", "2026-11-30T00:00:00Z", "d"),
    split=Split(PARTS, hash="abc", approved_by="bob"),
)


def pull(number: int, part: int, base: str = "main", **changed) -> PartPull:
    head = Branch(f"part-{part}")
    return PartPull(number, f"{HUB}/pull/{number}", head, Branch(base), **changed)


def look(*states: str | tuple[str, PartPull], **changed) -> PartsStanding:
    standings = []
    for part, state in zip(PARTS, states, strict=True):
        word, own = state if isinstance(state, tuple) else (state, None)
        standings.append(PartStanding(part, word, own, RunKey("k")))  # type: ignore[arg-type]
    return PartsStanding(tuple(standings), **changed)


def test_list_says_how_each_part_stands():
    """Merged, ready on top of another, waiting, or without what it needs."""
    merged = pull(12, 1, is_open=False, is_merged=True)
    text = render_parts(STATE, look(("done", merged), "live", ("failed", pull(14, 3)), "waiting"))

    assert (
        "@ada I solve this in 4 parts, each with an issue and a pull request of its own. Each "
        "begins by itself once what it needs is merged.\n\n"
        f"- [x] 1. [Add the interface]({HUB}/issues/8) (#8): merged with [#12]({HUB}/pull/12)\n"
        f"- [ ] 2. [Use it]({HUB}/issues/9) (#9): under way\n"
        f"- [ ] 3. [Say `@ada` so]({HUB}/issues/10) (#10): not solved, [#14]({HUB}/pull/14) is "
        "not ready\n"
        f"- [ ] 4. [End it]({HUB}/issues/11) (#11): cannot begin without part 3\n\n"
    ) == text.partition("<sub>")[0]


def test_list_of_a_stack_says_what_is_to_be_merged_first():
    """In the words of `split: stack`; where GitHub has no sub-issues the list stands for them."""
    state = replace(
        STATE,
        config=RepoConfig(split="stack"),
        split=replace(STATE.approved_split, has_sub_issues=False),
    )
    green = ("green", pull(12, 1))
    text = render_parts(state, look(green, ("green", pull(13, 2, "part-1")), "asked", "waiting"))

    assert "once what it needs is green, on top of its branch." in text
    assert (
        f"[#13]({HUB}/pull/13) is ready for review, on top of [#12]({HUB}/pull/12): merge" in text
    )
    assert "(#10): has a question for you\n" in text
    assert "(#11): waits for part 2 (#9) and part 3 (#10)\n" in text
    assert "GitHub does not show them as sub-issues here" in text


def test_list_says_why_no_more_parts_begin():
    """Somebody said `/stop`, the issue is closed, or a part may not be begun."""
    stopped = replace(STATE, split=replace(STATE.approved_split, stopped_by="bob"))
    parts = look("done", "waiting", "dropped", "waiting")
    held = replace(parts.parts[1], obstacle="This repository is archived.")
    archived = replace(parts, parts=(parts.parts[0], held, *parts.parts[2:]))

    assert "**No more parts begin**, because bob said `/stop`." in render_parts(stopped, parts)
    assert "because this issue is closed" in render_parts(STATE, replace(parts, is_wanted=False))
    assert "cannot begin. This repository is archived. Comment `/retry` here to try again" in (
        render_parts(STATE, archived)
    )


def test_people_hear_what_cannot_begin_and_what_they_can_do():
    """Once for the part that was not solved, with all that need it."""
    failed = look("failed", "waiting", "waiting", "waiting")
    left_out = look("done", "waiting", "dropped", "waiting")

    assert (
        "@ada Part 1 (#8) was not solved. Part 2 (#9), part 3 (#10) and part 4 (#11) need it and "
        "do not begin.\n\nComment `/retry` on #8; or solve it by hand and close it as completed. "
        "`/generate` on #9 begins that one anyway."
    ) == render_stuck(failed, failed.parts[0], "ada")
    assert (
        "@ada Part 3 (#10) was left out. Part 4 (#11) needs it and does not begin.\n\nReopen #10 "
        "and comment `/generate` there to have it made. `/generate` on #11 begins that one anyway."
    ) == render_stuck(left_out, left_out.parts[2], "ada")


def test_the_end_and_a_stop_are_told_in_a_sentence():
    """How many are done, and what was left out; what goes on all the same."""
    assert "@ada All 4 parts of this are done. Close this issue if nothing is missing here." == (
        render_all_ended(look("done", "done", "done", "done"), STATE)
    )
    assert "@ada 3 of the 4 parts of this are done; part 3 (#10) was left out." in (
        render_all_ended(look("done", "done", "dropped", "done"), STATE)
    )
    assert (
        "Part 4 (#11) will not begin. Part 2 (#9) and part 3 (#10) go on: `/stop` each there to "
        "end that too. What is done stays. `/retry` here goes on."
    ) == render_stop_answer(look("done", "live", "asked", "waiting"))


def test_issue_of_a_part_calls_and_closes_nothing():
    """Whatever the model wrote; it says how it is proved, what it needs and what it is part of."""
    part = Part(4, "# Fix @ada #3\n", "Do it.\n\n@ada fixes #3 <b>", ("a.py",), (0,), (2, 3))
    brief = Brief("feature", criteria=(Criterion("`greet` answers @eve."),))
    text = render_part_body(replace(STATE, brief=brief), part)

    assert "Fix @ada #3" not in render_part_title(part)
    assert (
        "Do it.\n\n`@ada` fixes `#3` &lt;b>\n\nIt is done when:\n\n- `greet` answers `@eve`.\n\n"
        "Probably in `a.py`.\n\n---\nPart 4 of 4 of #7, which was split because it is too big for "
        "one change (approved by bob). It needs #9 and #10. Greenlit begins it by itself once it "
        "can."
    ) == text.partition(" Edit this")[0]


def test_work_on_a_part_says_of_what_and_what_is_merged_first():
    """In its comments, in its pull request and to the model; any other work says nothing of it."""
    place = PlaceInSplit(
        7, 2, 4, Branch("part-1"), 12, (EarlierPart(8, "Add it", False, 12, "Add the interface"),)
    )
    request = replace(
        STATE.request, number=9, body="<!-- greenlit:part:7/2 -->\nText.", cause="it is there"
    )
    state = make_state(
        request=request,
        place=place,
        branch=Branch("part-2"),
        pushed=PushedChange(Sha("b" * 40), Finish("Use it", "", "It is used."), ("a.py",)),
        outcome=Outcome("stopped", "I stopped."),
    )
    body, told = render_body(state), "\n".join(render_place(place))

    assert "Closes #9, part 2 of 4 of #7, made on top of #12: merge that first. <!-- green" in body
    assert (7, 2) == read_part_marker(body)
    assert "It is made on top of #12: merge that first. Merging it closes this issue." == (
        describe_merge(state)
    )
    assert "@ada Part 2 of #7: I stopped." in render_end_comment(state)
    assert "Part 2 of #7, which ada asked for." in render_comment(state)
    assert "| #8 Add it (in the tree that you see): pull request #12, Add the interface" in told
    assert "Merging it closes this issue." == describe_merge(replace(state, place=None))
    assert [] == list(render_place(None))
