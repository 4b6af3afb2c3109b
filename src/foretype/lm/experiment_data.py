"""The experiment's data: Enron's splits as word ids with contexts, or as ids of byte pairs without.

    train        authors of the training file that no hash holds out
    valid-known  the same authors' next mails          test-known  their last ones
    valid-new    authors held out                      test-new    other authors

Made once (`prepare_words`, `prepare_pieces`) into a folder and read from there; a folder made elsewhere does as well. It
does not know networks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from foretype.corpus.documents import Document, read_documents
from foretype.corpus.splits import train_part, valid_part
from foretype.errors import InputError
from foretype.lm.mail_arrays import MailArrays, load_mail_arrays, piece_arrays, word_arrays
from foretype.lm.spelling import Spelling
from foretype.lm.word_vocabulary import MARKS, WordVocabulary, choose_vocabulary, load_vocabulary
from foretype.text.words import ENTITIES, join_words, split_words

VALID = ("valid-known", "valid-new")
TEST = ("test-known", "test-new")
HOME = "enron.com"  # of senders whose address shows no domain
BATCH_OF_TEXTS = 20_000  # encoded at once

FILES = {
    "train": "enron-train.jsonl.xz",
    "valid-known": "enron-valid.jsonl.xz",
    "valid-new": "enron-train.jsonl.xz",
    "test-known": "enron-test-known.jsonl.xz",
    "test-new": "enron-test-new.jsonl.xz",
}


def read_split(data: Path, split: str, *, limit: int | None = None) -> Iterator[Document]:
    """Documents of a split in the order of its file; `limit`: only the first so many."""
    documents = read_documents(data / FILES[split])
    if split == "train":
        documents = train_part(documents)
    elif split == "valid-new":
        documents = valid_part(documents)
    return islice(documents, limit)


def prepare_words(
    data: Path,
    folder: Path,
    *,
    max_words: int,
    splits: Sequence[str],
    limit: int | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> None:
    """Write the vocabulary and every split's arrays. Raises InputError where a split has no text."""
    folder.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    vocabulary = choose_vocabulary(
        _counted(read_split(data, "train", limit=limit), counts), max_words=max_words
    )
    vocabulary.save(folder / "words.json")
    spelling = Spelling(word for word in counts if not vocabulary.knows(word) and word not in ENTITIES)
    for split in splits:
        arrays = word_arrays(read_split(data, split, limit=limit), vocabulary, spelling, home=HOME)
        arrays.save(folder / f"words-{split}.npz")
        say(f"{split}: {len(arrays):,} mails, {len(arrays.text):,} tokens of {len(vocabulary):,} words")


def prepare_pieces(
    data: Path,
    folder: Path,
    *,
    size: int,
    splits: Sequence[str],
    limit: int | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> None:
    """Write a byte-pair vocabulary of `size` tokens (unless it stands there) and every split's arrays."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"bpe-{size}.json"
    if not path.exists():
        texts = (
            join_words(split_words(document.text)) for document in read_split(data, "train", limit=limit)
        )
        train_pieces(texts, size=size).save(str(path))
    tokenizer = Tokenizer.from_file(str(path))
    for split in splits:
        arrays = piece_arrays(read_split(data, split, limit=limit), lambda texts: _encoded(tokenizer, texts))
        arrays.save(folder / f"bpe-{size}-{split}.npz")
        say(f"{split}: {len(arrays):,} mails, {len(arrays.text):,} tokens of {size:,} pieces")


def train_pieces(texts: Iterator[str], *, size: int) -> Tokenizer:
    """Byte pairs over bytes, so that no text is unknown; marks and entities are tokens of their own."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=[*MARKS, *sorted(ENTITIES)],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def load_words(folder: Path, split: str) -> MailArrays:
    return load_mail_arrays(folder / f"words-{split}.npz")


def load_pieces(folder: Path, size: int, split: str) -> MailArrays:
    return load_mail_arrays(folder / f"bpe-{size}-{split}.npz")


def load_word_vocabulary(folder: Path) -> WordVocabulary:
    return load_vocabulary(folder / "words.json")


def _counted(documents: Iterator[Document], counts: Counter[str]) -> Iterator[tuple[str, list[str]]]:
    """Holders and words of documents, counting the words on the way."""
    empty = True
    for document in documents:
        words = split_words(document.text)
        counts.update(words)
        empty = empty and not words
        yield document.holder, words
    if empty:
        raise InputError("train: found no mail with text; name a folder with a fuller corpus")


def _encoded(tokenizer: Tokenizer, texts: Sequence[str]) -> Iterator[list[int]]:
    batches = (texts[start : start + BATCH_OF_TEXTS] for start in range(0, len(texts), BATCH_OF_TEXTS))
    encoded = (tokenizer.encode_batch(list(batch), add_special_tokens=False) for batch in batches)
    return (found.ids for found in chain.from_iterable(encoded))
