"""Projects for the tests, drawn as tables: a file in each line, then what differs from them."""

from bot.values.project import FileImport, Library, ProjectFile, ProjectStructure, Specification

PYTHON = """
python command src/expenses/__main__.py | typer, pytest*
pyproject.toml | Names the package, its dependencies and its command.
README.md | Tells how to install and use it.
src/expenses/__init__.py | Names the version. | VERSION
src/expenses/models.py | Defines what an expense is. | Expense, Category
src/expenses/store.py | Keeps expenses in a file. | Store | src/expenses/models.py: Expense
src/expenses/report.py | Sums expenses up by month. | sum_by_month | src/expenses/models.py: Expense, Category
src/expenses/cli.py | Reads the command line. | app | src/expenses/store.py: Store; src/expenses/report.py: sum_by_month | typer
src/expenses/__main__.py | Starts the program. | | src/expenses/cli.py: app
tests/conftest.py | Makes a store in a new folder. | store | src/expenses/store.py: Store | pytest
tests/test_store.py | Proves that expenses are kept. | | src/expenses/store.py: Store; src/expenses/models.py: Expense
tests/test_cli.py | Runs the program. | | | pytest
"""
FASTAPI = """
python service app/main.py | fastapi, uvicorn, httpx*, pytest*
pyproject.toml | Names the dependencies.
app/__init__.py | Marks the package.
app/schemas.py | Defines what the service takes and gives. | NoteIn, NoteOut
app/routes/__init__.py | Marks the package.
app/routes/notes.py | Adds, lists and deletes notes. | router | app/schemas.py: NoteIn, NoteOut; app/db.py: Notes | fastapi
app/db.py | Keeps notes in SQLite. | Notes | app/schemas.py: NoteOut
app/main.py | Builds the service. | app | app/routes/notes.py: router | fastapi, uvicorn
tests/test_notes.py | Proves adding and listing. | | app/main.py: app | httpx, pytest
"""
SCRIPT_TOOL = """
python command wordcount.py |
requirements.txt | Has no dependency yet.
counting.py | Counts words and lines. | count_words, count_lines
wordcount.py | Reads the arguments and prints the counts. | main | counting.py: count_words, count_lines
test_counting.py | Proves the counts. | | counting.py: count_words, count_lines
"""
PYTHON_LIBRARY = """
python library src/slugger/__init__.py | pytest*
pyproject.toml | Names the package.
src/slugger/__init__.py | Exports what users import. | slugify, SlugError | src/slugger/slugs.py: slugify; src/slugger/errors.py: SlugError
src/slugger/slugs.py | Makes slugs of titles. | slugify | src/slugger/errors.py: SlugError; src/slugger/tables.py: TABLE
src/slugger/errors.py | Defines the errors. | SlugError
src/slugger/tables.py | Says which letters stand for which. | TABLE
src/slugger/py.typed | Says that the package has types.
tests/test_slugs.py | Proves slugs of many titles. | | src/slugger/__init__.py: slugify, SlugError
"""
TYPESCRIPT = """
typescript command src/index.ts | commander, vitest*, typescript*
package.json | Names the dependencies and the scripts.
tsconfig.json | Says how the code is compiled.
vitest.config.ts | Says where the tests are. | default | | vitest
src/types.ts | Defines tasks. | Task, Status
src/store.ts | Keeps tasks in a file. | TaskStore, loadTasks | src/types.ts: Task
src/format.ts | Formats tasks as a table. | formatTasks | src/types.ts: Task, Status
src/cli.ts | Reads the command line. | buildProgram | src/store.ts: TaskStore, loadTasks; src/format.ts: formatTasks | commander
src/index.ts | Starts the program. | | src/cli.ts: buildProgram
tests/store.test.ts | Proves that tasks are kept. | | src/store.ts: TaskStore; src/types.ts: Task | vitest
"""
REACT = """
typescript service src/main.tsx | react, react-dom, vite*, vitest*
package.json | Names the dependencies and the scripts.
tsconfig.json | Says how the code is compiled.
index.html | Holds the page that the code fills.
vite.config.ts | Says how the page is built. | default | | vite
src/styles.css | Gives the page its colours.
src/api/client.ts | Asks the server. | fetchItems, $base
src/components/index.ts | Exports the components. | List, Button | src/components/List.tsx: List; src/components/Button.tsx: default
src/components/List.tsx | Shows items. | List | src/components/Button.tsx: default | react
src/components/Button.tsx | Shows a button. | default | | react
src/App.tsx | Puts the page together. | default | src/components/index.ts: List; src/api/client.ts: fetchItems; src/styles.css | react
src/main.tsx | Starts the page. | | src/App.tsx: default | react-dom
src/App.test.tsx | Proves that items are shown. | | src/App.tsx: default | vitest
"""
JAVASCRIPT = """
javascript service src/server.js | express, supertest*
package.json | Names the dependencies and the scripts.
src/links.js | Shortens and finds links. | shorten, resolve
src/app.js | Builds the routes. | createApp | src/links.js: shorten, resolve | express
src/server.js | Starts the service. | | src/app.js: createApp
test/app.test.js | Proves the routes. | | src/app.js: createApp | supertest
"""
GO = """
go command cmd/todo/main.go | github.com/spf13/cobra
go.mod | Names the module and its dependencies.
README.md | Tells how to use it.
internal/task/task.go | Defines what a task is. | Task, New
internal/task/list.go | Keeps tasks in order. | List, newList | internal/task/task.go: Task
internal/task/list_test.go | Proves the order. | TestOrder | internal/task/list.go: List, newList
internal/store/file.go | Keeps a list in a file. | Load, Save | internal/task/list.go: List
internal/store/file_test.go | Proves keeping. | TestKeep | internal/store/file.go: Load, Save; internal/task/list.go: List
cmd/todo/root.go | Reads the command line. | rootCommand | internal/store/file.go: Load, Save; internal/task/task.go: New | github.com/spf13/cobra
cmd/todo/main.go | Starts the program. | | cmd/todo/root.go: rootCommand
"""
GO_SERVICE = """
go service main.go |
go.mod | Names the module.
server.go | Answers requests. | Server, NewServer | limiter/bucket.go: Bucket, New
main.go | Starts the service. | | server.go: NewServer
server_test.go | Proves the answers. | | server.go: NewServer
limiter/bucket.go | Counts requests in a time. | Bucket, New | limiter/clock.go: Clock
limiter/clock.go | Tells the time. | Clock
limiter/bucket_test.go | Proves the counting. | | limiter/bucket.go: New
"""
GO_LIBRARY = """
go library ring.go |
go.mod | Names the module.
doc.go | Describes the package.
ring.go | Keeps the last values. | Ring, New | errors.go: ErrEmpty
errors.go | Defines the errors. | ErrEmpty
ring_test.go | Proves the ring. | | ring.go: Ring, New; errors.go: ErrEmpty
examples/basic/main.go | Shows the ring in use. | | ring.go: New
"""
SOUND = {
    "a command in Python": PYTHON,
    "a service in Python": FASTAPI,
    "a script in Python": SCRIPT_TOOL,
    "a library in Python": PYTHON_LIBRARY,
    "a command in TypeScript": TYPESCRIPT,
    "a page in TypeScript": REACT,
    "a service in JavaScript": JAVASCRIPT,
    "a command in Go": GO,
    "a service in Go": GO_SERVICE,
    "a library in Go": GO_LIBRARY,
}


