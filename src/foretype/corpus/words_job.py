"""The words of a corpus that enough authors write, most frequent first: a vocabulary that tells of nobody.

It does not know tokens smaller than words.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from foretype.corpus.files import written_whole
from foretype.corpus.parts import Facts, Heard, Runner, meter, refused, resumable, run_parts
from foretype.corpus.row_parts import RowPart, cut_rows, part_documents, round_of, row_plan
from foretype.corpus.shares import Shares
from foretype.text.words import is_word, split_words


def write_words(
    paths: Sequence[Path],
    out: Path,
    *,
    min_authors: int,
    max_words: int,
    run: Runner,
    heard: Heard = lambda stage, share: None,
) -> Facts:
    """Write a line "word<TAB>count" for each word that `min_authors` write, at most `max_words` of them.

    Raises InputError where no word is left.
    """
    with resumable(out, row_plan(paths, {"min_authors": min_authors})) as folder:
        parts = round_of("words", cut_rows(paths, folder), folder)
        work = partial(words_part, min_authors=min_authors)
        facts = run_parts(work, parts, run=run, finished=meter("counting words", parts, heard))
        shares = Shares(min_holders=min_authors)
        for fact in facts:
            shares.merge(fact)
        common = shares.common()
        if not common:
            raise refused(
                folder, f"found no word that {min_authors} authors write; lower --min-authors or add texts"
            )
        chosen = sorted(common.items(), key=lambda item: (-item[1], item[0]))[:max_words]
        with written_whole(out) as file:
            file.writelines(f"{word}\t{count}\n".encode("utf-8", "replace") for word, count in chosen)
    return {"words": len(chosen), "shared_words": len(common), "different_words": len(shares.state())}


def words_part(part: RowPart, *, min_authors: int) -> Facts:
    """A part's words as `Shares.state` tells them."""
    shares = Shares(min_holders=min_authors)
    for document in part_documents(part):
        shares.learn_one(document.holder, filter(is_word, split_words(document.text)))
    return dict(shares.state())
