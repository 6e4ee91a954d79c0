"""The structure of a project is checked before a line of it is written."""

from dataclasses import replace

import pytest

from bot.project import check_structure, find_loaded, order_files
from bot.project.import_graph import folder_of
from bot.values.project import FileImport
from tests.project.drawn_projects import (
    FASTAPI,
    GO,
    GO_LIBRARY,
    GO_SERVICE,
    JAVASCRIPT,
    PYTHON,
    PYTHON_LIBRARY,
    REACT,
    SCRIPT_TOOL,
    SOUND,
    TYPESCRIPT,
    draw_project,
)

# The rule that finds it, the file that it is about, the project, and what is wrong with it.
BROKEN = [
    ("import-path", "src/expenses/cli.py", PYTHON, "- src/expenses/report.py"),
    (
        "import-name",
        "src/expenses/store.py",
        PYTHON,
        "src/expenses/store.py | Keeps expenses. | Store | src/expenses/models.py: Expenses",
    ),
    (
        "cycle",
        "src/expenses/models.py",
        PYTHON,
        "src/expenses/models.py | Defines it. | Expense, Category | src/expenses/report.py: sum_by_month",
    ),
    (
        "import-path",
        "src/expenses/models.py",
        PYTHON,
        "src/expenses/models.py | Defines it. | Expense, Category | src/expenses/models.py: Expense",
    ),
    ("duplicate-path", "README.md", PYTHON, "+ README.md | Tells it again."),
    (
        "duplicate-export",
        "src/expenses/models.py",
        PYTHON,
        "src/expenses/models.py | Defines it. | Expense, Category, Expense",
    ),
    (
        "defined-twice",
        "src/expenses/models.py",
        PYTHON,
        "src/expenses/report.py | Sums up. | sum_by_month, Category",
    ),
    (
        "unreached",
        "src/expenses/colours.py",
        PYTHON,
        "src/expenses/colours.py | Names colours. | RED",
    ),
    (
        "unreached",
        "src/expenses/colours.py",
        PYTHON,
        """src/expenses/colours.py | Names colours. | RED
tests/test_cli.py | Runs it. | | src/expenses/colours.py: RED""",
    ),
    ("path", "../shared/money.py", PYTHON, "../shared/money.py | Counts money. | Money"),
    ("path", "/etc/expenses.toml", PYTHON, "/etc/expenses.toml | Holds settings."),
    ("path", "src/./expenses/x.py", PYTHON, "src/./expenses/x.py | Does it. | x"),
    ("path", ".git/hooks/pre-commit", PYTHON, ".git/hooks/pre-commit | Checks the commit."),
    ("path", ".greenlit/record.jsonl", PYTHON, ".greenlit/record.jsonl | Says what was done."),
    ("path", ".Greenlit./x.md", PYTHON, ".Greenlit./x.md | Says what was done."),
    ("path-collision", "docs", PYTHON, "docs | Says all."),
    ("path-collision", "Docs/spec.md", PYTHON, "Docs/spec.md | Says something else."),
    ("path", "docs/con.md", PYTHON, "docs/con.md | Tells of it."),
    ("path", "node_modules/x/index.js", TYPESCRIPT, "node_modules/x/index.js | Does it. | x"),
    ("path", "package-lock.json", TYPESCRIPT, "package-lock.json | Locks versions."),
    ("path", "logo.png", REACT, "logo.png | The picture at the top."),
    ("path", ".env", FASTAPI, ".env | Holds the keys."),
    ("path-collision", "README.md", PYTHON, "readme.md | Tells it in small letters."),
    ("path-collision", "app/db.py", FASTAPI, "app/db.py/queries.sql | Holds queries."),
    ("entry-point", "src/expenses/main.py", PYTHON, "= src/expenses/main.py"),
    ("entry-point", "README.md", PYTHON, "= README.md"),
    ("entry-point", "tests/test_cli.py", PYTHON, "= tests/test_cli.py"),
    ("no-tests", "", SCRIPT_TOOL, "- test_counting.py"),
    ("no-tests", "", JAVASCRIPT, "- test/app.test.js"),
    ("test-name", "tests/order.go", GO_SERVICE, "tests/order.go | Proves the order. | TestOrder"),
    ("manifest", "go.mod", GO, "- go.mod"),
    ("manifest", "tsconfig.json", TYPESCRIPT, "- tsconfig.json"),
    ("description", "counting.py", SCRIPT_TOOL, "counting.py | | count_words, count_lines"),
    ("description", "README.md", PYTHON, "README.md | TODO: describe"),
    (
        "export-name",
        "counting.py",
        SCRIPT_TOOL,
        "counting.py | Counts. | count-words, count_words, count_lines",
    ),
    (
        "export-name",
        "src/links.js",
        JAVASCRIPT,
        "src/links.js | Shortens. | shorten, resolve, delete",
    ),
    (
        "export-name",
        "internal/task/task.go",
        GO,
        "internal/task/task.go | A task. | Task, New, func",
    ),
    ("export-name", "README.md", PYTHON, "README.md | Tells of it. | usage"),
    (
        "module-name",
        "src/expense-kit/money.py",
        PYTHON,
        "src/expense-kit/money.py | Counts money. | Money",
    ),
    (
        "module-name",
        "import.py",
        SCRIPT_TOOL,
        """import.py | Reads files. | read
wordcount.py | Prints counts. | main | counting.py: count_words; import.py: read""",
    ),
    (
        "unreached",
        "app/routes/tags.py",
        FASTAPI,
        "app/routes/tags.py | Lists tags. | router | app/db.py: Notes | fastapi",
    ),
    ("module-name", "task_linux.go", GO_LIBRARY, "task_linux.go | Does a task. | Task"),
    ("shadowing", "logging.py", SCRIPT_TOOL, "logging.py | Logs what happens. | log"),
    ("shadowing", "src/typer/__init__.py", PYTHON, "src/typer/__init__.py | Does it. | run"),
    ("module-clash", "app/routes.py", FASTAPI, "app/routes.py | Lists the routes. | routes"),
    (
        "module-clash",
        "src/components/index.ts",
        REACT,
        "src/components.ts | Exports components. | Other",
    ),
    ("module-clash", "src/types.ts", TYPESCRIPT, "src/types.js | Defines types. | kinds"),
    ("no-initializer", "app/routes/notes.py", FASTAPI, "- app/routes/__init__.py"),
    (
        "module-clash",
        "tests/web/test_store.py",
        PYTHON,
        "tests/web/test_store.py | Proves it. | | src/expenses/store.py: Store",
    ),
    (
        "library",
        "app/main.py",
        FASTAPI,
        "app/main.py | Builds it. | app | app/routes/notes.py: router | flask",
    ),
    (
        "library",
        "app/db.py",
        FASTAPI,
        "app/db.py | Keeps it. | Notes | app/schemas.py: NoteOut | pytest",
    ),
    (
        "import-name",
        "src/App.tsx",
        REACT,
        "src/App.tsx | The page. | default | src/components/index.ts: *; src/api/client.ts: fetchItems",
    ),
    (
        "import-name",
        "src/App.tsx",
        REACT,
        "src/App.tsx | The page. | default | src/components/index.ts; src/api/client.ts: fetchItems",
    ),
    (
        "duplicate-import",
        "src/app.js",
        JAVASCRIPT,
        "src/app.js | Builds it. | createApp | src/links.js: shorten; src/links.js: resolve",
    ),
    (
        "ambiguous-import",
        "src/slugger/__init__.py",
        PYTHON_LIBRARY,
        """src/slugger/tables.py | Tables. | TABLE, slugify
src/slugger/__init__.py | Exports. | slugify, SlugError | src/slugger/slugs.py: slugify; src/slugger/tables.py: slugify; src/slugger/errors.py: SlugError""",
    ),
    (
        "import-path",
        "src/expenses/store.py",
        PYTHON,
        "src/expenses/store.py | Keeps it. | Store | src/expenses/models.py: Expense; tests/conftest.py: store",
    ),
    (
        "import-name",
        "internal/store/file.go",
        GO,
        "internal/store/file.go | Keeps it. | Load, Save | internal/task/list.go: List, newList",
    ),
    (
        "import-path",
        "limiter/bucket.go",
        GO_SERVICE,
        "limiter/bucket.go | Counts. | Bucket, New | limiter/clock.go: Clock; main.go: Config",
    ),
    (
        "defined-twice",
        "limiter/bucket.go",
        GO_SERVICE,
        "limiter/clock.go | Tells the time. | Clock, New",
    ),
    (
        "cycle",
        "internal/task/load.go",
        GO,
        "internal/task/load.go | Loads tasks. | LoadAll | internal/store/file.go: Load",
    ),
    (  # by the code, whatever a test before it imports too
        "cycle",
        "b/b.go",
        GO_SERVICE,
        """b/b_test.go | Proves it. | | a/a.go: A
b/b.go | Does it. | B | a/a.go: A
a/a.go | Does it too. | A | b/c.go: C
b/c.go | Is used. | C""",
    ),
    (
        "import-path",
        "b/run.go",
        GO_SERVICE,
        """a/internal/deep/deep.go | Does it. | Deep
b/run.go | Runs it. | Run | a/internal/deep/deep.go: Deep""",
    ),
]


