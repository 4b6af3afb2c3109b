"""Tables and a picture out of the experiment's results: Markdown on standard output, CSV and SVG beside it.

    match       ExactMatch at equal coverage
    table       log perplexity, bits, parameters, tokens and seconds of every row
    scaling     the fitted law and its picture
    vocabulary  sizes of byte-pair vocabularies
    personal    fixed weights against the learned share

runs/experiment.md has the commands. It does not know how rows were trained.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from tokenizers import Tokenizer

from foretype.evals import personal_mix, scaling
from foretype.evals.exact_match import LENGTHS, Share, exact_match, load_places
from foretype.evals.vocabulary_study import study
from foretype.lm.experiment import personal_mails
from foretype.lm.experiment_data import load_words, read_split
from foretype.lm.results import load_rows

MIN_TOKENS = 100_000  # of a run in the law; below, the clock had cut it after at most three steps
NUM_DRAWS = 40  # of the bootstrap: its 10th and 90th percentiles are four draws from the ends
NUM_TEXTS = 500  # that vocabularies encode

Cells = Sequence[object]


def main() -> None:
    args = _arguments()
    {"match": match, "table": table, "scaling": law, "vocabulary": vocabulary, "personal": personal}[
        args.command
    ](args)


def match(args: argparse.Namespace) -> None:
    """ExactMatch of every row on one split."""
    rows = []
    for (name, split), places in load_places(args.results / f"{args.name}-tried.npz").items():
        if split == args.split:
            found = exact_match(places, coverage=args.coverage)
            shares = [_share(found.by_length[length]) for length in LENGTHS]
            rows.append([name, *shares, _share(found.overall), f"{found.words_per_place:.3f}"])
    head = ["row", *(f"@{length} (shown)" for length in LENGTHS), "overall (shown)", "right words a place"]
    _show(head, rows, args.results / f"{args.name}-match-{args.split}.csv")


def table(args: argparse.Namespace) -> None:
    """Figures of every row on all its splits."""
    found = load_rows(args.results / f"{args.name}.json")
    splits = list(found[0]["splits"])
    rows = []
    for row in found:
        figures = [row["splits"][split] for split in splits]
        nats = [f"{each['log_perplexity_per_word']:.2f}" for each in figures]
        bits = [f"{each['bits_per_char']:.3f}" for each in figures]
        sizes = [f"{row['parameters'] / 1e6:.1f} M", f"{row['tokens'] / 1e6:.2f} M", row["steps"]]
        rows.append([row["name"], *sizes, f"{row['seconds']:.0f}", *nats, *bits])
    head = ["row", "parameters", "tokens seen", "steps", "s", *(f"nats {split}" for split in splits)]
    _show([*head, *(f"bits {split}" for split in splits)], rows, args.results / f"{args.name}.csv")


def law(args: argparse.Namespace) -> None:
    """The law of the sweep, how sure it is, and its picture."""
    runs = [
        scaling.Run(row["body_parameters"], row["tokens"], row["nats_per_token"])
        for row in load_rows(args.results / "sweep.json")
        if row["tokens"] >= MIN_TOKENS
    ]
    found = scaling.fit(runs)
    draws = scaling.resampled(runs, found, times=NUM_DRAWS, seed=0)
    rows = [
        [name, f"{getattr(found, name):.4g}", *_range([getattr(draw, name) for draw in draws])]
        for name in ("floor", "size", "by_size", "data", "by_data")
    ]
    _show(["number", "fit", "10 %", "90 %"], rows, args.results / "scaling.csv")
    print(f"\nmean relative error of {len(runs)} runs: {scaling.error(runs, found):.2%}")
    draw(runs, found, args.picture)


def draw(runs: Sequence[scaling.Run], found: scaling.Law, file: Path) -> None:
    """Runs as dots, the law as lines, one colour a size; the same runs give the same bytes."""
    with rc_context({"svg.hashsalt": "scaling", "font.size": 9}):
        figure = Figure((7.0, 4.2), layout="constrained")
        axes = figure.subplots()
        tokens = np.geomspace(min(run.tokens for run in runs), max(run.tokens for run in runs))
        for number, weights in enumerate(sorted({run.weights for run in runs})):
            own = [run for run in runs if run.weights == weights]
            colour = f"C{number}"
            axes.plot([run.tokens for run in own], [run.nats for run in own], "o", color=colour)
            axes.plot(
                tokens,
                [found.nats(weights, count) for count in tokens],
                color=colour,
                label=f"{weights / 1e6:.1f} M",
            )
        axes.set(xscale="log", xlabel="tokens seen", ylabel="nats a token, valid-known")
        axes.legend(title="weights beside the vocabulary's", frameon=False)
        figure.savefig(file, format="svg", metadata={"Date": None})


def vocabulary(args: argparse.Namespace) -> None:
    """Every vocabulary's figures, with how fast it encodes here."""
    texts = [document.text for document in islice(read_split(args.data, "valid-known"), NUM_TEXTS)]
    rows = []
    for row in load_rows(args.results / "vocabulary.json"):
        size = int(row["name"].split()[1])
        found = study(Tokenizer.from_file(str(args.folder / f"bpe-{size}.json")), texts)
        tokens_of_pass = row["tokens"] / (row["recipe"]["max_tokens"] / 2.0)  # two passes were asked for
        rows.append(
            [
                f"{size:,}",
                f"{row['parameters'] / 1e6:.1f} M",
                f"{row['tokens'] / 1e6:.1f} M",
                f"{tokens_of_pass:.2f}",
                f"{row['tokens'] / row['seconds'] / 1e3:.0f} k",
                f"{row['bits_per_char']:.3f}",
                f"{found.tokens_per_word:.2f}",
                f"{found.whole_words:.1%}",
                f"{found.chars_per_second / 1e6:.2f} M",
            ]
        )
    head = ["tokens", "parameters", "tokens seen", "passes", "trained a second", "bits a character"]
    head += ["tokens a word", "whole words", "characters encoded a second"]
    _show(head, rows, args.results / "vocabulary.csv")


