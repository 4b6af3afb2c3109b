"""An example reads as serving will: markers, context, text, end; and a folder of them is whole or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import small_training
import tiny_llama
from foretype.corpus.documents import Document
from foretype.errors import InputError, ModelError
from foretype.lm.byte_pairs import SPECIAL, train_tokenizer
from foretype.lm.examples import Codec, document_examples, joined, open_codec, open_examples, write_examples
from foretype.runtime.vocabulary import Vocabulary
from foretype.text.prompt import context_tokens


@pytest.fixture(scope="module")
def codec(tmp_path_factory: pytest.TempPathFactory) -> Codec:
    return small_training.codec(tmp_path_factory.mktemp("codec"))


def test_an_example_is_what_serving_reads_and_the_end(codec: Codec) -> None:
    document = Document("ann", "the other", kind="chat", subject="plan", previous="so?")
    ((ids, num_context),) = document_examples(document, codec, max_tokens=96)
    serving = Vocabulary(small_training.TOKENIZER, num_tokens=300, where="test")
    context = context_tokens(serving.encode, codec.markers, kind="chat", previous="so?", subject="plan")
    assert ids == [*context, *serving.encode("the other"), codec.markers.end]
    assert num_context == len(context)


def test_entities_are_one_token_and_markers_in_a_text_are_letters(codec: Codec) -> None:
    assert codec.encode("<name>") == [codec.entities["<name>"]]
    assert codec.encode("a<num>b")[1] == codec.entities["<num>"]
    assert codec.markers.end not in codec.encode("<|end|>")
    assert codec.never_targets == frozenset(codec.entities.values())


@settings(deadline=None, max_examples=60)
@given(text=st.text(max_size=80), size=st.integers(24, 60))
def test_a_long_text_is_cut_without_losing_a_token(codec: Codec, text: str, size: int) -> None:
    parts = list(document_examples(Document("ann", text, subject="plan"), codec, max_tokens=size))
    assert all(len(ids) <= size for ids, _ in parts)
    learned = [token for ids, num_context in parts for token in ids[num_context:]]
    assert learned == [*codec.encode(text), codec.markers.end]


def test_a_context_that_leaves_no_room_is_shortened(codec: Codec) -> None:
    document = Document("ann", "the", subject="s" * 10, previous="p" * 160)
    ((ids, num_context),) = document_examples(document, codec, max_tokens=40)
    assert codec.markers.previous not in ids
    assert codec.markers.subject in ids
    assert num_context <= 20
    with pytest.raises(InputError, match="the markers alone take 3"):
        next(document_examples(document, codec, max_tokens=5))


def test_a_folder_of_examples_reads_back(codec: Codec, tmp_path: Path) -> None:
    documents = list(small_training.documents())
    found = write_examples(documents, tmp_path / "a", codec, max_tokens=96, card={"from": "a test"})
    wanted = [part for document in documents for part in document_examples(document, codec, max_tokens=96)]
    assert len(found) == len(wanted)
    assert found.tokens.tolist() == [token for ids, _ in wanted for token in ids]
    assert found.num_context.tolist() == [num_context for _, num_context in wanted]
    assert (found.card["from"], found.card["tokens"]) == ("a test", len(found.tokens))
    both = joined([found, found])
    assert both.lengths.tolist() == [*found.lengths, *found.lengths]


def test_no_text_and_no_folder_are_told(codec: Codec, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found no document with text"):
        write_examples([Document("ann", "  ")], tmp_path / "a", codec, max_tokens=96)
    with pytest.raises(InputError, match="no training examples"):
        open_examples(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_files_that_do_not_belong_together_are_refused(codec: Codec, tmp_path: Path) -> None:
    write_examples(small_training.documents(), tmp_path / "a", codec, max_tokens=96)
    np.save(tmp_path / "a" / "starts.npy", np.array([0, 3], np.int64))
    with pytest.raises(InputError, match="do not belong together"):
        open_examples(tmp_path / "a")


def test_folders_of_two_tokenizers_are_not_joined(codec: Codec, tmp_path: Path) -> None:
    one = write_examples(small_training.documents(), tmp_path / "a", codec, max_tokens=96)
    (tmp_path / "other.json").write_bytes(train_tokenizer(["the other thing"], size=280))
    other = write_examples(
        small_training.documents(), tmp_path / "b", open_codec(tmp_path / "other.json"), max_tokens=96
    )
    with pytest.raises(InputError, match="found 2 tokenizers among 2 folders"):
        joined([one, other])


def test_a_learned_tokenizer_holds_every_text_and_no_bytes_for_its_markers(tmp_path: Path) -> None:
    file = tmp_path / "tokenizer.json"
    file.write_bytes(train_tokenizer(["the then the <name> there"] * 3, size=290))
    codec = open_codec(file)
    text = "then ünïcode\n\tthe 日本 <name>"
    spelled = Vocabulary(file.read_bytes(), num_tokens=290, where="test").token_bytes
    assert b"".join(spelled[token] for token in codec.encode(text)).decode() == text.replace("<name>", "")
    assert [spelled[token] for token in range(len(SPECIAL))] == [b""] * len(SPECIAL)


def test_a_tokenizer_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "tokenizer.json"
    file.write_bytes(tiny_llama.tokenizer_json())
    with pytest.raises(ModelError, match="found no markers"):
        open_codec(file)
