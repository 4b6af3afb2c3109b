"""What every personal store must do, whatever database lies below: subclass and give a `store`.

A brand-new user, isolation, learning at once, secrets, forgetting, and what people may read.
"""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from foretype.compose.protocols import PersonalModels
from foretype.compose.request import Context
from foretype.errors import InputError
from foretype.ngram.lexicon import Lexicon
from foretype.ngram.memory import Memory
from foretype.personal.store import Store
from foretype.privacy.secrets import BOUNDARY
from foretype.text.words import split_words

LEXICON = Lexicon(split_words("let me know if you have any questions, please. the report is ready see soon"))
CANARY = "the zebra eats purple marmalade"
STRANGE_USERS = ["a/b/../c", "日本 🌻", "x" * 256, "' OR 1=1 --", "a\nb", ".", "%00", "{u1}:*", "U1"]
MAIL = Context()


def counts(memory: Memory | None, text: str) -> dict[str, float]:
    """What followed the words of `text`, with counts, at the longest context."""
    assert memory is not None
    context = memory.lexicon.ids(split_words(text))
    found = memory.follows(context, max_order=len(context))
    if len(found) <= len(context):
        return {}
    words = [memory.word(int(id)) for id in found[-1].ids]
    return {word: float(count) for word, count in zip(words, found[-1].counts, strict=True) if word}


