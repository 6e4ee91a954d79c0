"""The repository that these tests have on the forge."""

from __future__ import annotations

from bot.values import (
    Branch,
)

REPO = "acme/greeter"


HEAD, MAIN = Branch("greenlit/1-quiet"), Branch("main")


WORKFLOW = """\
name: CI
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: sh test.sh
  lint:
    runs-on: ubuntu-latest
    steps:
      - run: echo clean
"""


FILES = {
    "README.md": "# Grüße\n",
    "test.sh": "echo it works\n",
    ".github/workflows/ci.yml": WORKFLOW,
}


GRANTED = {
    "actions": "write",
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "pull_requests": "write",
    "statuses": "read",
}


LOST = ("500", "502-after", "cut", "cut-after")
