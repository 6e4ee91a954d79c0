"""What people read of a brief: its questions, the example, and the proofs in the pull request."""

from dataclasses import replace

from inline_snapshot import snapshot

from bot.stories.brief_ends import explain_brief_questions
from bot.values import Ambiguity, Brief, Criterion, Entity, ExampleIssue, Proof
from bot.views.brief_text import render_brief, render_criteria, render_example
from bot.views.pull_template import fill_template

EVIL = "@eve <!-- x --> #1 ![i](u)"
BRIEF = Brief(
    "bug",
    entities=(
        Entity("symbol", "gret", is_missing=True, near=("greet",)),
        Entity("file", "new.py", is_new=True, is_missing=True),
    ),
    criteria=(
        Criterion("greet('') says Hello", "edge case", test="tests/test_a.py::test_empty"),
        Criterion("greet(1) raises a TypeError", "error handling", reading="`greet` checks it."),
        Criterion("The manual names it", reading="docs/manual.md, first line"),
        Criterion("greet is there", test="test_b.py::test_greet"),
        Criterion("Nobody said", "behaviour"),
    ),
    constraints=("The name of `greet`",),
    out_of_scope=("Other languages",),
    ambiguities=(
        Ambiguity("Which word?", "Hello", True, "number", "Hi"),
        Ambiguity("Which sign?", "a comma", True, "default"),
        Ambiguity("For whom?", "anybody", True, "words"),
        Ambiguity("In bold?", "No."),
        Ambiguity("When?", "at once", matters=True),
    ),
)


def test_a_brief_is_folded():
    """What was understood, what stays, what is open, and what is not in the repository."""
    assert render_brief(BRIEF) == snapshot("""\
<details><summary>Brief: bug, 5 criteria</summary>

- greet('') says Hello
- greet(1) raises a TypeError
- The manual names it
- greet is there
- Nobody said
- stays: The name of `greet`
- not part of it: Other languages
- left open: Which word? **Answered:** Hi
- left open: Which sign? **Taken:** a comma
- left open: For whom? **As your comments say;** where they do not: anybody
- left open: In bold? **Taken:** No.
- not in the repository: the symbol `gret`; there is `greet`

</details>\
""")


def test_each_criterion_has_its_proof():
    """A test or reading; an edge case and an error that no test covers are called so."""
    assert render_criteria(BRIEF, ["tests/test_a.py"]) == snapshot("""\
- greet('') says Hello → `tests/test_a.py::test_empty`
- greet(1) raises a TypeError → by reading: `greet` checks it. **Not proved: no test covers this error.**
- The manual names it → by reading: docs/manual.md, first line
- greet is there → `test_b.py::test_greet`, as it was before
- Nobody said → nothing proves it yet

What the request left open:

- Which word? **Answered:** Hi
- Which sign? **Taken:** a comma
- For whom? **As your comments say;** where they do not: anybody
- In bold? **Taken:** No.\
""")


def test_what_the_sandbox_showed_of_a_proof_is_told():
    """Of one test by its name; of a file only that all of it passes before."""
    proof = Proof("proved", ("tests/test_a.py::test_empty",), unmoved=("test_b.py",))
    shown = render_criteria(BRIEF, ["tests/test_a.py"], proof).split("\n")
    whole = render_criteria(BRIEF, [], replace(proof, tests=("tests/test_a.py",)))

    assert shown[0].endswith("test_empty`, which fails without the change")
    assert shown[3].endswith("as it was before, which passes without the change too")
    assert "which fails" not in whole


def test_proofs_stand_under_the_templates_own_heading():
    """Where a repository's template asks for acceptance criteria."""
    parts = {"issue": "Closes #1", "what": "It greets.", "asked": "- yes"}

    assert "## Acceptance criteria\n\n- yes" in fill_template(
        "## What\n\n## Acceptance criteria\n", dict(parts), "foot"
    )
    assert "## What was asked, and what proves it\n\n- yes" in fill_template("", parts, "foot")


def test_what_strangers_wrote_has_no_effect():
    """Names, numbers, images and comments are text; a fence in the example ends nothing."""
    hostile = replace(BRIEF, kind="docs", criteria=(Criterion(EVIL, reading=EVIL),))
    example = render_example(ExampleIssue(f"`{EVIL}`", f"```\n{EVIL}\n```", "a`b.md"))
    for text in (render_brief(hostile), render_criteria(hostile, ())):
        assert "`@eve`" in text
        assert "<!-- x" not in text
    assert example.endswith(f"````markdown\n```\n{EVIL}\n```\n````")


def test_a_long_example_is_cut_between_lines():
    """Nobody copies half a word."""
    example = render_example(ExampleIssue("Long", "A line of text.\n" * 1_000))

    assert example.endswith("\nA line of text.\n(…)\n```")


def test_questions_keep_their_numbers():
    """Those that are answered are not asked again, and the others are called as before."""
    two = explain_brief_questions(
        Brief("bug", ambiguities=(BRIEF.ambiguities[0], BRIEF.ambiguities[4]))
    )

    assert "Thank you. A question is still open." == two.text
    assert ("2: When?\nDefault: at once",) == two.questions
    assert "`/generate 2: …`" in two.next_step
