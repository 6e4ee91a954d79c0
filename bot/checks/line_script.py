"""Write a shell script that runs tests so that it becomes known which lines of a file they run."""

from __future__ import annotations

import inspect
import posixpath
import re
import shlex
from collections.abc import Iterable

from bot.checks import line_tracer

MEASURED = ("python", "javascript", "go")  # languages
HOME = ".greenlit-lines"
MARK = "greenlit-lines: "
COVERAGE_FILES = ("pyproject.toml", "setup.cfg", "pytest.ini", "tox.ini")
GO_TEST = re.compile(r"\bgo test\b")
SITE = "import line_tracer\n\nline_tracer.start_tracing()\n"
# Each prints MARK and a line of JSON: of Python the lines with code and those that ran.
PYTHON_REPORT = """\
import json, pathlib, sys
sys.path.insert(0, sys.argv[1])
from recorder import list_code_lines
home, path = map(pathlib.Path, sys.argv[1:3])
files = list((home / "out").glob("*.txt"))
ran = {int(line.split()[0]) for file in files for line in file.read_text().splitlines()}
lines = sorted(list_code_lines(path))
report = {"lines": lines, "ran": sorted(ran), "has_run": bool(files)}
print("\\n" + sys.argv[3] + json.dumps(report))
"""
NODE_REPORT = """\
const [fs, path, url] = ["fs", "path", "url"].map(require);
const [home, file, mark] = process.argv.slice(2);
const folder = path.join(home, "out");
const wanted = url.pathToFileURL(fs.realpathSync(file)).href;
const scripts = [];
let mapped = false;
for (const name of fs.readdirSync(folder)) {
  const data = JSON.parse(fs.readFileSync(path.join(folder, name), "utf8"));
  mapped = mapped || wanted in (data["source-map-cache"] || {});
  for (const script of data.result.filter((each) => each.url === wanted)) {
    const ranges = script.functions.flatMap((each) => each.ranges);
    scripts.push(ranges.map((each) => [each.startOffset, each.endOffset, each.count]));
  }
}
console.log("\\n" + mark + JSON.stringify({ scripts, has_run: scripts.length > 0 && !mapped }));
"""


def list_tracer_files() -> dict[str, str]:
    """List the files that trace each Python which is started with their folder on its path."""
    return {"sitecustomize.py": SITE, "line_tracer.py": inspect.getsource(line_tracer)}


def list_programs(language: str) -> dict[str, str]:
    """List the programs that the script starts, by the names that they have in HOME."""
    match language:
        case "python":
            return {**list_tracer_files(), "report.py": PYTHON_REPORT}
        case "javascript":
            return {"report.js": NODE_REPORT}
    return {}


def write_script(language: str, commands: str, path: str, settings: Iterable[str]) -> str:
    """Write a script that ends as the commands do, and tells the lines behind MARK at its end.

    `settings` are texts that may have the tests measure their coverage by themselves.
    """
    file, mark = shlex.quote(path), shlex.quote(MARK)
    begin = report = ""
    match language:
        case "python":
            begin = (
                f'export PYTHONPATH="$PWD/{HOME}${{PYTHONPATH:+:$PYTHONPATH}}"\n'
                f'export GREENLIT_LINES_OF="$PWD"/{file} GREENLIT_LINES_IN="$PWD/{HOME}/out"\n'
            )
            if any("--cov" in text for text in (commands, *settings)):  # one tracer at a time
                begin += 'export PYTEST_ADDOPTS="--no-cov ${PYTEST_ADDOPTS:-}"\n'
            report = f"unset PYTHONPATH; python3 {HOME}/report.py {HOME} {file} {mark}"
        case "javascript":
            begin = f'export NODE_V8_COVERAGE="$PWD/{HOME}/out"\n'
            report = f"unset NODE_V8_COVERAGE; node {HOME}/report.js {HOME} {file} {mark}"
        case "go":
            package = shlex.quote(f"./{posixpath.dirname(path)}")
            profile = f"go test -coverpkg={package} -coverprofile={HOME}/out/profile"
            commands = GO_TEST.sub(lambda _: profile, commands)
            report = f"printf '\\n%smode:\\n' {mark}; grep -F {file}: {HOME}/out/profile"
    prepare = f"rm -rf {HOME}/out; mkdir -p {HOME}/out\n"
    execute = f"status=0\nsh -ec {shlex.quote(commands)} || status=$?\n"
    return f"{prepare}{begin}{execute}({report}) || true\nrm -rf {HOME}/out\nexit $status"
