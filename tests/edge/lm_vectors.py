"""What the browser's language model must say: texts with their tokens, and questions with the server's answers.

`python tests/edge/lm_vectors.py` writes both files anew from the packaged model; clients/edge/test/lm reads them.
Texts are made up, by hand or by chance with a seed. It does not know how the browser comes to its answers.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from foretype.runtime.onnx_model import OnnxModel, open_model
from foretype.text.prompt import context_tokens, text_tokens

Case: TypeAlias = dict[str, Any]

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "src/foretype/data/model"
FOLDER = ROOT / "clients/edge/vectors"
NUM_TOP = 20
NUM_RANDOM = 120
SEED = 20261123

BY_HAND = [
    "",
    " ",
    "Hi Susan,\n\nThanks for sending the report. I'll look at it on Monday; we've 3 weeks left!",
    "it's they're we'll I'd I'm o'clock 'tis IT'S CAN'T don’t",
    "1 12 123 1,234.56 ½ ٣ Ⅷ ² 0x1F a1b2",
    "a  b   c    d\t\te \t f\n\n\n g\r\nh\r\n\r\n i \n",
    "trailing   ",
    "\n\n\n",
    "\u00a0\u2003\u3000x\u0085y\u200bz\ufeffw\u180e\u2028v",
    "na\u00efve na\u0131ve Stra\u00dfe \u0130stanbul \ufb01ne e\u0301 \u212b",
    "👍 👩‍👩‍👧‍👦🏳️‍🌈 ✈️ 🇨🇭 5️⃣ a👍b",
    "中文 日本語 한국어 русский العربية עברית हिन्दी ไทย",
    "<|start|><|text|> <email> <|im_start|>user <name>",
    "Ġthe Ċ ĉ Â\u00ad Ã©",
    "\x00\x01\x1f\x7f \x80\x9f",
    "x" * 300,
    "https://example.org/a?b=c&d=%20#e http://[::1]:8000 me@example.org +41 44 123 45 67",
    "   leading",
    "---===*** ... !!! ?!?! ((([[[{{{ “quoted” ‘so’ — – …",
    "half \ud83d of a pair, and \udc4d the other, \ud83d\ud83d",
]
# Around these, because classes of characters begin and end there, and where UTF-8 grows by a byte.
EDGES = [
    0x0,
    0x20,
    0x30,
    0x41,
    0x7F,
    0x80,
    0x85,
    0xA0,
    0xB2,
    0x2BF,
    0x370,
    0x600,
    0x7FF,
    0x900,
    0x2000,
    0x200B,
]
EDGES += [
    0x2028,
    0x20D0,
    0x2150,
    0x3000,
    0x4E00,
    0xD7F0,
    0xE000,
    0xFE00,
    0xFEFF,
    0xFFF0,
    0x1F1E6,
    0x1F44D,
    0xE0100,
]
WORDS = [
    "the",
    "report",
    " Monday",
    "'ll",
    "  ",
    "\n",
    "I've",
    "7",
    "1998",
    ".",
    " (",
    "é",
    "ß",
    "Susan",
    "-",
    "\r\n",
    "A",
]

MAIL = "Hi Susan,\n\nThanks for sending the report. I will look at it on Monday and"
WRITTEN = [
    MAIL,
    "Please let me know if you have any",
    "Could you please send me the latest version of the",
    "The meeting has been moved to next",
    "I am writing to ask whether the contract",
    "Attached is the draft agreement for your",
    "Dear all,\n\nAs discussed on the phone, the new",
    "Do you want to have lunch on Friday? I could",
    "In R you can use the function lapply to",
    "What kind of movies do you",
    "ok",
    "Sincerely,\n\n",
    "We'd like to thank everybody who took the time to answer our questions; the results are",
    "One, two, three, 4, 5,",
    "👍 great, see you",
    "It was a dark and stormy night, and the traders who had stayed late in the office on the thirtieth floor began to "
    "wonder whether anybody would call before the market opened in London, since the numbers that had come in during the "
    "afternoon did not agree with",
]


def token_cases(model: OnnxModel) -> list[Case]:
    """Texts and their tokens. A text that holds half a surrogate pair is given as code units."""
    return [_as_units(text) | {"tokens": model.encode(text)} for text in [*BY_HAND, *_random_texts()]]


def answer_cases(model: OnnxModel) -> list[Case]:
    """Sessions of questions: what a writer types, takes back and types anew; with the likeliest tokens of each answer."""
    return [_answered(model, f"s{number}", steps) for number, steps in enumerate(_sessions(model))]


def write(model: OnnxModel, folder: Path) -> None:
    for name, cases in (("lm_tokens", token_cases(model)), ("lm_answers", answer_cases(model))):
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
        (folder / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def _as_units(text: str) -> Case:
    if any(0xD800 <= ord(letter) < 0xE000 for letter in text):
        raw = text.encode("utf-16-le", "surrogatepass")
        return {"units": [int.from_bytes(raw[at : at + 2], "little") for at in range(0, len(raw), 2)]}
    return {"text": text}


def _random_texts() -> list[str]:
    chance = random.Random(SEED)
    return ["".join(_piece(chance) for _ in range(chance.randrange(1, 14))) for _ in range(NUM_RANDOM)]


def _piece(chance: random.Random) -> str:
    if chance.random() < 0.6:
        return chance.choice(WORDS) * chance.choice((1, 1, 1, 2, 5))
    return chr(min(0x10FFFF, chance.choice(EDGES) + chance.randrange(24)))


def _sessions(model: OnnxModel) -> list[list[tuple[list[int], int]]]:
    """(tokens, rows wanted) of every question, session by session."""
    markers = model.markers
    assert markers is not None, "the packaged model has them"
    plain = context_tokens(model.encode, markers, kind="email")
    answering = context_tokens(
        model.encode, markers, kind="email", previous="When will the report be ready?", subject="Report"
    )
    chatting = context_tokens(model.encode, markers, kind="chat")
    sessions = [[([*plain, *text_tokens(model.encode, text)], 1)] for text in WRITTEN]
    mail = text_tokens(model.encode, MAIL)
    sessions += [
        [([*answering, *mail[:end]], 1) for end in range(4, len(mail), 4)],  # typed on and on
        [
            ([*chatting, *mail], 5),
            ([*chatting, *mail[:8]], 1),
            ([*chatting, *mail[:8], *mail[10:]], 3),
        ],  # rewound
        [
            ([*answering, *mail], 1),
            ([*answering, *mail[:-1]], 1),
            ([*answering, *mail[:-1]], 2),
            (answering, 1),
        ],
        [([*plain], 1), ([markers.start], 1)],
    ]
    return sessions


def _answered(model: OnnxModel, session: str, steps: Sequence[tuple[list[int], int]]) -> Case:
    asked = []
    for tokens, num_wanted in steps:
        rows = model.submit(tokens, session=session, num_wanted=num_wanted).result(timeout=60)
        tops = [np.argsort(row)[::-1][:NUM_TOP] for row in rows]
        asked.append(
            {
                "tokens": tokens,
                "wanted": num_wanted,
                "top": [top.tolist() for top in tops],
                "log_probs": [
                    [round(float(row[at]), 3) for at in top] for row, top in zip(rows, tops, strict=True)
                ],
            }
        )
    return {"session": session, "asked": asked}


if __name__ == "__main__":
    with_model = open_model(MODEL)
    write(with_model, Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
    with_model.close()
