"""Writes the test vectors that hold the composers of both languages to the same answers.

    python clients/edge/vectors/make.py
    python clients/edge/vectors/make.py --texts mail.jsonl.xz --num 200 --seed 1 --out FOLDER

from a checkout with foretype installed. tests/edge/test_vectors.py makes the first anew and compares; clients/edge/test
reads them. The second draws scenarios from other texts, for `VECTORS=FOLDER npx vitest run test/compose/vectors.test.ts`.
It does not know what either side does with them.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path
from typing import Any

from answer_vectors import Scenario, answer_vectors
from count_vectors import count_vectors
from random_scenarios import random_scenarios
from text_vectors import text_vectors

from foretype import assemble
from foretype.edge.ranker_trees import ranker_json

HERE = Path(__file__).parent
SCENARIOS = "scenarios.json"
RANKER = Path(assemble.__file__).parent / "data" / assemble.RANKER_FOLDER


def made() -> dict[str, Any]:
    """All vectors by name of file."""
    background = assemble.open_background()
    return {
        "text.json.gz": text_vectors(background),
        "counts.json.gz": count_vectors(background),
        "answers.json.gz": answer_vectors(_scenarios(), background, RANKER),
        "ranker.json.gz": json.loads(ranker_json(RANKER)),
    }


def read(name: str) -> Any:
    """Vectors as they are kept."""
    return json.loads(gzip.decompress((HERE / name).read_bytes()))


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the test vectors of both composers.")
    parser.add_argument("--texts", type=Path, help="a .jsonl or .jsonl.xz file to draw scenarios from")
    parser.add_argument("--num", type=int, default=100, help="scenarios drawn (default %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=HERE, help="where they go; drawn ones hold the texts")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.texts is None:
        found = made()
    else:
        drawn = random_scenarios(args.texts, num=args.num, seed=args.seed)
        (args.out / SCENARIOS).write_text(json.dumps(drawn), encoding="utf-8")
        found = {"answers.json.gz": answer_vectors(drawn, assemble.open_background(), RANKER)}
    for name, vectors in found.items():
        _write(args.out / name, vectors)


def _write(path: Path, vectors: Any) -> None:
    path.write_bytes(gzip.compress(json.dumps(vectors, separators=(",", ":")).encode(), 9, mtime=0))
    print(f"{path}: {path.stat().st_size:,} bytes")


def _scenarios() -> list[Scenario]:
    found: list[Scenario] = json.loads((HERE / SCENARIOS).read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    main()
