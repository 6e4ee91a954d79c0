"""Complete code in editors that speak the Language Server Protocol, over standard input."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from threading import Event
from typing import Any, BinaryIO

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from bot.completion.latest_request import LatestRequests
from bot.completion.open_documents import OpenDocuments
from bot.completion.suggest import ON_REQUEST, Suggester, SuggestLimits
from bot.completion.suggestion import CursorPlace, SuggestedText

_WORD = re.compile(r"\w*")


def serve_stdio(suggester: Suggester[Any], output: BinaryIO) -> bool:
    """Serve one editor until it goes. Return whether it took its leave as the protocol asks.

    `output` is what `take_output` gave, before the model was loaded.
    """
    # Each message that nobody waits for any more would be a line in the editor's log.
    logging.getLogger("pygls").setLevel(logging.ERROR)
    editor = _EditorServer(suggester)
    editor.create_server().start_io(sys.stdin.buffer, output)
    return editor.has_shut_down


def take_output() -> BinaryIO:
    """Take standard output for the protocol; what anything else prints goes to the errors."""
    sys.stdout.flush()
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return output


class _EditorServer:
    """What the server of one editor knows, and how it answers."""

    def __init__(self, suggester: Suggester[Any]) -> None:
        self.has_shut_down = False
        self._suggester = suggester
        self._documents = OpenDocuments()
        self._latest = LatestRequests()

    def create_server(self) -> LanguageServer:
        """Make the server that speaks the protocol."""
        server = LanguageServer("greenlit", version("greenlit"))
        inline = types.InlineCompletionOptions()
        listed = types.CompletionOptions(trigger_characters=["."])
        for feature, answer, options in (
            (types.INITIALIZED, partial(self._note_encoding, server), None),
            (types.SHUTDOWN, self._note_shutdown, None),
            (types.TEXT_DOCUMENT_DID_OPEN, self._open, None),
            (types.TEXT_DOCUMENT_DID_CHANGE, self._change, None),
            (types.TEXT_DOCUMENT_DID_CLOSE, self._close, None),
            (types.TEXT_DOCUMENT_INLINE_COMPLETION, self._complete_inline, inline),
            (types.TEXT_DOCUMENT_COMPLETION, self._complete_listed, listed),
        ):
            server.feature(feature, options)(partial(answer))  # pygls writes on it; methods refuse
        return server

    def _note_encoding(self, server: LanguageServer, _parameters: object) -> None:
        """Count columns as was agreed with the editor."""
        self._documents.encoding = server.workspace.position_encoding

    def _note_shutdown(self, _parameters: object) -> None:
        self.has_shut_down = True

    def _open(self, opened: types.DidOpenTextDocumentParams) -> None:
        document = opened.text_document
        self._documents.open(document.uri, document.text, document.language_id)

    def _change(self, changed: types.DidChangeTextDocumentParams) -> None:
        self._documents.change(changed.text_document.uri, changed.content_changes)

    def _close(self, closed: types.DidCloseTextDocumentParams) -> None:
        self._documents.close(closed.text_document.uri)

    async def _complete_inline(
        self, asked: types.InlineCompletionParams
    ) -> types.InlineCompletionList:
        """Suggest what an editor shows in grey behind the cursor."""
        place = self._documents.find_place(asked.text_document.uri, asked.position)
        area = types.Range(asked.position, asked.position)
        is_invoked = asked.context.trigger_kind == types.InlineCompletionTriggerKind.Invoked
        limits = ON_REQUEST if is_invoked else None
        items = [
            types.InlineCompletionItem(suggestion.text, range=area)
            for suggestion in await self._suggest("inline", place, limits)
        ]
        return types.InlineCompletionList(items)

    async def _complete_listed(self, asked: types.CompletionParams) -> types.CompletionList:
        """Suggest in the list that every editor has, for those that show nothing in grey.

        How it came about is not asked: editors call each letter that is typed an invocation.
        """
        place = self._documents.find_place(asked.text_document.uri, asked.position)
        suggestions = await self._suggest("list", place)
        if place is None or not suggestions:
            return types.CompletionList(is_incomplete=True, items=[])
        typed = _find_typed_word(place.before)
        area = types.Range(self._documents.move_back(asked.position, typed), asked.position)
        items = [
            _make_item(rank, typed, suggestion, area) for rank, suggestion in enumerate(suggestions)
        ]
        return types.CompletionList(is_incomplete=True, items=items)

    async def _suggest(
        self, kind: str, place: CursorPlace | None, limits: SuggestLimits | None = None
    ) -> tuple[SuggestedText, ...]:
        """Suggest what may be typed at a place. Who calls the question back ends the work, and so
        does a newer question of its kind about the same file.
        """
        if place is None:
            return ()
        called_back = Event()
        asked = place

        def work(is_outdated: Callable[[], bool]) -> tuple[SuggestedText, ...]:
            return self._suggester.suggest(
                asked,
                is_cancelled=lambda: called_back.is_set() or is_outdated(),
                limits=limits,
            )

        try:
            answer = await self._latest.run(f"{kind} {asked.path}", work)
        except asyncio.CancelledError:
            called_back.set()
            raise
        return answer.result


def _find_typed_word(before: str) -> str:
    """Find the word that ends at the cursor.

    It is read backwards: to look for its end from each character on takes seconds in long lines.
    """
    word = _WORD.match(before[::-1])
    return word[0][::-1] if word else ""


def _make_item(
    rank: int, typed: str, suggestion: SuggestedText, area: types.Range
) -> types.CompletionItem:
    """Make a line of the list. Editors compare its beginning with the word that is typed."""
    text = typed + suggestion.text
    return types.CompletionItem(
        label=text.strip().partition("\n")[0],
        kind=types.CompletionItemKind.Text,
        detail=f"Greenlit, {suggestion.probability:.0%}",
        sort_text=str(rank),
        filter_text=text,
        text_edit=types.TextEdit(area, text),
    )
