"""The repositories that the judges are asked about: `make bench REPOSITORIES="PATH ..."`, or this one."""

from __future__ import annotations

import os
from pathlib import Path

OWN = Path(__file__).parents[2]


def list_repositories() -> list[Path]:
    """List the folders of git repositories to judge by, this project's own where none is named."""
    named = os.environ.get("REPOSITORIES", "").split()
    return [Path(each).expanduser().resolve() for each in named] or [OWN]
