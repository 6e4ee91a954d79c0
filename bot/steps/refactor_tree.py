"""Here lives the model's reach over the whole tree: one call that renames, moves or makes
asynchronous everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.refactor import (
    CannotRefactor,
    Refactoring,
    is_read,
    make_async,
    move_symbol,
    rename_symbol,
)
from bot.steps.look import ToolRefusal, TreeReader
from bot.steps.tools import MakeAsync, MoveSymbol, RenameSymbol

MOST_BYTES = 1_000_000  # of one file
MOST_IN_ALL = 100_000_000
SHOWN = 30

WideEdit = RenameSymbol | MakeAsync | MoveSymbol


def refactored(look: TreeReader, asked: WideEdit) -> tuple[Mapping[str, str | None], str]:
    """What the call changes, and what the model is told of it. Raises NotThere when it cannot be
    done.
    """
    files = _texts(look)
    try:
        match asked:
            case RenameSymbol():
                made = rename_symbol(files, asked.old, asked.new)
            case MakeAsync():
                made = make_async(files, asked.name)
            case MoveSymbol():
                made = move_symbol(files, asked.name, asked.to)
    except CannotRefactor as why:
        raise ToolRefusal(str(why)) from None
    for path in made.files:
        if made.files[path] is not None and path not in files:
            look.free(path)
    return made.files, _told(made)


def _texts(look: TreeReader) -> dict[str, str]:
    """The files that a name may stand in, as they are by now."""
    entries = [
        it
        for it in look.ports.mirrors.entries(look.tree)
        if it.mode.startswith("100") and is_read(it.path)
    ]
    small = [it for it in entries if it.size <= MOST_BYTES]
    if sum(it.size for it in small) > MOST_IN_ALL:
        raise ToolRefusal(
            f"The repository has more than {MOST_IN_ALL:,} bytes of code: edit the places one by one."
        )
    read = look.ports.mirrors.read(look.tree, [it.path for it in small])
    texts = {}
    for path, raw in read.items():
        try:
            texts[path] = raw.decode()
        except UnicodeDecodeError:
            continue
    return texts


def _told(made: Refactoring) -> str:
    paths = sorted(path for path, text in made.files.items() if text is not None)
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    told = [f"Done: {made.places} places in {len(paths)} files: {', '.join(paths[:SHOWN])}{more}."]
    if made.unproven:
        told.append("Not proved, so left as they are; look at them and edit what is meant:")
        told += [f"{one.path}:{one.line}: {one.text}  ({one.why})" for one in made.unproven[:SHOWN]]
        told += (
            [f"... and {len(made.unproven) - SHOWN} more."] if len(made.unproven) > SHOWN else []
        )
    return "\n".join(told)
