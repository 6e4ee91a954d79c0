"""The gate "packages": what a change names anew must exist, be no stranger and be no lookalike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from bot.adapters.package_index import HttpPackageIndex
from bot.gates import Change, Rules, find_new_packages, judge_package
from bot.gates.packages import NamedPackage
from bot.gates.packages.popular_names import NODE, PYTHON
from bot.ports import Checkers
from bot.steps.inspect_change import run_gates
from bot.values import Package

NOW = datetime(2026, 11, 25, tzinfo=UTC)
OLD = Package(exists=True, first="2019-01-01T00:00:00Z", releases=40)
PAGES = {
    "/pypi/settled/json": '{"releases": {"1.0": [{"upload_time_iso_8601": "2019-01-01T00:00:00.0Z"}], "2.0": []}}',
    "/pypi/fresh/json": '{"releases": {"0.1": [{"upload_time_iso_8601": "2026-11-20T00:00:00.0Z"}]}}',
    "/pypi/odd/json": "[]",
    "/pypi/broken/json": "{",
    "/pypi/named/json": '{"releases": {"2.0": [{"upload_time_iso_8601": "2026-05-14T10:00:00Z"}]}, '
    '"info": {"version": "2.0", "license_expression": "MIT", "license": "all of it"}}',
    "/pypi/classified/json": '{"releases": {}, "info": {"version": "3.1", "license": "L\\nM", '
    '"classifiers": ["Typed", "License :: OSI Approved :: BSD License"]}}',
    "/newest": '{"time": {"1.2.0": "2026-10-09T08:00:00Z"}, "dist-tags": {"latest": "1.2.0"}, '
    '"versions": {"1.2.0": {"license": {"type": "ISC"}}}}',
    "/long": " " * 8_000_001,
    "/long/latest": '{"version": "7.0.2", "license": "Apache-2.0"}',
    "/odd": " " * 8_000_001,
    "/odd/latest": "[]",
    "/example.com/!some/module/@latest": '{"Version": "v1.8.0", "Time": "2026-03-01T00:00:00Z"}',
    "/@scope%2Fsettled": '{"time": {"created": "2019-01-01T00:00:00Z"}, "versions": {"1": {}, "2": {}}}',
}


class Pages(BaseHTTPRequestHandler):
    """An index: some pages, and nothing else."""

    def do_GET(self) -> None:
        """The page by its address; "moved" leads elsewhere."""
        text = PAGES.get(self.path)
        self.send_response(302 if "moved" in self.path else 200 if text else 404)
        self.send_header("Location", "/pypi/settled/json")
        self.end_headers()
        self.wfile.write((text or "").encode())

    def log_message(self, *_: object) -> None:
        """Quietly."""


@contextmanager
def serving() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def index():
    """An index for both kinds, on this machine."""
    with serving() as address:
        yield HttpPackageIndex({"python": address, "node": address, "go": address})


def find_names(after, before=None, around=None, paths=()):
    changed = Change(
        {path: (before or {}).get(path) for path in after}, after, around or {}, paths=paths
    )
    return {
        (package.kind, package.name, package.line, package.declared)
        for package in find_new_packages(changed)
    }


@pytest.mark.parametrize(
    ("path", "before", "after", "expected"),
    [
        (
            "requirements.txt",
            "rich\n",
            "rich>=13\nhttpx[http2]>=0.27  # http\n",
            {("python", "httpx", 2, True)},
        ),
        ("requirements.txt", "", "-r other.txt\n./here\nx @ https://a.example/x.whl\n", set()),
        (
            "pyproject.toml",
            "[project]\ndependencies = []\n",
            '[project]\ndependencies = [\n  "my_pkg>=1",\n]\n[dependency-groups]\ndev = ["b"]\n',
            {("python", "my_pkg", 3, True), ("python", "b", 6, True)},
        ),
        (
            "pyproject.toml",
            "",
            '[tool.poetry.dependencies]\npython = "^3"\na = "1"\nb = {path = "x"}\n',
            {("python", "a", 3, True)},
        ),
        (
            "package.json",
            '{"dependencies": {"a": "1"}}',
            '{"devDependencies": {"a": "1", "@s/b": "2", "c": "file:../c"}}',
            {("node", "@s/b", 1, True)},
        ),
        ("package.json", "", "[", set()),
        (
            "requirements.txt",
            "",
            "a==1 --hash=sha256:0 \\\nb ; python_version > '3'\n",
            {("python", "a", 1, True), ("python", "b", 2, True)},
        ),
        (
            "pyproject.toml",
            "",
            '[project]\ndependencies = ["a", 3, "b !"]\n',
            {("python", "a", 2, True)},
        ),
        (
            "package.json",
            "",
            '{"x": "' + "y" * 600 + '", "dependencies": {"a": "1"}}',
            {("node", "a", 0, True)},
        ),
        ("pyproject.toml", "", "[project]\ndependencies = 3\n", set()),
        ("deps.toml", "", 'dependencies = ["a"]\n', set()),
    ],
)
def test_what_a_manifest_names_anew(path, before, after, expected):
    """By the name under which it is installed; a new version is no new name, a path none at all."""
    assert expected == find_names({path: after}, {path: before})


def test_what_is_imported_must_be_declared_somewhere():
    """Not the standard library, not the repository's own, not what a manifest names under another
    spelling.
    """
    code = "import os, strange\nfrom app import x\nfrom . import y\nimport yaml\nfrom my_pkg.sub import z\nimport helpers"
    around = {"requirements.txt": "PyYAML\nmy-pkg\n"}

    assert {("python", "strange", 1, False)} == find_names(
        {"app/main.py": code}, around=around, paths=("src/helpers.py",)
    )
    assert set() == find_names({"app/main.py": code})


def test_what_a_script_imports_is_looked_at():
    """Node's own modules and relative paths are none."""
    code = 'import a from "left-pad";\nconst fs = require("fs");\nimport x from "./x";\nimport r from "react/jsx";\n'

    assert {("node", "left-pad", 1, False)} == find_names(
        {"src/a.ts": code, "src/a.rb": 'import "x"\n'}, around={"package.json": '{"react": "1"}'}
    )


