"""Here lives the table of linters and compilers: one row for each way to write a place, a severity
and a message.
"""

from bot.logs.dialects.compilers import COMPILERS
from bot.logs.dialects.dependencies import DEPENDENCIES
from bot.logs.dialects.dialect import AT, LC, Row
from bot.logs.dialects.linters import LINTERS

# The first row that a line fits is believed.
TABLE = (*LINTERS, *COMPILERS, *DEPENDENCIES)

__all__ = ["AT", "LC", "TABLE", "Row"]
