"""Written files are checked against what was planned of them, and against each other."""

import re

import pytest

from bot.project import check_written
from tests.project.drawn_projects import GO, PYTHON, REACT, TYPESCRIPT, draw_project

SOUND = {
    "python": (
        PYTHON,
        """
---- src/expenses/__init__.py
VERSION = "0.1.0"
---- src/expenses/models.py
from __future__ import annotations

import enum
from dataclasses import dataclass


class Category(enum.Enum):
    FOOD = "food"


@dataclass
class Expense:
    cents: int
---- src/expenses/store.py
import json
from pathlib import Path

from expenses.models import Expense


class Store:
    def load(self, path: Path) -> list[Expense]:
        return [Expense(**each) for each in json.loads(path.read_text())]
---- src/expenses/report.py
from . import models
from .models import Category, Expense

if True:
    def sum_by_month(expenses: list[Expense]) -> dict[Category, int]:
        return {each.category: each.cents for each in expenses}
---- src/expenses/cli.py
import typer
from rich.console import Console

from expenses.report import sum_by_month
from expenses.store import Store

app = typer.Typer()
---- src/expenses/__main__.py
from expenses.cli import app
from expenses import VERSION, store

app()
---- tests/test_store.py
import pytest
from expenses.models import Expense
from expenses.store import Store
from conftest import store
""",
    ),
    "typescript": (
        TYPESCRIPT,
        """
---- src/types.ts
export interface Task { title: string }
export type Status = 'open' | 'done';
---- src/store.ts
import { readFileSync } from 'node:fs';
import path from 'path';
import type { Task } from './types.js';

export class TaskStore { tasks: Task[] = []; }
const loadTasks = (file: string): Task[] => JSON.parse(readFileSync(path.resolve(file), 'utf8'));
export { loadTasks };
---- src/format.ts
import { Status, type Task } from './types';
export function formatTasks(tasks: Task[]): string { return tasks.map((task) => task.title).join(); }
---- src/cli.ts
import { Command } from 'commander';
import * as store from './store';
import { formatTasks } from './format';
export const buildProgram = () => new Command();
---- vitest.config.ts
import { defineConfig } from 'vitest/config';
export default defineConfig({});
""",
    ),
    "react": (
        REACT,
        """
---- src/logo.svg
<svg/>
---- src/components/Button.tsx
import { useState } from 'react';
export default function Button() { return <button onClick={() => useState(0)} />; }
---- src/components/List.tsx
import Button from './Button';
import '../styles.css';
export const List = () => <Button />;
---- src/components/index.ts
export * from './List';
export { default as Button } from './Button';
---- src/App.tsx
import { List, Button } from '@/components';
import { fetchItems } from './api/client';
import logo from './logo.svg?url';
const App = () => <List />;
export default App;
---- src/main.tsx
import { createRoot } from 'react-dom/client';
import App from './App';
createRoot(document.body).render(<App />);
""",
    ),
    "go": (
        GO,
        """
---- go.mod
module example.com/todo

go 1.22
---- internal/task/task.go
package task

type Task struct{ Title string }

func New(title string) Task { return Task{title} }
---- internal/task/list.go
package task

type List struct{ tasks []Task }

func newList() *List { return &List{} }
---- internal/store/file.go
package store

import (
	"os"

	"example.com/todo/internal/task"
)

func Load(path string) (*task.List, error) {
	_, err := os.ReadFile(path)
	return &task.List{}, err
}

func Save(path string, list *task.List) error { return nil }
---- internal/task/list_test.go
package task_test

import "testing"

func TestOrder(t *testing.T) {}
---- cmd/todo/root.go
package main

import (
	"github.com/spf13/cobra"

	"example.com/todo/internal/store"
	tasks "example.com/todo/internal/task"
)

func rootCommand() *cobra.Command {
	store.Load(tasks.New("a").Title)
	return &cobra.Command{}
}
---- cmd/todo/main.go
package main

func main() { rootCommand().Execute() }
""",
    ),
}
# The project, the file that is other than it should be, its text, and what is said of it.
BROKEN = [
    (
        "python",
        "src/expenses/store.py",
        "from expenses.models import Expense\n\nclass Storage:\n    pass\n",
        "It does not define `Store`, which it was planned to export. Was `Storage` meant? Define it under that name.",
    ),
    (
        "python",
        "src/expenses/store.py",
        "from expenses.money import Expense\nStore = list\n",
        "It imports `expenses.money`, which is no file of the project. Import what is planned, or plan that file.",
    ),
    (
        "python",
        "src/expenses/store.py",
        "from expenses.models import Expenses\nStore = list\n",
        "It takes `Expenses` from `src/expenses/models.py`, where that is not defined. Was `Expense` meant? Define it there, or use what is there.",
    ),
    (
        "python",
        "src/expenses/store.py",
        "from .settings import PATH\nStore = list\n",
        "It imports `.settings`, which is no file of the project. Import what is planned, or plan that file.",
    ),
    (
        "python",
        "src/expenses/store.py",
        "import requests\nStore = list\n",
        "It imports `requests`, which is no file of the project, and the specification does not name it among its libraries. Use what is named.",
    ),
    (
        "python",
        "src/expenses/models.py",
        "from expenses.store import Store\nExpense = Category = Store\n",
        "The code imports in a circle: `src/expenses/models.py` imports `src/expenses/store.py` imports `src/expenses/models.py`. Move what they share to another file.",
    ),
    (
        "typescript",
        "src/store.ts",
        "import { Task } from './types';\nclass TaskStore {}\nexport const loadTasks = (): Task[] => [];\n",
        "It defines `TaskStore` and does not export it, as it was planned to. Export it.",
    ),
    (
        "typescript",
        "src/format.ts",
        "import { Tasks } from './types';\nexport const formatTasks = String;\n",
        "It takes `Tasks` from `src/types.ts`, where that is not defined. Was `Task` meant? Define it there, or use what is there.",
    ),
    (
        "typescript",
        "src/format.ts",
        "import { pad } from './text';\nexport const formatTasks = pad;\n",
        "It imports `./text`, which is no file of the project. Import what is planned, or plan that file.",
    ),
    (
        "typescript",
        "src/cli.ts",
        "import chalk from 'chalk';\nexport const buildProgram = chalk;\n",
        "It imports `chalk`, which is no file of the project, and the specification does not name it among its libraries. Use what is named.",
    ),
    (
        "react",
        "src/App.tsx",
        "export function App() { return null; }\n",
        "It has no default export, as it was planned to. Add `export default`.",
    ),
    (
        "react",
        "src/main.tsx",
        "import { App } from './App';\n",
        "It takes `App` from `src/App.tsx`, where that is not defined. Define it there, or use what is there.",
    ),
    (
        "go",
        "internal/store/file.go",
        "package store\n\nfunc Load() {}\n",
        "It does not define `Save`, which it was planned to export. Define it under that name.",
    ),
    (
        "go",
        "internal/store/file.go",
        'package store\n\nimport "example.com/todo/internal/tasks"\n\nfunc Load() {}\nfunc Save() { tasks.New() }\n',
        "It imports `example.com/todo/internal/tasks`, which is no file of the project. Import what is planned, or plan that file.",
    ),
    (
        "go",
        "cmd/todo/root.go",
        'package main\n\nimport "example.com/todo/internal/task"\n\nfunc rootCommand() { task.Make("a") }\n',
        "It takes `Make` from `internal/task/`, where that is not defined. Define it there, or use what is there.",
    ),
    (
        "go",
        "cmd/todo/root.go",
        'package main\n\nimport "github.com/urfave/cli/v2"\n\nfunc rootCommand() { cli.NewApp() }\n',
        "It imports `github.com/urfave/cli/v2`, which is no file of the project, and the specification does not name it among its libraries. Use what is named.",
    ),
    (
        "go",
        "internal/task/list.go",
        "package tasks\n\ntype List struct{}\nfunc newList() {}\n",
        "It is of package `tasks`, and `internal/task/task.go` beside it of `task`. A folder holds one package: name the same.",
    ),
    (
        "go",
        "internal/task/list.go",
        'package task\n\nimport "example.com/todo/internal/store"\n\ntype List struct{}\nfunc newList() { store.Load("") }\n',
        "The code imports in a circle: `internal/task` imports `internal/store` imports `internal/task`. Move what they share to another file.",
    ),
]


