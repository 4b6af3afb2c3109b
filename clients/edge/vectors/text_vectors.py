"""Vectors for what needs no model but the lexicon: words, carets, capitals, ids, secrets, phrases, prompts.

It does not know suggestions.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from foretype.ngram.automaton import Automaton
from foretype.personal.phrases import cut_phrase, find_phrases
from foretype.personal.records import Message
from foretype.personal.report import export_messages
from foretype.privacy import cues
from foretype.privacy.secrets import drop_secrets
from foretype.rank.dial import Dial, Turn, utilities
from foretype.text.casing import fold_words, lower_first, upper_first
from foretype.text.prompt import context_words, previous_end, recent, subject_start
from foretype.text.words import join_words, read_caret, split_words

TEXTS = (
    'Hi Susan,\n\nsee "10:30" (draft).',
    "Don't \"quote\" 'me' ((twice)) -- or :-) ... and...more!!! ?!",
    "one\r\n\r\n two\t\tthree\n \n\n four \n",
    "\n\n  begins late",
    "mail bob@example.com, a@b @a b@ https://x.y/z?q=(1) www.example.com. 12345 1234 555-123-4567 2026-05-01",
    "masked <email>, (<url>) <phone>s <address> $<num>% <name>'s <foo> <date>.",
    "a\x1cb\x1fc\x85d\u00a0e\u2003f\u3000g\ufeffh\u200bi\u2028j",
    "emoji 😀😀 👩‍👩‍👧 (😀) 😀, *bold* _it_ #tag $5 €5 50% «guillemets» “curly” ‘single’ it’s",
    "Straße ǅ ŉ İstanbul ıſK ﬁ ΑΣ Ωμέγα 你好。世界 ①②③④⑤ ١٢٣٤٥ ²²²²² x⁀y ⁀",
    "half \ud83d of a pair \ude00, and \U0001f600 one",
    "k" * 48 + " " + "k" * 49 + " " + "é" * 48 + "1 " + "!" * 60,
    "Thanks,",
    "don'",
    "'don'",
    "she said 'don'",
    "",
    " ",
    "x" * 30 + "\n- item\n* item\n1. item\n> quoted\n",
)
WORDS = (
    *(
        "thanks",
        "Thanks",
        "THANKS",
        "A",
        "I",
        "a",
        "USA",
        "iPhone",
        "ß",
        "ßa",
        "ŉx",
        "İx",
        "ǆ",
        "ǅ",
        "Ǆx",
        "ΑΣ",
        "Éa",
    ),
    *(
        "😀",
        "𐐀bc",
        "𐐨bc",
        "ﬁn",
        "ﬀ",
        "Straße",
        "ſo",
        "Ꭰꭰ",
        "ꭰ",
        "ᏸ",
        "ᾳ",
        "ᾼa",
        "µm",
        "Σ",
        "ς",
        "K",
        "",
        "1st",
        "-",
    ),
)
STRANGE = (
    "Quarzlicht",
    "😀",
    "naïveté!",
    "⁀—",
    "half\ud83d",
    "\ude00",
    "你好世界",
    "x" * 47,
    "Zz'z",
    "ÄÖÜ-1",
)
PREFIXES = ("", "th", "Th", "zzz", "’", "é", "⁀", "⁀.", "\ud7ff", "\uffff", "\U0010ffff", "😀", "q", "I", "<")
TOLD = (
    "the wifi password is swordfish, see you",
    "pay with 4111 1111 1111 1111 please",
    "IBAN DE89 3704 0044 0532 0130 00 and card 4111-1111-1111-1111",
    "my pin is 4821. use 4821 as the PIN. Your code: G-4821. area code 415 status code 404",
    "the key ghp_16C7e42F292c6912E7710c838347Ae178B4a and sk-abcdefghijklmnop1234 AKIAIOSFODNN7EXAMPLE",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----\nbye now",
    "recovery phrase: apple banana cherry dog eel fox\nnext line",
    "login: hunter2 token=abc123 password=Tr0ub4dor&3 secret : pa$$word",
    "Passwort lautet jetzt Geheim!7 und mot de passe : soleil",
    "account number 123456 ending in 4242, call 555 123 4567 at 10 30",
    "Q3-report-v2.xlsx McDonaldsJan01 233MHz SunOS4 camelCaseWord DeVaMcKay Donaudampfschifffahrt",
    "https://example.com/reset?token=abc www.x.com/a user:pw@host eyJhbGciOi.eyJzdWIiOiIx.SflKxw",
    "a9F3kQ2z XyZxYzXyZxYz aB3$dE5^ 20260501 19991231 12345678 deadbeef12345678 DEADBEEF1234",
    "the password is required, your password for the guest network in room 12 is lollipop9",
    "api_key=\ufeffZ Bearer:\ufeffhello there",
    "123-45-6789 550e8400-e29b-41d4-a716-446655440000 \u0661\u0662\u0663\u0664 code is A1B2",
)
SAID = (
    Message(
        1_700_000_000, ("please", "let", "me", "know", "if", "Quarzlicht", "works", "⁀.", "\n", "thanks")
    ),
    Message(1_700_000_060, ("please", "let", "me", "know", "⁀,", "thanks", "again")),
    Message(1_700_000_120, ("let", "me", "know", "when", "Quarzlicht", "works", "on", "Friday")),
    Message(1_700_000_180, ("when", "Quarzlicht", "works", "on", "Friday", "<num>", "😀😀")),
    Message(1_700_000_240, ("let", "Me", "KNOW", "and", "let", "me", "see")),
)
CUT = ("let me know", "quarzlicht", "works on Friday", "not there", "please let me know")
LONG = "word " * 400 + "😀 " * 500 + "x" * 1600


def text_vectors(background: Automaton) -> dict[str, Any]:
    """All of them, ready for json.dumps."""
    return {
        "splits": [_split(text, background) for text in TEXTS],
        "cases": [[word, lower_first(word), upper_first(word), word.casefold()] for word in WORDS],
        "ids": [[word, background.lexicon.id(word)] for word in (*STRANGE, "the", "Susan", "<s>", "⁀,")],
        "ranges": [[prefix, *background.lexicon.prefix_range(prefix)] for prefix in PREFIXES],
        "lower": [
            [word, background.is_lower(word)] for word in ("the", "susan", "i", "thanks", "Quarzlicht")
        ],
        "prompts": _prompts(),
        "cues": {name: sorted(getattr(cues, name)) for name in vars(cues) if name.isupper()},
        "secrets": [[text, *drop_secrets(split_words(text))] for text in TOLD],
        "phrases": [[p.text, p.count, int(p.last.timestamp()), p.words] for p in _phrases(background)],
        "said": [[message.sent_s, list(message.words)] for message in SAID],
        "exported": export_messages("u1", SAID),
        "cuts": [_cut(phrase) for phrase in CUT],
        "dial": _dial(),
        "letters": _letters(),
    }


def _split(text: str, background: Automaton) -> dict[str, Any]:
    words = split_words(text)
    carets = [read_caret(text[:at]) for at in range(len(text) + 1)]
    return {
        "text": text,
        "words": words,
        "joined": join_words(words),
        "folded": fold_words(words, is_lower=background.is_lower),
        "carets": [
            [caret.typed, caret.space_due, caret.after_space, len(caret.words), *caret.words[-1:]]
            for caret in carets
        ],
    }


def _prompts() -> list[dict[str, str]]:
    texts = (LONG, LONG[:2999], "  short  ", "x" * 200, "y " * 90, "\u00a0" + "😀" * 170)
    return [
        {
            "text": text,
            "recent": recent(text),
            "previous": previous_end(text),
            "subject": subject_start(text),
            "context": context_words(previous=text[:90], subject=text[-90:]),
        }
        for text in texts
    ]


def _phrases(background: Automaton) -> Any:
    return find_phrases(SAID, knows=background.lexicon.knows)


def _cut(phrase: str) -> list[Any]:
    kept, num_cut = cut_phrase(SAID, split_words(phrase))
    return [phrase, num_cut, [[message.sent_s, list(message.words)] for message in kept]]


def _letters() -> dict[str, Any]:
    """Every code point of Unicode 14: which there are, a checksum of those in each class, and of all folds."""
    there = [
        letter for letter in map(chr, range(0x110000)) if unicodedata.category(letter) not in ("Cn", "Cs")
    ]
    classes: dict[str, Callable[[str], bool]] = {
        "alpha": str.isalpha,
        "alnum": str.isalnum,
        "blank": str.isspace,
        "digit": str.isdigit,
        "upper": str.isupper,
    }
    return {
        "ranges": _ranges([ord(letter) for letter in there]),
        "classes": {name: _sum(filter(holds, there)) for name, holds in classes.items()},
        "folds": _sum(letter.casefold() for letter in there),
    }


def _ranges(points: list[int]) -> list[list[int]]:
    """Runs of neighbours: first and last of each."""
    found: list[list[int]] = []
    for point in points:
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return found


def _sum(texts: Iterable[str]) -> int:
    return zlib.crc32("\n".join(texts).encode())


def _dial() -> dict[str, Any]:
    dial = Dial([Turn(0.25, 4.0, 1.0), Turn(0.5, 2.0, 0.25), Turn(0.75, 1.0, -1.0)])
    turns = [dial.at(share) for share in (0.01, 0.25, 0.3, 0.5, 0.61, 0.75, 1.0)]
    probs, lengths = np.array([0.1, 0.33, 0.9], np.float32), np.array([3, 8, 21], np.float32)
    worth = utilities(probs, lengths, wrong_look=0.7)
    return {
        "turns": [[turn.coverage, turn.wrong_look, turn.least] for turn in turns],
        "utilities": [[float(p), float(n), float(u)] for p, n, u in zip(probs, lengths, worth, strict=True)],
    }
