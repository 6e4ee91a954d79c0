"""A run whose record lies in the folder that it works on, so that it goes on after a crash."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import Any, ParamSpec, TypeVar, cast

from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from bot.cli.run_record import RunRecord, UnfitRecordError
from bot.cli.terminal import print_sentences, render_markdown
from bot.cli.unrecorded_run import UnrecordedRun
from bot.ports import Ports, Unreachable
from bot.run import Step, from_json, to_json
from bot.text.terminal_text import strip_control
from bot.values import Caps, RunKey, Signal, Waiting
from bot.values.making import SPECIFICATION_PATH

P = ParamSpec("P")
R = TypeVar("R")
YES = frozenset({"y", "yes", "ok", "go"})
PAUSES_S = (1.0, 5.0)  # before the model is asked again
NO = frozenset({"n", "no", "q", "quit"})
QUESTION = "Make this? y for yes, n for no, or say what shall be different: "


class FolderRun(UnrecordedRun):
    """The port `bot.run.Run`: each step is done once, and taken from the record ever after.

    Who is at the terminal approves; `approves_all` says that nobody need be asked.
    """

    def __init__(
        self,
        ports: Ports,
        console: Console,
        record: RunRecord,
        *,
        key: RunKey,
        approves_all: bool = False,
    ) -> None:
        super().__init__(ports, console, key)
        self._record = record
        self._approves_all = approves_all
        # Whether all so far was done by earlier processes: one that was given up is tried again.
        self._only_replays = record.kept_steps > 0
        self._kept_turns = record.count_kept("ask_model")

    async def __call__(self, act: Step[P, R], /, *values: P.args, **named: P.kwargs) -> R:
        """Take the step's result from the record, or do it and record it."""
        kept = self._record.take(act.name)
        if kept is not None:
            return self._read(kept["result"], act)
        self._only_replays = False
        result = await self._do(act, *values, **named)
        self._record.append(act.name, to_json(result))
        return result

    async def _do(self, act: Step[P, R], /, *values: P.args, **named: P.kwargs) -> R:
        """Do a step. The model is asked again where it could not be reached."""
        for pause_s in PAUSES_S if act.name == "ask_model" else ():
            try:
                return await super().__call__(act, *values, **named)
            except Unreachable:
                _pause(pause_s)
        return await super().__call__(act, *values, **named)

    async def wait(self, patience_s: float, waiting: Waiting | None = None) -> Signal | None:
        """Have the specification approved, or another try; for nothing else it waits.

        None where nobody is there to ask, which is not recorded: the next time it is asked again.
        """
        if waiting is None or waiting.kind not in ("approval", "another try"):
            return await super().wait(patience_s, waiting)
        kept = self._record.take("wait")
        if kept is not None:
            return self._read_signal(kept["result"])
        signal = self._ask() if waiting.kind == "approval" else self._approve_retry()
        if signal is not None:
            self._record.append("wait", to_json(signal))
        return signal

    def _read(self, result: object, act: Step[P, R]) -> R:
        try:
            value: Any = from_json(result, act.result_kind)
        except (ValidationError, RecursionError):
            raise UnfitRecordError(
                f"The step {act.name} was recorded by another release of Greenlit."
            ) from None
        return cast("R", self._renew_caps(value) if isinstance(value, Caps) else value)

    def _renew_caps(self, kept: Caps) -> Caps:
        """Take what may be spent from this machine: a record may be of a stranger.

        The turns that it holds are gone through again, however many they are.
        """
        turns = min(kept.turns, max(self.ports.caps.turns, self._kept_turns + 1))
        return replace(kept, usd=self.ports.caps.usd, turns=turns)

    def _read_signal(self, result: object) -> Signal:
        try:
            return from_json(result, Signal)  # type: ignore[no-any-return]
        except ValidationError:
            raise UnfitRecordError("The answer was recorded by another release.") from None

    def _approve_retry(self) -> Signal | None:
        """Approve another try of what an earlier process gave up, and not of what this one did."""
        is_old, self._only_replays = self._only_replays, False
        return Signal("approve", by="you") if is_old else None

    def _ask(self) -> Signal | None:
        text = self.ports.folder.read(SPECIFICATION_PATH) or ""
        is_read_here = self.console.file.isatty()
        shown = render_markdown(text) if is_read_here else Text(strip_control(text).strip())
        self.console.print("", shown, "", sep="\n")
        if self._approves_all:
            return Signal("approve", by="you")
        if not (sys.stdin and sys.stdin.isatty() and self.console.is_terminal):
            return None
        hint = f"It stands in {SPECIFICATION_PATH} too: edit it there before you say yes."
        print_sentences(self.console, hint, "dim")
        try:
            answer = self.console.input(QUESTION).strip()
        except EOFError:
            return None
        return read_answer(answer)


def _pause(pause_s: float) -> None:
    time.sleep(pause_s)


def read_answer(answer: str) -> Signal | None:
    """Read what was typed; None for nothing at all."""
    match answer.casefold():
        case "":
            return None
        case word if word in YES:
            return Signal("approve", by="you")
        case word if word in NO:
            return Signal("stop", by="you")
    return Signal("edited", answer, by="you")
