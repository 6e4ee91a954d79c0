"""Find the version of ruff that a repository pins, in the files that can pin one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import version
from itertools import chain

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

VERSION = r"v?(?P<version>\d+(?:\.\d+)*)"
IN_LOCK = re.compile(rf'name = "ruff"\s+version = "{VERSION}"')
IN_PIPFILE_LOCK = re.compile(rf'"ruff": \{{[^{{}}]*?"version": "=={VERSION}"')
AS_REQUIREMENT = re.compile(
    r"(?:^|[\s\"'])ruff\s*(?:=\s*[\"'](?=[\d=<>!~^])|\()?\s*(?P<asked>[=<>!~^\d][\w.*=<>!~^, ]*)",
    re.MULTILINE,
)
AS_REQUIRED = re.compile(r"required-version\s*=\s*[\"'](?P<asked>[^\"']+)")
# In this order: what the hook runs, what is locked, what is asked for by name.
PINS = (
    (".pre-commit-config.yaml", re.compile(rf"/ruff-pre-commit\S*\s+rev:\s*[\"']?{VERSION}")),
    ("uv.lock", IN_LOCK),
    ("poetry.lock", IN_LOCK),
    ("pdm.lock", IN_LOCK),
    ("Pipfile.lock", IN_PIPFILE_LOCK),
)
CARET = re.compile(r"\^\s*(\d+)(?:\.(\d+))?((?:\.\d+)*)")


def find_pinned_version(files: Mapping[str, str]) -> str:
    """Find the version that the repository's files pin; "" where they pin none.

    A range that leaves out the version that we have pins the first one that it names.
    """
    for name, pattern in PINS:
        match = pattern.search(files.get(name, ""))
        if match:
            return match["version"]
    for path, text in files.items():
        if path.endswith(".py") and path != "setup.py":
            continue
        matches = chain(AS_REQUIREMENT.finditer(text), AS_REQUIRED.finditer(text))
        if pinned := next(filter(None, (_read_range(match["asked"]) for match in matches)), ""):
            return pinned
    return ""


def _read_range(asked: str) -> str:
    """Read the version that a requirement pins; "" where it takes ours among others."""
    plain = asked.strip(" ,)\"'")
    if re.match(r"\d", plain):
        plain = f"=={plain}"
    first = re.search(VERSION, plain)
    try:
        takes = SpecifierSet(CARET.sub(_expand_caret, plain))
        is_exact = plain.startswith("==") and "*" not in plain
        if first and (is_exact or not takes.contains(Version(version("ruff")), prereleases=True)):
            return first["version"]
    except (InvalidSpecifier, InvalidVersion):
        pass
    return ""


def _expand_caret(caret: re.Match[str]) -> str:
    """Write Poetry's ^0.4.1 as a range: below 0.5, and for ^1.2 below 2."""
    major, minor, rest = caret.groups()
    if int(major) or minor is None:
        return f">={major}.{minor or 0}{rest},<{int(major) + 1}"
    return f">={major}.{minor}{rest},<{major}.{int(minor) + 1}"
