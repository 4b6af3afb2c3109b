"""`foretype suggest TEXT`: how a text goes on, and with --explain where each word came from.

In a terminal the grey text stands behind what was typed; a pipe gets the bare suggestions, one a line. It
does not know how they are found.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from foretype.cli.letters import STDIN, read_letters
from foretype.cli.opening import add_model_option, opened_composer
from foretype.compose.request import Answer, Context, Kind, Request, Silence, Suggestion
from foretype.errors import InputError

PATIENCE_MS = 5000.0  # nobody is typing: a cold language model may take its time
SHOWN_CHARS = 60  # of what was typed, before a suggestion
SOURCES = {
    "lm": "language model",
    "background": "background",
    "tenant": "team",
    "user": "you",
    "message": "this message",
}
SILENCES = {
    Silence.UNSURE: "nothing sure enough to be worth a look",
    Silence.EMPTY: "nothing is written yet, and nothing known to start with",
    Silence.SENSITIVE: "this looks like a secret",
    Silence.INSIDE_WORD: "a letter follows the caret",
    Silence.DEADLINE: "no time was left to find one",
    Silence.STALE: "a newer question came in between",
}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `foretype suggest`."""
    parser = subparsers.add_parser(
        "suggest",
        help="say how a text goes on",
        description='Say how a text goes on, such as: foretype suggest "Hi Susan, thanks for se"',
    )
    parser.add_argument("text", help="what is written so far; - reads it from standard input")
    parser.add_argument("--user", help="use what this user taught")
    parser.add_argument("--subject", default="", help="the mail's subject")
    parser.add_argument("--previous", default="", help="the message being answered")
    parser.add_argument(
        "--kind", choices=[*Kind], default=Kind.EMAIL, help="what is written (default %(default)s)"
    )
    parser.add_argument("--suffix", default="", help="what stands after the caret")
    parser.add_argument("-n", type=int, default=1, metavar="COUNT", help="suggestions (default %(default)s)")
    parser.add_argument("--explain", action="store_true", help="show where each word came from")
    add_model_option(parser)
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Ask once and print. Status 1 in silence, with its reason on stderr."""
    request = _request(args)
    with opened_composer(args.model) as composer:
        answer = composer.answer(request)
    if not answer.suggestions:
        reason = SILENCES.get(answer.silence, "no reason given") if answer.silence else "no reason given"
        print(f"no suggestion: {reason}", file=sys.stderr)
        return 1
    _print(answer, request, explain=args.explain)
    return 0


def _request(args: argparse.Namespace) -> Request:
    if args.n < 1:
        raise InputError(f"-n: found {args.n}, wanted a number above 0")
    context = Context(kind=Kind(args.kind), subject=args.subject, previous=args.previous)
    return Request(
        _text(args.text), args.suffix, args.user, context=context, n=args.n, deadline_ms=PATIENCE_MS
    )


def _text(given: str) -> str:
    """The text, or standard input without the line end that a shell puts there."""
    if given != str(STDIN):
        return given
    [letter] = read_letters(STDIN)
    return letter.text.removesuffix("\n")


def _print(answer: Answer, request: Request, *, explain: bool) -> None:
    console = Console(highlight=False)
    for suggestion in answer.suggestions:
        if explain:
            console.print(explanation(suggestion, request.text))
        elif console.is_terminal:
            console.print(_in_place(suggestion, request.text))
        else:
            print(suggestion.text)
    if explain:
        console.print(f"{answer.model}, {answer.elapsed_ms:.1f} ms, {answer.lm_steps} LM steps", style="dim")


def _in_place(suggestion: Suggestion, typed: str) -> Text:
    line = typed.rpartition("\n")[2][-SHOWN_CHARS:]
    return Text.assemble(
        line, (suggestion.text, "bold green"), ("  " + _percent(suggestion.confidence), "dim")
    )


def explanation(suggestion: Suggestion, typed: str) -> Table:
    """The suggestion word by word: the probability that all is right so far, and who said so."""
    table = Table(title=_in_place(suggestion, typed), title_justify="left", title_style="", box=SIMPLE)
    table.add_column("word")
    table.add_column("right so far", justify="right")
    table.add_column("from")
    for index, word in enumerate(_whole_words(suggestion.text, typed)):
        table.add_row(word, _at(suggestion.word_confidences, index), _sources(_or_all(suggestion, index)))
    return table


def _whole_words(grey: str, typed: str) -> list[str]:
    """The suggestion's words; the first with the letters that were typed of it.

    >>> _whole_words("nding the ", "thanks for se")
    ['sending', 'the']
    """
    begun = re.split(r"\s", typed)[-1] if not grey[:1].isspace() else ""
    return (begun + grey).split()


def _at(confidences: Sequence[float], index: int) -> str:
    return _percent(confidences[index]) if index < len(confidences) else ""


def _or_all(suggestion: Suggestion, index: int) -> Mapping[str, float]:
    known = suggestion.word_sources
    return known[index] if index < len(known) else suggestion.sources


def _sources(shares: Mapping[str, float]) -> str:
    ranked = sorted(shares.items(), key=lambda item: -item[1])
    return ", ".join(
        f"{SOURCES.get(name, name)} {_percent(share)}" for name, share in ranked if share >= 0.005
    )


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")
