"""Stories and steps that leave their traces in a diary: a file that outlives the process."""

from __future__ import annotations

import errno
import os
import signal
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import cast

from bot.ports import Ports, RateLimited, Refusal, Unreachable
from bot.run import Run, RunFault, SignalRun, StartRun, step
from bot.steps.ask_model import TimedTurn
from bot.values import (
    Attempt,
    Branch,
    InstallationId,
    Outcome,
    Plan,
    Repo,
    Request,
    RunKey,
    RunState,
    Sha,
    Signal,
    Subject,
    ToolCall,
    ToolResult,
    ToolResults,
    Turn,
    Usage,
    UserText,
)


@dataclass(frozen=True, slots=True)
class Task:
    """What the stories are given."""

    diary: str
    word: str = ""
    seconds: float = 0.0
    times: int = 0
    repo: str = "o/r"


SECRET = "ghp_" + "a1B2" * 9


class Wrong(Exception):
    """Neither a refusal nor an outage."""


# --- steps
# ------------------------------------------------------------------------------------------------------


@step("mark")
def mark(ports: Ports, diary: str, word: str) -> str:
    with Path(diary).open("a") as lines:
        lines.write(f"{word}\n")
    return word


@step("linger")
def linger(ports: Ports, diary: str, word: str, seconds: float) -> str:
    mark(ports, diary, f"{word} began")
    time.sleep(seconds)
    return mark(ports, diary, f"{word} ended")


@step("work")
def work(ports: Ports, task: Task) -> None:
    """Note when it began and ended, to see what overlapped."""
    began = time.time()
    time.sleep(task.seconds)
    mark(ports, task.diary, f"{task.repo} {began} {time.time()}")


@step("trace")
def trace(ports: Ports, task: Task, run: RunKey, name: str) -> None:
    """Note when it began and ended, and in which process."""
    for word in ("began", "ended"):
        mark(ports, task.diary, "\t".join((word, str(os.getpid()), run, name, str(time.time()))))
        time.sleep(task.seconds if word == "began" else 0)


@step("die")
def die(ports: Ports, diary: str) -> None:
    """Take the process along."""
    mark(ports, diary, "dies")
    os.kill(os.getpid(), signal.SIGKILL)


@step("falter")
def falter(ports: Ports, task: Task) -> str:
    """Unreachable, so many times; then not."""
    mark(ports, task.diary, "try")
    if Path(task.diary).read_text().count("try") <= task.times:
        raise Unreachable("GitHub answered 502", "GitHub")
    return "reached"


@step("crowd")
def crowd(ports: Ports, task: Task) -> str:
    """No room on the disk, so many times; then there is."""
    mark(ports, task.diary, "try")
    if Path(task.diary).read_text().count("try") <= task.times:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return "reached"


@step("ask_model")
def ask_model(ports: Ports, diary: str, seconds: float) -> str:
    """Unreachable for so many seconds after the first try."""
    if "try" not in Path(diary).read_text():
        mark(ports, diary, "try")
    if time.time() < Path(diary).stat().st_mtime + seconds:
        raise RateLimited("Claude is overloaded", Path(diary).stat().st_mtime + seconds, "Claude")
    return "reached"


@step("ask_model")
def pay(ports: Ports, usd: float) -> TimedTurn:
    return TimedTurn(Turn("end", usage=Usage(usd=usd)), 0.1)


@step("limited")
def limited(ports: Ports, diary: str, seconds: float) -> str:
    mark(ports, diary, "try")
    if Path(diary).read_text().count("try") == 1:
        raise RateLimited("the limit is used up", time.time() + seconds)
    return "reached"


@step("refuse")
def refuse(ports: Ports, diary: str) -> None:
    mark(ports, diary, "refused")
    raise Refusal("the repository is archived")


@step("break_down")
def break_down(ports: Ports, secret: str) -> None:
    raise KeyError(secret)


@step("leak")
def leak(ports: Ports) -> None:
    raise ValueError(f"bad credentials {SECRET}")


