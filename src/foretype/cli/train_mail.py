"""`foretype train --mail PATH`: a person's own mail in, better suggestions out, or a plain word that it did not help.

The table and the progress go to stderr, one JSON line to stdout. It does not know how anything is trained or measured.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from foretype.assemble import GGUF, model_path, open_background
from foretype.cli.trained_mail import outcome_facts, outcome_table
from foretype.cli.training_bar import TrainingBar
from foretype.config import Settings, load_settings
from foretype.corpus.documents import Document
from foretype.corpus.mailbox import read_mailbox
from foretype.corpus.own_mail import OwnMail, cut, guess_owner, own_messages
from foretype.corpus.skips import Reason
from foretype.errors import ConfigError, InputError, ModelError
from foretype.evals.before_after_page import verdict_line, write_comparison
from foretype.evals.machine import this_machine
from foretype.evals.own_messages import sent_messages
from foretype.personal.store import open_store
from foretype.personal.teaching import Taught, teach
from foretype.runtime.catalog import Catalog
from foretype.text.casing import fold_words

if TYPE_CHECKING:
    from foretype.evals.mail_plan import Outcome
    from foretype.evals.mail_run import MailRun

NOT_KEPT = 1  # exit status: all went well, and nothing was changed since it did not help


def add_mail_options(parser: argparse.ArgumentParser) -> None:
    """`--mail` and what goes with it."""
    group = parser.add_argument_group("training on your own mail")
    group.add_argument(
        "--mail", type=Path, metavar="PATH", help="your mailbox: mbox, Maildir, mails, CSV or JSON Lines"
    )
    group.add_argument(
        "--me",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="your address, once for each you write from (default: whoever takes part most)",
    )
    group.add_argument("--everyone", action="store_true", help="all of it is your own: the mail of a team")
    group.add_argument("--user", help="also have this user's memory learn the mail")
    group.add_argument(
        "--minutes", type=float, default=30.0, help="all of it takes at most (default %(default)g)"
    )
    group.add_argument("--name", default="my-mail", help="of the model that is made (default %(default)s)")
    group.add_argument("--model", metavar="NAME", help="train this one (default: the one that serves)")
    group.add_argument(
        "--adapter", type=Path, metavar="FOLDER", help="also keep the LoRA adapter, as peft saves it"
    )
    group.add_argument("--html", type=Path, metavar="FILE", help="write the report as a page")


def run_mail(args: argparse.Namespace) -> int:
    """Train, compare, keep it if it saves more keys. Status 1 when it did not."""
    console = Console(stderr=True)
    settings = load_settings(model=args.model)
    target = _checked(args, settings)
    base = _base(settings)
    mail = _own_mail(args, console)
    with TrainingBar(console) as bar:
        run = _prepared(args, settings, bar, mail=mail, base=base)
        if run.resumed:
            console.print("going on where an earlier start of this command stopped")
        try:
            outcome = run.run()
        except KeyboardInterrupt:
            console.print("stopped; what is done is kept, and the same command goes on from there")
            raise
    return _finish(args, settings, console, mail, run, outcome, target)


def _checked(args: argparse.Namespace, settings: Settings) -> Path:
    """Where the model will be. Raises InputError for options that cannot be."""
    if not args.minutes > 0:
        raise InputError(f"--minutes: found {args.minutes:g}, wanted more than 0")
    if args.everyone and (args.me or args.user):
        raise InputError(
            "--everyone: found --me or --user beside it, wanted neither; "
            "`foretype learn FILE --user TEAM` teaches a team's memory"
        )
    kept: Path | None = args.adapter
    if kept is not None and kept.exists() and not (kept / "adapter_config.json").exists():
        raise InputError(
            f"--adapter: found {kept}, which holds something else; name a folder that is not there"
        )
    return Catalog(settings.cache_dir / "models").path(args.name)


def _base(settings: Settings) -> Path:
    """The directory of the model that serves. Raises ModelError when there is none that can be trained."""
    base = model_path(settings)
    if base is None:
        raise ModelError(
            "found no language model to train, wanted one that serves; "
            "`foretype model add smollm2-135m` adds one, `foretype learn` needs none"
        )
    if base.suffix == GGUF:
        raise ModelError(
            f"{base}: found a GGUF file, wanted an installed model; `foretype model add {base}` makes one"
        )
    return base


def _own_mail(args: argparse.Namespace, console: Console) -> OwnMail:
    """One's own messages, cut in parts; says whose they are and what was left out."""
    skipped = Counter[Reason]()
    with console.status(f"reading {args.mail.name}"):
        documents: list[Document] = list(read_mailbox(args.mail, skipped=skipped))
        me = _owners(args, documents)
        mail = cut(own_messages(documents, me))
    if not args.me and not args.everyone:
        console.print(f"this looks like the mailbox of {next(iter(me))}; give another address with --me")
    left_out = ", ".join(f"{count:,} {reason}" for reason, count in skipped.most_common())
    console.print(
        f"{len(documents):,} messages, {len(mail.before) + len(mail.judge):,} of them yours"
        f"{f' (left out: {left_out})' if left_out else ''}; judged by {mail.span}"
    )
    return mail


