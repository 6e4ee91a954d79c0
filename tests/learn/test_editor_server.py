"""Completion in editors: a real client speaks to a real process over standard input and output."""

from __future__ import annotations

import asyncio
import os
import pty
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from lsprotocol.types import InlineCompletionTriggerKind as Trigger
from pygls.lsp.client import LanguageClient

URI = "file:///work/caf%C3%A9.py"
PROGRAM = (sys.executable, "-m", "tests.learn.editor_process")


class Editor:
    """An editor with its completion: opens texts, changes them, and asks."""

    def __init__(self, client: LanguageClient, initialized: types.InitializeResult) -> None:
        self.client = client
        self.capabilities = initialized.capabilities
        self.server_info = initialized.server_info

    def open(self, text: str, uri: str = URI) -> None:
        """Open a text."""
        document = types.TextDocumentItem(uri, "python", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(document))

    def change(self, *changes: Any, uri: str = URI) -> None:
        """Change a text."""
        document = types.VersionedTextDocumentIdentifier(version=2, uri=uri)
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(document, list(changes))
        )

    async def suggest(
        self, line: int, character: int, uri: str = URI, trigger: Trigger = Trigger.Automatic
    ) -> list[str]:
        """Ask for the texts that may stand in grey at a position."""
        answer = await self.client.text_document_inline_completion_async(
            make_question(line, character, uri, trigger)
        )
        return [item.insert_text for item in answer.items]


Scenario = Callable[[Editor], Awaitable[None]]


def make_question(
    line: int, character: int, uri: str = URI, trigger: Trigger = Trigger.Automatic
) -> types.InlineCompletionParams:
    """Make the question what may stand in grey at a position."""
    return types.InlineCompletionParams(
        types.InlineCompletionContext(trigger),
        types.TextDocumentIdentifier(uri),
        types.Position(line, character),
    )


def make_change(start: tuple[int, int], end: tuple[int, int], text: str) -> Any:
    """Make the change of a part of a text."""
    area = types.Range(types.Position(*start), types.Position(*end))
    return types.TextDocumentContentChangePartial(area, text)


async def start_editor(*encodings: types.PositionEncodingKind) -> Editor:
    """Start an editor and its server. Columns are counted so, or as is usual."""
    client = LanguageClient("editor", "1")
    await client.start_io(*PROGRAM)
    general = types.GeneralClientCapabilities(position_encodings=encodings or None)
    capabilities = types.ClientCapabilities(general=general)
    initialized = await client.initialize_async(types.InitializeParams(capabilities))
    client.initialized(types.InitializedParams())
    return Editor(client, initialized)


async def leave(editor: Editor) -> int | None:
    """Take leave of the server as the protocol asks, and return its exit code."""
    await editor.client.shutdown_async(None)
    editor.client.exit(None)
    process = editor.client._server
    assert process is not None
    code = await asyncio.wait_for(process.wait(), 10)
    await editor.client.stop()
    return code


@pytest.fixture(scope="module")
def use_editor() -> Iterator[Callable[[Scenario], None]]:
    """Play scenarios in one editor, one after the other; at the end it takes leave."""
    with asyncio.Runner() as runner:
        editor = runner.run(start_editor())
        yield lambda scenario: runner.run(asyncio.wait_for(scenario(editor), 30))
        assert runner.run(leave(editor)) == 0


def test_editor_is_given_what_may_follow(use_editor):
    """The server names itself and offers what 3.18 calls inline completion: texts to insert just
    where the cursor is, five at most, and none in a text that is not open.
    """

    async def scenario(editor):
        editor.open("import json\nimport j")
        answer = await editor.client.text_document_inline_completion_async(make_question(1, 8))
        first = answer.items[0]

        assert editor.server_info.name == "greenlit"
        assert editor.capabilities.inline_completion_provider is not None
        sync = editor.capabilities.text_document_sync
        assert sync.change == types.TextDocumentSyncKind.Incremental
        assert first.insert_text.startswith("son")
        assert types.Range(types.Position(1, 8), types.Position(1, 8)) == first.range
        assert len(answer.items) <= 5
        assert await editor.suggest(0, 0, "file:///work/other.py") == []

    use_editor(scenario)


def test_invoked_editor_is_given_more(use_editor):
    """Who invokes completion is given what is too doubtful to be shown to somebody who types."""

    async def scenario(editor):
        editor.open("call(")

        assert await editor.suggest(0, 5) == []
        assert len(await editor.suggest(0, 5, trigger=Trigger.Invoked)) > 2

    use_editor(scenario)


