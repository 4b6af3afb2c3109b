"""`foretype learn FILE... --user U`: teach a user's memory the texts they wrote.

It does not know file formats, nor what a memory keeps.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from foretype.cli.letters import read_letters
from foretype.cli.opening import NO_MODEL, opened_composer
from foretype.compose.composer import Composer


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype learn`."""
    parser = subparsers.add_parser(
        "learn",
        help="learn from texts a user wrote",
        description="Learn from texts a user wrote: text, .jsonl, mailboxes, chats, folders of them, or - for stdin.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--user", required=True, help="whose memory learns; any name you choose")
    parser.add_argument(
        "--author", metavar="ADDRESS", help="learn only what this author wrote (mail, .jsonl)"
    )
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Learn every file, then say what was kept. Status 1 when there was nothing to learn."""
    with opened_composer(NO_MODEL) as composer:
        counts = _learn(composer, args)
    print(_summary(counts, args))
    return 0 if counts["messages"] else 1


def _learn(composer: Composer, args: argparse.Namespace) -> Counter[str]:
    counts = Counter[str]()
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("learning", total=None)
        for path in args.files:
            for letter in read_letters(path):
                if args.author and (letter.author or "").casefold() != args.author.casefold():
                    counts["others"] += 1
                    continue
                learned = composer.learn(letter.text, user=args.user, context=letter.context)
                counts["messages"] += learned.num_words > 0
                counts["words"] += learned.num_words
                counts["refused"] += learned.num_refused
                progress.update(task, description=f"learning {path.name}: {counts['words']:,} words")
    return counts


def _summary(counts: Counter[str], args: argparse.Namespace) -> str:
    if not counts["messages"]:
        others = f"; {_many(counts['others'], 'text')} had another author than {args.author}"
        return f"found no words to learn{others if counts['others'] else ''}"
    parts = [
        f"learned {_many(counts['words'], 'word')} in {_many(counts['messages'], 'text')} for {args.user}"
    ]
    if counts["refused"]:
        parts.append(f"left out {_many(counts['refused'], 'word')} that looked secret")
    if counts["others"]:
        parts.append(f"passed over {_many(counts['others'], 'text')} of other authors")
    return "; ".join(parts)


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
