"""What code does when it is run: inputs, what was seen of them before, and what differs after."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Aspect = Literal["exit status", "output", "errors", "files"]


@dataclass(frozen=True, slots=True)
class BehaviourInput:
    """One way to run the code: a line for the shell, what it reads, and the files that are there.

    `source` is the document of the repository that names it; empty where the model chose it.
    """

    command: str
    stdin: str = ""
    files: dict[str, str] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class RanLines:
    """How many lines with code a file has, and those that were not run; of Python alone."""

    path: str
    total: int
    missing: tuple[int, ...] = ()

    @property
    def ran(self) -> int:
        """How many lines were run."""
        return self.total - len(self.missing)

    @property
    def percent(self) -> int:
        """The share that was run; below 100 whenever a line was not."""
        return self.ran * 100 // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class RecordedBehaviour:
    """The inputs on which the code is compared, and what it does for each before the change.

    An exit status is None where a limit ended the command.
    """

    inputs: tuple[BehaviourInput, ...] = ()
    exits: tuple[int | None, ...] = ()
    ran: tuple[RanLines, ...] = ()


@dataclass(frozen=True, slots=True)
class BehaviourDifference:
    """What is not as before for an input, which `number` names, counted from 1."""

    number: int
    aspect: Aspect
    text: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class BehaviourComparison:
    """What the code does after a change, against before, for the recorded inputs.

    `varying` are numbers of inputs with parts that vary from run to run by themselves, which are
    not compared, and `uncompared` those of which a whole text is not. `why` says why nothing could
    be compared.
    """

    patch_id: str
    inputs: int = 0
    differences: tuple[BehaviourDifference, ...] = ()
    varying: tuple[int, ...] = ()
    why: str = ""
    uncompared: tuple[int, ...] = ()

    @property
    def differing(self) -> int:
        """For how many inputs something differs."""
        return len({difference.number for difference in self.differences})

    @property
    def is_same(self) -> bool:
        """Whether all was compared and nothing differs."""
        return not self.why and not self.differences
