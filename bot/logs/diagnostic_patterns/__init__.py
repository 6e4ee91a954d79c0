"""Patterns of linters and compilers that print one line for each fault.

There is one for each form in which a tool writes a place, a severity and a message.
"""

from bot.logs.diagnostic_patterns.compilers import COMPILERS
from bot.logs.diagnostic_patterns.dependencies import DEPENDENCIES
from bot.logs.diagnostic_patterns.diagnostic_pattern import LINE_COLUMN, PATH, DiagnosticPattern
from bot.logs.diagnostic_patterns.linters import LINTERS

# The first pattern that a line fits is believed.
DIAGNOSTIC_PATTERNS = (*LINTERS, *COMPILERS, *DEPENDENCIES)

__all__ = ["DIAGNOSTIC_PATTERNS", "LINE_COLUMN", "PATH", "DiagnosticPattern"]
