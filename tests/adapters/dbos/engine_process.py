"""A process that runs an engine and does what it reads, line by line, so that a test can
kill it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from bot.adapters.dbos.sqlite import HomeInUse
from bot.cli.log_output import configure_log
from bot.run import SignalRun, StartRun
from bot.values import RunKey, Signal, Subject
from tests.adapters.dbos import engine_stories
from tests.adapters.dbos.engine_stage import durable


async def obey(engine, command):
    match command:
        case ["start", story, key, subject, task]:
            value = engine_stories.Task(**task)
            return await engine.start(
                StartRun(getattr(engine_stories, story), value, key=key, subject=Subject(subject))
            )
        case ["tell", subject, text]:
            return await engine.signal(SignalRun(Subject(subject), Signal("stop", text)))
        case ["state", key]:
            run = await asyncio.to_thread(engine.run, RunKey(key))
            return run.state if run else ""
        case ["steps", key]:
            return [step.name for step in await asyncio.to_thread(engine.steps, RunKey(key))]
        case ["close"]:
            return engine.close()
    raise ValueError(command)


def main():
    configure_log("INFO", "text")
    engine = durable(Path(sys.argv[1]), **json.loads(sys.argv[2] if sys.argv[2:] else "{}"))
    try:
        engine.launch()
    except HomeInUse as used:
        sys.exit(str(used))
    say("up")
    for line in sys.stdin:
        say(asyncio.run(obey(engine, json.loads(line))))


def say(answer):
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
