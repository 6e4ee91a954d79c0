"""Read a repository's own forms of issues, and write an issue in one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from bot.text.strict_yaml import LENIENT, YamlMistake, parse_yaml

FOLDER = re.compile(r"\.github/issue_template/(?!config\.ya?ml$)[^/]+\.(?:md|ya?ml)", re.IGNORECASE)
SINGLE = re.compile(r"(?:\.github/|docs/)?issue_template(?:\.md|\.txt)?", re.IGNORECASE)
FRONT_MATTER = re.compile(r"\A\ufeff?---\n.*?^---[ \t]*\n", re.DOTALL | re.MULTILINE)
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
HEADING = re.compile(r"^(?:#{1,6}[ \t]+\S.*|\*\*[^*\n]+\*\*:?[ \t]*)$", re.MULTILINE)
FIELD_TYPES = ("input", "textarea", "dropdown", "checkboxes")
MOST_SECTIONS = 20
PLAIN_HEADINGS = ("What happens now", "What should happen", "Where")


@dataclass(frozen=True, slots=True)
class FormSection:
    """A part of a form: the line above it as it stands in an issue, and its bare words."""

    line: str
    title: str
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class IssueTemplate:
    """A form of issues: where it stands, and its parts. Without a path it is the plain form that
    stands in where a repository has none.
    """

    path: str
    sections: tuple[FormSection, ...]

    def find_section(self, title: str) -> FormSection | None:
        """Find a part by its words, however they are marked."""
        wanted = _strip_marks(title).casefold()
        titles = ((section, section.title.casefold()) for section in self.sections)
        return next((section for section, known in titles if known == wanted), None)


def is_issue_template(path: str) -> bool:
    """Tell whether GitHub offers the file as a form of issues."""
    return bool(FOLDER.fullmatch(path) or SINGLE.fullmatch(path))


def make_plain_template() -> IssueTemplate:
    """Make the form for repositories that have none."""
    sections = tuple(FormSection(f"### {title}", title) for title in PLAIN_HEADINGS)
    return IssueTemplate("", sections)


def read_issue_template(path: str, text: str) -> IssueTemplate | None:
    """Read a form; None where it has no parts that could be filled in."""
    text = text.replace("\r\n", "\n")
    is_form = PurePosixPath(path).suffix.lower() in (".yml", ".yaml")
    template = _read_form(path, text) if is_form else _read_markdown(path, text)
    return template if template and template.sections else None


def render_issue(template: IssueTemplate, texts: Mapping[str, str]) -> str:
    """Write an issue in the form's order; `texts` are by the titles of its parts. What is not said
    is left out.
    """
    parts = [
        f"{section.line}\n\n{texts[section.title].strip()}"
        for section in template.sections
        if texts.get(section.title, "").strip()
    ]
    return "\n\n".join(parts)


def _read_markdown(path: str, text: str) -> IssueTemplate:
    front = FRONT_MATTER.match(text)
    body = COMMENT.sub("", text[front.end() :] if front else text)
    lines = [match[0].strip() for match in HEADING.finditer(body)][:MOST_SECTIONS]
    sections = tuple(FormSection(line, _strip_marks(line)) for line in lines)
    return IssueTemplate(path, sections)


def _read_form(path: str, text: str) -> IssueTemplate | None:
    body = _parse(text).get("body")
    if not isinstance(body, list):
        return None
    sections = tuple(_read_fields(body))[:MOST_SECTIONS]
    return IssueTemplate(path, sections)


def _read_fields(body: Sequence[Any]) -> Iterator[FormSection]:
    """Read the fields of a form, each with its label as a heading, as GitHub writes it."""
    for field in body:
        if not isinstance(field, dict) or field.get("type") not in FIELD_TYPES:
            continue
        attributes, rules = field.get("attributes"), field.get("validations")
        label = attributes.get("label") if isinstance(attributes, dict) else None
        if isinstance(label, str) and label.strip():
            is_required = isinstance(rules, dict) and rules.get("required") is True
            title = " ".join(label.split())
            yield FormSection(f"### {title}", title, is_required and field["type"] != "checkboxes")


def _parse(text: str) -> Mapping[str, Any]:
    try:
        _, value = parse_yaml(text, LENIENT)
    except YamlMistake:
        return {}
    return value if isinstance(value, dict) else {}


def _strip_marks(line: str) -> str:
    return line.strip().strip("#*").strip().rstrip(":").strip("* ")
