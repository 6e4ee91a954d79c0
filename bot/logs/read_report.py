"""Read reports of tests as a reading: from a file, or from a zip file that a job uploaded."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from bot.logs.job_steps import split_steps
from bot.logs.judge_step import judge_step
from bot.logs.parse_step import AttributedFailure, StepFailures, parse_step, resolve_frames
from bot.logs.parsed_failure import ParsedFailure
from bot.logs.printed_report import PRINTED_SUFFIXES, peek_printed, split_lines
from bot.logs.registry import ParserSpec
from bot.logs.repo_paths import RepoPaths
from bot.logs.report_xml import PIECE_BYTES, XML_SUFFIXES, TestReport, parse_report
from bot.values import Frame, Reading

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
    report = parse_report(lines)
    if report.failures or report.is_whole:
        return _read_failures([report], RepoPaths(repo_files), report.tool)
    return NO_LOG


def read_report_archive(archive: bytes, repo_files: Collection[str]) -> Reading:
    """Read all reports in a zip file; "passed" where there are none, or nothing can be read.

    Nothing is written to a disk. A file that unfolds into very much is read as far as that.
    """
    reports = (
        parse_report(pieces) if is_xml else _parse_printed(pieces)
        for is_xml, pieces in _open_reports(archive)
    )
    return _read_failures(reports, RepoPaths(repo_files), "junit")


def _parse_printed(pieces: Iterable[bytes]) -> TestReport:
    """Parse what a runner of tests printed into a file, where it is one for programs."""
    is_printed, pieces = peek_printed(pieces)
    if not is_printed:
        return TestReport("", [], is_whole=False)
    step = parse_step(split_steps(split_lines(pieces)).steps[-1], ())
    tests = step.by_kind["tests"]
    tool = tests[0].tool if tests else ""
    return TestReport(tool, [test.failure for test in tests], is_whole=True)


def _read_failures(reports: Iterable[TestReport], paths: RepoPaths, tool: str) -> Reading:
    """Judge the failures as those of a log; where all are outages, no code is to blame."""
    step = StepFailures([])
    tests = step.by_kind["tests"]
    for report in reports:
        parser = ParserSpec(report.tool, "tests", _parse_nothing)
        placed = (_place(resolve_frames(each, paths), paths) for each in report.failures)
        tests += [AttributedFailure(parser, failure) for failure in placed]
        if len(tests) >= _FAILURES:
            break
    return judge_step(step) or Reading("passed", "none", tool)


def _parse_nothing(_lines: object) -> list[ParsedFailure]:
    return []


def _place(failure: ParsedFailure, paths: RepoPaths) -> ParsedFailure:
    """Where no place is told, take the file that the test's class or module is written in."""
    file = None if failure.frames else paths.resolve_class(failure.test)
    return replace(failure, frames=(Frame(file, None),)) if file else failure


def _open_reports(archive: bytes) -> Iterator[tuple[bool, Iterable[bytes]]]:
    """Open each file of a zip file that may be a report, one after the other, and tell of which it
    is XML.
    """
    if archive.count(_ENTRY) > _MOST_ENTRIES:
        return
    budget = _ARCHIVE_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            entries = [entry for entry in opened.infolist() if _is_report(entry)]
            for entry in entries[:_MOST_FILES]:
                pieces = _Pieces(opened, entry, min(budget, _FILE_BYTES))
                yield entry.filename.lower().endswith(XML_SUFFIXES), pieces
                budget -= pieces.read_bytes
    except _DAMAGE:
        return


def _is_report(entry: zipfile.ZipInfo) -> bool:
    is_named = entry.filename.lower().endswith((*XML_SUFFIXES, *PRINTED_SUFFIXES))
    return is_named and entry.compress_type in _METHODS


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
