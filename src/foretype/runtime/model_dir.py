"""The model directory: model.json, model.onnx with its weights, tokenizer.json, optional extras.

Written beside its final place and renamed, so it is there whole or not at all. Opening checks versions, sizes
and the tokenizer's hash, which takes milliseconds; verify() reads every byte. It does not know how the
network runs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from foretype.errors import ModelError
from foretype.runtime.architecture import Architecture, RopeScaling
from foretype.runtime.layout import BATCH_FILE, MODEL_FILE, WEIGHTS_FILE, Precision
from foretype.runtime.whole_folder import whole_folder
from foretype.text.prompt import Markers

FORMAT = "foretype-model"
FORMAT_VERSION = 1
CARD_FILE = "model.json"
TOKENIZER_FILE = "tokenizer.json"
READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Size and checksum of one file of the directory."""

    num_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What model.json says."""

    name: str
    architecture: Architecture
    precision: Precision
    prelude: tuple[int, ...]
    tokenizer_sha256: str
    licence: str | None
    data_card: str  # what it was trained on and by whom, in words
    files: Mapping[str, StoredFile]
    markers: Markers | None = None  # None: it reads its context as words
    checkpoint_sha256: str | None = None  # of the weights it was made from; None: stored before this was kept

    @property
    def base_sha256(self) -> str:
        """What adapters are made for: the weights before they were exported, if those are known."""
        return self.checkpoint_sha256 or self.files[WEIGHTS_FILE].sha256


@dataclass(frozen=True, slots=True)
class OpenedDir:
    """A directory that passed the cheap checks."""

    card: ModelCard
    tokenizer_file: Path
    tokenizer_json: bytes


def write_model_dir(
    target: Path,
    fill: Callable[[Path], None],
    *,
    describe: Callable[[Mapping[str, StoredFile]], ModelCard],
) -> ModelCard:
    """Make `target` out of what `fill` writes into a temporary folder and the card that `describe` gives.

    Whatever fails, `target` is untouched and nothing is left behind. An older model of this name is replaced.
    """
    with whole_folder(target) as building:
        fill(building)
        card = describe({file.name: describe_file(file) for file in sorted(building.iterdir())})
        (building / CARD_FILE).write_text(json.dumps(_card_as_json(card), indent=2) + "\n", encoding="utf-8")
    return card


def open_model_dir(directory: Path) -> OpenedDir:
    """The directory's card and tokenizer after cheap checks; ModelError says what is wrong and what to do."""
    card = read_card(directory)
    for name, stored in card.files.items():
        _check_size(directory / name, stored)
    for name in (MODEL_FILE, BATCH_FILE, WEIGHTS_FILE, TOKENIZER_FILE):
        if name not in card.files:
            raise ModelError(
                f"{directory}: {CARD_FILE} lists no {name}; add the model again or reinstall foretype"
            )
    tokenizer_file = directory / TOKENIZER_FILE
    tokenizer_json = tokenizer_file.read_bytes()
    found = hashlib.sha256(tokenizer_json).hexdigest()
    if found != card.tokenizer_sha256:
        raise ModelError(
            f"{tokenizer_file}: found the tokenizer {found[:12]}, wanted {card.tokenizer_sha256[:12]}; "
            "it belongs to another model, remove this one and add it again"
        )
    return OpenedDir(card, tokenizer_file, tokenizer_json)


def read_card(directory: Path) -> ModelCard:
    """What model.json says; ModelError when it is missing or not ours."""
    file = directory / CARD_FILE
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(
            f"{directory}: there is no {CARD_FILE}, so this is no model; add one with `foretype model add`"
        ) from error
    except (ValueError, OSError) as error:
        raise ModelError(
            f"{file}: cannot be read ({error}); add the model again or reinstall foretype"
        ) from error
    return _card_from_json(found, where=file)


def verify(directory: Path) -> None:
    """Read every byte and compare checksums; ModelError names the first file that differs."""
    for name, stored in open_model_dir(directory).card.files.items():
        found = describe_file(directory / name)
        if found != stored:
            raise ModelError(
                f"{directory / name}: found checksum {found.sha256[:12]}, wanted {stored.sha256[:12]}; "
                "the file is damaged, add the model again or reinstall foretype"
            )


def describe_file(file: Path) -> StoredFile:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(READ_BYTES):
            digest.update(block)
    return StoredFile(file.stat().st_size, digest.hexdigest())


def _check_size(file: Path, stored: StoredFile) -> None:
    if not file.is_file():
        raise ModelError(f"{file}: the file is missing; add the model again or reinstall foretype")
    found = file.stat().st_size
    if found != stored.num_bytes:
        raise ModelError(
            f"{file}: found {found:,} bytes, wanted {stored.num_bytes:,}; it is truncated or foreign, "
            "add the model again or reinstall foretype"
        )


def _card_as_json(card: ModelCard) -> dict[str, Any]:
    files = {name: asdict(stored) for name, stored in card.files.items()}
    plain = {name: getattr(card, name) for name in ("name", "tokenizer_sha256", "licence", "data_card")}
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        **plain,
        "prelude": list(card.prelude),
        "checkpoint_sha256": card.checkpoint_sha256,
        "markers": card.markers and asdict(card.markers),
        "architecture": asdict(card.architecture),
        "precision": asdict(card.precision),
        "files": files,
    }


def _card_from_json(found: Any, *, where: Path) -> ModelCard:
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ModelError(
            f"{where}: this is not a foretype model; add the checkpoint with `foretype model add`"
        )
    if found.get("format_version") != FORMAT_VERSION:
        raise ModelError(
            f"{where}: found format version {found.get('format_version')!r}, wanted {FORMAT_VERSION}; "
            "add the model again with this version of foretype"
        )
    try:
        scaling = found["architecture"].pop("rope_scaling")
        markers = found.get("markers")  # absent, as is checkpoint_sha256, from what was stored earlier
        return ModelCard(
            name=str(found["name"]),
            architecture=Architecture(
                **found["architecture"], rope_scaling=scaling and RopeScaling(**scaling)
            ),
            precision=Precision(**found["precision"]),
            prelude=tuple(int(token) for token in found["prelude"]),
            tokenizer_sha256=str(found["tokenizer_sha256"]),
            licence=found["licence"],
            data_card=str(found["data_card"]),
            files={_plain_name(name): StoredFile(**stored) for name, stored in found["files"].items()},
            checkpoint_sha256=found.get("checkpoint_sha256"),
            markers=markers and Markers(**{name: int(token) for name, token in markers.items()}),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"{where}: a field is missing or wrong ({error!r}); add the model again or reinstall foretype"
        ) from error


def _plain_name(name: str) -> str:
    """A file of this very folder: a foreign card must not point elsewhere."""
    if Path(name).name != name:
        raise ValueError(f"file name {name!r}")
    return name
