"""`foretype compress`: a smaller model out of a larger one, as good as its size and time allow.

Progress and table go to stderr, one JSON line to stdout, a picture beside the model. It does not know how a network is made
smaller: lm/compress does.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from foretype.assemble import built_in_model
from foretype.cli.frontier import Point, frontier_svg, frontier_table, frontier_text
from foretype.config import load_settings
from foretype.corpus.documents import Document, read_documents
from foretype.corpus.splits import is_valid
from foretype.errors import ConfigError, InputError, ModelError
from foretype.evals.metrics import rounded
from foretype.runtime.catalog import Catalog
from foretype.runtime.checkpoint import Checkpoint
from foretype.runtime.containers import read_checkpoint
from foretype.runtime.model_dir import CARD_FILE
from foretype.runtime.stored_weights import read_model_dir
from foretype.runtime.whole_folder import whole_folder

if TYPE_CHECKING:
    from foretype.lm.compress.healing import Healer
    from foretype.lm.compress.search import Candidate, Measured, Search
    from foretype.lm.compress.texts import Text

MAX_VOCABULARY_TEXTS = 20_000  # to count tokens in


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype compress`."""
    parser = subparsers.add_parser("compress", help="make a language model smaller and faster")
    parser.add_argument(
        "model", help="a safetensors folder, a GGUF file, a model folder or an installed model"
    )
    parser.add_argument(
        "--texts", type=Path, nargs="+", required=True, help=".jsonl or .jsonl.xz of what will be written"
    )
    parser.add_argument("--out", type=Path, required=True, help="the model folder to write")
    parser.add_argument("--target-mb", type=float, default=18.0, help="at most (default %(default)g)")
    parser.add_argument(
        "--latency-ms", type=float, default=3.0, help="a token on one core (default %(default)g)"
    )
    parser.add_argument("--vocabulary", type=int, help="keep so many tokens (default: all)")
    parser.add_argument(
        "--heal-minutes", type=float, help="train each candidate for so long (default: not at all)"
    )
    parser.add_argument("--candidates", type=int, default=6, help="to make and measure (default %(default)s)")
    parser.add_argument("--messages", type=int, default=60, help="to judge by (default %(default)s)")
    parser.add_argument(
        "--work", type=Path, help="keep candidates and a teacher's opinions here (default: nowhere)"
    )
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Search, show, write."""
    _check(args)
    console = Console(stderr=True)
    args.out.resolve().parent.mkdir(parents=True, exist_ok=True)
    with _work_folder(args) as work, _bars(console) as bars:
        found, chosen = _searched(args, work, bars)
        points = _points(found, chosen)
        _keep(chosen, args.out)
    console.print(frontier_table(points, title=f"{args.model} made smaller"))
    console.print(frontier_text(points), markup=False, highlight=False)
    picture = args.out.with_name(f"{args.out.name}.frontier.svg")
    picture.write_text(frontier_svg(points, label=f"{args.model}: size against quality"), encoding="utf-8")
    print(json.dumps(_facts(chosen, points, out=args.out, picture=picture)))
    return 0


def _check(args: argparse.Namespace) -> None:
    """Raise InputError for numbers that mean nothing, ConfigError without the train extra."""
    for name in ("target_mb", "latency_ms", "candidates", "messages", "heal_minutes", "vocabulary"):
        value = getattr(args, name)
        if value is not None and not value > 0:
            raise InputError(f"--{name.replace('_', '-')}: found {value}, wanted a number above 0")
    try:
        import foretype.lm.compress.search  # noqa: F401  torch takes seconds to import: only here
    except ImportError as error:
        raise ConfigError(
            f"compress: found no {error.name}, wanted the train extra; pip install 'foretype[train]'"
        ) from error


def _searched(args: argparse.Namespace, work: Path, bars: _Bars) -> tuple[list[Measured], Measured]:
    from foretype.lm.compress.search import Search, choose, promising
    from foretype.lm.compress.texts import read_texts

    documents = [document for file in args.texts for document in read_documents(file)]
    learned = [document for document in documents if not is_valid(document.holder)]
    judged = [document for document in documents if is_valid(document.holder)]
    if not learned or not judged:
        raise InputError(
            f"--texts: found {len(learned)} texts to learn from and {len(judged)} of held-out authors, wanted both; "
            "name a file of more authors"
        )
    checkpoint = _checkpoint(args, learned)
    learn = read_texts(checkpoint, learned, limit=args.messages)
    judge = read_texts(checkpoint, judged, limit=args.messages)
    heal = _healer(args, checkpoint, learned, work)
    search = Search(checkpoint, learn=learn, judge=judge, folder=work, heal=heal)
    candidates = search.candidates(lambda share: bars("shapes", share))
    chosen = promising(candidates, target_mb=args.target_mb, count=args.candidates)
    found = _made(search, chosen, bars)
    return found, choose(found, target_mb=args.target_mb, latency_ms=args.latency_ms)


def _made(search: Search, chosen: Sequence[Candidate], bars: _Bars) -> list[Measured]:
    """Those of the candidates that became sound models; ModelError when none did."""
    found, refused = [], None
    for number, candidate in enumerate(chosen, 1):
        try:
            found.append(search.measure(candidate, bars.part(f"{number}/{len(chosen)}")))
        except ModelError as error:  # rounded too far off: another may do
            bars.say(str(error))
            refused = error
    if not found and refused is not None:
        raise refused
    return found


def _checkpoint(args: argparse.Namespace, learned: Sequence[Document]) -> Checkpoint:
    """The model to make smaller, its vocabulary pruned already."""
    from foretype.lm.compress.vocabulary import with_vocabulary

    found = _read(args.model)
    if args.vocabulary is None:
        return found
    texts = (document.text for document in learned[:: -(-len(learned) // MAX_VOCABULARY_TEXTS)])
    return with_vocabulary(found, texts, args.vocabulary)


def _read(model: str) -> Checkpoint:
    path = Path(model).expanduser()
    if not path.exists():
        return read_model_dir(
            Catalog(load_settings().cache_dir / "models", built_in=built_in_model()).existing(model)
        )
    return read_model_dir(path) if (path / CARD_FILE).is_file() else read_checkpoint(path)


def _healer(
    args: argparse.Namespace, checkpoint: Checkpoint, learned: Sequence[Document], work: Path
) -> Healer | None:
    """Trains candidates on what the whole network thinks of as many texts as a candidate can read in its time."""
    if args.heal_minutes is None:
        return None
    from foretype.lm.checkpoint_folder import gpt_of
    from foretype.lm.compress.healing import TEXTS_A_MINUTE, Healer
    from foretype.lm.compress.texts import read_texts

    limit = max(args.messages, int(args.heal_minutes * TEXTS_A_MINUTE))
    texts: list[Text] = read_texts(checkpoint, learned, limit=limit)
    return Healer(gpt_of(checkpoint), checkpoint.tokenizer_json, texts, work, seconds=60 * args.heal_minutes)


def _points(found: Sequence[Measured], chosen: Measured) -> list[Point]:
    points: list[Point] = []
    for each in sorted(found, key=lambda measured: measured.megabytes):
        is_best = all(each.bits < point.bits for point in points)
        arch, precision = each.arch, each.precision
        bits = f"{precision.bits} bits" + (f", table {precision.table_bits}" if precision.bits == 4 else "")
        label = f"{arch.num_layers} layers, {arch.mlp_size} neurons, {bits}"
        points.append(Point(label, each.megabytes, each.ms, each.bits, is_best, each is chosen))
    return points


def _keep(chosen: Measured, out: Path) -> None:
    """The chosen model at its place, under its name."""
    with whole_folder(out.resolve()) as building:
        shutil.copytree(chosen.folder, building, dirs_exist_ok=True)
        card = json.loads((building / CARD_FILE).read_text(encoding="utf-8"))
        card["name"] = out.resolve().name
        (building / CARD_FILE).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def _facts(chosen: Measured, points: Sequence[Point], *, out: Path, picture: Path) -> object:
    one = {"out": str(out), "picture": str(picture), "precision": asdict(chosen.precision)}
    return rounded(one | {"candidates": [asdict(point) for point in points]})


@contextmanager
def _work_folder(args: argparse.Namespace) -> Iterator[Path]:
    if args.work is not None:
        args.work.mkdir(parents=True, exist_ok=True)
        yield args.work
        return
    with TemporaryDirectory(prefix=".compress-", dir=args.out.resolve().parent) as folder:
        yield Path(folder)


class _Bars:
    """One bar a stage."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stage, self._task = "", progress.add_task("reading", total=1.0)

    def __call__(self, stage: str, share: float) -> None:
        if stage != self._stage:
            self._stage = stage
            self._progress.reset(self._task, description=stage, total=1.0)
        self._progress.update(self._task, completed=share)

    def say(self, line: str) -> None:
        """A line above the bar."""
        self._progress.console.print(line, markup=False, highlight=False)

    def part(self, name: str) -> Callable[[str, float], None]:
        """The bar for the stages of one part."""
        return lambda stage, share: self(f"{name} {stage}", share)


@contextmanager
def _bars(console: Console) -> Iterator[_Bars]:
    columns = (TextColumn("{task.description:16}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bars(progress)
