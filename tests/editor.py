"""Test equipment: an editor that types key by key, a real client of the protocol, and a server in the same process.

It does not know what is suggested.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from threading import Event
from typing import Any, TypeVar

from lsprotocol import types
from pygls.io_ import run_async
from pygls.lsp.client import LanguageClient
from pygls.lsp.server import LanguageServer

from foretype.serve.door import Composer
from foretype.serve.lsp.desk import Desk
from foretype.serve.lsp.positions import Encoding, place_of
from foretype.serve.lsp.reading import FileKind
from foretype.serve.lsp.server import EditorServer
from serving import PATIENCE_S, ScriptedComposer, run_alone

T = TypeVar("T")

AUTOMATIC = types.InlineCompletionTriggerKind.Automatic
INVOKED = types.InlineCompletionTriggerKind.Invoked


class Editor:
    """One document in an editor, and the caret's end of a connection to a language server."""

    def __init__(self, client: LanguageClient, encoding: Encoding) -> None:
        self.client = client
        self.text = ""
        self.uri = ""
        self.shown: list[str] = []
        self._encoding = encoding
        self._version = 0
        client.feature(types.WINDOW_SHOW_MESSAGE)(lambda params: self.shown.append(params.message))

    async def start(self) -> types.InitializeResult:
        kinds = [types.PositionEncodingKind(self._encoding.label)]
        capabilities = types.ClientCapabilities(
            general=types.GeneralClientCapabilities(position_encodings=kinds)
        )
        found = await self.client.initialize_async(types.InitializeParams(capabilities=capabilities))
        self.client.initialized(types.InitializedParams())
        return found

    def open(self, uri: str, language: str, text: str = "") -> None:
        self.uri, self.text = uri, text
        item = types.TextDocumentItem(uri, language, self._version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def type(self, keys: str) -> None:
        """Each key is an edit of its own, at the end."""
        for key in keys:
            self.edit(len(self.text), len(self.text), key)

    def edit(self, start: int, end: int, new: str) -> None:
        between = types.Range(self.position(start), self.position(end))
        self.text = self.text[:start] + new + self.text[end:]
        self._version += 1
        named = types.VersionedTextDocumentIdentifier(self._version, self.uri)
        change = types.TextDocumentContentChangePartial(text=new, range=between)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(named, [change]))

    def position(self, offset: int) -> types.Position:
        place = place_of(self.text, offset, self._encoding)
        return types.Position(place.line, place.column)

    async def ask(
        self,
        offset: int | None = None,
        trigger: types.InlineCompletionTriggerKind = AUTOMATIC,
        **options: Any,
    ) -> Sequence[types.InlineCompletionItem]:
        at = self.position(len(self.text) if offset is None else offset)
        params = types.InlineCompletionParams(
            types.InlineCompletionContext(trigger), types.TextDocumentIdentifier(self.uri), at
        )
        found: Any = await asyncio.wait_for(
            self.client.protocol.send_request_async(types.TEXT_DOCUMENT_INLINE_COMPLETION, params, **options),
            PATIENCE_S,
        )
        return list(found)

    async def take(self, item: types.InlineCompletionItem) -> bool:
        """Put a suggestion into the document, and run its command, as editors do."""
        assert isinstance(item.insert_text, str) and item.range is not None and item.command is not None
        typed = item.range.end.character - item.range.start.character
        self.edit(len(self.text) - typed, len(self.text), item.insert_text)
        named = types.ExecuteCommandParams(item.command.command, item.command.arguments)
        return bool(await self.client.workspace_execute_command_async(named))

    def save(self) -> None:
        named = types.TextDocumentIdentifier(self.uri)
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(named))

    def close(self) -> None:
        named = types.TextDocumentIdentifier(self.uri)
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(named))


def with_editor(
    scene: Callable[[Editor], Awaitable[T]],
    composer: ScriptedComposer | None = None,
    *,
    learned: Collection[FileKind] = (),
    encoding: Encoding = Encoding.UTF16,
) -> T:
    """Play `scene` with an editor that is connected to a server of this process."""

    async def play() -> T:
        async with _connected(composer or ScriptedComposer(), learned) as client:
            editor = Editor(client, encoding)
            await editor.start()
            return await asyncio.wait_for(scene(editor), PATIENCE_S)

    return run_alone(play())


@asynccontextmanager
async def _connected(composer: Composer, learned: Collection[FileKind]) -> AsyncIterator[LanguageClient]:
    desk = Desk(composer, user="me", delay_ms=0)
    server = EditorServer(desk, learned=learned, version="test")
    async with _listening(server) as port:
        client = LanguageClient("editor", "test")
        await client.start_tcp("127.0.0.1", port)
        try:
            yield client
        finally:
            assert client.protocol.writer is not None
            client.protocol.writer.close()  # the server hears it and hangs up, which the client waits for
            await client.stop()  # type: ignore[no-untyped-call]
            await desk.close()
            server.finish()


@asynccontextmanager
async def _listening(server: LanguageServer) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.protocol.set_writer(writer)
        await run_async(
            stop_event=Event(),
            reader=reader,
            protocol=server.protocol,
            logger=logging.getLogger("test"),
            error_handler=server.report_server_error,
        )
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        yield listening.sockets[0].getsockname()[1]
