"""The files of the folder, from where they lie on this machine: bundles, counts, ranker, model, onnxruntime-web.

It does not know how they are written.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from foretype import assemble
from foretype.edge.layout import (
    BACKGROUND_FILE,
    CLOTHES,
    CLOTHES_FILES,
    GLUE_FILE,
    GPU_GLUE_FILE,
    GPU_ORT_FILE,
    GPU_WASM_FILE,
    GRAPH_FILE,
    LICENCES_FILE,
    MODEL_FILE,
    ORT_FILE,
    PAGE_FILE,
    RANKER_FILE,
    STATIC,
    STRENGTHS_FILE,
    TOKENIZER_FILE,
    WASM_FILE,
    WEIGHTS_FILE,
)
from foretype.edge.licences import licences
from foretype.edge.packing import Packed, packed, plain
from foretype.edge.ranker_trees import ranker_json
from foretype.edge.runtime_files import GLUE, GPU_GLUE, GPU_ORT, GPU_WASM, ORT, WASM
from foretype.errors import InputError
from foretype.runtime.layout import MODEL_FILE as STORED_GRAPH
from foretype.runtime.layout import WEIGHTS_FILE as STORED_WEIGHTS
from foretype.runtime.model_dir import CARD_FILE, ModelCard, read_card, verify
from foretype.runtime.model_dir import TOKENIZER_FILE as STORED_TOKENIZER

DATA = Path(__file__).parent.parent / "data"
PACKED_SUFFIX = ".gz"
OWN_ADDRESS = "connect-src 'self'"  # in the page's policy


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the parts lie. `model` and `ranker` are folders; None: counts alone, the fixed gate."""

    background: Path
    strengths: Path
    model: Path | None
    ranker: Path | None


def packaged_sources(*, model: Path | None, ranker: Path | None = None, has_ranker: bool = True) -> Sources:
    """What comes with the package round a model: its own strengths, or the package's; the package's ranker, or one named.

    `has_ranker` false leaves the decision to the fixed gate.
    """
    own = None if model is None else model / assemble.STRENGTHS_FILE
    strengths = own if own is not None and own.is_file() else DATA / assemble.STRENGTHS_FILE
    decider = ranker or (DATA / assemble.RANKER_FOLDER if has_ranker else None)
    return Sources(DATA / assemble.BACKGROUND_FILE, strengths, model, decider)


def gathered(
    sources: Sources, runtime: Mapping[str, bytes], *, statistics_to: str | None
) -> tuple[dict[str, Packed], ModelCard | None]:
    """All files but manifest and service worker, by name, and the model's card. Raises ModelError for a damaged model."""
    card = None if sources.model is None else _card(sources.model)
    files = _page(statistics_to) | _counts(sources)
    if sources.model is not None:
        files |= _model(sources.model) | _runtime(runtime)
    files[LICENCES_FILE] = plain(licences(card).encode())
    return files, card


def bundles(folder: Path) -> dict[str, bytes]:
    """The bundles in a folder that clients/edge/build.mjs wrote, unpacked, by name."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file()]
    packs = {path.stem: gzip.decompress(path.read_bytes()) for path in files if path.suffix == PACKED_SUFFIX}
    return packs | {path.name: path.read_bytes() for path in files if path.suffix != PACKED_SUFFIX}


def _card(model: Path) -> ModelCard:
    verify(model)
    return read_card(model)


def _page(statistics_to: str | None) -> dict[str, Packed]:
    own = bundles(STATIC)
    worn = {name: (CLOTHES / name).read_bytes() for name in CLOTHES_FILES}
    page = own[PAGE_FILE].decode()
    if OWN_ADDRESS not in page:
        raise InputError(f"{STATIC / PAGE_FILE}: found no {OWN_ADDRESS!r} in it; build clients/edge again")
    if statistics_to is not None:
        own[PAGE_FILE] = page.replace(OWN_ADDRESS, f"{OWN_ADDRESS} {statistics_to}").encode()
    return {name: plain(data) for name, data in (worn | own).items()}


def _counts(sources: Sources) -> dict[str, Packed]:
    files = {
        BACKGROUND_FILE: packed(sources.background.read_bytes()),
        STRENGTHS_FILE: packed(sources.strengths.read_bytes()),
    }
    if sources.ranker is not None:
        files[RANKER_FILE] = packed(ranker_json(sources.ranker))
    return files


def _model(folder: Path) -> dict[str, Packed]:
    stored = {
        MODEL_FILE: CARD_FILE,
        GRAPH_FILE: STORED_GRAPH,
        WEIGHTS_FILE: STORED_WEIGHTS,
        TOKENIZER_FILE: STORED_TOKENIZER,
    }
    return {name: packed((folder / found).read_bytes()) for name, found in stored.items()}


def _runtime(files: Mapping[str, bytes]) -> dict[str, Packed]:
    scripts = {ORT: ORT_FILE, GLUE: GLUE_FILE, GPU_ORT: GPU_ORT_FILE, GPU_GLUE: GPU_GLUE_FILE}
    binaries = {WASM: WASM_FILE, GPU_WASM: GPU_WASM_FILE}
    found = {name: plain(files[source]) for source, name in scripts.items() if source in files}
    return found | {name: packed(files[source]) for source, name in binaries.items() if source in files}
