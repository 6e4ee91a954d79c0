"""A request for another one of a kind is told from others, by the kinds that the repository has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from time import process_time

import pytest

from bot.search import FamilySources, SearchSources, find_family, locate, parse_query
from bot.values import CodeFamily, CommitInfo, Sha, SharedPlace
from tests.search.commit_fixture import index_files

PYTHON = {
    "report/format.py": "class Format:\n    def render(self, rows): ...\n",
    "report/__init__.py": "from report.formats import FORMATS\n",
    "report/formats/__init__.py": "FORMATS = {'csv': CsvFormat, 'html': HtmlFormat}\n",
    **{
        f"report/formats/{name}_format.py": (
            "from report.format import Format\n\n\n"
            f"class {name.title()}Format(Format):\n    def render(self, rows):\n"
            f"        lines = [self.encode_{name}(row) for row in rows]\n"
            "        text = self.join(lines)\n        self.check(text)\n        return text\n"
        )
        for name in ("csv", "html", "json", "text")
    },
    "docs/formats.md": "# Formats\n\ncsv, html, json, text\n",
    "tests/test_csv_format.py": "def test_csv(): ...\n",
}
TYPESCRIPT = {
    "src/index.ts": "export * from './rules/no-eval'\n",
    **{
        f"src/rules/{name}.ts": f"export const meta = 1\nexport function create(node) {{ report('{name}') }}\n"
        for name in ("no-eval", "no-var", "prefer-const", "no-shadow")
    },
}
GO = {
    "cmd/root.go": "package cmd\n\nfunc Execute() {}\n",
    **{
        f"pkg/cmd/repo/{name}/{name}.go": f"package {name}\n\nfunc NewCmd{name.title()}() *Command {{ return nil }}\n"
        for name in ("list", "clone", "view")
    },
}
RUST = {
    "src/main.rs": "mod parsers;\nfn main() {}\n",
    **{
        f"src/parsers/{name}_parser.rs": f"pub struct {name.title()}Parser;\n\npub fn parse(text: &str) {{}}\n"
        for name in ("csv", "ini", "toml")
    },
}
JAVA = {
    "src/main/java/org/acme/Reader.java": "public interface Reader { String read(); }\n",
    **{
        f"src/main/java/org/acme/io/{name}Reader.java": f"public class {name}Reader implements Reader {{\n    public String read() {{ return null; }}\n}}\n"
        for name in ("Csv", "Html", "Json")
    },
}
MODULE = {
    "shop/fields.py": "".join(
        f"class {name}(Field):\n    def load(self, value):\n        return {name.lower()}(value)\n\n\n"
        for name in ("Email", "Number", "Time", "Url")
    ),
}
API = {
    "app/api.py": "from app import router\n\n\n"
    + "".join(
        f"@router.{method}('/{name}s')\nasync def {method}_{name}(id):\n    return {name}(id)\n\n\n"
        for name in ("user", "order")
        for method in ("get", "post")
    ),
    "app/languages.py": "LANGUAGES = {\n"
    + "".join(
        f"    '{name}': '{name[:2]}',\n"
        for name in ("english", "french", "german", "irish", "dutch")
    )
    + "}\n",
}
WARNINGS = {"app/warnings.py": "".join(f"def warn_{n}(): ...\n" for n in ("old", "odd", "big"))}
SUPPORT = {f"support/{name}.js": f"function {name}() {{}}\n" for name in ("tidy", "build", "push")}
EXPRESS = {
    "src/server.ts": "const app = express()\n"
    + "".join(f"app.get('/{name}', list{name.title()})\n" for name in ("users", "orders", "bills"))
}
COBRA = {
    "cmd/root.go": "package cmd\n\nfunc init() {\n"
    + "".join(f"\troot.AddCommand(new{name}Cmd())\n" for name in ("List", "Show", "Drop"))
    + "}\n"
}


def find(
    files: Mapping[str, str],
    title: str,
    body: str = "",
    commits: Sequence[CommitInfo] = (),
    diffs: Mapping[Sha, str] | None = None,
) -> CodeFamily | None:
    """Find the family that a request asks for another member of."""
    contents = {path: text.encode() for path, text in files.items()}
    index, symbols = index_files(contents, commits)

    def load_symbols(wanted):
        return {path: symbols[key] for path, key in wanted}

    def read_files(paths):
        return {path: contents[path] for path in paths}

    query = parse_query(title, body)
    retrieval = locate(index, query, SearchSources(load_symbols, read_files))
    sources = FamilySources(
        load_symbols, read_files, lambda shas: {sha: (diffs or {})[sha] for sha in shas}
    )
    return find_family(index, (title, body), query, retrieval, sources)


@pytest.mark.parametrize(
    ("files", "title", "expected"),
    [
        (PYTHON, "Add a YAML format", ("classes", "Format", 4)),
        (PYTHON, "New format: YAML", ("classes", "Format", 4)),
        (PYTHON, "Support the YAML format", ("classes", "Format", 4)),
        (PYTHON, "Add YAML to the formats", ("classes", "Format", 4)),
        (PYTHON, "Add a YAML format similar to the JSON format", ("classes", "Format", 4)),
        (PYTHON, "Add a YAML format in addition to the text one", ("classes", "Format", 4)),
        (PYTHON, "YAML format added", ("classes", "Format", 4)),
        (PYTHON, "Add `YamlFormat`", ("classes", "Format", 4)),
        (PYTHON, "feat(report): implement YamlFormat class", ("classes", "Format", 4)),
        (PYTHON, "Neues Format f\u00fcr YAML", ("classes", "Format", 4)),
        (PYTHON, "Ajouter un format YAML", ("classes", "Format", 4)),
        (PYTHON, "A\u00f1adir un format YAML", ("classes", "Format", 4)),
        (PYTHON, "\u6dfb\u52a0 YamlFormat", ("classes", "Format", 4)),
        (TYPESCRIPT, "Add rule no-alert", ("files", "src/rules", 4)),
        (TYPESCRIPT, "feat: add `no-alert` rule", ("files", "src/rules", 4)),
        (TYPESCRIPT, "Rule proposal: add a new rule that forbids alert", ("files", "src/rules", 4)),
        (GO, "Add `repo fork` command", ("folders", "pkg/cmd/repo", 3)),
        (RUST, "Implement a YAML parser", ("files", "src/parsers", 3)),
        (JAVA, "Introduce XmlReader", ("classes", "Reader", 3)),
        (MODULE, "Add fields.Date", ("classes", "Field", 4)),
        (MODULE, "Add Date field", ("classes", "Field", 4)),
        (API, "Add an endpoint for invoices", ("registrations", "router.route in app/api.py", 4)),
        (API, "Add a language: Welsh", ("entries", "LANGUAGES in app/languages.py", 5)),
        (EXPRESS, "New route /payments", ("registrations", "app.route in src/server.ts", 3)),
        (COBRA, "Add a copy command", ("registrations", "root.AddCommand in cmd/root.go", 3)),
    ],
)
def test_another_of_a_kind_is_found_in_each_language(files, title, expected):
    """By the base of classes, the folder of files or folders, the decorator, the call, the table."""
    family = find(files, title)

    assert family
    assert expected == (family.kind, family.place, family.size)


@pytest.mark.parametrize(
    ("files", "title"),
    [
        (PYTHON, "CsvFormat raises a KeyError"),
        (PYTHON, "Fix the csv format"),
        (PYTHON, "Rename the text format"),
        (PYTHON, "Add a delimiter option to the csv format"),
        (PYTHON, "Add tests for the formats"),
        (PYTHON, "Add documentation of the html format"),
        (PYTHON, "Add `CsvFormat.close`"),
        (PYTHON, "Add quoting to the csv format"),
        (PYTHON, "Add UTF-8 to the csv format"),
        (PYTHON, "Add validation to the formats"),
        (PYTHON, "docs: add a page on formats"),
        (PYTHON, "Add dark mode"),
        (WARNINGS, "Add deprecation warnings"),
        (PYTHON, "The report is slow"),
        (TYPESCRIPT, "Allow options of no-eval"),
        (TYPESCRIPT, "Bump the version"),
        (API, "Add validation of languages"),
        (API, "Add an option to the languages"),
        (EXPRESS, "Add a middleware for logging"),
        (GO, "Add a flag to `repo list`"),
        (MODULE, "Add field validation"),
        (MODULE, "Numbers are parsed twice"),
        (PYTHON, ""),
        (PYTHON, "???"),
        ({}, "Add a YAML format"),
        (SUPPORT, "Added `this.error()` support to hooks"),
    ],
)
def test_other_work_asks_for_none(files, title):
    """A fault, a part of what is there, or a thing of which there is no kind."""
    assert find(files, title) is None


def test_the_examples_are_those_that_the_request_names():
    """Here the one that the new one is like."""
    family = find(PYTHON, "Add a YAML format", "It is written as the JSON format is.")

    assert family
    assert "report/formats/json_format.py" == family.examples[0].path
    assert ("JsonFormat", 4, 9) == (
        family.examples[0].name,
        family.examples[0].line,
        family.examples[0].end_line,
    )
    assert 2 == len(family.examples)


def add(name: str, *others: str) -> tuple[CommitInfo, str]:
    """Make a commit that added a format and changed other files, with its diff."""
    path = f"report/formats/{name}_format.py"
    diff = f"diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+class {name.title()}Format(Format):\n"
    commit = CommitInfo(Sha(name.ljust(40, "0")), f"Add {name} output\n", (path, *others))
    return commit, diff


def test_what_changed_with_each_of_them_is_counted():
    """The registry each time, the docs mostly; the test is known by the name in its path."""
    registry = "report/formats/__init__.py"
    made = [
        add("json", registry, "docs/formats.md", "tests/test_json_format.py"),
        add("html", registry, "docs/formats.md", "report/format.py"),
        add("csv", registry, "tests/test_csv_format.py"),
    ]
    commits = [
        CommitInfo(Sha("f" * 40), "Speed up json\n", ("report/formats/json_format.py",)),
        *(commit for commit, _ in made),
    ]
    diffs = {commit.sha: diff for commit, diff in made} | {Sha("f" * 40): ""}
    family = find(PYTHON, "Add a YAML format", "", commits, diffs)

    assert family
    assert family.addition
    assert ("Add json output\n", 3) == (family.addition.message, family.additions)
    assert "+class JsonFormat(Format):" in family.addition.diff
    assert (
        SharedPlace(registry, 3),
        SharedPlace("docs/formats.md", 2),
        SharedPlace("tests/test_*.py", 2),
    ) == family.places
    assert (SharedPlace(registry, 3),) == family.constant_places
    assert family.places[2].is_met_by("tests/test_yaml_format.py")
    assert SharedPlace("app/[id]/*.tsx", 2).is_met_by("app/[id]/page.tsx")
    assert not SharedPlace("app/[id]/*.tsx", 2).is_met_by("app/i/page.tsx")


@pytest.mark.parametrize("subject", ["Move json to its own file", "Replace json5 by json"])
def test_a_move_adds_nothing(subject):
    """Although the file is new where it is now; nor does a commit that began the whole kind."""
    moved, moved_diff = add("json")
    begun, begun_diff = add("csv")
    others = "".join(add(name)[1] for name in ("html", "text"))
    commits = [
        CommitInfo(moved.sha, f"{subject}\n", moved.paths),
        CommitInfo(begun.sha, "Begin\n", (*begun.paths, *(add("html")[0].paths))),
    ]
    diffs = {moved.sha: moved_diff, begun.sha: begun_diff + others}
    family = find(PYTHON, "Add a YAML format", "", commits, diffs)

    assert family
    assert (None, 0, ()) == (family.addition, family.additions, family.places)


def test_a_definition_in_a_shared_file_is_found_by_the_message_and_the_diff():
    """Where no file is new, the commit names what it adds, and its diff adds it."""
    path = "shop/fields.py"
    diff = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1 +1,2 @@\n+class Email(Field):\n"
    commits = [
        CommitInfo(Sha("b" * 40), "Check the domain of email fields\n", (path,)),
        CommitInfo(Sha("c" * 40), "Add an email field\n", (path, "docs/fields.md")),
    ]
    family = find(MODULE, "Add Date field", "", commits, {Sha("c" * 40): diff})

    assert family
    assert family.addition
    assert "Add an email field\n" == family.addition.message


@pytest.mark.parametrize(
    "title",
    [
        "add " * 50_000,
        "-" * 200_000,
        "Add " + "a." * 100_000,
        "[" * 100_000,
        "Add `" + "x-" * 90_000,
    ],
)
def test_a_monstrous_request_is_read_in_time(title):
    """What is no title gets its answer as fast as one, from a file that is no better."""
    line = "x = [" * 100_000
    files = {**PYTHON, "report/odd.py": f"{line}\n{'@' * 100_000}\n{'a.' * 100_000}(\n"}
    start = process_time()
    find(files, title, title)

    assert process_time() - start < 5


def test_no_request_of_any_words_breaks_the_search():
    """Words that ask, that name kinds and members, in any order and in files called like them."""
    draw = Random(16)
    words = [
        "add",
        "support",
        "new",
        "implement",
        "a",
        "an",
        "the",
        "format",
        "formats",
        "csv",
        "YamlFormat",
        "yaml",
        "to",
        "for",
        "in",
        "of",
        "and",
        "option",
        "test",
        "rule",
        "`no-alert`",
        "fields.Date",
        "Csv.x",
        "__init__",
        ":",
        "(",
        ")",
        "#",
        "/",
        "[x]",
        "feat:",
        "endpoint",
    ]
    support = {f"lib/support/add_{name}.py": "def new(): ...\n" for name in ("a", "b", "c")}
    files = {**PYTHON, **API, **support, "lib/newsupport/new.py": "supports = {\n  'a': 1,\n}\n"}
    for _ in range(40):
        title = " ".join(draw.choices(words, k=draw.randint(1, 7)))
        family = find(files, title)

        assert family is None or family.size >= 3
