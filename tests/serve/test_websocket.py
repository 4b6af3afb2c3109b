"""Claims about the WebSocket door, frame by frame."""

from __future__ import annotations

import pytest

from foretype.compose.request import OutcomeKind
from foretype.errors import StoreError
from foretype.monitor.metrics import Metrics
from foretype.serve.service import Service
from serving import ScriptedComposer, Wire, run_alone, settings_for, until, with_service


async def begin(wire: Wire, **opening: object) -> None:
    await wire.say(type="open", **{"session": "m-1", **opening})
    assert (await wire.hear())["type"] == "opened"


def test_a_field_lives_its_whole_life_in_one_connection() -> None:
    composer = ScriptedComposer()

    async def scene(service: Service) -> None:
        async with Wire.connected(service) as wire:
            await begin(wire, user="me")
            await wire.say(type="edit", seq=1, text="Go ")
            first = await wire.hear()
            assert (first["type"], first["seq"], first["final"]) == ("suggestion", 1, True)
            assert first["suggestions"][0]["text"] == "onward "
            await wire.say(type="feedback", id=first["id"], outcome="accepted", characters=7)
            await wire.say(type="edit", seq=2, at=3, insert="onward ")
            assert (await wire.hear())["seq"] == 2
            await wire.say(type="close", sent=True)
            assert await wire.hear() == {"type": "learned", "words": 2, "refused": 0}

    with_service(scene, composer)
    assert composer.store.texts == {"me": ["Go onward "]}
    assert composer.ends == [OutcomeKind.ACCEPTED]
    assert composer.released == ["m-1"]


def test_only_the_newest_of_a_burst_of_keys_is_answered() -> None:
    composer = ScriptedComposer()
    composer.gate.clear()

    async def scene(service: Service) -> None:
        async with Wire.connected(service) as wire:
            await begin(wire)
            await wire.say(type="edit", seq=0, text="H")
            await until(lambda: len(composer.requests) == 1)
            for seq, text in enumerate(("He", "Hel", "Hell", "Hello"), start=1):
                await wire.say(type="edit", seq=seq, text=text)
            await wire.say(type="shout")
            assert (await wire.hear())["type"] == "error"  # so the burst has been read
            composer.gate.set()
            assert (await wire.hear())["seq"] == 4
            assert b"foretype_requests_superseded_total 4.0" in service.metrics.page()

    with_service(scene, composer)
    assert [request.text for request in composer.requests] == ["H", "Hello"]
    assert composer.withdrawn == ["a1"]  # of the first, which nobody will look at


@pytest.mark.parametrize("error", [StoreError("disk full"), KeyError("private words")])
def test_what_goes_wrong_is_told_and_the_conversation_goes_on(error: Exception) -> None:
    composer = ScriptedComposer(error=error)

    async def scene(service: Service) -> None:
        async with Wire.connected(service) as wire:
            await begin(wire)
            await wire.say(type="edit", seq=1, text="Hi")
            problem = (await wire.hear())["problem"]
            assert problem["status"] in (500, 507)
            assert "private" not in problem["detail"]
            composer.error = None
            await wire.say(type="edit", seq=2, text="Hi")
            assert (await wire.hear())["seq"] == 2

    with_service(scene, composer)


def test_frames_that_are_no_messages_are_answered_with_problems() -> None:
    frames = ("", "{", '{"type":"open","colour":1}', '{"type":"edit","seq":1,"text":"x"}', "\ud800")

    async def scene(service: Service) -> None:
        async with Wire.connected(service) as wire:
            for frame in frames:
                await wire.say_raw(text=frame)
                assert (await wire.hear())["problem"]["status"] in (400, 422)
            await wire.say_raw(bytes=b"\xff")
            assert (await wire.hear())["problem"]["status"] == 400

    with_service(scene)


def test_feedback_on_an_unknown_answer_is_told() -> None:
    async def scene(service: Service) -> None:
        async with Wire.connected(service) as wire:
            await wire.say(type="feedback", id="a9", outcome="ignored")
            assert (await wire.hear())["problem"]["status"] == 404

    with_service(scene)


def test_a_full_house_is_told_on_a_websocket_too() -> None:
    composer = ScriptedComposer()
    composer.gate.clear()

    async def scene(service: Service) -> None:
        async with Wire.connected(service) as one, Wire.connected(service) as other:
            await begin(one)
            await one.say(type="edit", seq=1, text="Hi")
            await until(lambda: len(composer.requests) == 1)
            await begin(other, session="m-2")
            await other.say(type="edit", seq=1, text="Hi")
            assert (await other.hear())["problem"]["status"] == 429
            composer.gate.set()
            assert (await one.hear())["seq"] == 1

    with_service(scene, composer, max_waiting=1)


def test_a_question_called_off_before_its_work_began_costs_no_work() -> None:
    composer = ScriptedComposer()
    composer.gate.clear()

    async def scene(service: Service) -> None:
        async with Wire.connected(service) as wire:
            await begin(wire)
            await wire.say(type="edit", seq=1, text="H")
            await until(lambda: len(composer.requests) == 1)
            await wire.say(type="edit", seq=2, text="Ho")  # waits for the work on the first
            await wire.say(type="cancel")
            await wire.say(type="shout")
            assert (await wire.hear())["type"] == "error"  # so the cancel has been read
            composer.gate.set()
            await wire.say(type="edit", seq=3, at=2, insert="w")
            assert (await wire.hear())["seq"] == 3

    with_service(scene, composer)
    assert [request.text for request in composer.requests] == ["H", "How"]


def test_a_connection_that_ends_while_it_waits_releases_its_session_and_learns_nothing() -> None:
    composer = ScriptedComposer()
    composer.gate.clear()

    async def scene(service: Service) -> None:
        async with Wire.connected(service) as wire:
            await begin(wire, user="me")
            await wire.say(type="edit", seq=1, text="Hi")
            await until(lambda: len(composer.requests) == 1)
        composer.gate.set()

    with_service(scene, composer)
    assert composer.released == ["m-1"]
    assert composer.store.texts == {}


def test_while_the_model_opens_a_websocket_is_told_to_come_again() -> None:
    async def scene() -> None:
        async with Wire.connected(Service(settings_for(), Metrics())) as wire:
            assert (await wire.hear())["problem"]["status"] == 503
            with pytest.raises(ConnectionError, match="1013"):
                await wire.hear()

    run_alone(scene())


def test_a_websocket_without_the_token_is_not_opened() -> None:
    async def scene(service: Service) -> None:
        with pytest.raises(ConnectionError, match="401"):
            async with Wire.connected(service):
                pass
        async with Wire.connected(service, "token=secret", ("foretype",)) as wire:
            await begin(wire)
            assert wire.subprotocol == "foretype"

    with_service(scene, token="secret")
