"""Read the zip files in which GitHub serves the logs of a run, and what its jobs uploaded."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import BinaryIO

from bot.cli.inputs import STDIN, WrongUseError, open_input
from bot.logs.printed_report import PRINTED_SUFFIXES, peek_printed
from bot.logs.report_xml import XML_SUFFIXES

_KINDS = (".txt", ".log", *XML_SUFFIXES, *PRINTED_SUFFIXES)  # logs, and reports of tests
_PEEKED_BYTES = 1000
_JOB_NUMBER = re.compile(r"^-?\d+_")
_MOST_ENTRIES = 1000


@contextmanager
def open_logs(source: str) -> Iterator[Iterator[tuple[str, BinaryIO]]]:
    """Open a log, or each log of a zip file, one after the other, with its name.

    Raises WrongUseError, also while reading.
    """
    with open_input(source, "log") as file:
        if source == STDIN or not _is_zip(file):
            file_name = "standard input" if source == STDIN else PurePosixPath(source).name
            yield iter([(file_name, file)])
            return
        try:
            with zipfile.ZipFile(file) as archive:
                yield _open_entries(source, archive)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as wrong:
            raise WrongUseError(f"The zip file {source} cannot be read: {wrong}.") from None


def _is_zip(file: BinaryIO) -> bool:
    """Tell whether it is a zip file; a pipe is none, because it is read once."""
    if not file.seekable():
        return False
    is_zip = zipfile.is_zipfile(file)
    file.seek(0)
    return is_zip


def _open_entries(source: str, archive: zipfile.ZipFile) -> Iterator[tuple[str, BinaryIO]]:
    names = [name for name in _choose_entries(archive) if _is_wanted(archive, name)]
    if not names:
        kinds = ", ".join(_KINDS)
        raise WrongUseError(f"There is no log in the zip file {source}: no {kinds} file.")
    for name in names[:_MOST_ENTRIES]:
        with archive.open(name) as entry:
            yield _JOB_NUMBER.sub("", PurePosixPath(name).stem), entry  # type: ignore[misc]


def _is_wanted(archive: zipfile.ZipFile, name: str) -> bool:
    """Tell whether it is a log or a report: most files of JSON are neither."""
    if not name.lower().endswith(PRINTED_SUFFIXES):
        return True
    with archive.open(name) as entry:
        return peek_printed([entry.read(_PEEKED_BYTES)])[0]


def _choose_entries(archive: zipfile.ZipFile) -> list[str]:
    """Choose the log of each job: GitHub adds the same again step by step, in a folder a job."""
    names = [name for name in archive.namelist() if name.lower().endswith(_KINDS)]
    jobs = [name for name in names if "/" not in name and _JOB_NUMBER.match(name)]
    folders = {_JOB_NUMBER.sub("", name).removesuffix(".txt") for name in jobs}
    steps = {name for name in names if name.partition("/")[0] in folders and "/" in name}
    return [name for name in names if name not in steps]