def _owners(args: argparse.Namespace, documents: Sequence[Document]) -> Collection[str]:
    """Whose messages are one's own."""
    if args.everyone:
        return {document.holder for document in documents} or [guess_owner(documents)]
    return args.me or [guess_owner(documents)]


def _prepared(
    args: argparse.Namespace, settings: Settings, bar: TrainingBar, *, mail: OwnMail, base: Path
) -> MailRun:
    bar.begin("opening the network")
    try:
        from foretype.evals.mail_plan import Plan
        from foretype.evals.mail_run import MailRun  # torch takes seconds to import: only here
    except ImportError as error:
        raise ConfigError(
            f"training: found no {error.name}, wanted the train extra; pip install 'foretype[train]'"
        ) from error
    plan = Plan(
        mail, base, args.name, minutes=args.minutes, remembers=args.user is not None, adapter=args.adapter
    )
    return MailRun(plan, settings, settings.cache_dir / "training" / args.name, bar)


def _finish(
    args: argparse.Namespace,
    settings: Settings,
    console: Console,
    mail: OwnMail,
    run: MailRun,
    outcome: Outcome,
    target: Path,
) -> int:
    """Show, write, teach, put in place; the run is forgotten last, so that a crash here costs nothing."""
    console.print(outcome_table(outcome, mail))
    console.print(verdict_line(outcome.verdict))
    if args.html:
        write_comparison(
            args.html, outcome.rows, outcome.verdict, name=args.name, span=mail.span, machine=this_machine()
        )
    taught = _taught(args, settings, mail, outcome)
    if outcome.helped:
        run.install(target)
        console.print(f"kept as {args.name}; `foretype serve` uses it from its next start")
    else:
        console.print("nothing was kept of the training; the model that was there goes on serving")
    if taught is not None:
        console.print(
            f"{args.user} now remembers {taught.messages:,} more messages ({taught.known:,} were known before)"
        )
    print(json.dumps(outcome_facts(args.name, outcome, taught)))
    run.clear()
    return 0 if outcome.helped else NOT_KEPT


def _taught(args: argparse.Namespace, settings: Settings, mail: OwnMail, outcome: Outcome) -> Taught | None:
    """Have the user's memory learn all of the mail, if it was asked for and saves keys."""
    if args.user is None or not outcome.memory_helped:
        return None
    background = open_background()
    fold = partial(fold_words, is_lower=background.is_lower)
    with closing(open_store(settings.data_dir, background.lexicon, fold=fold)) as store:
        return teach(store, args.user, sent_messages([*mail.before, *mail.judge]), fold=fold)
