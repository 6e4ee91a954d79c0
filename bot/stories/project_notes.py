"""Render what the model is told between its turns while it makes a project."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from bot.project import order_files
from bot.values import Finding, Patch, TriedStep
from bot.values.project import BuildWorkflow, ProjectFile, ProjectStructure

MAX_FINDINGS = 20


def render_workflow(workflow: BuildWorkflow) -> str:
    """Render the workflow as the JSON that stands in the project."""
    return json.dumps(asdict(workflow), indent=2, ensure_ascii=False) + "\n"


def render_wanted_change(words: str) -> str:
    """Tell that the person wants another specification."""
    return (
        "The person does not approve the specification yet. Submit it again with what they want "
        f"to be different:\n\n{words}"
    )


def render_edited(text: str) -> str:
    """Tell that the person has changed the specification and approved it so."""
    return f"The person edited the specification. As it stands now it holds:\n\n{text}"


def render_next_files(
    structure: ProjectStructure, patch: Patch, blocking: Sequence[Finding]
) -> str:
    """Tell what is wrong with the files that are written, or else which ones come next."""
    if blocking:
        lines = [_render_finding(finding) for finding in blocking[:MAX_FINDINGS]]
        if len(blocking) > MAX_FINDINGS:
            lines.append(f"(and {len(blocking) - MAX_FINDINGS} more)")
        head = "These files are not right yet. Mend them with `edit_file`, or write them anew:"
        return "\n".join([head, *lines])
    return "\n".join(_list_next(structure, patch))


def _list_next(structure: ProjectStructure, patch: Patch) -> Iterator[str]:
    for batch in order_files(structure):
        files = [file for file in batch if file.path not in patch.files]
        if files:
            together = ", all in one turn" if len(files) > 1 else ""
            yield f"What is written is right. Write next, whole{together}:"
            yield from map(_render_file, files)
            return


def _render_file(file: ProjectFile) -> str:
    parts = [f"- {file.path}: {file.description}"]
    if file.exports:
        parts.append(f"  It exports {', '.join(file.exports)}.")
    parts += [f"  From {source.path}: {', '.join(source.names)}." for source in file.imports]
    return "\n".join(parts)


def _render_finding(finding: Finding) -> str:
    return f"- {finding.place} [{finding.gate}] {finding.text}"


def render_trial(failed: TriedStep) -> str:
    """Tell what failed when the project was tried."""
    return (
        f"All files were written, and the project was tried. The step {failed.name} failed. Mend "
        "the cause, in one turn where you can: what you change is tried again at once.\n\n"
        f"{failed.answer}"
    )
