"""Give the text of the licence that a project was agreed to have."""

from __future__ import annotations

import re
from importlib.resources import files
from types import MappingProxyType

from bot.values.project import ProjectStructure, Specification

FILE = "LICENSE"
LICENCE_FILE = re.compile(r"(?:LICEN[CS]E|COPYING)(?:\.(?:md|txt))?", re.IGNORECASE)
# The names that people give them beside those of SPDX, without case and marks.
NAMES = MappingProxyType(
    {
        "mit": "MIT",
        "expat": "MIT",
        "apache20": "Apache-2.0",
        "apache2": "Apache-2.0",
        "apache": "Apache-2.0",
        "bsd": "BSD-3-Clause",
        "bsd3clause": "BSD-3-Clause",
        "bsd3": "BSD-3-Clause",
        "bsd2clause": "BSD-2-Clause",
        "bsd2": "BSD-2-Clause",
        "isc": "ISC",
    }
)


def name_licence(specification: Specification) -> str:
    """Name the licence as SPDX does; "" for none, and for one whose text is not known here."""
    words = re.sub(r"\b(?:the|licen[cs]e|version|v(?=\d))", "", specification.licence.casefold())
    return NAMES.get(re.sub(r"[\W_]+", "", words), "")


def write_licence(specification: Specification, structure: ProjectStructure) -> dict[str, str]:
    """Write the file of the licence, at the path that was planned; none where there is no text."""
    name = name_licence(specification)
    if not name:
        return {}
    planned = (file.path for file in structure.files if LICENCE_FILE.fullmatch(file.path))
    text = files("bot.project.licences").joinpath(f"{name}.txt").read_text("utf-8")
    holder = specification.title.strip()
    return {next(planned, FILE): text.lstrip("\n").replace("{title}", holder)}
