"""`foretype blend fit`: the strengths of the blend, learned from held-out messages.

Counts first, then a team's memory, then the language model's share. It does not know how anything is fitted.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.status import Status

from foretype.assemble import installed_strengths, model_path, open_background, open_lm
from foretype.cli.opening import add_model_option
from foretype.compose.strengths import Strengths, save_strengths
from foretype.config import load_settings
from foretype.errors import InputError
from foretype.evals import blend_fit, lm_fit
from foretype.evals.blend_fit import Places, collect, team_memory
from foretype.evals.held_out import HeldOut, read_held_out
from foretype.ngram.automaton import Automaton, open_automaton


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype blend`."""
    line = "learn how much each voice of the blend counts"
    parser = subparsers.add_parser("blend", help=line, description=line.capitalize() + ".")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    fit = verbs.add_parser("fit", help="learn strengths from held-out messages")
    fit.add_argument(
        "corpus", nargs="*", type=Path, help=".jsonl or .jsonl.xz files; their held-out part is read"
    )
    fit.add_argument("--valid", nargs="+", type=Path, default=[], help="files that are held out as a whole")
    fit.add_argument("--out", type=Path, required=True, help="the strengths file to write")
    fit.add_argument("--background", type=Path, help="background model (default: the package's)")
    fit.add_argument(
        "--messages", type=int, default=400, help="of each file, for counts (default %(default)s)"
    )
    fit.add_argument(
        "--lm-messages", type=int, default=100, help="of each file, for the model (default %(default)s)"
    )
    add_model_option(fit)
    fit.set_defaults(func=run_fit)


def run_fit(args: argparse.Namespace) -> int:
    """Learn, write, and print one JSON line of facts."""
    _check(args)
    console = Console(stderr=True)
    background = open_background() if args.background is None else open_automaton(args.background)
    directory = model_path(load_settings(model=args.model))
    with console.status("reading") as status:
        learner = Learner(background, _read(args, status), status, console.print)
        strengths, facts = learner.counts(installed_strengths(directory), messages=args.messages)
        strengths = learner.team(strengths, facts, messages=args.messages)
        if directory is not None:
            strengths = learner.share(strengths, facts, directory=directory, messages=args.lm_messages)
    facts["sets"] = [held_out.name for held_out in learner.sets]
    save_strengths(args.out, strengths, card=facts)
    print(json.dumps(facts))
    return 0


@dataclass(frozen=True, slots=True)
class Learner:
    """The stages of learning, over the same held-out sets. Each notes its likelihoods before and after in `facts`."""

    background: Automaton
    sets: Sequence[HeldOut]
    status: Status
    say: Callable[[str], None]

    def counts(self, start: Strengths, *, messages: int) -> tuple[Strengths, dict[str, Any]]:
        """Background, user and message."""
        places = [self._places(held_out, messages) for held_out in self.sets]
        facts: dict[str, Any] = {"places": sum(map(len, places))}
        found = self._fitted(places, start, names=blend_fit.OWN, facts=facts, stage="counts")
        return found, facts

    def team(self, start: Strengths, facts: dict[str, Any], *, messages: int) -> Strengths:
        """The tenant's weights, with a team made of other held-out authors of the same file."""
        sets = [held_out for held_out in self.sets if held_out.team]
        places = [self._places(held_out, messages, with_team=True) for held_out in sets]
        if not places:
            return start
        return self._fitted(places, start, names=["tenant"], facts=facts, stage="team")

    def share(self, start: Strengths, facts: dict[str, Any], *, directory: Path, messages: int) -> Strengths:
        """The language model's share."""
        with closing(open_lm(directory)) as lm:
            found = [
                lm_fit.collect_lm(
                    held_out.first(messages),
                    self.background,
                    lm,
                    strengths=start,
                    advance=self._counter(lm.name),
                )
                for held_out in self.sets
            ]
            facts["model"] = lm.name
        places = [each for each in found if len(each)]
        if not places:
            return start
        best = lm_fit.fit_share(places, start.lm)
        before, after = (
            [lm_fit.log_likelihood(each, weights) for each in places] for weights in (start.lm, best)
        )
        self._tell("share", before, after, facts)
        return replace(start, lm=best)

    def _places(self, held_out: HeldOut, messages: int, *, with_team: bool = False) -> Places:
        return collect(
            held_out.first(messages),
            self.background,
            tenant=team_memory(held_out.team, self.background) if with_team else None,
            advance=self._counter(held_out.name),
        )

    def _fitted(
        self,
        places: Sequence[Places],
        start: Strengths,
        *,
        names: Sequence[str],
        facts: dict[str, Any],
        stage: str,
    ) -> Strengths:
        best = blend_fit.fit(
            places, start, names=names, say=lambda text: self.status.update(f"{stage}: {text}")
        )
        before, after = (
            [blend_fit.log_likelihood(each, strengths) for each in places] for strengths in (start, best)
        )
        self._tell(stage, before, after, facts)
        return best

    def _tell(
        self, stage: str, before: Sequence[float], after: Sequence[float], facts: dict[str, Any]
    ) -> None:
        means = [round(sum(each) / len(each), 4) for each in (before, after)]
        facts[stage] = dict(zip(("before", "after"), means, strict=True))
        self.say(f"{stage}: mean log likelihood of a word {means[0]:.4f} before, {means[1]:.4f} after")

    def _counter(self, name: str) -> Callable[[], None]:
        return _counter(self.status, f"{name}: message")


def _read(args: argparse.Namespace, status: Status) -> list[HeldOut]:
    found = []
    for path in [*args.corpus, *args.valid]:
        advance = _counter(status, f"reading {path.name}: thousand rows")
        found.append(read_held_out(path, all_holders=path in args.valid, advance=advance))
    return found


def _counter(status: Status, what: str) -> Callable[[], None]:
    """Shows how often it was called."""
    seen = iter(range(1, 1_000_000_000))
    return lambda: status.update(f"{what} {next(seen)}")


def _check(args: argparse.Namespace) -> None:
    if not args.corpus and not args.valid:
        raise InputError("found no corpus; name a .jsonl or .jsonl.xz file, or one after --valid")
    for name in ("messages", "lm_messages"):
        if getattr(args, name) < 1:
            option = name.replace("_", "-")
            raise InputError(f"--{option}: found {getattr(args, name)}, wanted a number above 0")
