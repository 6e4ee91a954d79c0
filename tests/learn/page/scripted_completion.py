"""A server that completes by a script, and a browser that visits its page."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from playwright.sync_api import Browser, sync_playwright

from bot.completion.page_files import ShownModel, add_page
from tests.learn.serve_app import serve_app

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class ScriptedCompletion:
    """Answers by the end of what stands before the cursor, once each answer's delay is over."""

    url: str = ""
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    delays_s: Mapping[str, float] = field(default_factory=dict)
    refusal: str = ""
    questions: list[dict[str, Any]] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)  # the lines, once their answer has gone out

    async def complete(self, question: dict[str, Any]) -> JSONResponse:
        """Answer one question of the page."""
        self.questions.append(question)
        line = str(question["before"]).rpartition("\n")[2]
        await asyncio.sleep(self.delays_s.get(line, 0))
        self.answered.append(line)
        if self.refusal:
            return JSONResponse({"detail": self.refusal}, 413)
        texts = self.answers.get(line, ())
        suggestions = [{"text": text, "probability": 0.8 / 2**n} for n, text in enumerate(texts)]
        return JSONResponse({"suggestions": suggestions, "model": "scripted", "milliseconds": 3.2})


@contextmanager
def serve_script(reach: int = 1 << 18) -> Iterator[ScriptedCompletion]:
    """Serve the page, and a script that answers it."""
    script = ScriptedCompletion()
    app = FastAPI()
    add_page(app, ShownModel("scripted", reach, 1.875))
    app.add_api_route("/complete", script.complete, methods=["POST"], response_model=None)
    with serve_app(app) as url:
        script.url = url
        yield script


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start the browser that this machine has; skip where it has none."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("there is no Chromium; deploy/install-chromium.sh brings it")
    with sync_playwright() as playwright:
        # Root, as in containers, may not have Chromium's own sandbox.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
