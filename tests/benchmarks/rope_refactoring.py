"""Refactor with rope, in a process of its own: ROOT ACT PATH OFFSET NEW, where rope is installed.

Exits 1 with a sentence when rope refuses, 3 when rope is not there.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

REFUSED, MISSING = 1, 3


def main(root: str, act: str, path: str, offset: str, new: str) -> int:
    """Rename what stands at the offset, or move it to the module of a path."""
    try:
        projects = import_module("rope.base.project")
    except ImportError:
        return MISSING
    refusal = import_module("rope.base.exceptions").RopeError
    project = projects.Project(root, ropefolder=None)
    try:
        resource = project.get_resource(path)
        if act == "rename":
            renaming = import_module("rope.refactor.rename")
            changes = renaming.Rename(project, resource, int(offset)).get_changes(new)
        else:
            (Path(root) / new).touch()
            moving = import_module("rope.refactor.move")
            mover = moving.create_move(project, resource, int(offset))
            changes = mover.get_changes(project.get_resource(new))
        project.do(changes)
    except refusal as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
