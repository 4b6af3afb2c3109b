"""What the training of the default model reads, made on a CPU: a scrubbed corpus as token ids, and the teacher in pieces.

    python runs/default_pack.py --data DATA_FOLDER --teacher SmolLM2-135M-Instruct.Q4_1.gguf --out .gpu

writes OUT/tokenizer.json, OUT/data/*.xz (examples) and OUT/teacher-{1,2}/ (raw GGUF blocks), each small enough for one
transfer of 64 MiB beside the working tree; runs/gpu.md has the commands that use them.
"""

from __future__ import annotations

import argparse
import json
import lzma
import multiprocessing
import re
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from gguf import GGUFReader, ReaderTensor
from numpy.typing import NDArray

from foretype.corpus.documents import Document, read_documents
from foretype.corpus.masks import digits_of, mask_of, spread_numbers
from foretype.corpus.names import family_names, names_in
from foretype.corpus.splits import is_valid
from foretype.lm.compress.vocabulary import prune_vocabulary
from foretype.lm.examples import Codec, document_examples, open_codec
from foretype.ngram.tokens import write_raw
from foretype.runtime.architecture import Architecture
from foretype.runtime.checkpoint import EMBEDDING, expected_shapes
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.gguf_file import gguf_name_of, halves_from_pairs
from foretype.text.pieces import ENTITIES, parts, piece_words
from foretype.text.prompt import MARKER_NAMES

SPECIAL = [*MARKER_NAMES.values(), *sorted(ENTITIES)]
VOCABULARY = (
    12_288  # 0.88 of the words of held-out mail are one token; 49,152 give 0.93 (experiments/LOG.md, 8)
)
MAX_TOKENS = 512  # of an example; serving reads at most 3,000 characters
MAX_CHARS = {"lists.jsonl.xz": 3_000}  # what is longer is output of programs
MAX_TEXT_CHARS = 6_000
MAX_COPIES = 10  # of one text
WITHOUT_CONTEXT = 8  # one message in so many is read as a note, without context
SOURCES = ("enron-train.jsonl.xz", "lists.jsonl.xz", "chat-en.jsonl.xz")
VALID = ("enron-valid.jsonl.xz",)
NUM_VALID = 1_500  # examples of each source

