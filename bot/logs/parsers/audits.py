"""Parse what looks for known faults in packages: npm, pnpm, yarn, pip-audit, cargo, Bundler."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.logs.clean_log import LogLine
from bot.logs.line_search import find_line, read_texts
from bot.logs.parsed_failure import ParsedFailure, make_failure

_ROW = re.compile(r"^[│|] (?P<name>\w[\w ]*?) +[│|] (?P<text>.*?) *[│|]$")
_SEVERITIES = {"low", "moderate", "high", "critical"}
_NPM = re.compile(r"^(?P<package>(?:@[\w.-]+/)?[\w.-]+)  \S.*$")
_NPM_SEVERITY = re.compile(r"^Severity: \w+$")
_NPM_TITLE = re.compile(r"^(?P<title>\S.*) - https://\S+$")
_FIELD = re.compile(r"^(?P<name>Crate|Name|Warning|Title): +(?P<text>\S.*)$")
_DENIED_WARNINGS = re.compile(r"^error: \d+ denied warnings? found")
_PIP_HEADING = re.compile(r"^Name +Version +ID +Fix Versions")
_PIP_ROW = re.compile(
    r"^(?P<package>[\w.-]+) +\S+ +(?P<title>(?:PYSEC|GHSA|CVE)-[\w-]+)(?: +(?P<fixed>\S.*))?$"
)


def parse_audit_table(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse the tables of pnpm and yarn: a severity with what is wrong, then the package."""
    failures: list[ParsedFailure] = []
    title: LogLine | None = None
    for line in lines:
        row = _ROW.match(line.text)
        if row and row["name"] in _SEVERITIES:
            title = line._replace(text=row["text"])
        elif row and row["name"] == "Package" and title:
            failures.append(_make_advisory([title, line], row["text"], title.text))
            title = None
    return failures


def parse_npm_audit(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse npm's report: a package with its versions, a severity, then what is wrong with it."""
    failures: list[ParsedFailure] = []
    for index, line in enumerate(lines[:-2]):
        package = _NPM.match(line.text)
        if package and _NPM_SEVERITY.match(lines[index + 1].text):
            end = find_line(lines, lambda text: not text.strip(), index + 2)
            titles = filter(None, map(_NPM_TITLE.match, read_texts(lines[index + 2 : end])))
            title = next(titles, None)
            message = title["title"] if title else line.text
            failures.append(_make_advisory(lines[index:end], package["package"], message))
    return failures


def parse_advisories(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse cargo-audit's and bundler-audit's fields: a package by its name, then a title.

    What cargo-audit only warns of, such as a crate that nobody keeps up, is left out.
    """
    failures: list[ParsedFailure] = []
    package = ""
    denies_warnings = any(map(_DENIED_WARNINGS.match, read_texts(lines)))
    for line in lines:
        field = _FIELD.match(line.text)
        if not field:
            continue
        if field["name"] in {"Crate", "Name"}:
            package = field["text"]
        elif field["name"] == "Warning" and not denies_warnings:
            package = ""
        elif field["name"] == "Title" and package:
            failures.append(_make_advisory([line], package, field["text"]))
            package = ""
    return failures


def parse_pip_audit(lines: Sequence[LogLine]) -> list[ParsedFailure]:
    """Parse pip-audit's table: a package, its version, the advisory, the versions that mend it."""
    start = find_line(lines, _PIP_HEADING.match)
    failures = []
    for line in lines[start:]:
        row = _PIP_ROW.match(line.text)
        if row:
            fixed = f", mended in {row['fixed']}" if row["fixed"] else ""
            failures.append(_make_advisory([line], row["package"], f"{row['title']}{fixed}"))
    return failures


def _make_advisory(block: Sequence[LogLine], package: str, title: str) -> ParsedFailure:
    message = title if package in title else f"{package}: {title}"
    return replace(make_failure("dependency", block, "", message), column=package)
