"""Putting the parts together: settings in, a composer with its store and models out.

The only place that knows every part. It does not know HTTP, the command line or how any part works.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from foretype.compose.composer import Composer
from foretype.compose.decider import Decider
from foretype.compose.gate import Gate
from foretype.compose.outcomes import Outcomes
from foretype.compose.protocols import Adapters, LanguageModel
from foretype.compose.strengths import Strengths, load_strengths
from foretype.config import Settings, load_settings
from foretype.errors import ConfigError, ForetypeError, ModelError, StoreError
from foretype.monitor import logs
from foretype.ngram.automaton import Automaton, open_automaton
from foretype.personal.store import open_store
from foretype.rank.cluster.membership import CLUSTER
from foretype.rank.journal import DAYS, Journal
from foretype.rank.online.versions import RANKERS, Versions
from foretype.text.casing import fold_words

if TYPE_CHECKING:
    from foretype.rank.cluster.teacher import Teacher
    from foretype.rank.experiments.opening import Learning

NO_MODEL = "none"
BUILT_IN = "foretype-27m"  # the language model that comes with the package
BUILT_IN_FOLDER = "model"
GGUF = ".gguf"
ON, OFF = "on", "off"
NO_RANKER = "none"  # the fixed gate decides
RANKER_FOLDER = "ranker"
BACKGROUND_FILE = "background.ngram"
STRENGTHS_FILE = "strengths.json"
ADAPTERS_FOLDER = "adapters"  # of the cache folder


def open_composer(
    settings: Settings | None = None,
    *,
    gate: Decider | None = None,
    outcomes: Outcomes | None = None,
    make: Callable[..., Composer] = Composer,
) -> Composer:
    """A composer on this machine's folders: background model, personal store and language model.

    `settings` defaults to environment, file and defaults (`config.load_settings`). `gate` decides what is shown (default:
    `open_decider`'s), `outcomes` hears what became of it (default: the journal). Raises ModelError and StoreError for files
    that cannot be used, and ModelError for a `settings.model` that is not installed; ConfigError, InputError or ModelError
    for a `settings.adapter` that cannot be loaded. `make` is the kind of composer.
    """
    settings = settings or load_settings()
    background = open_background()
    where = model_path(settings)
    lm, adapters = open_with_adapters(where, settings)
    store = open_store(
        settings.data_dir,
        background.lexicon,
        fold=lambda words: fold_words(words, is_lower=background.is_lower),
    )
    return make(
        background,
        store=store,
        strengths=installed_strengths(where),
        lm=lm,
        gate=gate or open_decider(settings),
        outcomes=outcomes or open_journal(settings),
        tenant=settings.tenant,
        adapter=settings.adapter,
        adapters=adapters,
    )


def open_learning_composer(settings: Settings) -> Composer:
    """As `open_composer`, for a server: its ranker goes on learning, and experiments run, unless the settings say not to.

    Where another process of the same data folder learns already, this one serves without. Raises like `open_composer`.
    """
    if settings.learning not in (ON, OFF):
        raise ConfigError(f"setting learning: found {settings.learning!r}, wanted {ON!r} or {OFF!r}")
    if settings.learning == OFF or not settings.outcome_days or settings.ranker == NO_RANKER:
        return open_composer(settings)
    _check_coverage(settings)
    learning = _begin_learning(settings)
    if learning is None:
        return open_composer(settings)
    from foretype.rank.experiments.composing import TrialComposer

    try:
        make = partial(TrialComposer, trials=learning.trials)
        return open_composer(settings, gate=learning.decider, outcomes=learning.outcomes, make=make)
    except ForetypeError:
        learning.outcomes.close()
        raise


def _begin_learning(settings: Settings) -> Learning | None:
    """What learns on, alone or in a cluster; None where another process of the data folder learns already."""
    from foretype.rank.bundle import open_ranker  # onnxruntime again
    from foretype.rank.experiments.opening import Means, open_learning, open_shared_learning

    means = Means(
        settings.data_dir,
        _own_ranker(settings),
        partial(open_ranker, coverage=settings.coverage),
        settings.tenant,
        tell=lambda event: logs.info(event.what, version=event.version, why=event.why),
        tell_error=lambda error: logs.error("learning failed", error),
    )
    journal = Journal(settings.data_dir, days=settings.outcome_days)
    try:
        if settings.learning_redis is not None:
            return open_shared_learning(settings.learning_redis, journal, means)
        return open_learning(journal, means)
    except StoreError as error:
        journal.close()
        if settings.learning_redis is not None:
            raise
        logs.error("serving without learning", error)
        return None
    except ForetypeError:
        journal.close()
        raise


def open_cluster_teacher(settings: Settings, *, take_over: bool) -> Teacher:
    """What learns for all servers of `settings.learning_redis`, in this data folder.

    Raises ConfigError without that setting, and else as rank.cluster.opening.open_teacher.
    """
    if settings.learning_redis is None:
        raise ConfigError(
            "setting learning_redis: found none, wanted the address of the servers' Redis, such as redis://redis:6379/0"
        )
    from foretype.rank.bundle import open_ranker  # onnxruntime again
    from foretype.rank.cluster.opening import open_teacher

    return open_teacher(
        settings.learning_redis,
        data_dir=settings.data_dir,
        versions=ranker_versions(settings),
        open_ranker=open_ranker,
        tenant=settings.tenant,
        days=settings.outcome_days or DAYS,
        take_over=take_over,
    )


def open_decider(settings: Settings) -> Decider:
    """What decides which proposals are shown: a ranker, or the fixed gate where the setting says "none".

    Raises ModelError for a ranker that cannot be used, ConfigError for a coverage that is no share of keys.
    """
    coverage = _check_coverage(settings)
    if settings.ranker == NO_RANKER:
        return Gate() if coverage is None else Gate().at_coverage(coverage)
    from foretype.rank.bundle import open_ranker  # onnxruntime takes 0.2 s to import: only if needed

    versions = ranker_versions(settings)
    return open_ranker(versions.folder_of(versions.current.name), coverage=coverage)


def ranker_versions(settings: Settings) -> Versions:
    """The rankers of the data folder, on top of the one to begin with: in a cluster, its learner's. Raises StoreError."""
    shared = settings.learning_redis is not None
    folder = settings.data_dir / CLUSTER if shared else settings.data_dir
    return Versions(folder / RANKERS, built_in=_own_ranker(settings))


def _own_ranker(settings: Settings) -> Path:
    """The ranker to begin with: the folder that the setting names, or the one that comes with the package."""
    return Path(settings.ranker).expanduser() if settings.ranker else _packaged(RANKER_FOLDER)


def _check_coverage(settings: Settings) -> float | None:
    coverage = settings.coverage
    if coverage is not None and not 0 < coverage <= 1:
        raise ConfigError(f"setting coverage: found {coverage}, wanted a share of keys above 0 and up to 1")
    return coverage


def open_journal(settings: Settings) -> Journal | None:
    """The journal of what became of suggestions; None where none is wanted. Raises StoreError."""
    return Journal(settings.data_dir, days=settings.outcome_days) if settings.outcome_days else None


def open_background() -> Automaton:
    """The background model that comes with the package."""
    return open_automaton(_packaged(BACKGROUND_FILE))


def installed_models(settings: Settings) -> list[str]:
    """Names of the language models in the cache folder, the most recently added first."""
    folder = settings.cache_dir / "models"
    found = sorted(folder.glob("*/model.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [path.parent.name for path in found]


def model_path(settings: Settings) -> Path | None:
    """The language model to use: the one asked for (a name, or a GGUF file for llama.cpp), else the one added
    last, else the one that comes with the package. None where the setting says "none".
    """
    names = installed_models(settings)
    if settings.model == NO_MODEL:
        return None
    if settings.model is not None and settings.model.endswith(GGUF):
        return Path(settings.model).expanduser()
    chosen = settings.model if settings.model is not None else [*names, BUILT_IN][0]
    if chosen in names:
        return settings.cache_dir / "models" / chosen
    if chosen == BUILT_IN:
        return built_in_model()
    known = ", ".join([*names, BUILT_IN])
    raise ModelError(
        f"model {chosen!r} is not installed (found {known}); `foretype model add {chosen}` adds it"
    )


def built_in_model() -> Path:
    """The folder of the language model that comes with the package."""
    return _packaged(BUILT_IN_FOLDER)


def open_lm(where: Path) -> LanguageModel:
    """The language model in a model directory, or a GGUF file through llama.cpp. Raises ModelError."""
    if where.suffix == GGUF:
        from foretype.runtime.llama import open_gguf  # the llama extra is optional

        return open_gguf(where)
    from foretype.runtime.onnx_model import open_model  # onnxruntime takes 0.2 s to import: only if needed

    return open_model(where)


def open_with_adapters(
    where: Path | None, settings: Settings
) -> tuple[LanguageModel | None, Adapters | None]:
    """The language model at `where`, and its adapters, those that were made for it loaded; None for what is not there.

    Raises ModelError for a model that cannot be used; ConfigError, InputError or ModelError for a `settings.adapter` that
    cannot be loaded.
    """
    if where is None or where.suffix == GGUF:
        if settings.adapter is not None:
            raise ConfigError(
                f"setting adapter: found {settings.adapter!r}, but no model that takes adapters is chosen; "
                "leave it out, or add one with `foretype model add`"
            )
        return None if where is None else open_lm(where), None
    from foretype.runtime.adapter_desk import AdapterDesk  # onnxruntime again
    from foretype.runtime.adapter_shelf import AdapterShelf
    from foretype.runtime.onnx_model import open_model

    model = open_model(where)
    desk = AdapterDesk(AdapterShelf(settings.cache_dir / ADAPTERS_FOLDER), model, default=settings.adapter)
    try:
        desk.load_all()
    except ForetypeError:
        model.close()
        raise
    return model, desk


def installed_strengths(directory: Path | None) -> Strengths:
    """Strengths of the blend: those learned with the model in `directory`, else those of the package."""
    if directory is not None and (directory / STRENGTHS_FILE).exists():
        return load_strengths(directory / STRENGTHS_FILE)
    return load_strengths(_packaged(STRENGTHS_FILE))


def _packaged(name: str) -> Path:
    return Path(str(files("foretype") / "data" / name))