class PersonalContract:
    """The claims. A subclass provides the fixture `store` (lexicon: LEXICON), empty at first."""

    def test_it_is_a_personal_models(self, store: Store) -> None:
        models: PersonalModels = store
        assert models is store

    def test_a_brand_new_user_has_nothing(self, store: Store) -> None:
        assert store.memory("new") is None
        assert store.info("new") is None
        assert store.export("new") is None
        assert store.phrases("new") == []
        assert store.forget("new") is False
        assert store.forget_phrase("new", "let me") == 0
        assert store.users() == []

    def test_the_very_next_memory_knows_what_was_learned(self, store: Store) -> None:
        for times in range(1, 4):
            store.learn("u1", "Please let me know", context=MAIL)
            assert counts(store.memory("u1"), "let me") == {"know": times}

    def test_a_held_memory_never_changes(self, store: Store) -> None:
        store.learn("u1", "let me know", context=MAIL)
        held = store.memory("u1")
        store.learn("u1", "let me see", context=MAIL)
        assert counts(held, "let me") == {"know": 1}
        assert counts(store.memory("u1"), "let me") == {"know": 1, "see": 1}

    def test_an_unchanged_memory_is_not_opened_twice(self, store: Store) -> None:
        store.learn("u1", "let me know", context=MAIL)
        assert store.memory("u1") is store.memory("u1")

    def test_a_canary_never_shows_in_anothers_memory(self, store: Store) -> None:
        users = ["u1", "u10", *STRANGE_USERS]
        for user in users:
            store.learn(user, f"the report is ready {CANARY} {users.index(user)}", context=MAIL)
        store.learn("other", "the report is ready", context=MAIL)
        assert counts(store.memory("other"), "the") == {"report": 1}
        assert counts(store.memory("other"), "zebra") == {}
        for number, user in enumerate(users):
            assert counts(store.memory(user), "purple marmalade") == {str(number): 1}
        assert store.users() == sorted([*users, "other"])

    def test_forgetting_one_user_leaves_the_others(self, store: Store) -> None:
        for user in ["u1", *STRANGE_USERS]:
            store.learn(user, CANARY, context=MAIL)
        for user in STRANGE_USERS:
            assert store.forget(user) is True
            assert store.memory(user) is None and store.forget(user) is False
        assert counts(store.memory("u1"), "purple") == {"marmalade": 1}
        assert store.users() == ["u1"]

    def test_a_forgotten_user_starts_anew(self, store: Store) -> None:
        store.learn("u1", CANARY, context=MAIL)
        store.memory("u1")
        store.forget("u1")
        store.learn("u1", "let me know", context=MAIL)
        memory = store.memory("u1")
        assert counts(memory, "let me") == {"know": 1} and counts(memory, "purple") == {}

    def test_a_sensitive_field_teaches_nothing(self, store: Store) -> None:
        learned = store.learn("u1", "let me know", context=Context(sensitive=True))
        assert (learned.num_words, learned.num_refused) == (0, 0)
        assert store.memory("u1") is None

    def test_secrets_are_not_kept_and_nothing_joins_over_them(self, store: Store) -> None:
        learned = store.learn("u1", "the password is swordfish let me know", context=MAIL)
        assert learned.num_refused == 1
        assert "swordfish" not in json.dumps(store.export("u1"))
        assert counts(store.memory("u1"), "is") == {BOUNDARY: 1}
        assert counts(store.memory("u1"), "is let") == {}

    @pytest.mark.parametrize(
        "text", ["", " \n\t ", "\n\n", "...", "!!! ,,,", "4111 1111 1111 1111", "a@b.de"]
    )
    def test_a_text_without_a_word_keeps_nothing(self, store: Store, text: str) -> None:
        if store.learn("u1", text, context=MAIL).num_words == 0:
            assert store.memory("u1") is None and store.users() == []

    @pytest.mark.parametrize("user", ["", "x" * 257, "a\0b", "\ud800"])
    def test_a_bad_user_id_is_refused_everywhere(self, store: Store, user: str) -> None:
        calls: list[Any] = [
            store.memory,
            store.forget,
            store.export,
            store.info,
            store.phrases,
            lambda user: store.learn(user, "hi", context=MAIL),
            lambda user: store.forget_phrase(user, "hi"),
        ]
        for call in calls:
            with pytest.raises(InputError, match="user"):
                call(user)

    def test_text_that_is_no_unicode_is_refused_and_nothing_kept(self, store: Store) -> None:
        with pytest.raises(InputError, match="surrogate"):
            store.learn("u1", "hello \udc80 there", context=MAIL)
        with pytest.raises(InputError, match="word"):
            store.forget_phrase("u1", " \n")
        assert store.users() == []

    @pytest.mark.parametrize(
        "text", ["שלום עולם טוב", "👩‍👩‍👧 🎉 ok", "a\0b c", "x " * 50_000, "ok\u2028go on\x1e\x1fnow"]
    )
    def test_unusual_text_is_learned_whole(self, store: Store, text: str) -> None:
        store.learn("u1", text, context=MAIL)
        store.learn("u1", "let me know", context=MAIL)
        exported = store.export("u1")
        assert exported is not None and len(exported["messages"]) == 2
        assert split_words(exported["messages"][0]["text"]) == split_words(text)

    def test_the_context_of_every_message_is_apart(self, store: Store) -> None:
        store.learn("u1", "let me", context=MAIL)
        store.learn("u1", "know if", context=MAIL)
        assert "know" not in counts(store.memory("u1"), "let me")

    def test_phrases_list_whole_sequences_with_count_and_last_date(self, store: Store) -> None:
        for day in (3, 1, 2):
            sent = Context(sent_at=datetime(2024, 5, day, tzinfo=UTC))
            store.learn("u1", "please let me know soon, Zyxomma", context=sent)
        found = {phrase.text: phrase for phrase in store.phrases("u1")}
        assert set(found) == {"please let me know soon", "Zyxomma"}
        assert found["Zyxomma"].count == 3
        assert found["please let me know soon"].last == datetime(2024, 5, 3, tzinfo=UTC)

    def test_phrases_can_be_searched_and_bounded(self, store: Store) -> None:
        for _ in range(2):
            store.learn("u1", "let me know. the report is ready. see you soon.", context=MAIL)
        assert [phrase.text for phrase in store.phrases("u1", query="REPORT")] == ["the report is ready"]
        assert len(store.phrases("u1", limit=2)) == 2

    def test_a_forgotten_phrase_is_neither_suggested_nor_exported(self, store: Store) -> None:
        store.learn("u1", "Let me know, the report is ready. let me know if you have", context=MAIL)
        store.learn("u1", "see you soon", context=MAIL)
        assert store.forget_phrase("u1", "let me know") == 2
        memory = store.memory("u1")
        assert counts(memory, "let") == {} and counts(memory, "report is") == {"ready": 1}
        assert "know" not in json.dumps(store.export("u1"))
        assert store.forget_phrase("u1", "let me know") == 0
        store.learn("u1", "let me see", context=MAIL)
        assert counts(store.memory("u1"), "let me") == {"see": 1}

    def test_forgetting_every_word_leaves_an_empty_memory(self, store: Store) -> None:
        store.learn("u1", "Zyxomma", context=MAIL)
        assert store.forget_phrase("u1", "zyxomma") == 1
        memory = store.memory("u1")
        assert memory is not None and len(memory) == 0 and memory.strange == []

    def test_info_counts_what_is_kept(self, store: Store) -> None:
        for day in (2, 1):
            sent = Context(sent_at=datetime(2024, 5, day, tzinfo=UTC))
            store.learn("u1", "let me know, please", context=sent)
        info = store.info("u1")
        memory = store.memory("u1")
        assert info is not None and memory is not None
        assert (info.messages, info.words, info.tokens) == (2, 8, len(memory))
        assert info.first == datetime(2024, 5, 1, tzinfo=UTC) and info.last == datetime(
            2024, 5, 2, tzinfo=UTC
        )
        assert 0 < info.bytes < 1_000

    def test_a_long_history_is_the_same_as_one_memory_that_saw_it_all(self, store: Store) -> None:
        texts = [f"let me know about word{number % 50} " + "see you soon " * 8 for number in range(200)]
        twin = Memory(LEXICON)
        for text in texts:
            store.learn("u1", text, context=MAIL)
            twin.learn_one(split_words(text))
        memory = store.memory("u1")
        assert memory is not None
        assert memory.stream.tolist() == twin.stream.tolist()
        assert memory.strange == twin.strange

    def test_threads_that_learn_for_one_user_lose_nothing(self, store: Store) -> None:
        def learn(name: int) -> None:
            for number in range(12):
                store.learn("u1", f"me thread{name} said{number}", context=MAIL)
                assert counts(store.memory("u1"), f"thread{name}").get(f"said{number}") == 1

        threads = [threading.Thread(target=learn, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(counts(store.memory("u1"), "me").values()) == 48
