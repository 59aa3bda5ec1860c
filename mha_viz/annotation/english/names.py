"""A text → names, guessed from capitals or by the parser."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mha_viz.annotation.annotated import Annotated, Entity, Span
from mha_viz.annotation.names import NOT_NAMES, TITLES
from mha_viz.inputs.words import APOSTROPHES, is_sign, word_spans

BY_CAPITALS = "capital letters"

DAYS = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

MONTHS = {"january", "february", "march", "july", "august", "september", "october", "november", "december"}

NO_NAMES = frozenset({"i", "ok", *DAYS, *MONTHS})  # April, May and June may be people

ENDS = frozenset(".!?…:")

# What may stand between the words of one name: space, a hyphen, the full stop of a title or an initial.
BETWEEN = re.compile(r"\s+|-|\.\s*")


def guess_names(text: str) -> Annotated:
    """Words and names of a text without a parser: names are words with a capital letter.

    A word is part of a name if it has a capital letter somewhere that no sentence begins there, and that more often
    than it is written small; then it is one wherever it has a capital letter. Neighbours are one name ("Maria Lopez",
    "Mr. Hart", "Jean-Luc"). Titles of books count as names; in a language that writes every noun with a
    capital letter every noun does, and where letters have no case nothing is found.

    Returns
    -------
    Annotated
        With entities alone, all of type "PERSON": nothing tells people from places. ``is_gold`` is False.
    """
    spans = _word_spans(text)
    words = [text[begin:end] for begin, end in spans]
    first = _first_of_sentences(text, words, spans)
    inside = Counter(word.casefold() for i, word in enumerate(words) if _is_capital(word) and i not in first)
    small = Counter(word.casefold() for word in words if word[0].islower())
    names = {word for word, n in inside.items() if n > small[word]}
    parts = [i for i, word in enumerate(words) if _is_capital(word) and word.casefold() in names]
    runs: list[list[int]] = []
    for i in parts:
        if runs and _is_one_name(text, words, spans, runs[-1][1] - 1, i):
            runs[-1][1] = i + 1
        else:
            runs.append([i, i + 1])
    entities = tuple(Entity(begin, end, "PERSON") for begin, end in runs)
    return Annotated(text, tuple(words), tuple(spans), entities=entities, is_gold=False, source=BY_CAPITALS)


def tagged_names(parsed: Annotated) -> Annotated:
    """The same parse with other names: runs of words tagged as proper nouns, in place of the parser's entities.

    A run that is found at most of the places where it is spelled so counts at all of them: taggers miss some. Runs
    without a capital letter, and those in what the parser takes for a date or a number, are left out.

    Of the 657 names in the 18 documents of UD English GUM dev, 76 % are found to the word by spaCy's small model, and
    76 % of what it finds are such names; of its entities 51 % and 60 %, of what ``guess_names`` finds 70 % and 65 %.
    The rules were written with a view to these documents.

    Returns
    -------
    Annotated
        Its entities are all of type "PERSON"; its mentions are dropped.
    """
    dated = (entity for entity in parsed.entities if entity.entity_type.upper() in NOT_NAMES)
    dates = {i for entity in dated for i in range(entity.begin, entity.end)}
    runs: list[list[int]] = []
    for i, tag in enumerate(parsed.tags):
        if tag != "PROPN" or i in dates:
            continue
        if runs and runs[-1][1] == i:
            runs[-1][1] = i + 1
        else:
            runs.append([i, i + 1])
    runs = [run for run in runs if any(map(_is_capital, parsed.words[run[0] : run[1]]))]
    entities = tuple(Entity(begin, end, "PERSON") for begin, end in _everywhere(parsed.words, runs))
    return replace(parsed, entities=entities, mentions=())


def _everywhere(words: Sequence[str], runs: Sequence[Sequence[int]]) -> list[Span]:
    """The runs, and the other places where one of them is spelled the same, if a run is there more often than not.

    Of several that begin at one word the longest counts, and none that begins before another has ended.
    """
    tagged = Counter(tuple(words[begin:end]) for begin, end in runs)
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for name in tagged:
        by_first.setdefault(name[0], []).append(name)
    places: dict[tuple[str, ...], list[int]] = {name: [] for name in tagged}
    for i, word in enumerate(words):
        for name in by_first.get(word, ()):
            if tuple(words[i : i + len(name)]) == name:
                places[name].append(i)
    ends = {run[0]: run[1] for run in runs}
    for name, begins in places.items():
        if 2 * tagged[name] > len(begins):
            ends |= {i: max(ends.get(i, 0), i + len(name)) for i in begins}
    names: list[Span] = []
    for begin in sorted(ends):
        if not names or names[-1][1] <= begin:
            names.append((begin, ends[begin]))
    return names


def _word_spans(text: str) -> list[Span]:
    """Words as people count them, with the *s* of a possessive apart: in "Maria's" stands "Maria"."""
    spans: list[Span] = []
    for begin, end in word_spans(text):
        cut = end - 2
        if cut > begin and text[cut] in APOSTROPHES and text[end - 1] in "sS":
            spans += [(begin, cut), (cut, end)]
        else:
            spans.append((begin, end))
    return spans


def _is_capital(word: str) -> bool:
    before = re.split(f"[{APOSTROPHES}]", word)[0]
    return word[0].isupper() and before.casefold() not in NO_NAMES


def _first_of_sentences(text: str, words: Sequence[str], spans: Sequence[Span]) -> set[int]:
    """Words that have a capital letter whatever they are: after the end of a sentence, or right after a quote opens."""
    first = set()
    for i, word in enumerate(words):
        if is_sign(word):
            continue
        before = i - 1
        while before >= 0 and is_sign(words[before]) and not ENDS & set(words[before]):
            before -= 1
        quoted = i > 0 and is_sign(words[i - 1]) and words[i - 1] not in ",;-–—&/" and spans[i - 1][1] == spans[i][0]
        stopped = before >= 0 and bool(ENDS & set(words[before]))
        ended = before < 0 or (stopped and not _is_shortened(words[max(0, before - 1)]))
        lines = before >= 0 and "\n" in text[spans[before][1] : spans[i][0]]
        if ended or quoted or lines:
            first.add(i)
    return first


def _is_one_name(text: str, words: Sequence[str], spans: Sequence[Span], last: int, i: int) -> bool:
    """Whether word i goes on with the name that ends with the word ``last``."""
    between = text[spans[last][1] : spans[i][0]]
    if not BETWEEN.fullmatch(between) or "\n" in between:
        return False
    return "." not in between or _is_shortened(words[last])


def _is_shortened(word: str) -> bool:
    """Whether a full stop after this word ends no sentence: a title, an initial."""
    return word.casefold() in TITLES or (len(word) == 1 and word.isupper())
