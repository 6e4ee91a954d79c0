"""A repository's own template of pull requests, filled; what nobody fills in is left out."""

import pytest
from inline_snapshot import snapshot

from bot.views.pull_body import render_body
from bot.views.pull_template import fill_template
from tests.gfm import GitHubPage
from tests.views.test_pull_body import WORK

PARTS = {
    "issue": "Closes #7",
    "what": "It greets softly.",
    "checked": "Green.",
    "look": "- callers",
    "machine": "A bot wrote it.",
}
FRAMEWORK = """\
#### Ticket number
<!-- Replace XXXXX with the ticket's number, or delete the line. -->
ticket-XXXXX

#### Branch description
Provide a short overview of the problem and of what you changed.

#### AI disclosure (required)
<!-- Select exactly one. -->
- [ ] **No AI tools were used.**
- [ ] **AI tools were used**, and I have named them.

#### Checklist
- [ ] It is based on the `main` branch.
"""
COMMUNITY = """\
# Description

Please include a summary of the change, and which issue it is for.

Fixes # (issue)

## Type of change

Please delete what is not relevant.

- [ ] Bug fix (nothing breaks)
- [x] New feature

# How has this been tested?

Please describe the tests that you ran.

- [ ] Test A

**Test configuration**:
* Firmware version:
* Hardware:
"""
CLUSTER = """\
<!-- Thanks for the pull request!
1. Read the guide.
-->

#### What type of PR is this?

<!-- /kind bug -->

#### What this PR does / why we need it:

#### Which issue(s) this PR is related to:
Fixes #

#### Special notes for your reviewer:

#### Does this PR introduce a user-facing change?
```release-note

```

#### More documentation, such as proposals:

```docs

```
"""
TABLE = """\
| Q             | A
| ------------- | ---
| Branch?       | 8.1 <!-- see below -->
| Bug fix?      | yes/no
| Issues        | Fix #... <!-- one each -->
| License       | MIT

<!-- Replace this by a description. -->
"""
BOLD = """\
**What is the problem that this solves?**
<!-- ... -->

...

**How did you solve it?**

...

**Checklist**
- [ ] I have read the guide.
"""
BACKGROUND = """\
### Motivation / background

This pull request exists because [REPLACE ME]

### Detail

It changes [REPLACE ME]

### Checklist

Before submitting, make sure that these are done:

* [ ] It is about one thing.

By contributing you accept the licence.
"""


def fill(template):
    """The template with short parts."""
    return fill_template(template, dict(PARTS), "FOOT")


@pytest.mark.parametrize(
    ("template", "headings"),
    [
        (
            FRAMEWORK,
            {
                "Ticket number": "Closes #7",
                "Branch description": "It greets softly.",
                "AI disclosure (required)": "A bot wrote it.",
                "CI": "Green.",
                "Please look at": "callers",
            },
        ),
        (
            COMMUNITY,
            {
                "Description": "It greets softly.",
                "How has this been tested?": "Green.",
                "Please look at": "callers",
            },
        ),
        (
            CLUSTER,
            {
                "What this PR does / why we need it:": "It greets softly.",
                "Which issue(s) this PR is related to:": "Closes #7",
                "Special notes for your reviewer:": "callers",
                "CI": "Green.",
            },
        ),
        (
            BACKGROUND,
            {
                "Motivation / background": "It greets softly.",
                "Checklist": "By contributing you accept the licence.",
                "CI": "Green.",
                "Please look at": "callers",
            },
        ),
        (TABLE, {"What and why": "It greets softly.", "CI": "Green.", "Please look at": "callers"}),
        (BOLD, {"CI": "Green.", "Please look at": "callers"}),
    ],
    ids=["framework", "community", "cluster", "background", "table", "bold"],
)
def test_a_template_is_filled_and_what_is_empty_is_left_out(template, headings):
    """Each part once, under the heading that asks for it; no instruction, no empty heading."""
    page = GitHubPage(fill(template))
    lines = page.open_lines

    assert list(headings) == page.headings
    assert list(headings.values()) == [lines[lines.index(name) + 1] for name in headings]
    for part in ("Closes #7", "It greets softly.", "Green.", "callers", "FOOT"):
        assert 1 == page.text.count(part)
    for left in ("Please", "REPLACE", "XXXX", "Provide", "Fix #", "yes/no", "..."):
        assert left not in page.text.replace("Please look at", "")