def test_several_texts_follow_their_changes(use_editor):
    """Each open text is kept as its editor changes it, in parts or whole, until it is closed."""
    second_uri = "file:///work/b.py"

    async def scenario(editor):
        editor.open("'😀😀'\n")
        editor.open("import js", second_uri)
        editor.change(
            make_change((1, 0), (1, 0), "q\n"), make_change((0, 6), (2, 0), "; import jso")
        )
        assert (await editor.suggest(0, 18))[0].startswith("n")
        assert (await editor.suggest(0, 9, second_uri))[0].startswith("on")

        editor.change(types.TextDocumentContentChangeWholeDocument("import sy"))
        assert (await editor.suggest(0, 9))[0].startswith("s")
        editor.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(second_uri))
        )
        assert await editor.suggest(0, 9, second_uri) == []

    use_editor(scenario)


def test_question_is_called_back(use_editor):
    """A question that the editor calls back is answered as such, and the next one as ever."""

    async def scenario(editor):
        editor.open("import json\n" * 5_000 + "import js")
        asked = editor.client.protocol.send_request_async(
            types.TEXT_DOCUMENT_INLINE_COMPLETION, make_question(5_000, 9), msg_id="asked"
        )
        question = asyncio.ensure_future(asked)
        await asyncio.sleep(0)
        editor.client.cancel_request(types.CancelParams("asked"))
        with pytest.raises(Exception, match="cancel"):
            await question

        assert (await editor.suggest(5_000, 9))[0].startswith("on")

    use_editor(scenario)


def test_list_is_offered_to_other_editors(use_editor):
    """An editor without grey text gets a list: each line begins with the word that is typed,
    and replaces it.
    """

    async def scenario(editor):
        editor.open("'😀'; import js\r\n")
        question = types.CompletionParams(types.TextDocumentIdentifier(URI), types.Position(0, 15))
        answer = await editor.client.text_document_completion_async(question)
        first = answer.items[0]

        assert answer.is_incomplete
        assert first.label.startswith("json")
        assert first.text_edit.new_text.startswith("json")
        assert types.Position(0, 13) == first.text_edit.range.start

    use_editor(scenario)


def test_list_is_quick_in_a_long_word(use_editor):
    """A text with a word of 60,000 letters, as packed data has them, keeps nobody waiting."""

    async def scenario(editor):
        editor.open(f"data = '{'A' * 60_000}'\nimport js")
        question = types.CompletionParams(types.TextDocumentIdentifier(URI), types.Position(1, 9))
        began = time.perf_counter()
        answer = await editor.client.text_document_completion_async(question)

        assert answer.items[0].label.startswith("json")
        assert time.perf_counter() - began < 5

    use_editor(scenario)


def test_columns_are_counted_as_agreed():
    """An editor that counts bytes of UTF-8 is answered in bytes."""

    async def play():
        editor = await start_editor(types.PositionEncodingKind.Utf8)
        editor.open("'😀'; import js\r\n")

        assert editor.capabilities.position_encoding == types.PositionEncodingKind.Utf8
        assert (await editor.suggest(0, 17))[0].startswith("on")
        assert await leave(editor) == 0

    asyncio.run(play())


def test_server_ends_with_its_editor():
    """An editor that is gone leaves no server behind; the exit code tells that nobody took leave."""

    async def play():
        process = await asyncio.create_subprocess_exec(
            *PROGRAM,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await asyncio.wait_for(process.communicate(b""), 30)

        assert (1, b"", b"") == (process.returncode, output, errors)

    asyncio.run(play())


def run_command(home: Path, **streams: Any) -> subprocess.CompletedProcess[str]:
    """Run `greenlit complete --lsp`."""
    return subprocess.run(
        [sys.executable, "-m", "bot", "complete", "--lsp"],
        env={"PATH": "/usr/bin:/bin", "GREENLIT_HOME": str(home)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        **streams,
    )


def test_missing_model_is_told_beside_the_protocol(tmp_path):
    """`greenlit complete --lsp` without a model says so on standard error, where editors log it."""
    ended = run_command(tmp_path, input="")

    assert (1, "") == (ended.returncode, ended.stdout)
    assert "Learn one with: greenlit learn" in " ".join(ended.stderr.split())


def test_person_is_told_that_editors_start_it(tmp_path):
    """On a terminal, where nobody speaks the protocol, it says what it is for and ends."""
    keyboard, terminal = pty.openpty()
    ended = run_command(tmp_path, stdin=terminal)
    os.close(keyboard)
    os.close(terminal)

    assert 2 == ended.returncode
    assert "For the page leave --lsp out." in " ".join(ended.stderr.split())
