"""`greenlit merge`: merge three texts, and solve the conflicts that leave no doubt."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.text import Text

from bot.adapters.git.git_errors import GitError
from bot.adapters.git.merge_file import merge_file
from bot.cli.inputs import WrongUseError, make_read_error, print_error
from bot.cli.terminal import open_console
from bot.merge import MergedText, ThreeTexts, merge_text
from bot.text.terminal_text import strip_control
from bot.values.merges import MARKER_SIZE

MERGED, CONFLICTS, WRONG_USE = 0, 1, 2
LIMIT_BYTES = 10_000_000


def merge_paths(path: str, files: tuple[Path, Path, Path], output: Path | None) -> int:
    """Merge the files base, ours and theirs; print the text, or write it to `output`.

    Returns 0 when nothing is left to solve, 1 when conflicts are, 2 for wrong use. What was solved,
    and by which rule, goes to standard error.
    """
    try:
        sides = ThreeTexts(*map(_read, files))
        marked = merge_file(*files, MARKER_SIZE)
        merged = merge_text(path, sides, _decode(marked))
        _write(merged.text.encode("utf-8", "surrogateescape"), output)
    except WrongUseError as wrong:
        print_error(wrong)
        return WRONG_USE
    except GitError:
        print_error(WrongUseError(f"Git could not merge {path}."))
        return WRONG_USE
    _print_summary(path, merged)
    return CONFLICTS if merged.left else MERGED


def _read(file: Path) -> str:
    try:
        with file.open("rb") as source:
            data = source.read(LIMIT_BYTES + 1)
    except (OSError, ValueError) as wrong:
        raise make_read_error(str(file), "file", wrong) from None
    if len(data) > LIMIT_BYTES:
        raise WrongUseError(f"{file} has more than {LIMIT_BYTES:,} bytes, so it is not merged.")
    if b"\0" in data:
        raise WrongUseError(f"{file} is not text, so it cannot be merged by lines.")
    return _decode(data)


def _write(data: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(data)
    except OSError as wrong:
        raise WrongUseError(f"{output} cannot be written: {wrong.strerror}.") from None


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _print_summary(path: str, merged: MergedText) -> None:
    console = open_console(stderr=True)
    for resolution in merged.solved:
        line = f"{path}:{resolution.line}: solved: {resolution.rule}"
        console.print(Text(strip_control(line)), soft_wrap=True, style="dim")
    for number in merged.left:
        line = f"{path}:{number}: left: both sides changed this, and neither change holds the other"
        console.print(Text(strip_control(line)), soft_wrap=True)
