"""The features of a proposal at a place: their names, in order, and what each means. One list for training and serving.

A row of numbers is only read by whoever knows the same list: SCHEMA, a hash of it, is kept with every row and every
ranker. No feature is a text, an id of a word, or a hash of one: a row tells how long and how sure, never what. It does
not know how features are computed (features.py).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

VERSION = 1  # counts up when a feature keeps its name and changes what it means
NUM_LOCALES = 16  # buckets: a locale of thousands would point at few people
NUM_WEEKDAYS = 8  # Monday is 0; the last one: unknown
LATENCY_LIMITS_MS = (5.0, 20.0, 60.0)  # buckets of the time to the decision


@dataclass(frozen=True, slots=True)
class Feature:
    """One column. `levels`: a category with so many codes 0, 1, ...; None: a number (a flag is 0 or 1)."""

    name: str
    meaning: str
    levels: int | None = None


PLACE = (
    Feature("typed", "letters of the word under the caret"),
    Feature("is_word_begun", "it has any"),
    Feature("is_after_space", "a blank was typed before it"),
    Feature("is_space_due", "a word that follows needs a blank first"),
    Feature("is_sentence_start", "the word begins a sentence"),
    Feature("capitalises", "the writer begins sentences with capitals"),
    Feature("hypotheses", "words that may stand here, of the three likeliest"),
    Feature("top_log_prob", "natural log of the likeliest word's probability"),
    Feature("margin", "its log probability less that of the second"),
    Feature("entropy", "of the three likeliest and the rest, in nats"),
    Feature("rest", "probability of all other words"),
    Feature("background_evidence", "log(1 + times the background counted this context)"),
    Feature("tenant_evidence", "the same of the team's memory"),
    Feature("user_evidence", "the same of the user's memory"),
    Feature("message_evidence", "the same of this message and what it answers"),
    Feature("order", "words of context that somebody has seen, 0 to 4"),
    Feature("lm_share", "the language model's share of the blend here"),
    Feature("lm_speaks", "the language model has answered"),
    Feature("has_lm", "there is a language model"),
    Feature("chars", "log(1 + characters before the caret)"),
    Feature("words", "log(1 + words before the caret)"),
    Feature("sentence_words", "words and marks since the sentence began, at most 64"),
    Feature("line_words", "log(1 + words on this line)"),
    Feature("lines", "log(1 + line breaks before the caret)"),
    Feature("is_greeted", "a greeting stands before"),
    Feature("kind", "mail, chat or note", levels=3),
    Feature("locale", "bucket of the locale", levels=NUM_LOCALES),
    Feature("weekday", "of the message, Monday is 0, 7 unknown", levels=NUM_WEEKDAYS),
    Feature("hour_sin", "sine of the hour on the clock's circle, 0 when unknown"),
    Feature("hour_cos", "cosine of the same, 0 when unknown"),
    Feature("has_subject", "the message has a subject"),
    Feature("has_previous", "it answers another"),
    Feature("recipients", "log(1 + recipients)"),
    Feature("has_user", "the request names a user"),
    Feature("has_suffix", "text follows the caret"),
    Feature("user_memory", "log(1 + words learned from the user)"),
    Feature("tenant_memory", "log(1 + words learned from the team)"),
    Feature("message_shown", "log(1 + suggestions shown in this message)"),
    Feature("message_accepted", "log(1 + of those accepted)"),
    Feature("message_partly", "log(1 + of those taken in part)"),
    Feature("message_typed", "log(1 + of those typed through)"),
    Feature("message_rejected", "log(1 + of those rejected)"),
    Feature("message_ignored", "log(1 + of those ignored)"),
    Feature("has_shown", "one was shown in this message"),
    Feature("chars_since_shown", "log(1 + characters since the last one appeared)"),
    Feature("is_showing", "grey text that agrees with what was typed stands on the screen"),
    Feature("run", "letters typed along it"),
    Feature("user_shown", "log(1 + suggestions shown to the user, ever)"),
    Feature("user_rate", "share of them taken, drawn to a quarter while there are few"),
    Feature("latency", "bucket of the time to the decision", levels=len(LATENCY_LIMITS_MS) + 1),
)

PROPOSAL = (
    Feature("rank", "place of the first word among the likeliest, from 0"),
    Feature("first_log_prob", "natural log of the first word's probability"),
    Feature("first_letters", "letters of the first word, with those typed"),
    Feature("typed_share", "share of the first word that is typed already"),
    Feature("last_log_prob", "natural log of the last word's, after those before it"),
    Feature("log_prob", "natural log of the probability of all of it"),
    Feature("length", "characters that it inserts, without a blank at the end"),
    Feature("expected_keys", "probability times the keys saved if it is right"),
    Feature("num_words", "words and marks"),
    Feature("has_blank", "it ends with a blank"),
    Feature("is_upper", "it begins with a capital"),
    Feature("has_digit", "it has a digit in it"),
    Feature("ends_with_mark", "it ends with punctuation"),
    Feature("ends_sentence", "it ends a sentence"),
    Feature("background_share", "of its probability, mean over its words"),
    Feature("tenant_share", "the same of the team's memory"),
    Feature("user_share", "the same of the user's memory"),
    Feature("message_share", "the same of this message"),
    Feature("lm_share_here", "the same of the language model"),
    Feature(
        "lm_agreement", "log odds of the language model's part in the first word less its part of the blend"
    ),
    Feature("is_on_screen", "it agrees with the grey text on the screen"),
)

FEATURES = PLACE + PROPOSAL
NAMES = tuple(feature.name for feature in FEATURES)
CATEGORIES = {at: feature.levels for at, feature in enumerate(FEATURES) if feature.levels is not None}


def schema_of(features: tuple[Feature, ...], *, version: int) -> str:
    """Sixteen hexadecimal digits that differ when a name, an order, a number of levels or the version does.

    >>> schema_of(FEATURES, version=VERSION) == SCHEMA, schema_of(FEATURES[1:], version=VERSION) == SCHEMA
    (True, False)
    """
    listed = ";".join(f"{feature.name}:{feature.levels}" for feature in features)
    return hashlib.sha256(f"{version};{listed}".encode()).hexdigest()[:16]


SCHEMA = schema_of(FEATURES, version=VERSION)