_codec: Codec  # of this process
_private: frozenset[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    private = find_names(args.data, args.out / "names.json")
    teacher = read_checkpoint(args.teacher)
    tokenizer = args.out / "tokenizer.json"
    kept = prune_tokenizer(teacher.tokenizer_json, sample(args.data), tokenizer)
    pack_teacher(args.teacher, kept, args.out)
    for name in SOURCES:
        pack_examples(args.data / name, tokenizer, private, args.out / "data")
    for name in VALID:
        pack_examples(args.data / name, tokenizer, private, args.out / "data", valid_only=True)


def find_names(data: Path, cached: Path) -> frozenset[str]:
    """Family names in all sources, held-out authors too: what is private does not depend on the split."""
    if cached.exists():
        return frozenset(json.loads(cached.read_text())["family"])
    documents = (document for name in SOURCES for document in read_documents(data / name))
    with TemporaryDirectory() as scratch:
        raw = write_raw(documents, Path(scratch), progress=lambda count: None)
        found = family_names(raw, names_in(raw.people))
    cached.write_text(json.dumps({"family": sorted(found)}))
    return found


def sample(data: Path) -> Iterator[str]:
    """One text in ten of the training authors."""
    for name in SOURCES:
        for number, document in enumerate(read_documents(data / name)):
            if number % 10 == 0 and not is_valid(document.holder):
                yield document.text


def prune_tokenizer(tokenizer_json: bytes, texts: Iterable[str], out: Path) -> list[int]:
    """Keep the tokens that the texts use most, with special tokens of our own. Gives the old id of each new token."""
    control = [entry["content"] for entry in json.loads(tokenizer_json)["added_tokens"]]
    pruned, old_ids = prune_vocabulary(tokenizer_json, texts, VOCABULARY - len(SPECIAL) + len(control))
    document = json.loads(pruned)
    ids: dict[str, int] = document["model"]["vocab"]
    ordered = [token for token in sorted(ids, key=ids.__getitem__) if token not in control]
    document["added_tokens"] = [_added(name, token_id) for token_id, name in enumerate(SPECIAL)]
    document["model"]["vocab"] = {token: number for number, token in enumerate([*SPECIAL, *ordered])}
    out.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    rows = [*control[: len(SPECIAL)], *ordered]  # a special token begins as one that the teacher has
    return [old_ids[ids[token]] for token in rows]


def _added(name: str, token_id: int) -> dict[str, object]:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": token_id, "content": name, **flags, "special": True}


def pack_teacher(gguf_file: Path, kept: list[int], out: Path) -> None:
    """The body's blocks as they are in the file, under checkpoint names, in two halves; the kept rows in 16 bits."""
    checkpoint = read_checkpoint(gguf_file)
    arch = checkpoint.architecture
    tensors = {tensor.name: tensor for tensor in GGUFReader(gguf_file).tensors}
    names = [name for name, _ in expected_shapes(arch) if name != EMBEDDING]
    for number, half in enumerate((names[: len(names) // 2], names[len(names) // 2 :]), 1):
        blocks = {name: _blocks(tensors[gguf_name_of(name)], name, arch) for name in half}
        (out / f"teacher-{number}").mkdir(exist_ok=True)
        np.savez(out / f"teacher-{number}" / "blocks.npz", **blocks)
    np.save(out / "teacher-1" / "embedding.npy", checkpoint.weight(EMBEDDING)[kept].astype(np.float16))
    pruned = replace(arch, vocab_size=len(kept))
    (out / "teacher-1" / "architecture.json").write_text(json.dumps(asdict(pruned)))


def _blocks(tensor: ReaderTensor, name: str, arch: Architecture) -> NDArray[Any]:
    """Rows of blocks; those of queries and keys in the order that checkpoints have."""
    heads = {"q_proj": arch.num_heads, "k_proj": arch.num_kv_heads}.get(name.split(".")[-2])
    rows = np.asarray(tensor.data)
    return rows if heads is None else halves_from_pairs(rows, num_heads=heads)


def pack_examples(
    file: Path, tokenizer: Path, private: frozenset[str], out: Path, *, valid_only: bool = False
) -> None:
    """Examples of one source: `NAME.train` without the held-out holders, `NAME.valid` with some of those alone."""
    documents = list(_readable(file))
    chunks = [documents[start : start + 4_000] for start in range(0, len(documents), 4_000)]
    with multiprocessing.get_context("fork").Pool(2, _prepare, (tokenizer, private)) as pool:
        encoded = [example for part in pool.imap(_encode, chunks) for example in part]
    valid = [example for example in encoded if example[2] or valid_only][:NUM_VALID]
    train = [] if valid_only else [example for example in encoded if not example[2]]
    for part, examples in (("train", train), ("valid", valid)):
        if examples:
            _write(out, f"{file.name.split('.')[0]}.{part}", examples)


def _readable(file: Path) -> Iterator[Document]:
    """Documents worth learning: not endless, and no text more often than MAX_COPIES."""
    copies: Counter[int] = Counter()
    longest = MAX_CHARS.get(file.name, MAX_TEXT_CHARS)
    for document in read_documents(file):
        copies[hash(document.text)] += 1
        if copies[hash(document.text)] <= MAX_COPIES and document.text.strip():
            yield replace(document, text=document.text[:longest])


def _prepare(tokenizer: Path, private: frozenset[str]) -> None:
    global _codec, _private
    _codec, _private = open_codec(tokenizer), private


def _encode(documents: list[Document]) -> list[tuple[list[int], int, bool]]:
    return [
        (ids, num_context, is_valid(document.holder))
        for document in documents
        for ids, num_context in document_examples(_scrubbed(document), _codec, max_tokens=MAX_TOKENS)
    ]


def _scrubbed(document: Document) -> Document:
    text = scrub(document.text)
    if zlib.crc32(text.encode("utf-8", "replace")) % WITHOUT_CONTEXT == 0:
        return replace(document, text=text, kind="note", subject="", previous="")
    previous = scrub(document.previous[-400:])  # serving reads the last 160 characters
    return replace(document, text=text, subject=scrub(document.subject), previous=previous)


def scrub(text: str) -> str:
    """The text with entities in place of addresses, links, numbers that identify, and family names."""
    split = re.split(r"(\s+)", text)
    pieces = [_scrubbed_piece(piece) for piece in split[::2]]
    digits = np.array([count for _, count in pieces])
    split[::2] = [piece for piece, _ in pieces]
    for place in spread_numbers(digits):
        split[2 * place] = "<num>"
    return "".join(split)


@lru_cache(maxsize=500_000)
def _scrubbed_piece(piece: str) -> tuple[str, int]:
    """What stands for a piece, and the digits it adds to a number in groups."""
    if not piece:
        return piece, 0
    opened, core, _ = parts(piece)
    words = piece_words(piece)
    word = words[len(opened)] if len(opened) < len(words) else piece
    entity = word if word in ENTITIES else mask_of(core)
    if entity is None and core.strip(".,").removesuffix("'s") in _private:
        entity = "<name>"
    count = digits_of(word)
    return (piece if entity is None else piece.replace(core, entity, 1) if core else entity), count


def _write(out: Path, name: str, examples: list[tuple[list[int], int, bool]]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    lengths = np.array([len(ids) for ids, _, _ in examples], np.uint16)
    contexts = np.array([count for _, count, _ in examples], np.uint16)
    tokens = np.concatenate([np.array(ids, np.uint16) for ids, _, _ in examples])
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 4, "dict_size": 1 << 26}]
    for part, array in (("tokens", tokens), ("lengths", lengths), ("contexts", contexts)):
        (out / f"{name}.{part}.xz").write_bytes(lzma.compress(array.tobytes(), filters=filters))
    print(
        name, f"{len(examples):,} examples, {len(tokens):,} tokens, {int(contexts.sum()):,} of them context"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