@step("turn")
def turn(ports: Ports) -> UserText | Turn | ToolResults:
    return Turn("tools", calls=(ToolCall("1", "grep", {"pattern": "é\ud800"}),), text="x")


@step("both")
def both(ports: Ports) -> tuple[UserText | Turn | ToolResults, ...]:
    return (UserText("x"), Turn("end", text="y"), ToolResults((ToolResult("1", "z"),)))


@step("nothing")
def nothing(ports: Ports) -> Signal | None:
    return None


@step("apologise")
def apologise(ports: Ports, task: Task, kind: str, text: str, key: RunKey) -> None:
    mark(ports, task.diary, f"sorry, {key} {kind}: {text}")


def tell_of_task(key: RunKey, task: object) -> StartRun:
    """Start what tells of a run that was set aside."""
    return StartRun(three, task, key=f"told {key}")


async def tell_failure(run: Run, task: Task, fault: RunFault) -> Outcome:
    """End a run whose story could not end it, and say so."""
    outcome = Outcome("gave up" if fault.kind == "gone" else fault.kind, fault.text)
    await run(apologise, task, outcome.state, fault.text, run.key)
    return outcome


# --- stories
# ----------------------------------------------------------------------------------------------------


async def three(run: Run, task: Task) -> Outcome:
    await run(mark, task.diary, "a")
    await run(linger, task.diary, "b", task.seconds)
    await run(mark, task.diary, "c")
    return Outcome("done", task.word)


async def listen(run: Run, task: Task) -> Outcome:
    await run(mark, task.diary, "a")
    note = await run.wait(task.seconds)
    await run(mark, task.diary, note.text if note else "nothing")
    return Outcome("done", note.text if note else "nothing")


async def listens_twice(run: Run, task: Task) -> Outcome:
    await run(mark, task.diary, "a")
    notes = [await run.wait(60), await run.wait(task.seconds)]
    return Outcome("done", ", ".join(note.text if note else "nothing" for note in notes))


async def follows(run: Run, task: Task) -> Outcome:
    await run.follow(Branch(task.word))
    await run(mark, task.diary, "a")
    signal = await run.wait(task.seconds)
    return Outcome("done", signal.text if signal else "nothing")


async def leaking(run: Run, task: Task) -> Outcome:
    await run(leak)
    return Outcome("done")


async def busy_then_listens(run: Run, task: Task) -> Outcome:
    await run(linger, task.diary, "b", task.seconds)
    note = await run.wait(60)
    await run(mark, task.diary, note.text if note else "nothing")
    return Outcome("done")


async def slotted(run: Run, task: Task) -> Outcome:
    async with run.slot(Repo(task.repo, InstallationId(1))):
        await run(work, task)
        await run(work, task)
    return Outcome("done")


async def tortured(run: Run, task: Task) -> Outcome:
    """Work in a slot, wait for a signal, and work in a slot again."""
    repo = Repo(task.repo, InstallationId(1))
    await run(trace, replace(task, seconds=0), run.key, "first")
    async with run.slot(repo):
        await run(trace, task, run.key, "in slot")
        await run(trace, task, run.key, "in slot again")
    signal = await run.wait(3600)
    await run(trace, replace(task, seconds=0), run.key, "heard")
    async with run.slot(repo):
        await run(trace, task, run.key, "in the other slot")
    return Outcome("done", signal.text if signal else "nothing")


async def deadly(run: Run, task: Task) -> Outcome:
    async with run.slot(Repo(task.repo, InstallationId(1))):
        await run(die, task.diary)
    return Outcome("done")


async def waits_in_slot(run: Run, task: Task) -> Outcome:
    async with run.slot(Repo(task.repo, InstallationId(1))):
        await run(mark, task.diary, "in")
        await run.wait(task.seconds)
        await run(mark, task.diary, "out")
    return Outcome("done")


class EndedEarly(Exception):
    """A signal was heard."""


async def obey(run: Run) -> None:
    """End the story at the first signal."""
    while signal := await run.wait(0):
        raise EndedEarly(signal.text)


