"""Import what stays to the end of the process, and let nobody look for garbage among it."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from types import ModuleType


def import_lasting(name: str) -> ModuleType:
    """Import a module of a command at its start.

    An import makes hundreds of thousands of objects and nearly no garbage. To look for some again
    and again is a tenth of the time that a start takes, and copies the memory of a forked process.
    """
    if name in sys.modules:
        return import_module(name)
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
