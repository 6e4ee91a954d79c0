"""The repositories that the judges are asked about: `make bench REPOSITORIES="PATH ..."`, or this one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

OWN = Path(__file__).parents[2]


def list_repositories(named: Sequence[Path] = ()) -> list[Path]:
    """List the git repositories to judge by, this project's own where none is named.

    Ends the program with a sentence when one of them is none.
    """
    paths = named or [Path(each) for each in os.environ.get("REPOSITORIES", "").split()]
    return [_require_repository(path.expanduser().resolve()) for path in paths] or [OWN]


def _require_repository(path: Path) -> Path:
    ask = ["git", "-C", str(path), "rev-parse", "--verify", "--quiet", "HEAD"]
    if not path.is_dir() or subprocess.run(ask, capture_output=True, check=False).returncode:
        raise SystemExit(f"{path} is no git repository with a commit.")
    return path