def personal(args: argparse.Namespace) -> None:
    """Nats a word with the author's n-grams mixed in."""
    with np.load(args.results / "table-said.npz") as said:
        log_probs, surest = said["log_probs"], said["likeliest_log_probs"][:, 0]
    mails = personal_mails(load_words(args.folder, "valid-known"))
    mixed = personal_mix.collect(
        mails, load_words(args.folder, "train"), log_probs=log_probs, surest=surest.astype(float)
    )
    shares: list[tuple[str, Any]] = [(f"{share:.1f}", share) for share in (0.0, *personal_mix.FIXED, 1.0)]
    shares.append(("learned", personal_mix.in_turn(mixed)))
    rows = [[name, f"{personal_mix.mean_nats(mixed, share):.3f}"] for name, share in shares]
    _show(["the author's share", "nats a word"], rows, args.results / "personal.csv")
    weights = personal_mix.learn_share(mixed)
    print("\n" + json.dumps(dict(zip(personal_mix.FEATURES, weights.round(4).tolist(), strict=True))))


def _share(share: Share) -> str:
    value, wrong = share.value, share.standard_error
    return "-" if value is None or wrong is None else f"{value:.0%} ± {wrong:.0%} ({share.shown})"


def _range(values: Sequence[float]) -> list[str]:
    return [f"{value:.3g}" for value in np.percentile(values, [10, 90])]


def _show(head: Cells, rows: Sequence[Cells], file: Path) -> None:
    """A table as Markdown here, as CSV in `file`."""
    print("\n".join(_markdown(head, rows)))
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([head, *rows])


def _markdown(head: Cells, rows: Sequence[Cells]) -> Iterator[str]:
    for cells in (head, ["---"] * len(head), *rows):
        yield f"| {' | '.join(map(str, cells))} |"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["match", "table", "scaling", "vocabulary", "personal"])
    parser.add_argument("--results", type=Path, required=True, help="what experiment.py wrote")
    parser.add_argument("--name", default="table", help="match, table: of the run")
    parser.add_argument("--split", default="valid-known", help="match: which split")
    parser.add_argument("--coverage", type=float, default=0.1, help="match: share of places with a phrase")
    parser.add_argument("--folder", type=Path, help="vocabulary, personal: where the prepared data are")
    parser.add_argument("--data", type=Path, help="vocabulary: folder with enron-*.jsonl.xz")
    parser.add_argument("--picture", type=Path, default=Path("scaling.svg"), help="scaling: SVG file")
    return parser.parse_args()


if __name__ == "__main__":
    main()
