"""Bring the lock files along with a change of their manifests, before its checks and its push."""

from __future__ import annotations

from dataclasses import replace

from bot.gates import STALE
from bot.run import Run
from bot.steps.update_locks import LockWork, identify_manifests, is_written_here, update_locks
from bot.stories.progress import tell
from bot.values import Finding, Patch, RunState
from bot.values.locks import LockUpdate


async def bring_locks(
    run: Run, state: RunState, findings: tuple[Finding, ...]
) -> tuple[RunState, bool]:
    """Bring the locks up to date that the gates found left behind, and tell whether any changed.

    What was written for manifests as they were before counts no more. Without a sandbox the finding
    stands, and tells people the command.
    """
    project = state.project
    if project is None or not project.writes_locks or state.merge is not None:
        return state, False
    locks = [path for path in state.patch.files if is_written_here(path)]
    own = state.locks.texts if state.locks else {}
    written = tuple(path for path in locks if own.get(path) != state.patch.files[path])
    if not written and not _may_be_stale(state, findings):
        return state, False
    state = await tell(run, replace(state, phase="checking"))
    bare = {path: text for path, text in state.patch.files.items() if path not in locks}
    work = LockWork(state.base, Patch(bare), state.config, f"{run.key}/locks", written)
    update = await run(update_locks, work)
    patch = Patch({**bare, **update.texts})
    update = replace(update, manifests_id=identify_manifests(state.base, patch))
    sandbox_s = state.sandbox_s + update.took_s
    is_changed = patch != state.patch
    state = replace(state, patch=patch, locks=update, sandbox_s=sandbox_s)
    return run.keep(state), is_changed


def _may_be_stale(state: RunState, findings: tuple[Finding, ...]) -> bool:
    """Tell whether a lock may not follow from the manifests as they are now."""
    if state.locks is not None:
        return state.locks.manifests_id != identify_manifests(state.base, state.patch)
    return any(finding.rule == STALE for finding in findings)


def take_up_update(findings: tuple[Finding, ...], update: LockUpdate | None) -> tuple[Finding, ...]:
    """Put what came of the locks in the place of what the gates say of them."""
    if update is None:
        return findings
    settled = {*update.fresh, *(finding.path for finding in update.findings)}
    kept = [item for item in findings if item.rule != STALE or item.path not in settled]
    return (*kept, *update.findings)
