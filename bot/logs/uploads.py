"""Choose what may hold reports of tests among the artifacts of a CI run, and tell of which job."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from bot.values import Artifact

MOST_ARTIFACTS = 6
_SURE = re.compile(
    r"junit|surefire|failsafe|xunit|nunit|trx|tests?[\W_]*(?:result|report|output|xml)"
    r"|(?:result|report)s?[\W_]*(?:of|for|from)?[\W_]*(?:unit|integration|e2e)?[\W_]*test"
)
_NEVER = re.compile(
    r"coverage|codecov|lcov|screenshot|video|snapshot|trace|diff|wheel|sdist|binary|binaries|sarif|sbom"
    r"|bench|profil|playwright|cypress|dump|apk|(?<![a-z])(?:cov|dist|core|image)(?![a-z])"
)
_SELDOM = re.compile(r"html|(?<![a-z])(?:docs?|site|logs?|build)(?![a-z])")
_MAYBE = re.compile(
    r"(?<![a-z])(?:tests?|results?|reports?|pytest|jest|vitest|mocha|karma|rspec|minitest|phpunit"
    r"|ctest|gtest|gotest(?:sum)?|nextest|xml)(?![a-z])"
)
# As actions/upload-artifact says it; older ones do not tell the number.
_UPLOADED = re.compile(
    rb"^(?:\S+ )?Artifact (?P<name>[^\n]{1,300}?) has been successfully uploaded!"
    rb"(?:[^\n]{0,200}Artifact ID is (?P<number>\d{1,19}))?",
    re.MULTILINE,
)
_UPLOADS = b"upload-artifact"
_LEFT_OUT = re.compile(rb"^\.\.\. \d+ bytes of this log are left out here \.\.\.$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Uploads:
    """What a job's log says that it uploaded, by number and by name.

    Where the log is gone or cut it `may_be_more`.
    """

    numbers: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()
    may_be_more: bool = False

    def have(self, artifact: Artifact) -> bool:
        """Tell whether the log names the artifact: by its number, where it has one."""
        return artifact.id in self.numbers or artifact.name in self.names

    @property
    def are_none(self) -> bool:
        """Tell whether the job has surely uploaded nothing."""
        return not self.may_be_more and not self.numbers and not self.names


def find_uploads(log: bytes) -> Uploads:
    """Find what the log of a job says of uploads."""
    if not log or _LEFT_OUT.search(log):
        return _read_uploads(log, may_be_more=True)
    return _read_uploads(log, may_be_more=False) if _UPLOADS in log else Uploads()


def _read_uploads(log: bytes, *, may_be_more: bool) -> Uploads:
    matches = list(_UPLOADED.finditer(log))
    names = {match["name"].decode(errors="replace") for match in matches if not match["number"]}
    numbers = {int(match["number"]) for match in matches if match["number"]}
    return Uploads(frozenset(numbers), frozenset(names), may_be_more)


def choose_artifacts(
    artifacts: Sequence[Artifact], uploads: Collection[Uploads], limit_bytes: int
) -> list[Artifact]:
    """Choose those that may hold reports: by name, and what the logs of the failed jobs name.

    Of those of one name the newest, which comes first, unless a log names another.
    """
    chosen: dict[object, tuple[int, Artifact]] = {}
    for artifact in artifacts:
        is_named = any(each.have(artifact) for each in uploads)
        rank = _rank(artifact.name.lower(), is_named=is_named)
        if rank is not None and 0 < artifact.size_bytes <= limit_bytes:
            key = artifact.id if is_named else artifact.name
            chosen.setdefault(key, (rank, artifact))
    ranked = sorted(chosen.values(), key=lambda pair: pair[0])
    return [artifact for _, artifact in ranked[:MOST_ARTIFACTS]]


def _rank(name: str, *, is_named: bool) -> int | None:
    """Rank a name, the best as 0; None for one that holds no reports."""
    if _SURE.search(name):
        return 0 if is_named else 1
    if _NEVER.search(name) or (_SELDOM.search(name) and not is_named):
        return None
    if _MAYBE.search(name):
        return 2 if is_named else 4
    return 3 if is_named else None


def find_job(artifact: Artifact, jobs: Sequence[str]) -> str:
    """Find the one job of a matrix whose values the name of an artifact has; "" for none."""
    counts = {job: _count_values(artifact.name.lower(), job.lower()) for job in jobs}
    best = max(counts.values(), default=0)
    names = [job for job, count in counts.items() if count == best]
    return names[0] if best and len(names) == 1 else ""


def _count_values(name: str, job: str) -> int:
    return sum(_has_value(name, value) for value in _list_values(job))


def _list_values(job: str) -> Iterator[str]:
    """List the values of a matrix in a job's name: "test (3.11, linux)" has two."""
    values = re.search(r"\((.*)\)\s*$", job)
    parts = values[1].split(",") if values else [job]
    yield from filter(None, (part.strip() for part in parts))


def _has_value(name: str, value: str) -> bool:
    """Find a whole value: 3.1 is not in 3.11, nor "nix" in "unix"."""
    edge = r"[\d.]" if value[:1].isdigit() else r"[a-z]"
    return bool(re.search(rf"(?<!{edge}){re.escape(value)}(?![\da-z]|\.\d)", name))
