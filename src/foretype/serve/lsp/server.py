"""The language server: the protocol's messages, each handed on in a few lines. A thin shell around the other files.

Only documents of prose are answered, and only where their writer writes. It does not know how suggestions are found.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from foretype.compose.request import Answer
from foretype.errors import ForetypeError
from foretype.serve.lsp.desk import Desk
from foretype.serve.lsp.documents import Change, Document, Documents
from foretype.serve.lsp.items import ACCEPTED, items_of
from foretype.serve.lsp.positions import Place, encoding_named, offset_of, place_of
from foretype.serve.lsp.reading import FileKind, kind_of, own_text, passage_at
from foretype.serve.lsp.sheet import Passage

SILENT = logging.CRITICAL + 1
FAREWELL_LOGS = ("asyncio", "concurrent.futures")  # where pygls's own tasks end up


class EditorServer(LanguageServer):
    """The server around a desk, ready to be started on standard input or a port.

    `learned`: kinds of documents that are learned when they are closed after having been saved: the lines that were not
    in them when they were opened.
    """

    def __init__(self, desk: Desk, *, learned: Collection[FileKind], version: str) -> None:
        logging.getLogger("pygls").setLevel(SILENT)  # it logs messages, which hold what people write
        for name in FAREWELL_LOGS:
            logging.getLogger(name).addFilter(_is_no_farewell)
        super().__init__("foretype", version)
        self._desk = desk
        self._handlers = Handlers(self, desk, learned)
        _register(self, self._handlers)

    def finish(self) -> None:
        """Learn what an editor left open that went without a word; back when all is durable. Raises StoreError."""
        self._desk.finish(self._handlers.left_open())


def _register(server: LanguageServer, handlers: Handlers) -> None:
    features: dict[str, Callable[..., Any]] = {
        types.TEXT_DOCUMENT_DID_OPEN: handlers.opened,
        types.TEXT_DOCUMENT_DID_CHANGE: handlers.changed,
        types.TEXT_DOCUMENT_DID_SAVE: handlers.saved,
        types.TEXT_DOCUMENT_DID_CLOSE: handlers.closed,
        types.SHUTDOWN: handlers.leaving,
    }
    for name, handler in features.items():
        server.feature(name)(partial(handler))  # pygls marks what it is given; a method takes no marks
    offered = types.InlineCompletionOptions()
    server.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, offered)(partial(handlers.complete))
    server.command(ACCEPTED)(partial(handlers.accepted))


class Handlers:
    """What each message does."""

    def __init__(self, server: LanguageServer, desk: Desk, learned: Collection[FileKind]) -> None:
        self._server = server
        self._desk = desk
        self._learned = frozenset(learned)
        self._documents = Documents()
        self._closed: list[Document] = []  # and not handed to the desk yet
        self._ending: set[asyncio.Task[None]] = set()  # a loop keeps no tasks alive by itself

    def opened(self, params: types.DidOpenTextDocumentParams) -> None:
        self._documents.encoding = encoding_named(self._server.server_capabilities.position_encoding)
        found = params.text_document
        self._documents.open(Document(found.uri, str(found.language_id), found.version, found.text))

    def changed(self, params: types.DidChangeTextDocumentParams) -> None:
        changes = [_change(each) for each in params.content_changes]
        self._documents.change(params.text_document.uri, changes, version=params.text_document.version)

    def saved(self, params: types.DidSaveTextDocumentParams) -> None:
        self._documents.save(params.text_document.uri)

    def closed(self, params: types.DidCloseTextDocumentParams) -> None:
        """At once: the next message may open the same document anew."""
        document = self._documents.close(params.text_document.uri)
        if document is not None:
            self._begin_end(document)

    async def leaving(self, params: None) -> None:
        """The editor goes; what it leaves open is over too.

        It may hang up before all is learned: by then every text waits at the desk, which ends its work first.
        """
        for document in self._close_all():
            self._begin_end(document)
        await asyncio.gather(*self._ending)
        await self._desk.close()

    def left_open(self) -> Sequence[Passage]:
        """What is to be learned of documents that nobody closed, or only just; they are closed now."""
        left = [*self._closed, *self._close_all()]
        return [own for document in left if (own := self._taught(document))]

    async def accepted(self, answer_id: str) -> bool:
        return await self._desk.accepted(answer_id)

    async def complete(self, params: types.InlineCompletionParams) -> Sequence[types.InlineCompletionItem]:
        """The suggestions at the caret; none on lines that are not prose, or once the document has changed."""
        document = self._documents.get(params.text_document.uri)
        encoding = self._documents.encoding
        if document is None or kind_of(document) is None:
            return []
        offset = offset_of(document.text, _place(params.position), encoding)
        passage = passage_at(document, offset)
        if passage is None:
            return []
        answer = await self._answer(document, passage, params.context.trigger_kind)
        if answer is None:
            return []
        return items_of(
            answer, text=passage.text, place=place_of(document.text, offset, encoding), encoding=encoding
        )

    async def _answer(
        self, document: Document, passage: Passage, trigger: types.InlineCompletionTriggerKind
    ) -> Answer | None:
        is_asked = trigger is types.InlineCompletionTriggerKind.Invoked
        answer = await self._desk.suggest(passage, session=document.uri, is_asked=is_asked)
        if self._documents.get(document.uri) is document:
            return answer
        self._desk.withdraw(answer)
        return None

    def _close_all(self) -> Sequence[Document]:
        left = (self._documents.close(document.uri) for document in self._documents.all())
        return [document for document in left if document is not None]

    def _begin_end(self, document: Document) -> None:
        self._closed.append(document)
        task = asyncio.get_running_loop().create_task(self._end(document))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end(self, document: Document) -> None:
        await asyncio.gather(self._desk.release(document.uri), self._learn(document))

    async def _learn(self, document: Document) -> None:
        own = self._taught(document)
        self._closed.remove(document)  # the desk has it before anything else can happen
        if own is None:
            return
        try:
            await self._desk.learn(own)
        except ForetypeError as error:
            told = types.ShowMessageParams(types.MessageType.Error, f"foretype: not learned: {error}")
            self._server.window_show_message(told)

    def _taught(self, document: Document) -> Passage | None:
        """What is to be learned of a document that is closed."""
        kind = kind_of(document)
        if document.saved is None or kind not in self._learned:
            return None
        return own_text(kind, document.saved, opened=document.opened)


def _is_no_farewell(record: logging.LogRecord) -> bool:
    """Whether a log record tells more than that an editor hung up, which cancels what is under way."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, (ConnectionError, asyncio.CancelledError))


def _change(event: types.TextDocumentContentChangeEvent) -> Change:
    if isinstance(event, types.TextDocumentContentChangePartial):
        return Change(event.text, _place(event.range.start), _place(event.range.end))
    return Change(event.text)


def _place(position: types.Position) -> Place:
    return Place(position.line, position.character)
