"""Here lives the writing of a change: one conversation with the model, and what came of it so far."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from bot.ports import Caps
from bot.run import Run
from bot.steps.ask_model import ConversationStart, ask_model, open_conversation
from bot.steps.inspect_change import inspect_change, render_findings
from bot.steps.repo_config import Config
from bot.steps.use_tools import TurnOutcome, use_tools
from bot.stories.progress import GaveUp, Tells
from bot.stories.watching import heed, listen
from bot.text import defuse_inline
from bot.tools import AgentContext
from bot.values import (
    Conversation,
    Finding,
    Finish,
    Patch,
    Plan,
    PromptPrefix,
    Request,
    ToolCall,
    ToolResult,
    ToolResults,
    Turn,
    Usage,
    UserText,
)

NUDGES = 2
GATE_ROUNDS = 4
SAME_CALL = 4
PAUSES_S = (5, 30, 120)  # between tries, when the model's answers break off
WORDS = 1_000  # characters of the model's that a comment quotes


@dataclass
class Writer:
    """The conversation, append-only: plan, edit and fix are one, so that each turn is served from
    the cache.
    """

    run: Run
    request: Request
    teller: Tells
    desk: AgentContext
    config: Config
    caps: Caps
    said: Conversation = ()
    plan: Plan = field(default_factory=lambda: Plan(""))
    spent: Usage = field(default_factory=Usage)
    turns: int = 0
    worked_s: float = 0.0
    advice: tuple[Finding, ...] = ()
    mended: tuple[Finding, ...] = ()  # what kept the work back, once it does no more
    _ours: ConversationStart | None = None
    _open: TurnOutcome | None = (
        None  # the finish that waits for its answer, with the answers to its turn's other calls
    )
    _made: Counter[str] = field(default_factory=Counter)
    _nudges: int = 0
    _broken: int = 0

    @property
    def patch(self) -> Patch:
        return self.desk.patch

    async def finish(self) -> Finish:
        """Go on until the model says that it is done and the gates let its work through.

        Raises GaveUp at the caps, when the model does not end, or when the gates refuse too often.
        """
        for _ in range(GATE_ROUNDS):
            finish = await self._said_done()
            if not self.patch.files:
                raise GaveUp(defuse_inline(finish.summary, WORDS))
            findings = await self.run(
                inspect_change, self.desk.tree, self.patch, self.config, self.plan
            )
            self.advice = tuple(finding for finding in findings if not finding.blocks)
            blocking = tuple(finding for finding in findings if finding.blocks)
            self.mended = tuple(one for one in self.mended if one not in findings) + blocking
            if not blocking:
                return finish
            self.answer(render_findings(blocking))
        found = defuse_inline(f"{blocking[0].path}: {blocking[0].text}", WORDS)
        raise GaveUp(f"the checks refused the change {GATE_ROUNDS} times, at last for {found}")

    def answer(self, text: str) -> None:
        """Answer the open `finish`: not done yet, and why. It is data, so what it quotes cannot
        give orders.
        """
        if self._open is None:
            raise RuntimeError("there is no finish to answer")
        self._say(
            ToolResults(
                (*self._open.results, ToolResult(self._open.finish_call, text, is_error=True))
            )
        )
        self._open = None

    async def _said_done(self) -> Finish:
        if self._ours is None:
            self._ours = await self.run(open_conversation, self.desk.tree, self.desk.issue.number)
        ours = self._ours
        if not self.said:
            self._say(UserText(ours.first_message))
        while True:
            await listen(self.run, self.request)
            turn = await self._turn(ours.prefix)
            if turn.stop == "end":
                self._nudge(ours.nudge)
                continue
            used = await self.run(use_tools, self.desk, turn.calls)
            await self._take(used)
            if used.finish is not None:
                self._open = used
                return used.finish
            self._say(ToolResults(tuple(self._warned(answer, turn) for answer in used.results)))

    async def _turn(self, brief: PromptPrefix) -> Turn:
        if self.turns >= self.caps.turns or self.worked_s >= self.caps.minutes * 60:
            raise GaveUp(
                f"it used its {self.caps.turns} turns or {self.caps.minutes} minutes without an end"
            )
        thought = await self.run(
            ask_model, brief, self.said, round(self.caps.usd - self.spent.usd, 6)
        )
        turn = thought.turn
        self.turns += 1
        self.worked_s += thought.took_s
        self.spent += turn.usage
        self.teller.note(spent=self.spent, turns=self.turns)
        if turn.stop == "broken" and self._broken < len(PAUSES_S):
            pause_s = PAUSES_S[self._broken]
            self._broken += 1
            if note := await self.run.wait(pause_s):
                await heed(self.run, self.request, note)
            return await self._turn(brief)
        if turn.stop in ("refused", "budget", "length", "context", "broken"):
            raise GaveUp(_why(turn, self.caps))
        self._broken = 0
        self._say(turn)
        return turn

    async def _take(self, used: TurnOutcome) -> None:
        files = {
            path: text
            for path, text in {**self.patch.files, **used.changes}.items()
            if path not in used.reverted
        }
        self.desk = replace(
            self.desk,
            patch=Patch(files),
            plan_accepted=self.desk.plan_accepted or used.plan is not None,
        )
        if used.todo is not None:
            self.teller.note(todo=used.todo)
        if used.plan is not None:
            self.plan = used.plan
            await self.teller(phase="editing", plan=used.plan)
            if used.plan.questions:
                raise Asks(used.plan.questions)

    def _nudge(self, words: str) -> None:
        self._nudges += 1
        if self._nudges > NUDGES:
            raise GaveUp("the model stopped without an end, although it was told to go on")
        self._say(UserText(words))

    def _warned(self, answer: ToolResult, turn: Turn) -> ToolResult:
        """A call made again and again with one answer is a loop: said to the model, then the end of
        the run.
        """
        call = next(call for call in turn.calls if call.id == answer.call_id)
        seen = f"{_name(call)} {answer.text}"  # to read a file again after an edit is no loop
        self._made[seen] += 1
        if self._made[seen] >= 2 * SAME_CALL:
            raise GaveUp(f"the model went in circles with `{call.name}`")
        if self._made[seen] < SAME_CALL:
            return answer
        return replace(
            answer,
            text=f"{answer.text}\n(You made this very call {self._made[seen]} times. Do otherwise.)",
        )

    def _say(self, entry: UserText | Turn | ToolResults) -> None:
        self.said = (*self.said, entry)


class Asks(Exception):
    """The plan has questions that the asker must answer first."""

    def __init__(self, questions: tuple[str, ...]) -> None:
        super().__init__(" ".join(questions))
        self.questions = questions


def _name(call: ToolCall) -> str:
    return f"{call.name} {sorted(call.input.items())!r}"


def _why(turn: Turn, caps: Caps) -> str:
    words = {
        "refused": "Claude declined the request",
        "budget": f"the next turn could pass the ${caps.usd:.2f} that one run may cost",
        "broken": "Claude could not be heard",
        "length": "the model's answer was cut off twice",
        "context": "the conversation grew longer than the model can read",
    }
    return words[turn.stop] + (f": {turn.why}" if turn.why else "")
