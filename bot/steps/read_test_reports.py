"""Read the reports of tests that jobs have uploaded, where their logs leave something open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from bot.logs import attach_job
from bot.logs.merge_report import (
    add_report,
    leaves_open,
    merge_report,
    replace_vague,
    share_report,
)
from bot.logs.read_report import read_report_archive
from bot.logs.uploads import Uploads, choose_artifacts, find_job
from bot.ports import ContinuousIntegration
from bot.steps.secondary_source import fetch_or_do_without
from bot.values import Artifact, Check, Failure, Reading, Repo

LIMIT_BYTES = 20_000_000  # of a zip file
NO_ARTIFACTS: tuple[Artifact, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckReading:
    """What the log of a failed check says, and what that says of uploads."""

    check: Check
    reading: Reading
    uploads: Uploads

    @property
    def wants_reports(self) -> bool:
        """Tell whether a report of its tests may tell more, and there may be one."""
        if not self.check.job or self.uploads.are_none:
            return False
        is_cut = self.uploads.may_be_more and self.reading.action == "fix"
        return is_cut or leaves_open(self.reading)


@dataclass(frozen=True, slots=True)
class ReportReader:
    """Fetches reports of a repository's runs, and masks what must not be told."""

    ci: ContinuousIntegration
    repo: Repo
    files: Collection[str]
    mask: Callable[[str], str] = str

    def add_reports(self, read: Sequence[CheckReading]) -> list[Reading]:
        """Return the readings with what reports add to them, in the same order.

        Nothing is asked of GitHub where the logs tell all, or name no upload. What a report tells
        of no job for sure comes last, as a reading of its own.
        """
        readings = [each.reading for each in read]
        rest: list[Reading] = []
        by_run: dict[int, list[int]] = defaultdict(list)
        for index, each in enumerate(read):
            if each.check.run:
                by_run[each.check.run].append(index)
        for indices in by_run.values():
            run = _RunReadings([read[index] for index in indices])
            if any(job.wants_reports for job in run.jobs):
                self._read_run(run)
                for index, reading in zip(indices, run.readings, strict=True):
                    readings[index] = reading
                rest += run.rest
        return replace_vague(readings, rest)

    def _read_run(self, run: _RunReadings) -> None:
        check = run.jobs[0].check
        artifacts = fetch_or_do_without(
            f"the artifacts of CI run {check.run}",
            lambda: self.ci.list_artifacts(self.repo, check.run, check.run_attempt),
            NO_ARTIFACTS,
        )
        uploads = [job.uploads for job in run.jobs]
        for artifact in choose_artifacts(artifacts, uploads, LIMIT_BYTES):
            owner = run.find_owner(artifact)
            if owner is None or run.jobs[owner].wants_reports:
                run.add(self._fetch_report(artifact), owner)

    def _fetch_report(self, artifact: Artifact) -> Reading:
        archive = fetch_or_do_without(
            f"the artifact {artifact.name}",
            lambda: self.ci.fetch_artifact(self.repo, artifact.id, LIMIT_BYTES),
            b"",
        )
        report = read_report_archive(archive, self.files)
        return replace(report, failures=tuple(map(self._mask, report.failures)))

    def _mask(self, failure: Failure) -> Failure:
        return replace(
            failure,
            test=self.mask(failure.test),
            error=self.mask(failure.error),
            message=self.mask(failure.message),
            root_cause=self.mask(failure.root_cause),
        )


class _RunReadings:
    """The readings of the failed jobs of one run, as reports are added to them."""

    def __init__(self, jobs: Sequence[CheckReading]) -> None:
        self.jobs = jobs
        self.readings = [job.reading for job in jobs]
        self.rest: list[Reading] = []  # of no job for sure

    def find_owner(self, artifact: Artifact) -> int | None:
        """Find the job that has uploaded it: by its log, by the artifact's name, or as the only
        one that is in question.
        """
        for index, job in enumerate(self.jobs):
            if job.uploads.have(artifact):
                return index
        names = [job.check.name for job in self.jobs]
        if name := find_job(artifact, names):
            return names.index(name)
        return 0 if len(names) == 1 else None

    def add(self, report: Reading, owner: int | None) -> None:
        """Merge a report into the reading of its job, or of each that tells of the same tests."""
        if owner is None:
            self.readings, left = share_report(self.readings, report)
            self.rest.append(left)
            return
        merged, left = merge_report(self.readings[owner], report)
        name = self.jobs[owner].check.name
        self.readings[owner] = add_report(merged, attach_job(left, name))