@pytest.mark.parametrize(
    ("name", "entry", "rule", "blocks"),
    [
        ("panda", None, "lookalike-package", True),
        ("pnadas", None, "lookalike-package", True),
        (
            "djangoo",
            Package(exists=True, first="2024-01-01T00:00:00Z", releases=2),
            "lookalike-package",
            True,
        ),
        ("nothing-like-it", Package(exists=False), "unknown-package", True),
        (
            "brand-new",
            Package(exists=True, first="2026-11-20T00:00:00Z", releases=1),
            "young-package",
            True,
        ),
        ("somebodys", None, "unchecked-package", False),
        ("pandaz", Package(exists=True, first="long ago", releases=40), "lookalike-package", True),
        (
            "pandaz",
            Package(exists=True, first="2019-01-01", releases=40),
            "lookalike-package",
            True,
        ),
    ],
)
def test_what_is_wrong_with_a_package(name, entry, rule, blocks):
    """Unknown, young, or one letter from what everybody uses; unchecked is said, and keeps nothing
    back.
    """
    finding = judge_package(
        NamedPackage("python", name, "requirements.txt", 1, declared=True), entry, NOW
    )

    assert (rule, blocks) == (finding.rule, finding.blocks)


@pytest.mark.parametrize(
    ("name", "entry"), [("requests", OLD), ("requestz", OLD), ("somebodys", OLD), ("Flask", OLD)]
)
def test_what_is_long_known_passes(name, entry):
    """Also when its name is near to another: it has its own history."""
    assert (
        judge_package(
            NamedPackage("python", name, "requirements.txt", 1, declared=True), entry, NOW
        )
        is None
    )


@pytest.mark.parametrize(("kind", "popular"), [("python", PYTHON), ("node", NODE)])
def test_no_popular_package_is_taken_for_another(kind, popular):
    """Not even by an index that says little."""
    findings = [
        judge_package(NamedPackage(kind, name, "m", 1, declared=False), None, NOW)
        for name in popular
    ]

    assert [] == [finding for finding in findings if finding]


@pytest.mark.parametrize(
    ("kind", "name", "entry"),
    [
        ("python", "settled", Package(exists=True, first="2019-01-01T00:00:00.0Z", releases=2)),
        ("python", "nothing", Package(exists=False)),
        ("python", "odd", None),
        ("python", "broken", None),
        ("python", "moved", None),
        ("python", "../../settled", Package(exists=False)),
        ("node", "@scope/settled", Package(exists=True, first="2019-01-01T00:00:00Z", releases=2)),
        ("rust", "settled", None),
    ],
)
def test_an_index_is_asked(index, kind, name, entry):
    """What makes no sense is no answer, and no redirect is followed."""
    assert entry == index.look(kind, name)


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("python", "named", ("2.0", "2026-05-14", "MIT")),
        ("python", "classified", ("3.1", "", "BSD License")),
        ("node", "newest", ("1.2.0", "2026-10-09", "ISC")),
        ("node", "long", ("7.0.2", "", "Apache-2.0")),
        ("go", "example.com/Some/module", ("v1.8.0", "2026-03-01", "")),
    ],
)
def test_the_newest_release_is_told_with_its_licence(index, kind, name, expected):
    """Its version, its day, and the licence, wherever the index has that; where the history is too
    long to be read, without the day.
    """
    package = index.look(kind, name)

    assert expected == (package.version, package.released, package.licence)
    assert index.look("node", "odd") is None


def test_an_index_that_is_gone_is_no_answer():
    """So is one that never speaks."""
    assert (
        HttpPackageIndex({"python": "http://127.0.0.1:9"}, patience_s=0.5).look("python", "settled")
        is None
    )
    assert HttpPackageIndex({}).look("python", "settled") is None


def test_the_gate_asks_the_index(index):
    """A young package keeps the change back, one that is not there too; a known one passes."""
    changed = Change({"requirements.txt": None}, {"requirements.txt": "settled\nfresh\nnothing\n"})
    findings = run_gates(Checkers(index=index), changed, Rules(), {}, NOW)

    assert {("young-package", 2), ("unknown-package", 3)} == {
        (finding.rule, finding.line) for finding in findings if finding.blocks
    }
