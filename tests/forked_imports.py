"""What the process that is forked has imported. No fork looks for garbage among it: to do so copies
the memory that the processes share, which was a half of what a forked start took.
"""

from __future__ import annotations

import gc
import sys

from pydantic import BaseModel

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


def build_decoders() -> None:
    """Build what reads the results of steps out of a record, which each start would build anew."""
    run = sys.modules["bot.run"]
    for name, module in list(sys.modules.items()):
        for value in vars(module).values() if name.startswith("bot.steps.") else ():
            if isinstance(value, run.Step):
                run._adapter(value.result_kind)


def build_models() -> None:
    """Build the models that are built when they are first used, which each start would do anew."""
    bots = [module for name, module in list(sys.modules.items()) if name.startswith("bot.")]
    values = [value for module in bots for value in list(vars(module).values())]
    for model in {value for value in values if isinstance(value, type(BaseModel))} - {BaseModel}:
        model.model_rebuild()


for module in MODULES:
    import_lasting(module)
build_decoders()
build_models()
gc.freeze()
