"""Lines that a mail program broke at a margin, joined again to the paragraphs that were typed.

It does not know poems: short lines in a mail with a margin are told from broken ones by their length alone.
"""

from __future__ import annotations

WRAP_CHARS = range(58, 101)  # margins at which mail programs break lines


def unwrapped(text: str) -> str:
    """Lines that a mail program broke at a margin joined again to the paragraphs that were typed.

    A line was broken where the next line's first word would not have fitted.

    >>> unwrapped("I think that we should look at all of the numbers once more before\\nyou send them.\\nAnn")
    'I think that we should look at all of the numbers once more before you send them.\\nAnn'
    """
    lines = text.split("\n")
    margin = max((len(line) for line in lines if len(line) in WRAP_CHARS), default=0)
    joined: list[str] = []
    last = ""
    for line in lines:
        if margin and joined and _was_broken(last, line, margin):
            joined[-1] += " " + line
        else:
            joined.append(line)
        last = line
    return "\n".join(joined)


def _was_broken(line: str, after: str, margin: int) -> bool:
    first = after.split(" ", 1)[0]
    if not first or " " not in line or line[-1] in ":>" or not (first[0].isalnum() or first[0] in "\"'("):
        return False
    return len(line) <= margin < len(line) + 1 + len(first)
