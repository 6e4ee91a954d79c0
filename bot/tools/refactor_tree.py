"""Run a refactoring over all the code of the edited tree; shared by the tools that refactor."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from bot.gates import Change
from bot.ports import Ports
from bot.refactor import RefactoredCode, RefactoringCommand, is_read, refactor_texts
from bot.text.amounts import count_noun
from bot.text.code_line import shorten_code_line
from bot.tools.session import ToolSession
from bot.tools.tree_reader import ToolRefusal, decode_texts
from bot.tools.write_files import list_protected, write_files
from bot.values import Tree

PYTHON_SUFFIXES = (".py", ".pyi")
MAX_FILE_BYTES = 1_000_000
MAX_TOTAL_BYTES = 100_000_000
TOO_LARGE = f"The repository has more than {MAX_TOTAL_BYTES:,} bytes of code, which is too much."
MAX_SHOWN = 30
MAX_WORDS = 10
MAX_LINE_CHARS = 200


def refactor_tree(session: ToolSession, command: RefactoringCommand) -> str:
    """Add to the patch what the refactoring changes; say what it did.

    With a place that is not proved nothing is changed, unless a part is wanted. Raises ToolRefusal.
    """
    reader = session.read_tree()
    texts = read_code(session.ports, reader.tree)
    if texts is None:
        raise ToolRefusal(f"{TOO_LARGE} Edit the places one by one, or with `replace_text`.")
    code = refactor_texts(
        texts,
        command,
        session.ports.checkers.types,
        lambda path: bool(list_protected(session, [path])),
    )
    if code.obstacle:
        raise ToolRefusal(code.obstacle)
    if code.is_refused:
        raise ToolRefusal("\n".join(_refuse_unproven(code)))
    for path, text in code.files.items():
        if text is not None and path not in texts:
            reader.check_free(path)
    write_files(session, code.files)
    change = Change({path: texts.get(path) for path in code.files}, code.files)
    return "\n".join([*_describe(code.places, change), *_describe_left_out(code)])


def read_code(ports: Ports, tree: Tree) -> dict[str, str] | None:
    """Read the files of a tree that a name may stand in; None where they are too much."""
    entries = [
        entry
        for entry in ports.mirrors.entries(tree)
        if entry.mode.startswith("100") and is_read(entry.path) and entry.size <= MAX_FILE_BYTES
    ]
    if sum(entry.size for entry in entries) > MAX_TOTAL_BYTES:
        return None
    return decode_texts(ports.mirrors.read(tree, [entry.path for entry in entries]))


def _describe(places: int, change: Change) -> Iterator[str]:
    """Count what changed, and show the first of the new lines."""
    lines = [
        f"{path}:{number}: {shorten_code_line(line, MAX_LINE_CHARS)}"
        for path in sorted(change.after)
        for number, line in change.added_lines(path)
    ]
    files = count_noun(len(change.after), "file")
    yield f"Changed {count_noun(places, 'place')} in {files}. The new lines:"
    yield from islice(lines, MAX_SHOWN)
    if len(lines) > MAX_SHOWN:
        yield f"({count_noun(len(lines) - MAX_SHOWN, 'more new line')}; `show_diff` shows all.)"
    for path in sorted(path for path, text in change.after.items() if text is None):
        yield f"{path} is gone."


def _describe_left_out(result: RefactoredCode) -> Iterator[str]:
    """List the places that may be meant too, and were left."""
    if result.protected:
        yield f"Left as they are, because they are protected: {', '.join(result.protected)}."
    if result.words:
        places = dict.fromkeys(f"{place.path}:{place.line}" for place in result.words)
        more = ", and more" if len(places) > MAX_WORDS else ""
        shown = ", ".join(list(places)[:MAX_WORDS])
        yield f"Comments and texts that still say the old name: {shown}{more}."
    if not result.unproven:
        return
    yield "Not proved, so left as they are; look at them and edit what is meant:"
    yield from _list_unproven(result)


def _refuse_unproven(result: RefactoredCode) -> Iterator[str]:
    """Say that nothing was changed, and which places have to be decided first."""
    places = count_noun(len(result.unproven), "place")
    yield (
        f"Nothing was changed, because {places} cannot be proved. Look at the lines below: with "
        "`partial` all others are changed, and you edit those of them that are meant."
    )
    yield from _list_unproven(result)


def _list_unproven(result: RefactoredCode) -> Iterator[str]:
    for place in result.unproven[:MAX_SHOWN]:
        yield f"{place.path}:{place.line}: {place.text}  ({place.why})"
    if len(result.unproven) > MAX_SHOWN:
        more = count_noun(len(result.unproven) - MAX_SHOWN, "more such place")
        yield f"(and {more}; `grep` finds them.)"
