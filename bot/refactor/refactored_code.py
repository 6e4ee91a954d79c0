"""Refactor the texts of a repository, or say why not: the whole is a value that can be recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.ports import TypeChecker
from bot.refactor.module_names import PYTHON
from bot.refactor.python_project import CannotRefactor
from bot.refactor.refactoring_command import RefactoringCommand, refactor
from bot.refactor.text_edit import Unproven


@dataclass(frozen=True, slots=True)
class RefactoredCode:
    """What came of a refactoring: new texts by path, or none, for the `obstacle` or for what is
    `unproven` where that stops it.
    """

    command: RefactoringCommand
    files: dict[str, str | None] = field(default_factory=dict)
    places: int = 0
    obstacle: str = ""  # in sentences
    unproven: tuple[Unproven, ...] = ()
    words: tuple[Unproven, ...] = ()  # comments and texts that still say the old name
    protected: tuple[str, ...] = ()  # documents that were left, because nobody may change them

    @property
    def is_refused(self) -> bool:
        """Whether nothing was changed."""
        return not self.files


def refactor_texts(
    texts: Mapping[str, str],
    command: RefactoringCommand,
    checker: TypeChecker | None,
    is_protected: Callable[[str], bool],
) -> RefactoredCode:
    """Refactor the texts by path; with a place that is not proved only where a part is wanted.

    Without a protected document a refactoring is still whole; without code it is none.
    """
    try:
        result = refactor(texts, command, checker)
    except CannotRefactor as error:
        return RefactoredCode(command, obstacle=str(error))
    if result.unproven and not command.partial:
        return RefactoredCode(command, unproven=result.unproven, words=result.words)
    protected = tuple(
        path for path in result.files if not path.endswith(PYTHON) and is_protected(path)
    )
    files = {path: text for path, text in result.files.items() if path not in protected}
    places = sum(count for path, count in result.places.items() if path in files)
    obstacle = "" if files else "Nothing would change."
    return RefactoredCode(
        command, files, places, obstacle, result.unproven, result.words, protected
    )
