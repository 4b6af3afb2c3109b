"""Vectors for look-ups in the packaged background.ngram and in a memory: contexts, candidates, masses, what followed.

It does not know what is made of them.
"""

from __future__ import annotations

from typing import Any

from foretype.ngram.automaton import Automaton, Match
from foretype.ngram.memory import Memory
from foretype.text.words import split_words

CONTEXTS = (
    "",
    "<s>",
    "thanks",
    "Please let me",
    "let me know if",
    "looking forward to hearing",
    "I am looking forward to",
    "the",
    "of the",
    "Quarzlicht of the",
    "of Quarzlicht the",
    "best regards ⁀, \n\n",
    "⁀. I think that",
    "attached is the",
    "at the end of the",
)
ASKED = (
    "the",
    "know",
    "forward",
    "to",
    "you",
    "hearing",
    "Susan",
    "⁀,",
    "\n",
    "</s>",
    "<unk>",
    "Quarzlicht",
    "zebra",
)
PREFIXES = ("", "t", "th", "k", "⁀", "S", "zebr", "qqq")
LIMITS = (3, 10)
LEARNED = (
    "Please send the Quarzlicht figures to the Hamburg office. The figures are for Hamburg.",
    "the office in Hamburg has the figures; Quarzlicht Quarzlicht Quarzlicht!",
    "Please send the Quarzlicht tickets 😀 to the office\n\nthanks",
)
FOLLOWED = (
    "",
    "the",
    "Quarzlicht",
    "send the Quarzlicht",
    "<s>",
    "to the",
    "office",
    "nobody said",
    "</s>",
    "⁀.",
)


def count_vectors(background: Automaton) -> dict[str, Any]:
    """All of them, ready for json.dumps."""
    return {
        "asked": ASKED,
        "prefixes": PREFIXES,
        "limits": LIMITS,
        "contexts": [_context(background, context) for context in CONTEXTS],
        "learned": LEARNED,
        "memory": _memory(background),
    }


def _context(background: Automaton, context: str) -> dict[str, Any]:
    matches = background.match(background.lexicon.ids(_words(context)))
    return {"words": _words(context), "matches": [_match(background, match) for match in matches]}


def _words(context: str) -> list[str]:
    return [word for word in context.split(" ") if word]


def _match(background: Automaton, match: Match) -> dict[str, Any]:
    ids = [background.lexicon.id(word) for word in ASKED]
    ranges = [background.lexicon.prefix_range(prefix) for prefix in PREFIXES]
    return {
        "at": [match.order, match.first, match.last],
        "gamma": match.gamma,
        "evidence": match.evidence,
        "alphas": background.alphas(match, ids),
        "masses": [background.range_alpha(match, low=low, high=high) for low, high in ranges],
        "tops": [
            sorted(background.top(match, low=low, high=high, limit=limit))
            for low, high in ranges
            for limit in LIMITS
        ],
    }


def _memory(background: Automaton) -> dict[str, Any]:
    memory = Memory(background.lexicon)
    for text in LEARNED:
        memory.learn_one(split_words(text))
    follows = [memory.follows(background.lexicon.ids(_words(context)), max_order=4) for context in FOLLOWED]
    return {
        "tokens": len(memory),
        "strange": memory.strange,
        "begins": [[prefix, memory.strange_with_prefix(prefix)] for prefix in ("", "Q", "Qu", "😀", "x")],
        "follows": [
            [_words(context), [[list(each.ids), list(each.counts), each.total] for each in found]]
            for context, found in zip(FOLLOWED, follows, strict=True)
        ],
    }