@pytest.mark.parametrize("name", SOUND)
def test_sound_structure_stands(name):
    """A structure in which all fits together is not accused of anything."""
    assert () == check_structure(*draw_project(SOUND[name]))


@pytest.mark.parametrize(("rule", "path", "project", "changes"), BROKEN)
def test_broken_structure_is_caught(rule, path, project, changes):
    """What does not fit together is told with its file, and what to do about it."""
    findings = check_structure(*draw_project(project, changes))

    assert (rule, path) in [(finding.rule, finding.path) for finding in findings]
    assert all(finding.gate == "structure" for finding in findings)
    assert any(finding.blocks for finding in findings)
    assert all(finding.text.endswith((".", "?")) for finding in findings)


def test_a_service_may_bring_what_users_ask_it_with():
    """A client that only tests import is told, and is let stand; so is a second program of Go."""
    client = "limiter/client.go | Asks the service. | Client\ncmd/ask/main.go | A client."
    outside = "ask/client.go | Asks the service. | Client\nask/client_test.go | Proves it. | | ask/client.go: Client"

    assert () == check_structure(*draw_project(GO_SERVICE, client))
    assert [("unreached", "ask/client.go", False)] == [
        (finding.rule, finding.path, finding.blocks)
        for finding in check_structure(*draw_project(GO_SERVICE, outside))
    ]