def test_headings_in_bold_are_headings():
    """As some templates have them: filled, or left out."""
    page = GitHubPage(fill(BOLD))

    assert "What is the problem that this solves?" in page.open_lines
    assert "How did you solve it?" not in page.text


def test_a_tables_answers_are_kept_and_its_questions_left_out():
    """Only what the template answers itself."""
    (table,) = GitHubPage(fill(TABLE)).tables

    assert [["Q", "A"], ["Branch?", "8.1"], ["License", "MIT"]] == table


def test_a_table_of_questions_alone_is_left_out():
    """Nobody answered it."""
    assert [] == GitHubPage(fill("| Q | A |\n|---|---|\n| Bug? | yes/no |\n")).tables


@pytest.mark.parametrize("template", [FRAMEWORK, COMMUNITY, BACKGROUND, BOLD])
def test_the_templates_boxes_are_folded_for_people(template):
    """Nobody else may tick them, and GitHub would count them as tasks."""
    page = GitHubPage(render_body(WORK, template=template))
    fold = page.folds[-1]

    assert [] == page.tasks
    assert "The template's check-boxes, for a person to answer" == fold.summary
    assert template.count("- [") + template.count("* [") == fold.text.count("☐")


def test_a_filled_template_reads_well():
    """The whole of it, once."""
    assert fill(COMMUNITY) == snapshot("""\
Closes #7

# Description

It greets softly.

# How has this been tested?

Green.

## Please look at

- callers

<details><summary>The template's check-boxes, for a person to answer</summary>

**Type of change**

- [ ] Bug fix (nothing breaks)
- [ ] New feature

**How has this been tested**

- [ ] Test A

</details>

FOOT\
""")


@pytest.mark.parametrize(
    ("heading", "part"),
    [
        ("Summary of changes", "It greets"),
        ("Motivation and context", "It greets"),
        ("Testing", "Green."),
        ("How did you verify this?", "Green."),
        ("CI", "Green."),
        ("Related issue", "Closes #7"),
        ("Notes for reviewers", "callers"),
        ("AI usage", "A bot"),
        ("Maintainers", ""),
        ("Type of change", ""),
        ("Breaking changes", ""),
        ("Checklist", ""),
    ],
)
def test_headings_are_understood(heading, part):
    """Each part once, under the first heading that asks for it; a heading that asks for nothing of
    ours is left out when nothing else stands under it.
    """
    told = fill(f"## {heading}\n\n## Other\n")
    under = told.partition(f"## {heading}\n")[2].partition("\n## ")[0]

    assert part in under
    assert bool(part) is bool(under.strip())
    assert (1, 1) == (told.count("Closes #7"), told.count("It greets softly."))


def test_what_nobody_filled_in_is_left_out():
    """Placeholders and empty points say nothing, nor do headings with nothing else under them."""
    template = (
        "Fixes #\n\n## Notes\n\n- \n* [ ]\n1.\n\n## Screenshots\n\n<!-- here -->\n\n"
        "## Checklist\n\n### Code\n\nI ran it\n- \n\n## Deployment\n\nCloses: #\nNone."
    )
    text = fill(template)

    for heading in ("Notes", "Screenshots"):
        assert f"## {heading}" not in text
    assert "## Checklist\n\n### Code\n\nI ran it\n\n## Deployment\n\nNone.\n" in text
    assert "Fixes #" not in text
    assert "Closes #7" in text


@pytest.mark.parametrize(
    "template",
    ["<!-- only a comment -->", "<!-- never closed", "   \n", "\ufeff", "#", "Describe it.\n"],
)
def test_a_template_without_words_takes_nothing_away(template):
    """All of ours is there, and nothing is swallowed by a comment that does not end."""
    told = fill(template)

    assert "<!--" not in told
    for part in PARTS.values():
        assert (part in told) is (part != "A bot wrote it.")
