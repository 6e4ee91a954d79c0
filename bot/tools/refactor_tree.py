"""Run a refactoring over all the code of the edited tree; shared by the tools that refactor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bot.refactor import CannotRefactor, Refactoring, is_read
from bot.tools.session import ToolSession
from bot.tools.tree_reader import ToolRefusal, TreeReader
from bot.values import Patch

MAX_FILE_BYTES = 1_000_000
MAX_TOTAL_BYTES = 100_000_000
MAX_SHOWN = 30


def refactor_tree(
    session: ToolSession, refactoring: Callable[[Mapping[str, str]], Refactoring]
) -> str:
    """Add to the patch what the refactoring changes; say what it did. Raises ToolRefusal."""
    reader = session.read_tree()
    texts = _read_code(reader)
    try:
        result = refactoring(texts)
    except CannotRefactor as error:
        raise ToolRefusal(str(error)) from None
    for path, text in result.files.items():
        if text is not None and path not in texts:
            reader.check_free(path)
    session.patch = Patch({**session.patch.files, **result.files})
    return "\n".join(_describe(result))


def _read_code(reader: TreeReader) -> dict[str, str]:
    """Read the files that a name may stand in, with the edits so far."""
    entries = [
        entry
        for entry in reader.ports.mirrors.entries(reader.tree)
        if entry.mode.startswith("100") and is_read(entry.path) and entry.size <= MAX_FILE_BYTES
    ]
    if sum(entry.size for entry in entries) > MAX_TOTAL_BYTES:
        raise ToolRefusal(
            f"The repository has more than {MAX_TOTAL_BYTES:,} bytes of code: "
            "edit the places one by one."
        )
    contents = reader.ports.mirrors.read(reader.tree, [entry.path for entry in entries])
    texts = {}
    for path, content in contents.items():
        try:
            texts[path] = content.decode()
        except UnicodeDecodeError:
            continue
    return texts


def _describe(result: Refactoring) -> Iterator[str]:
    paths = sorted(path for path, text in result.files.items() if text is not None)
    more = f" and {len(paths) - MAX_SHOWN} more" if len(paths) > MAX_SHOWN else ""
    shown = ", ".join(paths[:MAX_SHOWN])
    yield f"Done: {result.places} places in {len(paths)} files: {shown}{more}."
    if not result.unproven:
        return
    yield "Not proved, so left as they are; look at them and edit what is meant:"
    for place in result.unproven[:MAX_SHOWN]:
        yield f"{place.path}:{place.line}: {place.text}  ({place.why})"
    if len(result.unproven) > MAX_SHOWN:
        yield f"... and {len(result.unproven) - MAX_SHOWN} more."
