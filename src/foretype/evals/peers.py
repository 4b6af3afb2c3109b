"""presage and ibus-typing-booster as doors: trained on the same text as others, asked like them, shown like
them.

A peer predicts whole words; what a writer sees is the rest of the first one where it fits the letters
typed. A peer that is not installed is no error: `is_installed` says so, and `install` how to get it.

It does not know how a peer works inside: bridge.py runs it in a process of its own.
"""

from __future__ import annotations

import ctypes.util
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from foretype.errors import ConfigError, InputError
from foretype.evals import bridge
from foretype.evals.doors import Shown
from foretype.evals.messages import Message, read_messages

TRAINING_BYTES = 4_000_000  # presage grows slower with its database; the published figures stand on this much
SYSTEM_PYTHON = Path("/usr/bin/python3")  # whose packages typing-booster needs


@dataclass(frozen=True, slots=True)
class PeerKind:
    """A peer as Debian has it."""

    name: str  # as bridge.py knows it
    packages: str
    learns: bool  # from whole messages, while it serves

    @property
    def install(self) -> str:
        """The command that installs it on Debian and Ubuntu."""
        return f"apt-get install --no-install-recommends {self.packages}"

    @property
    def python(self) -> str:
        """The interpreter that can run it."""
        return sys.executable if self.name == "presage" else str(SYSTEM_PYTHON)

    def is_installed(self) -> bool:
        if self.name == "presage":
            return bool(ctypes.util.find_library("presage") and shutil.which("text2ngram"))
        return Path(bridge.ITB_ENGINE).is_dir() and SYSTEM_PYTHON.exists()


PEER_KINDS = (
    PeerKind("presage", "presage libpresage1v5 libpresage-data", learns=False),
    PeerKind("typing-booster", "ibus-typing-booster hunspell-en-us", learns=True),
)


class PeerDoor:
    """A peer at work in a process of its own, on a copy of its trained database."""

    def __init__(self, kind: PeerKind, database: Path) -> None:
        self._kind = kind
        self._folder = TemporaryDirectory(prefix="foretype-peer-")
        own = Path(self._folder.name) / database.name
        shutil.copyfile(database, own)
        self._process = subprocess.Popen(
            _command(kind, "serve", own),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env=_environment(self._folder.name),
        )

    @property
    def name(self) -> str:
        return self._kind.name

    def suggest(self, text: str, message: Message, *, user: str | None) -> Shown:
        started = time.perf_counter()
        words = self._ask({"predict": text}) if text else []
        elapsed_ms = (time.perf_counter() - started) * 1e3
        return Shown(grey_text(words[:1], text), elapsed_ms)

    def learn(self, message: Message, *, user: str | None) -> None:
        if user is not None and self._kind.learns:
            self._ask({"learn": message.body})

    def close(self) -> None:
        """Stop the process and drop its copy."""
        self._process.communicate()  # the end of its input is its end
        self._folder.cleanup()

    def _ask(self, question: dict[str, str]) -> list[str]:
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            found: list[str] = json.loads(self._process.stdout.readline())
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"{self.name}: its process ended; reinstall it ({self._kind.install}) or leave it out"
            ) from error
        return found


def grey_text(words: list[str], text: str) -> str:
    """What a writer would see of the first word, or "" where it does not continue the letters typed.

    >>> grey_text(["Attached"], "please find att"), grey_text(["you"], "see "), grey_text(["no"], "ye")
    ('ached ', 'you ', '')
    """
    typed = re.split(r"\s", text)[-1]
    word = next(iter(words), "")
    fits = word.casefold().startswith(typed.casefold()) and len(word) > len(typed)
    return word[len(typed) :] + " " if fits else ""


def training_text(path: Path, *, max_bytes: int = TRAINING_BYTES) -> str:
    """Bodies from all over a corpus, evenly spread, `max_bytes` in all. Raises InputError when there is none.

    Corpora stand in the order of authors or years: their beginning alone would be unfair to the peers.
    """
    bodies = [message.body for message in read_messages(path)]
    if not bodies:
        raise InputError(f"{path}: found no message to train on; name a corpus with bodies")
    share = min(1.0, max_bytes / sum(len(body.encode(errors="replace")) + 1 for body in bodies))
    chosen = (body for index, body in enumerate(bodies) if int((index + 1) * share) > int(index * share))
    return "\n".join(chosen).encode(errors="replace").decode()


def trained(kind: PeerKind, text: str, *, cache_dir: Path) -> Path:
    """The peer's database for this text: trained now or cached. Raises ConfigError when training fails."""
    source = Path(bridge.__file__).read_bytes()
    mark = hashlib.sha256(source + text.encode()).hexdigest()[:16]
    database = cache_dir / "peers" / f"{kind.name}-{mark}.db"
    if not database.exists():
        _train(kind, text, database)
    return database


def _train(kind: PeerKind, text: str, database: Path) -> None:
    database.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="training-", dir=database.parent) as folder:
        corpus, fresh = Path(folder) / "text.txt", Path(folder) / "fresh.db"
        corpus.write_text(text, encoding="utf-8")
        try:
            command = _command(kind, "train", corpus, fresh)
            subprocess.run(command, check=True, capture_output=True, env=_environment(folder))
        except (OSError, subprocess.CalledProcessError) as error:
            raise ConfigError(
                f"{kind.name}: training failed ({error}); reinstall it ({kind.install}) or leave it out"
            ) from error
        fresh.replace(database)


def _command(kind: PeerKind, verb: str, *paths: Path) -> list[str]:
    return [kind.python, bridge.__file__, kind.name, verb, *map(str, paths)]


def _environment(home: str) -> dict[str, str]:
    """Ours, but for a home of its own: both peers would write into the user's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "XDG_"))}
    return kept | {"HOME": home}