async def queueing(run: Run, task: Task) -> Outcome:
    """Mark the key and work once it has a slot; `word` is when a person asked for it."""
    begin_to_heed(run)
    try:
        async with run.slot(Repo("o/r"), task.word):
            await run(linger, task.diary, str(run.key), task.seconds)
    except EndedEarly as early:
        return Outcome("stopped", str(early))
    return Outcome("done")


async def outage(run: Run, task: Task) -> Outcome:
    """Ask what does not answer for so many seconds."""
    begin_to_heed(run)
    try:
        return Outcome("done", await run(ask_model, task.diary, task.seconds))
    except EndedEarly as early:
        return Outcome("stopped", str(early))


async def pays(run: Run, task: Task) -> Outcome:
    """Ask for a turn that costs `seconds` dollars."""
    await run(pay, task.seconds)
    return Outcome("done")


def begin_to_heed(run: Run) -> None:
    run.keep(RunState(run.key, Request(Repo("o/r"), 1, "ada", "", "d")))
    run.heed(partial(obey, run))


async def crowded(run: Run, task: Task) -> Outcome:
    return Outcome("done", await run(crowd, task))


async def faltering(run: Run, task: Task) -> Outcome:
    return Outcome("done", await run(falter, task))


async def patient(run: Run, task: Task) -> Outcome:
    return Outcome("done", await run(limited, task.diary, task.seconds))


async def undeterred(run: Run, task: Task) -> Outcome:
    """Go on after a refusal, with what it said."""
    try:
        await run(refuse, task.diary)
    except Refusal as refusal:
        await run(linger, task.diary, f"{type(refusal).__name__} {refusal}", task.seconds)
    return Outcome("done")


async def refused(run: Run, task: Task) -> Outcome:
    await run(refuse, task.diary)
    return Outcome("done")


async def broken(run: Run, task: Task) -> Outcome:
    await run(break_down, task.word)
    return Outcome("done")


async def wrong_itself(run: Run, task: Task) -> Outcome:
    await run(mark, task.diary, "a")
    raise Wrong("by itself")


async def silent(run: Run, task: Task) -> Outcome:
    await run(mark, task.diary, "a")
    return cast("Outcome", None)


async def values(run: Run, task: Task) -> Outcome:
    spoken = await run(turn)
    several = await run(both)
    none = await run(nothing)
    await run(
        linger,
        task.diary,
        repr((spoken, several, none)).encode("ascii", "backslashreplace").decode(),
        task.seconds,
    )
    return Outcome("done")


async def parent(run: Run, task: Task) -> Outcome:
    """Begin a run of the same subject twice, and tell it something."""
    subject = Subject(f"{task.repo}#1")
    first = await run.start(StartRun(listen, task, subject=subject))
    second = await run.start(StartRun(listen, task, subject=subject))
    told = await run.signal(SignalRun(subject, Signal("stop", "hello")))
    nobody = await run.signal(SignalRun(Subject("o/r#99"), Signal("stop")))
    return Outcome("done", repr((first, second, told, nobody)))


async def changes(run: Run, task: Task) -> Outcome:
    """Keep states between steps, as a run does that is asked, plans, and pushes."""
    request = Request(Repo("o/r"), 7, "ada", "now", "guid", label="autogen", title="Greet")
    state = run.keep(RunState(run.key, request))
    await run(linger, task.diary, "a", task.seconds)
    state = run.keep(replace(state, plan=Plan("Greet in lower case.", ())))
    await run(linger, task.diary, "b", task.seconds)
    state = run.keep(replace(state, attempts=(Attempt(Sha("c" * 40), "running"),)))
    await run(mark, task.diary, "c")
    return Outcome("gave up", "it was too hard")


STORIES = (
    changes,
    three,
    listen,
    listens_twice,
    follows,
    leaking,
    busy_then_listens,
    slotted,
    tortured,
    deadly,
    queueing,
    outage,
    pays,
    waits_in_slot,
    crowded,
    faltering,
    patient,
    undeterred,
    refused,
    broken,
    wrong_itself,
    silent,
    values,
    parent,
)
