"""Run `actions/upload-artifact`: keep files of the job as a zip file, as GitHub's action does."""

from __future__ import annotations

import glob
import io
import os
import time
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.forge.runner.job_context import RunningStep, UploadedArtifact


def upload_artifact(inputs: Mapping[str, str], step: RunningStep) -> int:
    """Keep what `path` names under `name`; without any file `if-no-files-found` says what follows.

    Names in the zip file are relative to the deepest folder that holds all files.
    """
    name = inputs.get("name") or "artifact"
    files = _find_files(inputs, step.context.workspace)
    if not files:
        return _miss_files(inputs, step)
    content = _pack(files)
    artifact = UploadedArtifact(time.time_ns() // 1000, name, content)
    step.context.artifacts.append(artifact)
    step.log.write(f"With the provided path, there will be {len(files)} files uploaded")
    step.log.write(
        f"Artifact {name} has been successfully uploaded! Final size is {len(content)} bytes. "
        f"Artifact ID is {artifact.id}"
    )
    return 0


def _find_files(inputs: Mapping[str, str], workspace: Path) -> list[Path]:
    hidden = inputs.get("include-hidden-files") == "true"
    chosen: dict[Path, None] = {}
    for line in filter(None, map(str.strip, inputs.get("path", "").splitlines())):
        matches = _expand(line.removeprefix("!"), workspace, hidden=hidden)
        if line.startswith("!"):
            chosen = {path: None for path in chosen if path not in set(matches)}
        else:
            chosen.update(dict.fromkeys(matches))
    return sorted(chosen)


def _expand(pattern: str, workspace: Path, *, hidden: bool) -> list[Path]:
    """List the files that a pattern names, in folders that it names too."""
    patterns = (pattern, f"{pattern.rstrip('/')}/**")
    names = [
        name
        for each in patterns
        for name in glob.glob(  # noqa: PTH207 - a path of the machine may be named too
            each, root_dir=workspace, recursive=True, include_hidden=hidden
        )
    ]
    paths = {workspace / name for name in names}
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def _miss_files(inputs: Mapping[str, str], step: RunningStep) -> int:
    text = f"No files were found with the provided path: {inputs.get('path', '')}."
    if inputs.get("if-no-files-found") == "error":
        step.log.write_error(text)
        return 1
    step.log.write(f"{text} No artifacts will be uploaded.")
    return 0


def _pack(files: Iterable[Path]) -> bytes:
    files = list(files)
    root = os.path.commonpath([path.parent for path in files])
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in files:
            packed.write(path, path.relative_to(root))
    return archive.getvalue()
