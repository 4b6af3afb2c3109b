"""Writes the test vectors that hold the composers of both languages to the same answers.

    python clients/edge/vectors/make.py

from a checkout with foretype installed. tests/edge/test_vectors.py makes them anew and compares; clients/edge/test reads
them. It does not know what either side does with them.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from answer_vectors import answer_vectors
from count_vectors import count_vectors
from text_vectors import text_vectors

from foretype import assemble
from foretype.edge.ranker_trees import ranker_json

HERE = Path(__file__).parent
RANKER = Path(assemble.__file__).parent / "data" / assemble.RANKER_FOLDER


def made() -> dict[str, Any]:
    """All vectors by name of file."""
    background = assemble.open_background()
    return {
        "text.json.gz": text_vectors(background),
        "counts.json.gz": count_vectors(background),
        "answers.json.gz": answer_vectors(background, RANKER),
        "ranker.json.gz": json.loads(ranker_json(RANKER)),
    }


def read(name: str) -> Any:
    """Vectors as they are kept."""
    return json.loads(gzip.decompress((HERE / name).read_bytes()))


def main() -> None:
    for name, vectors in made().items():
        text = json.dumps(vectors, separators=(",", ":"))
        (HERE / name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))
        print(f"{name}: {(HERE / name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
