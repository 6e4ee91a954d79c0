"""Here lives the main thing: an issue becomes a pull request that is already green.

Whoever may write asks for it with the label or with `/generate`. The bot reads, plans, writes,
checks, pushes to its
own branch, waits for CI, mends what broke, and opens the pull request when CI is green. Not green
in the end: a draft.
"""

from __future__ import annotations

from bot.logs import render_reading
from bot.ports import Refusal, Unreachable
from bot.run import Run
from bot.steps.admit import limits, rules
from bot.steps.checkout import checkout
from bot.steps.diagnose import diagnose
from bot.steps.freeze import freeze
from bot.steps.rerun_failed_jobs import rerun_failed_jobs
from bot.steps.retrieve import retrieve
from bot.stories.agent import WORDS, Asks, Writer
from bot.stories.delivery import Shipment
from bot.stories.progress import GaveUp, Stopped, Teller
from bot.stories.watching import settled
from bot.text import defuse_inline
from bot.tools import AgentContext
from bot.values import Outcome, Request, Verdict

READING_CHARS = 16_000


async def solve_issue(run: Run, request: Request) -> Outcome:
    """From the asking to the outcome, told in one comment."""
    teller = Teller(run, request)
    try:
        await teller()
        outcome = await _solved(run, request, teller)
    except Stopped as stopped:
        outcome = Outcome(
            "stopped", f"I stopped because {stopped}. What I had pushed stays on my branch."
        )
    except Asks as asks:
        questions = "\n".join(
            f"{number}. {defuse_inline(question, WORDS)}"
            for number, question in enumerate(asks.questions, 1)
        )
        outcome = Outcome(
            "asked", f"Please answer in a comment, then say `/generate`:\n\n{questions}"
        )
    except GaveUp as gave_up:
        outcome = Outcome(
            "gave up",
            f"I could not do it: {gave_up}. Say more in the issue, then `/generate` again.",
        )
    except Refusal as refusal:
        outcome = Outcome("refused", str(refusal))
    except Unreachable as gone:
        outcome = Outcome(
            "gave up", f"I tried for a while, but {gone}. Comment `/retry` when that is over."
        )
    return await teller.end(outcome)


async def _solved(run: Run, request: Request, teller: Teller) -> Outcome:
    config = await run(rules, request.repo)
    caps = await run(limits, config)
    issue = await run(freeze, request)
    async with run.slot(request.repo):
        tree = await run(checkout, request.repo)
        clues = await run(retrieve, tree, issue)
        await teller(phase="planning", clues=clues, usd_cap=caps.usd, attempts_cap=caps.attempts)
        desk = AgentContext(
            tree, issue, clues, command_words=request.words, instructions=config.instructions
        )
        writer = Writer(run, request, teller, desk, config, caps)
        finish = await writer.finish()
        shipment = Shipment(run, request, teller, writer)
        await shipment.push(finish)
    if shipment.ci.starts == "never":
        return await shipment.opened_unchecked()
    if shipment.ci.starts == "on pull request":
        await shipment.open(
            draft=True, state="CI runs on this draft; it is marked ready once CI is green."
        )
    try:
        return await _until_green(run, writer, shipment)
    except (Stopped, Asks, Refusal, Unreachable) as ended:
        await shipment.abandon(str(ended))
        raise


async def _until_green(run: Run, writer: Writer, shipment: Shipment) -> Outcome:
    """Attempt by attempt, until CI is green or another fix would not help."""
    over: dict[str, int] = {}
    while True:
        await shipment.told("waiting")
        try:
            checks = await settled(run, shipment.request, shipment.head, writer.caps, over)
        except GaveUp as late:
            return await shipment.left(f"{late}.")
        if not checks.failed:
            return await shipment.unbroken(checks)
        verdict = await run(diagnose, writer.desk.tree, shipment.head.sha, checks)
        if verdict.reading.action == "rerun" and not over:
            over = await run(rerun_failed_jobs, writer.desk.tree, checks)
            if over:
                shipment.note("rerun", verdict, checks)
                continue
        shipment.note("red", verdict, checks)
        if why := shipment.hopeless(verdict):
            return await shipment.left(why)
        over = {}
        try:
            await _mend(run, writer, shipment, verdict)
        except GaveUp as gave_up:
            return await shipment.left(f"CI is red and I could not mend it: {gave_up}.")


async def _mend(run: Run, writer: Writer, shipment: Shipment, verdict: Verdict) -> None:
    """Answer the open `finish` with the reading of the red CI, and push what the model makes of it."""
    await shipment.told("fixing")
    jobs = ", ".join(f"{name} (job {job})" if job else name for name, job in verdict.jobs.items())
    async with run.slot(shipment.request.repo):
        writer.answer(f"CI is red: {jobs}\n\n{render_reading(verdict.reading, READING_CHARS)}")
        before = writer.patch
        finish = await writer.finish()
        if writer.patch == before:
            raise GaveUp(
                f"the model changed nothing more. It says: {defuse_inline(finish.summary, WORDS)}"
            )
        await shipment.push(finish)