def test_version_behind_a_library_is_no_part_of_its_name():
    """Files name the library without it, and a module may still not hide it."""
    table = PYTHON.replace("typer, pytest*", "typer[all]>=0.12, pytest*")
    hidden = check_structure(*draw_project(table, "src/typer/__init__.py | Does it. | run"))

    assert () == check_structure(*draw_project(table))
    assert "shadowing" in [finding.rule for finding in hidden]


def is_one_package(path, other):
    """Tell whether two files of Go are of one package, in which they may use each other."""
    return path.endswith(".go") and folder_of(path) == folder_of(other)


def import_back(structure, path, back, **given):
    """Have a file take all that another exports."""
    exports = next(file.exports for file in structure.files if file.path == back)
    files = [
        replace(file, imports=(*file.imports, FileImport(back, exports, **given)))
        if file.path == path
        else file
        for file in structure.files
    ]
    return replace(structure, files=tuple(files))


@pytest.mark.parametrize(
    ("name", "path", "back", "given"),
    [
        ("a service in Go", "limiter/clock.go", "limiter/bucket.go", {}),
        ("a library in Go", "errors.go", "ring.go", {}),
        (
            "a command in Python",
            "src/expenses/models.py",
            "src/expenses/store.py",
            {"types_only": True},
        ),
    ],
)
def test_a_circle_that_compilers_allow_is_none(name, path, back, given):
    """Files of one package of Go use each other's names, and types are gone when a program runs.
    Each file still stands in one batch, and not before what it cannot do without.
    """
    structure, specification = draw_project(SOUND[name])
    circle = import_back(structure, path, back, **given)
    batches = order_files(circle)

    assert () == check_structure(circle, specification)
    assert len(circle.files) == sum(map(len, batches))
    assert [] == [
        (file.path, each)
        for number, batch in enumerate(batches)
        for file in batch
        for each in find_loaded(file)
        if each not in {earlier.path for batch in batches[:number] for earlier in batch}
    ]


def break_structure(structure):
    """Break a sound structure in every way of some kinds, each with its name and place."""
    files = structure.files
    imported = {each.path for file in files for each in file.imports}
    for number, file in enumerate(files):
        others = files[:number] + files[number + 1 :]
        if file.path in imported:
            yield f"{file.path} is gone", others
        yield f"{file.path} twice", (*files, file)
        yield f"{file.path} undescribed", (*others, replace(file, description=" "))
        for index, each in enumerate(file.imports):
            kept = file.imports[:index] + file.imports[index + 1 :]
            for name in each.names:
                names = tuple(other for other in each.names if other != name)
                odd = FileImport(each.path, (*names, f"{name}Odd"))
                yield f"{file.path} takes {odd}", (*others, replace(file, imports=(*kept, odd)))
            source = next(other for other in files if other.path == each.path)
            back = FileImport(file.path, file.exports)
            cycle = replace(source, imports=(*source.imports, back))
            rest = tuple(other for other in others if other is not source)
            if not is_one_package(file.path, source.path):
                yield f"{source.path} imports {file.path} back", (*rest, file, cycle)
        for name in file.exports:
            hidden = tuple(other for other in file.exports if other != name)
            users = [
                other.path
                for other in files
                for each in other.imports
                if each.path == file.path and name in each.names
            ]
            if users:
                yield f"{file.path} hides {name}", (*others, replace(file, exports=hidden))


@pytest.mark.parametrize("name", SOUND)
def test_every_break_is_caught(name):
    """Whichever file goes, is doubled or imported back, and whichever name is lost, it is told."""
    structure, specification = draw_project(SOUND[name])
    broken = list(break_structure(structure))
    missed = [
        what
        for what, files in broken
        if not check_structure(replace(structure, files=files), specification)
    ]

    assert ([], True) == (missed, len(broken) > 10)