def read_files(text):
    """Read files, each behind `---- path`."""
    parts = re.split(r"^---- (.+)\n", text.lstrip("\n"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize("name", SOUND)
def test_written_files_that_keep_the_plan_stand(name):
    """Whole or in part, what defines and imports what was planned is accused of nothing."""
    table, text = SOUND[name]
    structure, specification = draw_project(table)
    files = read_files(text)
    parts = [dict(list(files.items())[:count]) for count in range(len(files) + 1)]

    assert [()] * len(parts) == [check_written(structure, specification, part) for part in parts]


@pytest.mark.parametrize(("name", "path", "text", "sentence"), BROKEN)
def test_written_file_that_breaks_the_plan_is_told(name, path, text, sentence):
    """A missing name, an import that leads nowhere and a circle are told where they are."""
    table, files = SOUND[name]
    structure, specification = draw_project(table)
    findings = check_written(structure, specification, read_files(files) | {path: text})

    assert sentence in [finding.text for finding in findings], findings


@pytest.mark.parametrize(
    "line",
    [
        "import type { TaskStore } from './store';",
        "import { type TaskStore, type Saved as Other } from './store';",
        "import { Saved } from './store';",
    ],
)
def test_types_that_are_gone_when_it_runs_make_no_circle(line):
    """TypeScript drops what is imported as a type, or is nothing else."""
    structure, specification = draw_project(SOUND["typescript"][0])
    given = read_files(SOUND["typescript"][1])
    given["src/store.ts"] += "import { LIMIT } from './types';\nexport interface Saved {}\n"
    given["src/types.ts"] += "export const LIMIT = 1;\n"
    counts = []
    for each in (line, "import { TaskStore } from './store';"):
        files = given | {"src/types.ts": f"{each}\n{given['src/types.ts']}"}
        counts.append(len(check_written(structure, specification, files)))

    assert [0, 1] == counts


def test_import_that_leads_out_of_the_project_is_told():
    """It is not taken for the module at the top."""
    structure, specification = draw_project(TYPESCRIPT)
    files = {
        "index.ts": "export const a = 1;\n",
        "src/cli.ts": "import { a } from '../../other';\n",
    }
    texts = [finding.text for finding in check_written(structure, specification, files)]

    assert (
        "It imports `../../other`, which is no file of the project. Import what is planned, or "
        "plan that file."
    ) in texts


def test_other_code_beside_a_package_of_go_is_none_of_it():
    """A script in the folder, which Go embeds, names no package that the others should have."""
    table, text = SOUND["go"]
    files = {"internal/store/app.js": "export const a = 1;\n"} | read_files(text)

    assert () == check_written(*draw_project(table), files)


def test_what_does_not_parse_is_left_to_the_syntax_gate():
    """A file that is cut off is accused of no missing name here, nor are those that import it."""
    table, text = SOUND["python"]
    files = read_files(text) | {"src/expenses/models.py": "class Expense(\n"}

    assert () == check_written(*draw_project(table), files)