def draw_project(table, changes="", outline=()):
    """Make a structure and its specification of a table.

    Each line of the changes takes the place of the line with the same path, or comes behind the
    others; `- path` takes one away, `+ line` adds one beside what is there, and `= path` names
    another entry point.
    """
    head, *lines = table.strip().split("\n")
    kinds, libraries = head.split(" |")
    language, kind, entry = kinds.split(" ")
    rows = [(read_path(line), line) for line in lines]
    for change in filter(None, changes.strip().split("\n")):
        sign, _, rest = change.partition(" ")
        if sign == "=":
            entry = rest
        elif sign == "-":
            rows = [row for row in rows if row[0] != rest]
        elif sign == "+" or read_path(change) not in dict(rows):
            rows.append((read_path(change.removeprefix("+ ")), change.removeprefix("+ ")))
        else:
            path = read_path(change)
            rows = [(path, change) if row[0] == path else row for row in rows]
    structure = ProjectStructure(tuple(read_file(line) for _, line in rows), entry)
    needed = tuple(map(read_library, split_list(libraries, ",")))
    return structure, Specification(
        "A project", "It does something.", language, "", kind, needed, files=outline
    )


def read_path(line):
    """Read the path of a line."""
    return line.partition("|")[0].strip(" ") if "|" in line else line


def read_file(line):
    """Read a line: path, description, exports, imports, libraries."""
    path, description, exports, imports, libraries = (*line.split("|"), "", "", "", "")[:5]
    sources = tuple(map(read_import, split_list(imports, ";")))
    return ProjectFile(
        path.strip(" "),
        description.strip(),
        split_list(exports, ","),
        sources,
        split_list(libraries, ","),
    )


def read_import(text):
    """Read what is imported: `path: names`."""
    path, _, names = text.partition(": ")
    return FileImport(path, split_list(names, ","))


def read_library(name):
    """Read a library; one for development has a star."""
    return Library(name.rstrip("*"), "", is_dev=name.endswith("*"))


def split_list(text, sign):
    """Split a list, without blanks and empty items."""
    return tuple(item.strip() for item in text.split(sign) if item.strip())
