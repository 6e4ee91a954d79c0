"""A program of its own for the sandbox: run commands on copies of the folder that it is started in,
and print what each of them did.

`python3 RECORDER PLAN`, where PLAN is a file of JSON with `inputs`, `runs`, the `overlay` of a
change, the files of a `tracer`, and limits. It imports nothing of the bot, and runs under any
Python from 3.8.
"""

from __future__ import annotations

import dis
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import types
from contextlib import suppress
from pathlib import Path
from typing import Any

MARK = "greenlit-behaviour: "
HOME = ".greenlit-behaviour"
OUT, ERR = "out", "err"
MOST_BLOCKS = 131_072  # of 512 bytes, that a command may write into one file
CACHES = ("__pycache__", ".pytest_cache", ".mypy_cache")
# What tools keep in the home folder: compiled files and packages, no output.
HOME_CACHES = (".cache", ".cargo", ".dotnet", ".gradle", ".m2", ".npm", ".nuget", ".rustup", "go")


class Recorder:
    """Runs the inputs of a plan on copies of a folder, always at the same path."""

    def __init__(self, source: Path, plan: dict[str, Any]) -> None:
        self.source = source
        self.plan = plan
        self.home = source / HOME
        self.work = self.home / "work"
        self.texts: dict[str, str] = {}
        self.lines: dict[str, set[int]] = {}

    def record(self) -> dict[str, Any]:
        """Do all runs in their order, and one more of the base where the change shows any other."""
        runs = [self._run_all(kind, seed) for kind, seed in self.plan["runs"]]
        kinds = [kind for kind, _ in self.plan["runs"]]
        if "after" in kinds and any(run != runs[0] for run in runs[1:]):
            runs.append(self._run_all("base", len(runs)))
            kinds.append("base")
        return {"kinds": kinds, "runs": runs, "texts": self.texts, "lines": self._count_lines()}

    def _run_all(self, kind: str, seed: int) -> list[dict[str, Any]]:
        shutil.rmtree(self.work, ignore_errors=True)
        copy_folder(self.source, self.work)
        if kind == "after":
            overlay(self.work, self.plan["overlay"])
        pristine = self.home / "pristine"
        shutil.rmtree(pristine, ignore_errors=True)
        copy_folder(self.work, pristine)
        environment = self._make_environment(kind, seed)
        results = [self._run(given, environment, pristine) for given in self.plan["inputs"]]
        if kind == "trace":
            self._read_lines()
        return results

    def _make_environment(self, kind: str, seed: int) -> dict[str, str]:
        home = self.home / "home"
        home.mkdir(parents=True, exist_ok=True)
        fixed = {
            "HOME": str(home),
            "TZ": "UTC",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "COLUMNS": "80",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": str(seed),
        }
        environment = {**os.environ, **fixed}  # noqa: TID251 - the commands' own, in the sandbox
        if kind == "trace":
            folder = self.home / "tracer"
            folder.mkdir(exist_ok=True)
            for name, text in self.plan["tracer"].items():
                (folder / name).write_text(text, encoding="utf-8")
            (self.home / "lines").mkdir(exist_ok=True)
            before = environment.get("PYTHONPATH")
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), before]))
            environment["GREENLIT_LINES_OF"] = str(self.work)
            environment["GREENLIT_LINES_IN"] = str(self.home / "lines")
        return environment

    def _run(
        self, given: dict[str, Any], environment: dict[str, str], pristine: Path
    ) -> dict[str, Any]:
        """Run one input, and put the folder back as it was."""
        overlay(self.work, given["files"])
        before = list_files(self.work)
        code = self._start(given, environment)
        after = list_files(self.work)
        changed = [path for path in {**before, **after} if before.get(path) != after.get(path)]
        was = {path: self._keep_before(path, given, pristine) for path in changed}
        now = {path: self._keep(self.work / path) if path in after else None for path in changed}
        result = {
            "exit": code,
            "output": self._keep(self.home / OUT),
            "errors": self._keep(self.home / ERR),
            "files": {
                **{path: now[path] for path in sorted(changed) if now[path] != was[path]},
                **self._take_home(),
            },
        }
        for path in [*changed, *given["files"]]:
            put_back(pristine / path, self.work / path)
            self._remove_new_folders(path, pristine)
        return result

    def _start(self, given: dict[str, Any], environment: dict[str, str]) -> int | None:
        """Run a command, and return its exit status; None where a limit ended it."""
        with (self.home / OUT).open("wb") as out, (self.home / ERR).open("wb") as err:
            process = subprocess.Popen(
                ["sh", "-c", f"ulimit -f {MOST_BLOCKS}; {given['command']}"],
                cwd=self.work,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
            return wait_for(process, given["stdin"].encode(), self.plan["wall_s"])

    def _take_home(self) -> dict[str, str]:
        """Keep what is in the home folder, but for caches, and take it away: the next input begins
        without it.
        """
        home = self.home / "home"
        home.mkdir(exist_ok=True)
        paths = [path for path in list_files(home) if Path(path).parts[0] not in HOME_CACHES]
        kept = {f"~/{path}": self._keep(home / path) for path in sorted(paths)}
        for entry in list(home.iterdir()):
            if entry.name not in HOME_CACHES:
                put_back(self.home / "none", entry)
        return kept

    def _remove_new_folders(self, path: str, pristine: Path) -> None:
        for folder in Path(path).parents:
            if not (pristine / folder).exists():
                with suppress(OSError):  # others are in it still
                    (self.work / folder).rmdir()

    def _keep_before(self, path: str, given: dict[str, Any], pristine: Path) -> str | None:
        if path in given["files"]:
            return self._keep_bytes(given["files"][path].encode())
        original = pristine / path
        return self._keep(original) if os.path.lexists(original) else None

    def _keep(self, path: Path) -> str:
        """Keep the head of a file's text, and return the name of its content."""
        if path.is_symlink():
            return self._keep_bytes(b"a link to " + os.readlink(path).encode())  # noqa: PTH115 - 3.8 has no other
        if not path.is_file():
            return self._keep_bytes(b"no regular file")
        return self._keep_bytes(path.read_bytes())

    def _keep_bytes(self, data: bytes) -> str:
        name = hashlib.sha256(data).hexdigest()[:16]
        text = data[: self.plan["chars"]].decode("utf-8", "backslashreplace")
        text = text.replace(f"{self.work}{os.sep}", "")  # where it runs is of no interest
        self.texts[name] = text if len(data) <= self.plan["chars"] else f"{text}\0"
        return name

    def _read_lines(self) -> None:
        """Read which lines the processes of a run say that they ran."""
        for file in sorted((self.home / "lines").iterdir()):
            for line in file.read_text(errors="surrogateescape").splitlines():
                number, _, path = line.partition(" ")
                self.lines.setdefault(os.path.relpath(path, self.work), set()).add(int(number))

    def _count_lines(self) -> dict[str, Any]:
        """Map the Python files that ran to the lines with code, and to those of them that ran."""
        counts: dict[str, Any] = {}
        given = {path for known in self.plan["inputs"] for path in known["files"]}
        for path, ran in sorted(self.lines.items()):
            lines = list_code_lines(self.source / path) if path not in given else set()
            if lines:
                counts[path] = {"lines": sorted(lines), "ran": sorted(lines & ran)}
        return counts


def wait_for(process: subprocess.Popen[bytes], stdin: bytes, wall_s: float) -> int | None:
    """Wait for the exit status of a process; None where the time was over. Whatever it started ends
    with it.
    """
    with suppress(subprocess.TimeoutExpired):
        process.communicate(stdin, timeout=wall_s)
    code = process.returncode
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return code


def list_files(folder: Path) -> dict[str, Any]:
    """Map the paths of all files, but for caches, to what changes when they are written."""
    states = {}
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in CACHES]
        links = [name for name in folders if Path(parent, name).is_symlink()]
        for name in [*names, *links]:
            path = Path(parent, name)
            state = path.lstat()
            key = (state.st_ino, state.st_size, state.st_ctime_ns, state.st_mode)
            states[str(path.relative_to(folder))] = key
    return states


