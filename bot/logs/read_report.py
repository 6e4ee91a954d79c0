"""Read reports of JUnit as a reading: from a file, or from a zip file that a job uploaded."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import chain

from bot.logs.judge_step import judge_step
from bot.logs.junit import PIECE_BYTES, parse_junit
from bot.logs.parse_step import AttributedFailure, StepFailures, resolve_frames
from bot.logs.parsed_failure import ParsedFailure
from bot.logs.registry import ParserSpec
from bot.logs.repo_paths import RepoPaths
from bot.values import Frame, Reading

JUNIT = "junit"
# What is no log, or says neither that something failed nor that all went well.
NO_LOG = Reading("crash", "human", confidence="low")
_FAILURES = 1000
_MOST_FILES = 1000  # of an archive
_MOST_ENTRIES = 20_000  # for each of which memory is taken before it is read
_FILE_BYTES, _ARCHIVE_BYTES = 50_000_000, 100_000_000  # unpacked, that are read
_ENTRY = b"PK\x01\x02"
# Others may take any memory to unpack; GitHub's own upload uses these.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError)


def read_report(lines: Iterable[bytes], repo_files: Collection[str]) -> Reading:
    """Read one report, in which nothing but failures is told.

    "passed" is only what was read to its end: NO_LOG where no failure stands in a part of one, in
    other XML, or in what declares entities.
    """
    report = parse_junit(lines)
    if report.failures or report.is_whole:
        return _read_failures(report.failures, repo_files)
    return NO_LOG


def read_report_archive(archive: bytes, repo_files: Collection[str]) -> Reading:
    """Read all reports in a zip file; "passed" where there are none, or nothing can be read.

    Nothing is written to a disk. A file that unfolds into very much is read as far as that.
    """
    reports = (parse_junit(report).failures for report in _open_reports(archive))
    return _read_failures(chain.from_iterable(reports), repo_files)


def _read_failures(parsed: Iterable[ParsedFailure], repo_files: Collection[str]) -> Reading:
    """Judge the failures as those of a log; where all are outages, no code is to blame."""
    paths = RepoPaths(repo_files)
    step = StepFailures([])
    for failure in parsed:
        resolved = _place(resolve_frames(failure, paths), paths)
        step.by_kind["tests"].append(AttributedFailure(_SPEC, resolved))
        if len(step.by_kind["tests"]) >= _FAILURES:
            break
    return judge_step(step) or Reading("passed", "none", JUNIT)


def _parse_nothing(_lines: object) -> list[ParsedFailure]:
    return []


_SPEC = ParserSpec(JUNIT, "tests", _parse_nothing)


def _place(failure: ParsedFailure, paths: RepoPaths) -> ParsedFailure:
    """Where no place is told, take the file that the test's class or module is written in."""
    file = None if failure.frames else paths.resolve_class(failure.test)
    return replace(failure, frames=(Frame(file, None),)) if file else failure


def _open_reports(archive: bytes) -> Iterator[Iterable[bytes]]:
    """Open each XML file of a zip file, one after the other."""
    if archive.count(_ENTRY) > _MOST_ENTRIES:
        return
    budget = _ARCHIVE_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            entries = [entry for entry in opened.infolist() if _is_report(entry)]
            for entry in entries[:_MOST_FILES]:
                pieces = _Pieces(opened, entry, min(budget, _FILE_BYTES))
                yield pieces
                budget -= pieces.read_bytes
    except _DAMAGE:
        return


def _is_report(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.lower().endswith(".xml") and entry.compress_type in _METHODS


class _Pieces:
    """The content of a file in a zip file, until so many bytes were read or it is damaged."""

    def __init__(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit_bytes: int) -> None:
        self._archive, self._entry, self._limit_bytes = archive, entry, limit_bytes
        self.read_bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        try:
            with self._archive.open(self._entry) as file:
                while self.read_bytes < self._limit_bytes and (piece := file.read(PIECE_BYTES)):
                    self.read_bytes += len(piece)
                    yield piece
        except _DAMAGE:
            return
