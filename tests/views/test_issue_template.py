"""A repository's own forms of issues, and an issue written in one."""

import pytest

from bot.views.issue_template import (
    IssueTemplate,
    is_issue_template,
    make_plain_template,
    read_issue_template,
    render_issue,
)

MARKDOWN = """---
name: Bug report
about: What breaks
---
<!-- ## Not a heading -->
**Describe the bug**
A clear description.

## To reproduce:
1. Go to
"""
FORM = """name: Feature
description: A wish
body:
  - type: markdown
    attributes: {value: "## Thanks"}
  - type: textarea
    attributes: {label: What should be?}
    validations: {required: true}
  - type: input
    attributes: {label: Version}
  - type: checkboxes
    attributes: {label: Terms, options: [{label: I agree}]}
    validations: {required: true}
  - type: textarea
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".github/ISSUE_TEMPLATE/bug.md", True),
        (".github/ISSUE_TEMPLATE/feature.yml", True),
        (".github/issue_template/feature.yaml", True),
        (".github/ISSUE_TEMPLATE/config.yml", False),
        (".github/ISSUE_TEMPLATE.md", True),
        ("ISSUE_TEMPLATE.md", True),
        ("docs/issue_template.md", True),
        ("src/ISSUE_TEMPLATE.md", False),
        (".github/ISSUE_TEMPLATE/old/bug.md", False),
    ],
)
def test_forms_stand_where_github_looks(path, expected):
    """The folder and the single files; not the chooser's own configuration."""
    assert expected == is_issue_template(path)


def test_markdown_and_yaml_forms_are_read():
    """Headings and lines in bold; labels of fields, and which are required."""
    bug = read_issue_template(".github/ISSUE_TEMPLATE/bug.md", MARKDOWN)
    wish = read_issue_template(".github/ISSUE_TEMPLATE/wish.yml", FORM)

    assert ["**Describe the bug**", "## To reproduce:"] == [part.line for part in bug.sections]
    assert [("What should be?", True), ("Version", False), ("Terms", False)] == [
        (part.title, part.is_required) for part in wish.sections
    ]


@pytest.mark.parametrize("text", ["", "no headings", "---\nname: x\n---\n", "a: [", "body: 3"])
@pytest.mark.parametrize("suffix", ["md", "yml"])
def test_what_is_no_form_is_none(text, suffix):
    """Broken or empty files are as if they were not there."""
    assert read_issue_template(f".github/ISSUE_TEMPLATE/x.{suffix}", text) is None


def test_an_issue_is_written_in_the_forms_order():
    """Under its own headings; what is not said is left out."""
    bug = read_issue_template("ISSUE_TEMPLATE.md", MARKDOWN)
    texts = {"To reproduce": "greet('')", "Describe the bug": "It ends.\n"}

    assert "**Describe the bug**\n\nIt ends.\n\n## To reproduce:\n\ngreet('')" == render_issue(
        bug, texts
    )
    assert "### Where\n\n`greet`" == render_issue(make_plain_template(), {"Where": "`greet`"})
    assert "To reproduce" == bug.find_section("### To Reproduce:").title
    assert IssueTemplate("", ()).find_section("x") is None
