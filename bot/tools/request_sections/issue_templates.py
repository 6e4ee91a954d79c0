"""List the repository's own forms of issues, for the example that a brief may need."""

from __future__ import annotations

from collections.abc import Iterator

from bot.tools.request_sections.section import join_lines, render_section
from bot.tools.tree_files import TreeFiles
from bot.views.issue_template import IssueTemplate, is_issue_template, read_issue_template

CHARS = 3_000
READ_BYTES = 100_000
MOST_TEMPLATES = 12
TITLE = "Forms of issues of this repository (path, and the headings to fill in)"


def list_issue_templates(files: TreeFiles) -> tuple[IssueTemplate, ...]:
    """Read the forms of a tree, as many as GitHub's own page would show."""
    paths = [path for path in files.paths() if is_issue_template(path)][:MOST_TEMPLATES]
    texts = files.read(paths)
    templates = (
        read_issue_template(path, texts[path][:READ_BYTES].decode(errors="replace"))
        for path in paths
        if path in texts
    )
    return tuple(template for template in templates if template)


def render_issue_templates(files: TreeFiles) -> str:
    """Render a line for each form."""
    return render_section(TITLE, map(_describe, list_issue_templates(files)), CHARS)


def _describe(template: IssueTemplate) -> str:
    return join_lines(f"{template.path}: {' / '.join(_name_sections(template))}")


def _name_sections(template: IssueTemplate) -> Iterator[str]:
    for section in template.sections:
        yield f"{section.title} (required)" if section.is_required else section.title
