"""Runs one peer in a process of its own: presage or ibus-typing-booster, as Debian installs them.

    python bridge.py presage train TEXT DATABASE   count a text into the peer's own database
    python bridge.py presage serve DATABASE        one JSON object a line in, one JSON line out

    {"predict": "text before the caret"}  ->  ["words", "best", "first"]
    {"learn": "a message that was sent"}  ->  []

A crash in the peer's C code or a different Python then does not concern us. It is a script that imports
nothing of foretype: typing-booster needs the system's Python. It does not know who asks, nor how words become
grey text.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import logging
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol
from xml.sax.saxutils import escape

NUM_WORDS = 6  # asked of a peer; the first is shown
PAST_BYTES = 1 << 16  # of text before the caret that presage sees
ITB_ENGINE = "/usr/share/ibus-typing-booster/engine"
ITB_CHARS = 300  # of text before the typed word that typing-booster needs: it looks at two words
QUIET: dict[str, object] = {"LOGGER": "ERROR"}  # presage writes to the terminal otherwise
MARKS = ".,;:!?\"'()[]"


class Peer(Protocol):
    """A word predictor over its own database."""

    def train(self, text: Path) -> None: ...

    def predict(self, text: str) -> list[str]: ...

    def learn(self, text: str) -> None: ...


class Presage:
    """libpresage through its C interface: smoothed 3-grams and recency. It learns nothing while serving."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._handle: ctypes.c_void_p | None = None
        self._past = ctypes.create_string_buffer(PAST_BYTES)

    def train(self, text: Path) -> None:
        """Count 1-, 2- and 3-grams; control characters break text2ngram's SQL, so they become blanks."""
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as clean:
            clean.write(re.sub(r"[\x00-\x08\x0b-\x1f]", " ", text.read_text(encoding="utf-8")))
            clean.flush()
            for order in (1, 2, 3):
                command = ["text2ngram", "-n", str(order), "-l", "-f", "sqlite", "-o", str(self._database)]
                append = [] if order == 1 else ["-a"]
                subprocess.run([*command, *append, clean.name], check=True, stdout=subprocess.DEVNULL)

    def predict(self, text: str) -> list[str]:
        """Lower-case words, best first."""
        handle = self._handle or self._open()
        self._past.value = text.encode()[1 - PAST_BYTES :]
        found = ctypes.POINTER(ctypes.c_char_p)()
        _check(self._lib.presage_predict(handle, ctypes.byref(found)), "presage_predict")
        words: list[str] = []
        while found[len(words)]:
            words.append(found[len(words)].decode(errors="replace"))
        self._lib.presage_free_string_array(found)
        return words

    def learn(self, text: str) -> None:
        """Nothing: presage's own learning would write what is typed into its database key by key."""

    def _open(self) -> ctypes.c_void_p:
        callback = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)
        nothing = ctypes.create_string_buffer(1)
        self._kept = (  # C calls these as long as the handle lives
            callback(lambda _: ctypes.addressof(self._past)),
            callback(lambda _: ctypes.addressof(nothing)),
        )
        self._lib = ctypes.CDLL("libpresage.so.1")
        handle = ctypes.c_void_p()
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".xml") as settings:
            settings.write(_presage_settings(self._database))
            settings.flush()
            before, after = self._kept
            path = settings.name.encode()
            status = self._lib.presage_new_with_config(before, None, after, None, path, ctypes.byref(handle))
        _check(status, "presage_new_with_config")
        self._handle = handle
        return handle


