"""Show the issue as it could be, where a request is a word or two: in the repository's own form."""

from __future__ import annotations

import re

from bot.ports import Ports
from bot.run import step
from bot.tools.request_sections.issue_templates import list_issue_templates
from bot.tools.tree_files import TreeFiles
from bot.values import ExampleIssue, Tree
from bot.views.issue_template import make_plain_template, render_issue

BLANK = "…"
TITLE = "An empty name ends in an IndexError"
# What a part of a form asks for, by its heading, and what could stand there.
HINTS = (
    (r"should|expect|want|like to|goal|solution|proposal|accept", '`greet("")` returns "Hello".'),
    (r"repro|steps|how to", "1. Call `greet` with an empty name."),
    (r"where|file|component|area|module", "`greet` in `greeting.py`."),
    (r"version|environment|system|platform", "1.4.2, on Linux."),
    (
        r"happen|actual|current|describe|bug|problem|does|what|summary",
        '`greet("")` ends in an IndexError.',
    ),
)


@step("read_issue_form")
def read_issue_form(ports: Ports, tree: Tree) -> ExampleIssue:
    """Fill in the first form of the repository, or a plain one, with an example of ours."""
    templates = list_issue_templates(TreeFiles(ports.mirrors, tree))
    template = templates[0] if templates else make_plain_template()
    texts = {section.title: _find_hint(section.title) for section in template.sections}
    return ExampleIssue(TITLE, render_issue(template, texts), template.path)


def _find_hint(heading: str) -> str:
    hints = (hint for words, hint in HINTS if re.search(words, heading, re.IGNORECASE))
    return next(hints, BLANK)
