"""What the process that is forked has imported. No fork looks for garbage among it: to do so copies
the memory that the processes share, which was a half of what a forked start took.
"""

from __future__ import annotations

from bot.lasting_imports import import_lasting

MODULES = (
    "bot.adapters.claude.claude_client",
    "bot.assembly",
    "bot.cli.commands",
    "bot.cli.serve",
    "dbos._sys_db_sqlite",
    "sqlalchemy.dialects.sqlite",
    "uvicorn.lifespan.on",
)

for module in MODULES:
    import_lasting(module)
