"""How often the processes that share a record say that they live, and when one is dead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FleetTiming:
    """How often a process says that it lives, and when it is dead to the others.

    What is left between the two is how far its own clock may be off while it is fenced.
    """

    beat_s: float = 1.0
    fence_after_s: float = 4.0
    dead_after_s: float = 6.0
    launch_s: float = 60.0  # more, until it is launched
    stray_after_s: float = 60.0  # what it has taken is begun by then, however much that is
    take_s: float = 0.25  # from one look to the next while runs wait; what comes is heard
    again_s: float = 0.02  # until it asks again where another one took at the same moment
    leave_s: float = 0.5  # for so long a run is left to who has its mirror
    begin_s: float = 2.0  # a run that was taken asks for its slot by then
    retry_s: float = 0.5
    answer_s: float = 10.0  # what asks then is asked anew, on another connection