def copy_folder(source: Path, target: Path) -> None:
    """Copy a folder without the recorder's own one; links stay links."""
    ignored = shutil.ignore_patterns(HOME, *CACHES)
    shutil.copytree(source, target, symlinks=True, ignore=ignored)


def overlay(folder: Path, files: dict[str, str | None]) -> None:
    """Write texts into a folder; None removes a file."""
    for path, text in files.items():
        target = folder / path
        if text is None:
            with suppress(FileNotFoundError):
                target.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())


def put_back(original: Path, target: Path) -> None:
    """Make a file as it was; remove it where there was none."""
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    elif os.path.lexists(target):
        target.unlink()
    if os.path.lexists(original):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(original, target, follow_symlinks=False)


def list_code_lines(path: Path) -> set[int]:
    """List the lines of a Python file that have code; none where it does not compile."""
    try:
        whole = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except (OSError, SyntaxError, ValueError):
        return set()
    lines: set[int] = set()
    codes = [whole]
    while codes:
        code = codes.pop()
        is_inner = code.co_name != "<module>"
        starts = {line for _, line in dis.findlinestarts(code) if line}
        # The first line of a function is run where it is defined.
        lines |= starts - ({code.co_firstlineno} if is_inner else set())
        codes += [inner for inner in code.co_consts if isinstance(inner, types.CodeType)]
    return lines


def main() -> None:
    """Record what the plan says, and print it on the last line."""
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    recorder = Recorder(Path.cwd(), plan)
    recording = recorder.record()
    print(f"\n{MARK}{json.dumps(recording)}")  # noqa: T201 - its answer
    for name in ("work", "pristine", "home", "tracer", "lines"):
        shutil.rmtree(recorder.home / name, ignore_errors=True)


if __name__ == "__main__":
    main()
