"""Here lives the shipping of a change: the run's branch, the ledger of its attempts, and its one
pull request.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from bot.run import Run
from bot.steps.admit import still_wanted
from bot.steps.open_pull import Work, open_pull, retell, was_closed
from bot.steps.predict_ci import ExpectedCi, predict_ci
from bot.steps.push import branch_name, commit, moved, push
from bot.steps.report import Phase
from bot.stories.agent import Writer
from bot.stories.progress import Stopped, Teller
from bot.stories.watching import Head, listen
from bot.text import as_code_span
from bot.values import Attempt, Branch, Checks, Finish, Outcome, PullRequest, Request, Sha, Verdict

MOST_NAMES = 5
State = Literal["green", "red", "silent", "skipped", "unchecked", "rerun"]


class Shipment:
    """What the run has pushed, and what CI said of it."""

    def __init__(self, run: Run, request: Request, teller: Teller, writer: Writer) -> None:
        self.run = run
        self.request = request
        self.teller = teller
        self.writer = writer
        self.tree = writer.desk.tree
        number = int(run.key.rpartition("/")[2])
        self.branch: Branch = branch_name(writer.config.branch_prefix, request, number)
        self.ci = ExpectedCi("never")
        self.attempts: tuple[Attempt, ...] = ()
        self.earlier: set[str] = set()  # fingerprints of the attempts before this one
        self.tip: Sha | None = None
        self.finish: Finish | None = None
        self.shown = False  # in a pull request

    @property
    def head(self) -> Head:
        if self.tip is None:
            raise RuntimeError("nothing is pushed yet")
        return Head(self.tree, self.branch, self.tip, self.ci)

    async def push(self, finish: Finish) -> None:
        """Commit the writer's patch on what was pushed before. Raises Stopped when the branch is
        somebody else's.
        """
        await listen(self.run, self.request)
        sha = await self.run(
            commit, self.tree, self.writer.patch, self.tip or self.tree.sha, finish, self.request
        )
        pushed = await self.run(push, self.tree, sha, self.branch, self.tip)
        if not pushed.is_ours:
            raise Stopped(f"somebody else pushed to `{self.branch}`, so the branch is theirs")
        if self.tip is None:
            self.ci = await self.run(predict_ci, self.tree, self.branch)
        self.tip = sha
        self.finish = finish
        self.attempts = (*self.attempts, Attempt(sha, "running"))

    async def told(self, phase: Phase) -> None:
        await self.teller(phase=phase, attempts=self.attempts)

    def note(self, state: State, verdict: Verdict | None, checks: Checks) -> None:
        """What CI said of the newest attempt."""
        failed = checks.failed or checks.checks
        last = replace(self.attempts[-1], state=state, url=failed[0].url if failed else "")
        if verdict is not None:
            last = replace(last, verdict=verdict)
        self.attempts = (*self.attempts[:-1], last)

    def hopeless(self, verdict: Verdict) -> str:
        """Why another fix would not help; empty when it may."""
        again = bool(verdict.fingerprint) and verdict.fingerprint in self.earlier
        self.earlier.add(verdict.fingerprint)
        if why := self._not_ours(verdict):
            return why
        if verdict.reading.action == "human":
            names = ", ".join(as_code_span(name) for name in list(verdict.jobs)[:MOST_NAMES])
            return f"{names} failed and left nothing that I can read. Please look at it."
        if again:
            return (
                "CI shows the same failure as before my last fix, so I stopped rather than guess."
            )
        if len(self.attempts) >= self.writer.caps.attempts:
            return f"CI is still red after {len(self.attempts)} attempt{'s' * (len(self.attempts) > 1)}."
        return ""

    def _not_ours(self, verdict: Verdict) -> str:
        if verdict.kind == "already red":
            return f"`{self.tree.branch}` was red in the same way before this change, and nothing new broke."
        if verdict.kind == "infrastructure":
            return "CI failed for a reason outside the code that I cannot mend. Please look at it."
        if verdict.kind == "set-up":
            return f"CI failed while it set itself up: {verdict.why}. Please look at it."
        if verdict.why:
            return f"CI is flaky: {verdict.why}. I edit no code for that. Please run it again, or mend the test."
        return ""

    async def unbroken(self, checks: Checks) -> Outcome:
        """Nothing failed; that is green only if something passed."""
        if checks.green:
            return await self.opened(checks)
        return await (self.opened_silent() if checks.is_silent else self.opened_idle(checks))

    async def opened(self, checks: Checks) -> Outcome:
        """The pull request, ready: CI is green."""
        self.note("green", None, checks)
        pull = await self.open(draft=self.writer.config.draft)
        return Outcome("opened", f"CI is green: #{pull.number}.", pull.number)

    async def opened_unchecked(self) -> Outcome:
        """The pull request of a repository without CI, or with CI that only runs on main, which it
        says.
        """
        self.note("unchecked", None, Checks(self.head.sha))
        why = "This repository has no CI for pull requests: nothing has run these changes."
        pull = await self.open(draft=self.writer.config.draft, state=why)
        return Outcome("opened", f"#{pull.number}. {why}", pull.number)

    async def opened_silent(self) -> Outcome:
        self.note("silent", None, Checks(self.head.sha))
        return await self.left(
            "CI never reported on this commit, so nothing has run these changes."
        )

    async def opened_idle(self, checks: Checks) -> Outcome:
        self.note("skipped", None, checks)
        return await self.left(
            "CI skipped every check of this commit, so nothing has run these changes."
        )

    async def left(self, why: str) -> Outcome:
        """Not green: a draft with the ledger and the honest state, or only the branch if the
        repository says so.
        """
        if self.writer.config.when_red == "nothing" and self.ci.starts != "on pull request":
            return Outcome("gave up", f"{why} The work is on the branch `{self.branch}`.")
        pull = await self.open(draft=True, state=f"Not green. {why}")
        return Outcome("draft", f"#{pull.number}. {why}", pull.number)

    async def open(self, *, draft: bool, state: str = "") -> PullRequest:
        """Open the one pull request or bring it up to date, if it is still wanted and the branch
        still ours.
        """
        await listen(self.run, self.request)
        work = self._work(state)
        if why := await self.run(still_wanted, self.request):
            raise Stopped(why)
        if await self.run(was_closed, self.tree, self.branch):
            raise Stopped("its pull request was closed")
        if await self.run(moved, self.tree, self.branch, self.head.sha):
            raise Stopped(
                f"somebody else moved or deleted `{self.branch}`, so the branch is theirs now"
            )
        self.teller.note(attempts=self.attempts, phase="done")
        self.shown = True
        return await self.run(open_pull, self.tree, self.branch, work, draft)

    async def abandon(self, why: str) -> None:
        """Say in a pull request that was opened before the end how the run ended, if it is still
        open.
        """
        if self.shown:
            await self.run(
                retell,
                self.tree,
                self.branch,
                self._work(f"The run ended before CI was green: {why}"),
            )

    def _work(self, state: str) -> Work:
        if self.finish is None:
            raise RuntimeError("nothing is pushed yet")
        return Work(
            self.run.key,
            self.request,
            self.writer.plan,
            self.finish,
            tuple(self.writer.patch.files),
            self.attempts,
            self.writer.advice,
            self.writer.spent,
            state,
            self.writer.mended,
        )
