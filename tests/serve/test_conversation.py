"""Claims about one WebSocket's conversation, without a socket."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretype.compose.request import Answer, OutcomeKind
from foretype.serve.conversation import (
    Action,
    Ask,
    CallOff,
    Conversation,
    Learn,
    Release,
    Report,
    Say,
    spliced,
)
from foretype.serve.problem import RefusedError
from foretype.serve.protocol import Limits

ANSWER = Answer("a1", (), "m", 1.0)


def begun(**opening: Any) -> Conversation:
    conversation = fresh()
    hear(conversation, type="open", session="m-1", **opening)
    return conversation


def fresh() -> Conversation:
    return Conversation(model="m", limits=Limits(100), new_session=lambda: "made-up")


def hear(conversation: Conversation, **message: Any) -> list[Action]:
    return conversation.hear(json.dumps(message).encode())


def text_asked(actions: list[Action]) -> str:
    [ask] = actions
    assert isinstance(ask, Ask)
    return ask.request.text


def said(actions: list[Action]) -> dict[str, Any]:
    say = actions[-1]
    assert isinstance(say, Say)
    message: dict[str, Any] = json.loads(say.data)
    return message


def is_refused(actions: list[Action]) -> bool:
    return len(actions) == 1 and said(actions)["type"] == "error"


def test_an_opening_is_answered_with_session_and_model() -> None:
    actions = hear(fresh(), type="open", session="m-1")
    assert said(actions) == {"type": "opened", "session": "m-1", "model": "m"}


def test_a_session_without_a_name_is_given_one() -> None:
    assert said(hear(fresh(), type="open"))["session"] == "made-up"


def test_what_was_opened_with_goes_into_every_question() -> None:
    conversation = begun(user="me", n=3, max_words=4, deadline_ms=50, context={"subject": "S"})
    [ask] = hear(conversation, type="edit", seq=1, text="Hi", suffix="!")
    assert isinstance(ask, Ask)
    request = ask.request
    assert (request.text, request.suffix, request.user, request.session) == ("Hi", "!", "me", "m-1")
    assert (request.n, request.max_words, request.deadline_ms) == (3, 4, 50.0)
    assert request.context.subject == "S"


def test_a_changed_context_holds_from_the_next_edit_on() -> None:
    conversation = begun()
    assert hear(conversation, type="context", context={"subject": "New"}) == []
    [ask] = hear(conversation, type="edit", seq=1, text="Hi")
    assert isinstance(ask, Ask)
    assert ask.request.context.subject == "New"


def test_deltas_build_on_the_text_before_and_leave_the_suffix() -> None:
    conversation = begun()
    hear(conversation, type="edit", seq=1, text="a😀b", suffix="end")
    [ask] = hear(conversation, type="edit", seq=2, at=3, delete=1, insert="cd")
    assert isinstance(ask, Ask)
    assert (ask.request.text, ask.request.suffix) == ("a😀cd", "end")


@pytest.mark.parametrize(
    "change",
    [
        {"at": 2, "insert": "x"},  # inside the emoji
        {"at": 0, "delete": 9},
        {"at": 99, "insert": "x"},
        {"text": "x", "at": 0},
        {},
        {"at": 0, "insert": "x" * 101},
        {"at": 0, "insert": "\0"},
    ],
)
def test_a_refused_change_leaves_the_text_as_it_was(change: dict[str, Any]) -> None:
    conversation = begun()
    hear(conversation, type="edit", seq=1, text="a😀b")
    assert is_refused(hear(conversation, type="edit", seq=2, **change))
    assert text_asked(hear(conversation, type="edit", seq=3, at=0, insert="")) == "a😀b"


def test_an_edit_that_is_not_newer_is_refused() -> None:
    conversation = begun()
    hear(conversation, type="edit", seq=5, text="Hi")
    assert is_refused(hear(conversation, type="edit", seq=5, text="Ho"))
    assert is_refused(hear(conversation, type="edit", seq=4, text="Ho"))


def test_only_the_newest_edit_is_answered() -> None:
    conversation = begun()
    hear(conversation, type="edit", seq=1, text="H")
    hear(conversation, type="edit", seq=2, text="Hi")
    assert conversation.answered(1, ANSWER) is None
    frame = conversation.answered(2, ANSWER)
    assert frame is not None
    message = json.loads(frame)
    assert (message["type"], message["seq"], message["final"], message["id"]) == ("suggestion", 2, True, "a1")


def test_a_question_that_is_called_off_is_not_answered_and_the_next_one_is() -> None:
    conversation = begun()
    hear(conversation, type="edit", seq=1, text="Hi")
    assert hear(conversation, type="cancel") == [CallOff()]
    assert conversation.answered(1, ANSWER) is None
    assert is_refused(hear(conversation, type="edit", seq=1, text="Hi"))
    assert text_asked(hear(conversation, type="edit", seq=2, at=2, insert="!")) == "Hi!"
    assert conversation.answered(2, ANSWER) is not None


def test_calling_off_before_anything_was_opened_is_refused() -> None:
    assert is_refused(hear(fresh(), type="cancel"))


def test_an_answer_after_the_end_is_dropped() -> None:
    conversation = begun()
    hear(conversation, type="edit", seq=1, text="H")
    hear(conversation, type="close")
    assert conversation.answered(1, ANSWER) is None


def test_feedback_is_reported() -> None:
    actions = hear(begun(), type="feedback", id="a1", outcome="accepted", characters=7)
    assert actions == [Report("a1", OutcomeKind.ACCEPTED, 7)]
    later = hear(begun(), type="feedback", id="a1", outcome="accepted", characters=7, persisted=False)
    assert later == [Report("a1", OutcomeKind.ACCEPTED, 7, persisted=False)]


def test_a_sent_message_is_learned_whole() -> None:
    conversation = begun(user="me")
    hear(conversation, type="edit", seq=1, text="Hi Su", suffix="san")
    release, learn = hear(conversation, type="close", sent=True)
    assert release == Release("m-1")
    assert isinstance(learn, Learn)
    assert (learn.user, learn.text) == ("me", "Hi Susan")


def test_a_message_that_was_not_sent_is_not_learned() -> None:
    conversation = begun(user="me")
    hear(conversation, type="edit", seq=1, text="Hi")
    assert hear(conversation, type="close", sent=False) == [Release("m-1")]


def test_nothing_is_learned_for_nobody() -> None:
    conversation = begun()
    hear(conversation, type="edit", seq=1, text="Hi")
    assert said(hear(conversation, type="close", sent=True)) == {"type": "learned", "words": 0, "refused": 0}


def test_one_connection_carries_one_message_after_another() -> None:
    conversation = begun()
    hear(conversation, type="edit", seq=9, text="Hi")
    actions = hear(conversation, type="open", session="m-2")
    assert actions[0] == Release("m-1")
    assert text_asked(hear(conversation, type="edit", seq=1, at=0, insert="Ho")) == "Ho"


@pytest.mark.parametrize(
    "message",
    [
        {"type": "edit", "seq": 1, "text": "x"},
        {"type": "context", "context": {}},
        {"type": "close"},
    ],
)
def test_nothing_comes_before_open(message: dict[str, Any]) -> None:
    assert is_refused(hear(fresh(), **message))


@pytest.mark.parametrize(
    "frame", [b"", b"\xff", b"[]", b"{}", b'{"type":"shout"}', b'{"type":"edit","seq":-1,"text":""}']
)
def test_a_bad_frame_is_answered_and_the_conversation_goes_on(frame: bytes) -> None:
    conversation = begun()
    assert is_refused(conversation.hear(frame))
    assert text_asked(hear(conversation, type="edit", seq=1, text="Hi")) == "Hi"


def test_a_lost_connection_releases_its_session_once() -> None:
    conversation = begun()
    assert conversation.lost() == [Release("m-1")]
    assert conversation.lost() == []


@given(st.text("ab😀é", max_size=8), st.integers(0, 20), st.integers(0, 20), st.text("x👍", max_size=3))
def test_a_change_does_what_a_browser_does(text: str, at: int, delete: int, insert: str) -> None:
    units = [text.encode("utf-16-le")[i : i + 2] for i in range(0, 2 * utf16_length(text), 2)]
    wanted = b"".join([*units[:at], insert.encode("utf-16-le"), *units[at + delete :]])
    try:
        found = spliced(text, at, delete, insert)
    except RefusedError:
        assert at + delete > len(units) or is_cut(units, at) or is_cut(units, at + delete)
    else:
        assert found.encode("utf-16-le") == wanted


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def is_cut(units: list[bytes], at: int) -> bool:
    return at < len(units) and 0xDC <= units[at][1] <= 0xDF


@given(
    st.lists(st.binary(max_size=60) | st.sampled_from([b'{"type":"open"}', b'{"type":"close"}']), max_size=8)
)
def test_any_frames_give_actions_and_never_an_exception(frames: list[bytes]) -> None:
    conversation = fresh()
    for frame in frames:
        assert isinstance(conversation.hear(frame), list)
