"""Claims about the language server, by a real client of the protocol that types key by key."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcRequestCancelled
from pygls.lsp.client import LanguageClient

from editor import AUTOMATIC, INVOKED, Editor, with_editor
from foretype.__main__ import main
from foretype.assemble import open_composer
from foretype.compose.request import Answer, Kind, OutcomeKind, Request, Silence
from foretype.config import load_settings
from foretype.errors import StoreError
from foretype.serve.door import Composer
from foretype.serve.lsp.positions import Encoding
from foretype.serve.lsp.reading import FileKind
from serving import PATIENCE_S, ScriptedComposer, run_alone, until

NOTE = "file:///notes/a.md"
DRAFT = "file:///tmp/draft.eml"
HEAD = "Subject: Plan\n\n"
OPENED = {"uri": DRAFT, "languageId": "mail", "version": 1, "text": HEAD}
CLOSED = {"method": "textDocument/didClose", "params": {"textDocument": {"uri": DRAFT}}}
SHUTDOWN = {"id": 2, "method": "shutdown"}
EXIT = {"method": "exit"}
CHANGED = {"textDocument": {"uri": DRAFT, "version": 2}, "contentChanges": [{"text": HEAD + "See you.\n"}]}
EMOJI = "Hi 😀 Susan,\n\nto the café 👩‍👩‍👧 we g"


@pytest.mark.parametrize("encoding", Encoding)
def test_what_is_typed_key_by_key_arrives_in_every_encoding(encoding: Encoding) -> None:
    composer = ScriptedComposer()

    async def scene(editor: Editor) -> list[types.InlineCompletionItem]:
        editor.open(NOTE, "markdown", "😀😀 old\u2028line\n")
        editor.type(EMOJI)
        editor.edit(2, 6, "")
        return list(await editor.ask())

    [item] = with_editor(scene, composer, encoding=encoding)
    assert composer.requests[-1].text == "😀😀\u2028line\n" + EMOJI
    assert item.insert_text == item.filter_text == "gonward " and item.range is not None
    assert item.range.end.character - item.range.start.character == 1


def test_what_surrounds_a_mail_reaches_the_composer() -> None:
    composer = ScriptedComposer()
    text = "To: Sue <sue@x.example>\nSubject: Plan\n\nHi,\n\nSue wrote:\n> When?\n-- \nMe\n"

    async def scene(editor: Editor) -> None:
        editor.open(DRAFT, "mail", text)
        await editor.ask(text.index("Hi,") + 3)

    with_editor(scene, composer)
    [asked] = composer.requests
    assert (asked.text, asked.suffix, asked.user) == ("Hi,", "\n\n", "me")
    context = asked.context
    assert (context.kind, context.subject, context.previous) == (Kind.EMAIL, "Plan", "When?")
    assert context.to == ("sue@x.example",)


def test_code_headers_and_unknown_documents_ask_nobody() -> None:
    composer = ScriptedComposer()

    async def scene(editor: Editor) -> list[int]:
        found = []
        for uri, language, text in (
            ("file:///a.py", "python", "# go "),
            (DRAFT, "mail", "Subject: Go "),
            (NOTE, "markdown", "```\ngo "),
        ):
            editor.open(uri, language, text)
            found.append(len(await editor.ask()))
        editor.uri = "file:///never-opened.md"
        found.append(len(await editor.ask()))
        return found

    assert with_editor(scene, composer) == [0, 0, 0, 0]
    assert composer.requests == []


def test_a_silent_composer_shows_nothing() -> None:
    async def scene(editor: Editor) -> int:
        editor.open(NOTE, "markdown")
        return len(await editor.ask())

    assert with_editor(scene) == 0


def test_who_pauses_gets_the_answer_that_time_ran_out_for() -> None:
    class Late(ScriptedComposer):
        def answer(self, request: Request) -> Answer:
            answer = super().answer(request)
            is_late = len(self.requests) < 3
            return Answer("a0", (), self.model, 60.0, Silence.DEADLINE) if is_late else answer

    composer = Late()

    async def scene(editor: Editor) -> int:
        editor.open(NOTE, "markdown", "go ")
        return len(await editor.ask())

    assert with_editor(scene, composer) == 1
    assert len(composer.requests) == 3


def test_who_presses_a_key_for_it_gets_a_choice_and_more_time() -> None:
    composer = ScriptedComposer()

    async def scene(editor: Editor) -> list[bool]:
        editor.open(NOTE, "markdown", "go ")
        await editor.ask()
        return [item.command is not None for item in await editor.ask(trigger=INVOKED)]

    assert with_editor(scene, composer) == [True, False, False]
    typing, asked = composer.requests
    assert (typing.n, asked.n) == (1, 3) and asked.deadline_ms > typing.deadline_ms


def test_taking_a_suggestion_tells_the_composer() -> None:
    composer = ScriptedComposer()

    async def scene(editor: Editor) -> tuple[bool, str]:
        editor.open(NOTE, "markdown", "we g")
        [item] = await editor.ask()
        return await editor.take(item), editor.text

    assert with_editor(scene, composer) == (True, "we gonward ")
    assert composer.ends == [OutcomeKind.ACCEPTED]


def test_an_answer_that_a_newer_key_overtook_is_not_shown() -> None:
    composer = ScriptedComposer()
    composer.gate.clear()

    async def scene(editor: Editor) -> list[int]:
        editor.open(NOTE, "markdown", "go ")
        first = asyncio.create_task(editor.ask())
        await until(lambda: len(composer.requests) == 1)
        editor.type("o")
        second = asyncio.create_task(editor.ask())
        await editor.client.workspace_execute_command_async(
            types.ExecuteCommandParams("foretype.accepted", ["none"])
        )  # answered, so the server knows of the new key
        composer.gate.set()
        return [len(await first), len(await second)]

    assert with_editor(scene, composer) == [0, 1]
    assert composer.withdrawn == ["a1"]


def test_a_cancelled_request_that_waits_is_never_worked_on() -> None:
    composer = ScriptedComposer()
    composer.gate.clear()

    async def scene(editor: Editor) -> None:
        editor.open(NOTE, "markdown", "go ")
        first = asyncio.create_task(editor.ask())
        await until(lambda: len(composer.requests) == 1)
        second = asyncio.create_task(editor.ask(msg_id="second"))
        await asyncio.sleep(0)
        editor.client.cancel_request(types.CancelParams("second"))
        with pytest.raises(JsonRpcRequestCancelled):
            await second
        composer.gate.set()
        await first

    with_editor(scene, composer)
    assert len(composer.requests) == 1


def test_a_saved_mail_is_learned_once_without_what_others_wrote() -> None:
    composer = ScriptedComposer()

    async def scene(editor: Editor) -> None:
        editor.open(DRAFT, "mail", "Subject: Plan\n\n\n> When?\n-- \nMe\n")
        editor.edit(len(HEAD), len(HEAD), "See you.\n")
        editor.save()
        editor.save()
        editor.close()
        await until(lambda: composer.released == [DRAFT] and "me" in composer.store.texts)

    with_editor(scene, composer, learned=[FileKind.MAIL])
    assert composer.store.texts == {"me": ["See you."]}


def test_a_mail_that_is_opened_again_teaches_only_what_is_new() -> None:
    composer = ScriptedComposer()

    async def scene(editor: Editor) -> None:
        editor.open(DRAFT, "mail", HEAD)
        editor.type("See you.\n")
        for _ in range(2):
            editor.save()
            editor.close()
            editor.open(DRAFT, "mail", editor.text)
        editor.type("Bring cake.\n")
        editor.save()
        await editor.client.shutdown_async(None)

    with_editor(scene, composer, learned=[FileKind.MAIL])
    assert composer.store.texts == {"me": ["See you.", "Bring cake."]}


def test_a_draft_that_gets_its_name_or_language_late_is_learned_whole() -> None:
    composer = ScriptedComposer()

    async def scene(editor: Editor) -> None:
        editor.open("file:///tmp/unnamed", "text")
        editor.type("See you.")
        editor.close()
        editor.open(DRAFT, "mail", editor.text)
        editor.save()
        await editor.client.shutdown_async(None)

    with_editor(scene, composer, learned=[FileKind.MAIL])
    assert composer.store.texts == {"me": ["See you."]}


def test_what_an_editor_leaves_open_is_learned_when_it_goes() -> None:
    composer = ScriptedComposer()

    async def scene(editor: Editor) -> None:
        editor.open("file:///r/.git/COMMIT_EDITMSG", "gitcommit", "\n# a comment\n")
        editor.edit(0, 0, "Mend it")
        editor.save()
        await editor.client.shutdown_async(None)

    with_editor(scene, composer, learned=[FileKind.COMMIT])
    assert composer.store.texts == {"me": ["Mend it"]}


def test_what_an_editor_leaves_open_is_learned_when_it_goes_without_a_word() -> None:
    composer = ScriptedComposer()

    async def scene(editor: Editor) -> None:
        editor.open(DRAFT, "mail", HEAD)
        editor.type("See you.")
        editor.save()
        await editor.ask()  # answered, so the server knows of the saving

    with_editor(scene, composer, learned=[FileKind.MAIL])
    assert composer.store.texts == {"me": ["See you."]}


def test_a_caret_beyond_the_text_stands_at_its_end() -> None:
    async def scene(editor: Editor) -> types.Range | None:
        editor.open(NOTE, "markdown", "we\ngo 😀 g")
        nowhere = types.Position(99, 99)
        found: Any = await editor.client.text_document_inline_completion_async(
            types.InlineCompletionParams(
                types.InlineCompletionContext(AUTOMATIC), types.TextDocumentIdentifier(NOTE), nowhere
            )
        )
        return cast("types.InlineCompletionItem", found[0]).range

    assert with_editor(scene) == types.Range(types.Position(1, 6), types.Position(1, 7))


def test_a_document_that_is_closed_while_it_is_asked_about_gets_nothing() -> None:
    composer = ScriptedComposer()
    composer.gate.clear()

    async def scene(editor: Editor) -> int:
        editor.open(NOTE, "markdown", "go ")
        asked = asyncio.create_task(editor.ask())
        await until(lambda: len(composer.requests) == 1)
        editor.close()
        await until(lambda: composer.released == [NOTE])
        composer.gate.set()
        return len(await asked)

    assert with_editor(scene, composer) == 0
    assert composer.withdrawn == ["a1"]


@pytest.mark.parametrize("ending", [[SHUTDOWN, EXIT], [CLOSED, SHUTDOWN, EXIT], [CLOSED]])
def test_an_editor_that_quits_at_once_leaves_no_trace_on_stderr_and_what_it_saved_is_learned(
    tmp_path: Path, ending: list[dict[str, Any]]
) -> None:
    saved: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": {"capabilities": {}}},
        {"method": "initialized", "params": {}},
        {"method": "textDocument/didOpen", "params": {"textDocument": OPENED}},
        {"method": "textDocument/didChange", "params": CHANGED},
        {"method": "textDocument/didSave", "params": {"textDocument": {"uri": DRAFT}}},
        *ending,
    ]
    command = [sys.executable, "-m", "foretype", "lsp", "--model", "none", "--user", "me", "--learn", "mail"]
    done = subprocess.run(
        [*command, "--data-dir", str(tmp_path)], input=framed(saved), capture_output=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")
    with closing(open_composer(load_settings(model="none", data_dir=str(tmp_path)))) as composer:
        memory = cast("Composer", composer).store.info("me")
    assert memory is not None and memory.messages == 1


@pytest.mark.parametrize(
    ("saves", "learned"), [(False, [FileKind.MAIL]), (True, []), (True, [FileKind.NOTE])]
)
def test_nothing_is_learned_unsaved_or_unasked(saves: bool, learned: list[FileKind]) -> None:
    composer = ScriptedComposer()

    async def scene(editor: Editor) -> None:
        editor.open(DRAFT, "mail", HEAD)
        editor.type("See you.")
        if saves:
            editor.save()
        await editor.client.shutdown_async(None)

    with_editor(scene, composer, learned=learned)
    assert composer.store.texts == {}


def test_what_cannot_be_kept_is_told_without_the_text() -> None:
    composer = ScriptedComposer(error=StoreError("disk full"))

    async def scene(editor: Editor) -> list[str]:
        editor.open(DRAFT, "mail", HEAD)
        editor.type("See you.")
        editor.save()
        editor.close()
        await until(lambda: bool(editor.shown))
        return editor.shown

    assert with_editor(scene, composer, learned=[FileKind.MAIL]) == ["foretype: not learned: disk full"]


def test_an_editor_starts_types_takes_teaches_and_stops_the_real_thing(tmp_path: Path) -> None:
    async def scene() -> int | None:
        client = LanguageClient("editor", "test")
        options = ("--model", "none", "--user", "me", "--learn", "mail", "--data-dir", str(tmp_path))
        await client.start_io(sys.executable, "-m", "foretype", "lsp", *options)
        editor = Editor(client, Encoding.UTF16)
        offered = (await editor.start()).capabilities
        assert offered.inline_completion_provider is not None
        editor.open(DRAFT, "mail", "Subject: Plan\n\n")
        editor.type("Please let me kn")
        [item] = await editor.ask(trigger=INVOKED)
        assert str(item.insert_text).startswith("know")
        assert await editor.take(item)
        editor.type("if the Zephyrine project is ready.\n")
        editor.save()
        editor.close()
        editor.open("file:///tmp/next.eml", "mail", "Subject: Next\n\n")
        editor.type("The Zephy")
        while not (found := await editor.ask(trigger=INVOKED)):
            pass  # a closed document is learned in its own time
        assert str(found[0].insert_text).startswith("Zephyrine")
        await client.shutdown_async(None)
        client.exit(None)
        process = client._server
        assert process is not None
        status = await process.wait()
        await client.stop()  # type: ignore[no-untyped-call]
        return status

    assert run_alone(asyncio.wait_for(scene(), 2 * PATIENCE_S)) == 0


def test_learning_needs_a_user(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lsp", "--learn", "mail"]) == 2
    assert "add --user NAME" in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['lsprotocol'] = None; from foretype.__main__ import main; "
        f"sys.exit(main(['lsp', '--data-dir', {str(tmp_path)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'foretype[lsp]'" in done.stderr and len(done.stderr.splitlines()) == 1


def framed(messages: Sequence[dict[str, Any]]) -> bytes:
    """The messages as an editor writes them, all at once."""
    bodies = [json.dumps({"jsonrpc": "2.0"} | message).encode() for message in messages]
    return b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies)
