"""What a repository's own checks said of a change in the sandbox, before it was pushed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.values.ci import Reading

ProofKind = Literal[
    "proved",  # some test of the change fails on its base and passes with it
    "passes before",  # its tests pass on the base too
    "fails here",  # its tests fail with the change
    "no test",  # it adds and alters none
    "not possible",
]


@dataclass(frozen=True, slots=True)
class Proof:
    """What the tests that a change adds or alters say of its base, and of it.

    `tests` fail on the base for `failure`, the error in a line; `unmoved` pass there too.
    """

    kind: ProofKind
    tests: tuple[str, ...] = ()
    failure: str = ""
    unmoved: tuple[str, ...] = ()
    why: str = ""  # it is not possible, in a sentence
    reading: Reading | None = None  # of the failure with the change


@dataclass(frozen=True, slots=True)
class NamedLines:
    """Which lines of the named code tests run: those with code, those that ran `before` the new
    tests, and those that run with them. `why` says why that is not measured.
    """

    path: str = ""
    lines: tuple[int, ...] = ()
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    why: str = ""

    @property
    def left(self) -> tuple[int, ...]:
        """The lines that no test runs."""
        ran = {*self.before, *self.after}
        return tuple(line for line in self.lines if line not in ran)


@dataclass(frozen=True, slots=True)
class NoticedChange:
    """A small change of the code, "path:line" and what became what, that a test fails for.

    `was_noticed` says whether the tests failed for it that were named after the code before.
    """

    test: str
    place: str
    before: str
    after: str
    was_noticed: bool = False


@dataclass(frozen=True, slots=True)
class MutationProof:
    """What new tests notice of small changes to the code that they are to cover.

    `why` says why nothing can be shown; `reading` is of tests that fail on the code as it is.
    """

    patch_id: str
    noticed: tuple[NoticedChange, ...] = ()  # one for each test that is proved
    unproved: tuple[str, ...] = ()  # tests that fail for none
    tried: int = 0
    left_out: str = ""  # what was not tried any more, in a sentence
    why: str = ""
    reading: Reading | None = None
    lines: NamedLines | None = None  # None where it was not asked for

    @property
    def adds_no_line(self) -> bool:
        """Whether lines are left, and the new tests run none that did not run before."""
        lines = self.lines
        if lines is None or lines.why or not lines.left:
            return False
        return set(lines.after) <= set(lines.before)


@dataclass(frozen=True, slots=True)
class LocalCheck:
    """One check of the repository as it ended on the change; `why` it did not run, or how else."""

    name: str
    state: Literal["passed", "failed", "already red", "not run"]
    took_s: float = 0.0
    why: str = ""
    reading: Reading | None = None  # where it failed


@dataclass(frozen=True, slots=True)
class LocalVerdict:
    """What the sandbox said of a patch, which `patch_id` names."""

    patch_id: str
    proof: Proof
    checks: tuple[LocalCheck, ...] = ()

    @property
    def failed(self) -> tuple[LocalCheck, ...]:
        """The checks that the change broke."""
        return tuple(check for check in self.checks if check.state == "failed")

    @property
    def is_red(self) -> bool:
        """Whether the change's own tests, or checks that it broke, fail."""
        return self.proof.kind == "fails here" or bool(self.failed)