class TypingBooster:
    """ibus-typing-booster's database, no dictionary, cut to 50,000 rows as the engine does at each start."""

    def __init__(self, database: Path) -> None:
        logging.disable(logging.CRITICAL)
        sys.path.insert(0, ITB_ENGINE)
        self._util = importlib.import_module(_itb_util())
        self._database: Any = importlib.import_module("tabsqlitedb").TabSqliteDb(user_db_file=str(database))

    def train(self, text: Path) -> None:
        """Judged by the rows: version 2.22 answers False although every row was written."""
        before = self._database.number_of_rows_in_database()
        done = self._database.read_training_data_from_file(str(text))
        if not done and self._database.number_of_rows_in_database() <= before:
            raise SystemExit("typing-booster kept nothing of the training text")
        self._database.cleanup_database(thread=False)

    def predict(self, text: str) -> list[str]:
        """Words as they were learned, best first."""
        typed = re.split(r"\s", text)[-1]
        settled = text[: len(text) - len(typed)]
        last, before = self._two_before(settled)
        found = self._database.select_words(typed, p_phrase=last, pp_phrase=before)
        return [getattr(each, "phrase", None) or each[0] for each in found[:NUM_WORDS]]

    def learn(self, text: str) -> None:
        """Each word after the two before it, as the engine does when words are committed."""
        last = before = ""
        for word in filter(None, (each.strip(MARKS) for each in text.split())):
            self._database.check_phrase_and_update_frequency(
                input_phrase=word, phrase=word, p_phrase=last, pp_phrase=before
            )
            last, before = word, last

    def _two_before(self, settled: str) -> Sequence[str]:
        words = self._util.tokenize(settled[-ITB_CHARS:])
        return [*reversed(words[-2:]), "", ""][:2]


PEERS: Mapping[str, type[Presage] | type[TypingBooster]] = {
    "presage": Presage,
    "typing-booster": TypingBooster,
}


def main(name: str, verb: str, *paths: str) -> None:
    """Train or serve one peer."""
    peer = PEERS[name](Path(paths[-1]).resolve())
    if verb == "train":
        peer.train(Path(paths[0]))
        return
    for line in sys.stdin:
        print(json.dumps(_answer(peer, json.loads(line))), flush=True)


def _answer(peer: Peer, asked: Mapping[str, str]) -> list[str]:
    if "learn" in asked:
        peer.learn(asked["learn"])
        return []
    return peer.predict(asked["predict"])


def _check(status: int, call: str) -> None:
    if status:
        raise SystemExit(f"{call} failed with {status}")


def _itb_util() -> str:
    newer = (Path(ITB_ENGINE) / "itb_util_core.py").exists()  # version 2.30 on
    return "itb_util_core" if newer else "itb_util"


def _presage_settings(database: Path) -> str:
    """Presage's settings: nothing learned, words offered again and again, n-grams and recency together."""
    tracker = {"SLIDING_WINDOW_SIZE": "80", "LOWERCASE_MODE": "yes", "ONLINE_LEARNING": "no"}
    selector = {"SUGGESTIONS": NUM_WORDS, "REPEAT_SUGGESTIONS": "yes", "GREEDY_SUGGESTION_THRESHOLD": 0}
    combining = {"MAX_PARTIAL_PREDICTION_SIZE": 60, "COMBINATION_POLICY": "Meritocracy"}
    counts = {"DBFILENAME": database, "DELTAS": "0.01 0.1 0.89", "LEARN": "false"}
    ngram = {"PREDICTOR": "SmoothedNgramPredictor", **counts, "DatabaseConnector": QUIET}
    recency = {"PREDICTOR": "RecencyPredictor", "LAMBDA": 1, "N_0": 1, "CUTOFF_THRESHOLD": 20}
    settings = {
        "PredictorRegistry": QUIET | {"PREDICTORS": "Ngram Recency"},
        "ContextTracker": QUIET | tracker,
        "Selector": QUIET | selector,
        "PredictorActivator": QUIET | {"PREDICT_TIME": 1000, **combining},
        "ProfileManager": QUIET | {"AUTOPERSIST": "false"},
        "Predictors": {"Ngram": QUIET | ngram, "Recency": QUIET | recency},
    }
    return _xml("Presage", settings)


def _xml(name: str, value: object) -> str:
    inside = "".join(_xml(*item) for item in value.items()) if isinstance(value, dict) else escape(str(value))
    return f"<{name}>{inside}</{name}>"


if __name__ == "__main__":
    main(*sys.argv[1:])
