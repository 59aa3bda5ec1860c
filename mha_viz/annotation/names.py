"""Which names a text mentions more than once, and where: from a parse, or guessed from capital letters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mha_viz.annotation.annotated import Annotated, Entity, Span
from mha_viz.inputs.words import APOSTROPHES, is_sign, word_spans
from mha_viz.scores.entities import NOT_NAMES, Name, names_of

BY_CAPITALS = "capital letters"
TITLES = frozenset({"mr", "mrs", "ms", "dr", "prof", "st", "sir", "lady", "captain", "aunt", "uncle"})
DAYS = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
MONTHS = {"january", "february", "march", "july", "august", "september", "october", "november", "december"}
NO_NAMES = frozenset({"i", "ok", *DAYS, *MONTHS})  # April, May and June may be people
ENDS = frozenset(".!?…:")
# What may stand between the words of one name: space, a hyphen, the full stop of a title or an initial.
BETWEEN = re.compile(r"\s+|-|\.\s*")


@dataclass(frozen=True)
class Returning:
    """A name that a text mentions at least twice: ``mentions`` are ranges of words, in the order of the text."""

    name: str
    mentions: tuple[Span, ...]


def returning_names(annotated: Annotated) -> list[Returning]:
    """The names that stand in a text at least twice, in the order of their first mentions.

    Two mentions are of one name where they are spelled the same, but for case, or where one is a single word with which
    the other, a person's full name, ends or begins: "Maria Lopez" … "Lopez" … "Maria". A word that fits two full names
    stands for neither. That is a guess: two people may share a name, and one may have two.

    Returns
    -------
    list of Returning
        Each by its longest spelling, the first of them. Names inside names are left out.
    """
    names = _apart(names_of(annotated))
    things = _with_parts(annotated, names)
    mentions: dict[str, list[Span]] = {}
    for name, thing in zip(names, things, strict=True):
        mentions.setdefault(thing, []).append((name.begin, name.end))
    return [
        Returning(max((spelled(annotated, span) for span in spans), key=len), tuple(spans))
        for spans in mentions.values()
        if len(spans) > 1
    ]


def words_of_names(annotated: Annotated) -> frozenset[int]:
    """The words of all names, those that stand there once too."""
    return frozenset(word for name in names_of(annotated) for word in name.words)


def spelled(annotated: Annotated, span: Span) -> str:
    """Some words as they stand in the text."""
    return annotated.text[annotated.spans[span[0]][0] : annotated.spans[span[1] - 1][1]]


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
    known = {word for word, n in inside.items() if n > small[word]}
    parts = [i for i, word in enumerate(words) if _is_capital(word) and word.casefold() in known]
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
    dates = {i for one in parsed.entities if one.entity_type.upper() in NOT_NAMES for i in range(one.begin, one.end)}
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
    found: list[Span] = []
    for begin in sorted(ends):
        if not found or found[-1][1] <= begin:
            found.append((begin, ends[begin]))
    return found


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


def _apart(names: Sequence[Name]) -> list[Name]:
    """Names of which none lies in another: of those that begin together the longest, then what begins after its end."""
    kept: list[Name] = []
    for name in names:
        if not kept or kept[-1].end <= name.begin:
            kept.append(name)
    return kept


def _with_parts(annotated: Annotated, names: Sequence[Name]) -> list[str]:
    """What each name names; a single word may stand for the one full name that begins or ends with it."""
    if annotated.mentions and annotated.tags:  # then somebody has said what they name
        return [name.thing for name in names]
    folded = [tuple(word.casefold() for word in annotated.words[name.begin : name.end]) for name in names]
    full: dict[str, set[str]] = {}
    for name, words in zip(names, folded, strict=True):
        if len(words) > 1:
            for word in {words[0], words[-1]} - TITLES:
                full.setdefault(word, set()).add(name.thing)
    things = []
    for name, words in zip(names, folded, strict=True):
        fits = full.get(words[0], set()) if len(words) == 1 else set()
        things.append(words[0] if len(fits) > 1 else next(iter(fits), name.thing))
    return things
