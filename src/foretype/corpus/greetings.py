"""Where a message greets and where it takes leave, so that a reader of the corpus may drop or keep both.

Only labels: the text stays whole. It knows the formulas of a few languages, and names only by their shape.
"""

from __future__ import annotations

import re

MAX_GREETING_CHARS = 60
MAX_CLOSING_LINES = 5  # formula, name, title, firm
MAX_CLOSING_WORDS = 6  # of a line

_NAME = r"[^\W\d_][\w.'’-]*"
_GREETING = re.compile(
    rf"""(?xi) ^ (?:
      (?:hi|hello|hey|dear|good\ (?:morning|afternoon|evening|day)|greetings|howdy|to\ whom\ it\ may\ concern
        |hallo|liebe[rs]?|sehr\ geehrte[rs]?|guten\ (?:tag|morgen|abend)|bonjour|cher|chère|salut
        |hola|estimad[oa]s?|querid[oa]s?|buenos\ días|ciao|gentile|caro|cara|olá|prezad[oa]|beste)\b
      (?: (?:\ [^\s.?!;]+){{0,5}}\ ?[,!:.-] | (?:\ [^\s.?!;,]+){{0,2}} ) (?=\n|$)             # alone on its line
    | (?:hi|hello|hey|dear|hallo|hola|bonjour|ciao)\ {_NAME}(?:\ {_NAME})?\ ?[,!:-]+(?=\s)   # "Hi Bob, could"
    )"""
)
_NAME_ALONE = re.compile(
    r"^(?:[A-Z][\w.'’-]*)(?:(?:,? and |, | & | / |/| )[A-Z][\w.'’-]*){0,3}\s?[,:-]+(?=\n)"
)
_FORMULA = re.compile(
    r"""(?xi) ^\W* (?:
      (?:kind|best|warm|warmest|many)?\ ?(?:regards|wishes)|best|all\ the\ best|thanks?
      (?:\ (?:a\ lot|again|you|so\ much|very\ much
      |in\ advance|and\ regards|for\ .{3,40}))?|thank\ you(?:\ .{3,40})?|many\ thanks|thx|cheers
      |sincerely(?:\ yours)?|yours(?:\ \w+)?
      |respectfully|cordially|take\ care|talk\ (?:soon|to\ you\ soon)|see\ you(?:\ \w+)?|love|xoxo|cu|rgds|ciao
      |mit\ (?:freundlichen|besten|lieben)\ grü(?:ß|ss)en|(?:viele|liebe|beste|schöne)\ grü(?:ß|ss)e|mfg|lg|vg|gru(?:ß|ss)
      |danke(?:\ \w+)?
      |cordialement|bien\ à\ vous|amicalement|merci(?:\ .{3,30})?|bises|(?:un\ )?saludos?|atentamente|gracias|un\ abrazo
      |cordiali\ saluti|saluti|grazie|atenciosamente|abraços|obrigad[oa]|met\ vriendelijke\ groet(?:en)?|groet(?:en|jes)?
    ) [\ ,.!-]*$"""
)
_SIGNED = re.compile(r"^[-~ ]{0,3}[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,2}[.]?$")


def greeting_of(text: str) -> str:
    """The greeting with which a text begins, "" where there is none.

    >>> greeting_of("Hi Susan,\\n\\nhow are you?"), greeting_of("Susan -\\nyes"), greeting_of("Hi there is no")
    ('Hi Susan,', 'Susan -', '')
    """
    if found := _GREETING.match(text) or _NAME_ALONE.match(text):
        return found[0] if len(found[0]) <= MAX_GREETING_CHARS else ""
    return ""


def closing_of(text: str) -> str:
    """The leave-taking with which a text ends, "" where there is none.

    >>> closing_of("See the plan.\\n\\nBest regards,\\nAnn Bell"), closing_of("Done.\\n\\nAnn"), closing_of("Yes!")
    ('Best regards,\\nAnn Bell', 'Ann', '')
    """
    lines = text.split("\n")
    start = max(len(lines) - MAX_CLOSING_LINES, 0)
    for at in range(start, len(lines)):
        if _FORMULA.match(lines[at]) and all(map(_is_short, lines[at:])):
            return _from_line(lines, at)
    if len(lines) > 1 and _SIGNED.match(lines[-1]) and not lines[-2].strip():
        return lines[-1]
    return ""


def signed_part(text: str) -> str:
    """The text without what stands below the name at its end: title, firm, telephone, address.

    >>> signed_part("Fine.\\n\\nRegards,\\nAnn Bell\\nHead of Sales\\n+1 713 555 0100")
    'Fine.\\n\\nRegards,\\nAnn Bell'
    """
    lines = text.split("\n")
    for at in range(max(len(lines) - 2 * MAX_CLOSING_LINES, 0), len(lines)):
        below = [line for line in lines[at + 1 :] if line.strip()]
        if _FORMULA.match(lines[at]) and below and _SIGNED.match(below[0]) and all(map(_is_card, below[1:])):
            return "\n".join(lines[: at + 1 + lines[at + 1 :].index(below[0]) + 1])
    return text


def _from_line(lines: list[str], at: int) -> str:
    return "\n".join(lines[at:]).lstrip()


def _is_short(line: str) -> bool:
    return len(line.split()) <= MAX_CLOSING_WORDS and not line.rstrip().endswith("?")


def _is_card(line: str) -> bool:
    """Whether a line may stand on a visiting card: short, and no sentence."""
    return len(line) <= 80 and len(line.split()) <= 9 and line.rstrip()[-1] not in "?!"
