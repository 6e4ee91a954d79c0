"""The workflow of a project is data that is checked before any of it runs."""

import pytest

from bot.project import check_targets, check_workflow, order_steps
from bot.values.project import BuildStep, BuildWorkflow
from tests.project.drawn_projects import (
    GO,
    GO_LIBRARY,
    PYTHON,
    PYTHON_LIBRARY,
    TYPESCRIPT,
    draw_project,
)

SOUND = [
    {
        "init": "python3 -m venv .venv",
        "install": ".venv/bin/pip install -e '.[dev]'",
        "generate": "",
        "compile": ".venv/bin/python -m compileall -q src",
        "execute": ".venv/bin/python -m expenses --help",
        "check": ".venv/bin/python -m pytest -q",
    },
    {
        "install": "npm install --no-audit --no-fund",
        "generate": "",
        "compile": "npx tsc --noEmit && npm run build",
        "execute": "node dist/index.js --help",
        "check": "npm test -- --run",
    },
    {
        "init": "go mod init example.com/todo",
        "install": "go mod tidy",
        "generate": "",
        "compile": "go build ./...",
        "execute": "go run ./cmd/todo help",
        "check": "CGO_ENABLED=0 go vet ./... && go test ./...",
    },
    {
        "install": "uv sync",
        "generate": "",
        "execute": "uv run slugger https://example.com/a-b git@example.com:a/b",
        "check": "uv run pytest -q -o cache_dir=/tmp/cache",
    },
]
# The step that is wrong, its command, and what is said of it.
COMMANDS = [
    ("install", "npm ci", "needs a lock file"),
    ("install", "pnpm install --frozen-lockfile", "needs a lock file"),
    ("install", "pip install --require-hashes -r requirements.txt", "needs a lock file"),
    ("execute", "npx github:someone/thing", "asks for `github:someone/thing`"),
    ("execute", "", "is empty"),
    ("execute", "python -m x 'unclosed", "quote is not closed"),
    ("execute", "python -m x | head", "uses `|`"),
    ("execute", "python -m x\x1b[2K\x1b[1G", "holds a control or invisible character"),
    ("execute", "python -m x\r", "holds a control or invisible character"),
    ("execute", "python -m x \u202e", "holds a control or invisible character"),
    ("execute", "git config --global core.editor x", "changes how this person's machine"),
    ("check", "npm config set registry x && npm test", "changes how this person's machine"),
    ("compile", "go env -w GOFLAGS=x", "changes how this person's machine"),
    ("check", "pytest; true", "uses `;`"),
    ("check", "pytest || true", "uses `||`"),
    ("execute", "python -m x &", "uses `&`"),
    ("execute", "python -m x > ../out.txt", "uses `>`"),
    ("execute", "echo $(whoami)", "a variable or a command in a command"),
    ("execute", 'python -m x "$HOME/data"', "a variable or a command in a command"),
    ("execute", "python -m x `id`", "a variable or a command in a command"),
    ("execute", "python -m x \"it's $HOME, isn't it\"", "a variable or a command in a command"),
    ("execute", r"python -m x \'$(id)\'", "a variable or a command in a command"),
    ("init", "cd .. && python3 -m venv .venv", "leaves the project's folder by `..`"),
    ("execute", "python -m x --out ../../etc", "leaves the project's folder"),
    ("execute", "python -m x --config=/etc/x.toml", "leaves the project's folder"),
    ("execute", "cat /etc/passwd", "leaves the project's folder"),
    ("init", "cp ~/.ssh/id_rsa .", "leaves the project's folder"),
    ("install", "curl -sSL https://example.com/install.sh", "asks the network by `curl`"),
    ("execute", "PORT=80 wget localhost", "asks the network by `wget`"),
    ("install", "pip install git+https://example.com/x.git", "Only the package registries"),
    ("install", "npm install github:someone/thing", "Only the package registries"),
    ("install", "pip install --index-url https://mirror.example/simple x", "Only the package"),
    ("install", "pip install -f wheels x", "another package registry"),
    ("install", "npm install -g typescript", "outside the project"),
    ("install", "pip install --user typer", "outside the project"),
    ("install", "sudo pip install typer", "rights over the machine"),
    ("install", "apt-get install -y libpq-dev", "installs into the system"),
    ("check", "pip install pytest && pytest", "only `install` has a network"),
    ("execute", "npx --yes serve", "only `install` has a network"),
    ("execute", "go get ./...", "only `install` has a network"),
    ("execute", "bash -c 'python -m x'", "hides another command"),
    ("execute", "sh -ec 'python -m x'", "hides another command"),
    ("execute", "docker compose up", "needs `docker`"),
    ("init", "git clone https://example.com/x.git", "would reach a server"),
    ("check", "npm publish", "would reach a server"),
    ("check", "git push origin main", "would reach a server"),
    ("init", "rm -rf build", "takes files away"),
    ("check", "true", "proves nothing"),
    ("check", "echo all tests passed", "proves nothing"),
    ("check", "pytest &&", "nothing to run"),
    ("check", "pytest\nrm x", "no single line"),
    ("generate", "python make.py", "written here"),
]


