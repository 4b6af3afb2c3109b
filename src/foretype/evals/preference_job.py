"""From held-out messages to an adapter that was shown its mistakes: type, pair, train, type again, compare.

Several recipes are trained on the same pairs, in equally many steps, and judged by the same messages. It does not know how
progress is shown. Needs the train extra.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from foretype.assemble import open_composer, open_decider
from foretype.config import Settings
from foretype.corpus.documents import read_documents
from foretype.errors import InputError
from foretype.evals.held_out_streams import Part, Stream, read_streams
from foretype.evals.mail_run import Teller
from foretype.evals.preference_pairs import PairMaker, Watching, make_pairs, parted_in_time
from foretype.evals.preference_trial import Held, Trial, alone, hold, save, try_out
from foretype.lm.preference_pairs import Judged, Paired, paired
from foretype.lm.preference_run import Recipe, Tuned, refer, train_on_pairs
from foretype.runtime.adapter_shelf import BASE_FILE
from foretype.runtime.model_dir import read_card
from foretype.runtime.stored_weights import read_model_dir
from foretype.runtime.whole_folder import whole_folder

PLAIN = "as it was"
MIN_CHARS = 40  # shorter messages are left out, as in a replay
PER_AUTHOR = 20  # messages typed of each: nobody's habits count for everybody's
ALL_OF_THEM = 1_000_000
TUNE_ONE_IN = 10  # messages are kept apart from training
MAX_TOKENS = 256  # of a message with its context


@dataclass(frozen=True, slots=True)
class Plan:
    """What is made of what."""

    data: Sequence[Path]
    model: Path  # a model directory; it stays as it is
    recipes: Sequence[Recipe]
    own: bool = False  # all of the data is one's own: judged by the last of it, else by other authors
    num_learned: int = 250  # messages of each file that pairs are made of
    num_judged: int = 40  # messages of each file
    chars: int = 200  # of each message, as in a replay


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it; trials and trainings by the recipes' names."""

    plain: Trial
    trials: Mapping[str, Trial]
    tuned: Mapping[str, Tuned]
    num_messages: int  # that have pairs and were learned from
    num_pairs: int

    @property
    def best(self) -> Trial:
        return max(self.trials.values(), key=lambda trial: trial.gain_over(self.plain).value)

    @property
    def helped(self) -> bool:
        """Whether the best one saves more keys than the model as it was."""
        return self.best.gain_over(self.plain).value > 0


class PreferenceJob:
    """One comparison. What it writes lies in `scratch`, a folder of its own, but for what is kept."""

    def __init__(self, plan: Plan, settings: Settings, scratch: Path, teller: Teller) -> None:
        self._plan, self._settings, self._scratch, self._teller = plan, settings, scratch, teller

    def run(self) -> Outcome:
        """Do all of it. Raises InputError for data without pairs or without messages to judge by."""
        learn, tune, sets = self._material()
        plain = self._tried(PLAIN, None, sets)
        tuned, trials = {}, {}
        for recipe in self._plan.recipes:
            tuned[recipe.name] = self._trained(recipe, learn, tune)
            adapter = save(tuned[recipe.name].learner, self._adapter(recipe.name))
            trials[recipe.name] = self._tried(recipe.name, adapter, sets)
        num_pairs = sum(len(example.written) for example in learn)
        return Outcome(plain, trials, tuned, num_messages=len(learn), num_pairs=num_pairs)

    def keep(self, name: str, target: Path) -> None:
        """Put a recipe's adapter where `foretype adapter add` takes it, whole or not at all."""
        with whole_folder(target) as building:
            for file in self._adapter(name).iterdir():
                shutil.copyfile(file, building / file.name)
            told = json.dumps({"sha256": read_card(self._plan.model).base_sha256})
            (building / BASE_FILE).write_text(told + "\n", encoding="utf-8")

    def _material(self) -> tuple[list[Paired], list[Paired], list[Held]]:
        """What is learned, what is kept apart from learning, and what is judged by."""
        learn: list[Judged] = []
        tune: list[Judged] = []
        sets = []
        for file in self._plan.data:
            to_learn, to_judge = self._streams(file)
            held = hold(file.name, to_judge, limit=self._plan.num_judged)
            if not held.num_typed:
                raise InputError(f"{file}: found no message to judge by, wanted some; name a larger file")
            sets.append(held)
            judged = self._judged(file.name, to_learn)
            num_tune = len(judged) // TUNE_ONE_IN
            learn += judged[: len(judged) - num_tune]
            tune += judged[len(judged) - num_tune :]
        checkpoint = read_model_dir(self._plan.model)
        self._teller.begin("reading the pairs")
        pairs = refer(checkpoint, paired(learn, checkpoint, max_tokens=MAX_TOKENS))
        return pairs, paired(tune, checkpoint, max_tokens=MAX_TOKENS), sets

    def _streams(self, file: Path) -> tuple[list[Stream], list[Stream]]:
        """To learn from, and to judge by."""
        if self._plan.own:
            return parted_in_time(_read(file, Part.ALL, per_author=ALL_OF_THEM))
        return (
            _read(file, Part.TRAIN, per_author=PER_AUTHOR),
            _read(file, Part.VALID, per_author=PER_AUTHOR),
        )

    def _judged(self, name: str, streams: Sequence[Stream]) -> list[Judged]:
        """Type the messages that are learned from, as the model is now."""
        self._teller.begin(f"typing {name}")
        watching, limit = Watching(open_decider(self._settings)), self._plan.num_learned
        total = min(limit, sum(len(stream.typed) for stream in streams))
        with TemporaryDirectory(dir=self._scratch) as folder:
            settings = alone(self._settings, Path(folder), model=self._plan.model, adapter=None)
            with closing(open_composer(settings, gate=watching)) as composer:
                maker = PairMaker(composer, watching, chars=self._plan.chars)
                return make_pairs(maker, streams, limit=limit, advance=_counter(self._teller, total))

    def _trained(self, recipe: Recipe, learn: Sequence[Paired], tune: Sequence[Paired]) -> Tuned:
        self._teller.begin(f"training {recipe.name}")
        return train_on_pairs(
            read_model_dir(self._plan.model),
            learn,
            tune,
            self._scratch / "runs" / recipe.name,
            recipe,
            on_point=lambda point, share: self._teller.advance(share, f"loss {point.loss:.3f}"),
        )

    def _tried(self, name: str, adapter: Path | None, sets: Sequence[Held]) -> Trial:
        self._teller.begin(f"typing what is judged by ({name})")
        total = sum(held.num_typed for held in sets)
        return try_out(
            name,
            self._settings,
            sets,
            model=self._plan.model,
            adapter=adapter,
            chars=self._plan.chars,
            advance=_counter(self._teller, total),
        )

    def _adapter(self, name: str) -> Path:
        return self._scratch / "adapters" / name


def _read(file: Path, part: Part, *, per_author: int) -> list[Stream]:
    return list(read_streams(read_documents(file), part=part, per_author=per_author, min_chars=MIN_CHARS))


def _counter(teller: Teller, total: int) -> Callable[[], None]:
    """Counts messages of so many, and tells."""
    done = count(1)
    return lambda: teller.advance(next(done) / max(1, total))