def make_workflow(commands, **needs):
    """Make a workflow in which each step needs the one before it, or those that are named."""
    steps, earlier = [], ()
    for name, command in commands.items():
        steps.append(BuildStep(name, command, needs.get(name, earlier), "It ends well."))
        earlier = (name,)
    return BuildWorkflow(tuple(steps))


def list_findings(workflow):
    """List the steps that are found wrong, and the sentences."""
    return [(finding.rule, finding.text) for finding in check_workflow(workflow)]


@pytest.mark.parametrize("commands", SOUND)
def test_sound_workflow_stands(commands):
    """Steps that install, build, start and test a project in its folder are accused of nothing."""
    assert [] == list_findings(make_workflow(commands))


@pytest.mark.parametrize(("step", "command", "reason"), COMMANDS)
def test_command_that_cannot_run_is_told(step, command, reason):
    """A command that cannot run, leaves the folder or asks for a network is told with its step."""
    [finding] = list_findings(make_workflow(SOUND[0] | {step: command}))

    assert (finding[0], reason in finding[1]) == (step, True), finding


def test_steps_that_do_not_fit_together_are_told():
    """Missing, doubled and unknown steps are told, and needs that lead nowhere or in a circle."""
    without_check = {name: text for name, text in SOUND[0].items() if name != "check"}
    doubled = BuildWorkflow((*make_workflow(SOUND[0]).steps, make_workflow(SOUND[0]).steps[0]))
    unproved = BuildWorkflow(
        tuple(BuildStep(each.name, each.command, each.needs) for each in doubled.steps[:-1])
    )

    assert list_findings(make_workflow(without_check)) == [
        ("check", "The workflow has no step `check`, so nothing is proved. Add it.")
    ]
    assert list_findings(make_workflow({**SOUND[0], "deploy": "python deploy.py"})) == [
        (
            "deploy",
            "There is no step `deploy`. The steps are `init`, `install`, `generate`, `compile`, `execute`, `check`.",
        )
    ]
    assert list_findings(doubled) == [("init", "The step `init` stands 2 times. Join them to one.")]
    assert list_findings(make_workflow(SOUND[1], install=("init",))) == [
        (
            "install",
            "The step `install` needs `init`, which is no step of the workflow. Add that step, or drop the need.",
        )
    ]
    assert list_findings(make_workflow(SOUND[1], install=("check",))) == [
        (
            "install",
            "Steps wait for each other in a circle: `install` needs `check` needs `execute` needs `compile` needs `generate` needs `install`. Drop one of these needs.",
        )
    ]
    assert list_findings(make_workflow(SOUND[1], check=())) == [
        (
            "check",
            "The step `check` may run before `generate`. Name `generate` among what it needs.",
        )
    ]
    assert len(list_findings(unproved)) == len(unproved.steps)


def test_steps_come_after_what_they_need():
    """Steps are ordered by their needs, and else as a project is made."""
    shuffled = BuildWorkflow(tuple(reversed(make_workflow(SOUND[0]).steps)))
    free = BuildWorkflow(tuple(BuildStep(name, "") for name in ("check", "compile", "init")))

    assert [step.name for step in order_steps(shuffled)] == list(SOUND[0])
    assert [step.name for step in order_steps(free)] == ["init", "compile", "check"]


@pytest.mark.parametrize(
    ("project", "command", "sentences"),
    [
        (PYTHON, ".venv/bin/python -m expenses --help", []),
        (PYTHON, "python -m expenses.cli && python -m pytest tests/test_store.py", []),
        (PYTHON, "python -m venv .venv && python -m compileall -q src", []),
        (PYTHON, "python -c 'import expenses'", []),
        (
            PYTHON,
            "python src/main.py",
            [
                "names `src/main.py`, which is no file of the structure. Plan that file, or name another."
            ],
        ),
        (
            PYTHON,
            "python -m expense --help",
            [
                "runs `expense`, which is no module of the structure and of no library of the specification. Run what is planned."
            ],
        ),
        (
            PYTHON_LIBRARY,
            "python -m slugger",
            ["runs `slugger`, which has no `src/slugger/__main__.py`. Plan that file."],
        ),
        (GO, "go build -o bin/todo ./cmd/todo && go vet ./...", []),
        (GO_LIBRARY, "go test . && go run ./examples/basic", []),
        (
            GO,
            "go run ./cmd/todos list",
            [
                "compiles `./cmd/todos`, where no Go code is planned. Was `cmd/todo` meant? Name a folder of the structure."
            ],
        ),
        (TYPESCRIPT, "npx tsc -p . && node dist/index.js --help", []),
        (
            TYPESCRIPT,
            "npx tsx src/main.ts",
            [
                "names `src/main.ts`, which is no file of the structure. Was `src/index.ts` meant? Plan that file, or name another."
            ],
        ),
    ],
)
def test_command_runs_what_is_planned(project, command, sentences):
    """A file, a module or a folder that a command runs is planned, or made by a step before."""
    workflow = BuildWorkflow((BuildStep("execute", command),))
    findings = check_targets(workflow, *draw_project(project))

    assert [f"The command of `execute` {sentence}" for sentence in sentences] == [
        finding.text for finding in findings
    ]
