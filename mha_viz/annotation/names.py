"""Which names a text mentions more than once, and where: from a parse, or guessed from capital letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mha_viz.annotation.annotated import Annotated, Entity, Span, head_word
from mha_viz.annotation.code.words import NAME

TITLES = frozenset({"mr", "mrs", "ms", "dr", "prof", "st", "sir", "lady", "captain", "aunt", "uncle"})

NOT_NAMES = (
    "DATE",
    "TIME",
    "PERCENT",
    "MONEY",
    "QUANTITY",
    "ORDINAL",
    "CARDINAL",
)  # of OntoNotes, in a parser's output


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
    referents = _with_parts(annotated, names)
    mentions: dict[str, list[Span]] = {}
    for name, referent in zip(names, referents, strict=True):
        mentions.setdefault(referent, []).append((name.begin, name.end))
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


def _apart(names: Sequence[Name]) -> list[Name]:
    """Names of which none lies in another: of those that begin together the longest, then what begins after its end."""
    apart: list[Name] = []
    for name in names:
        if not apart or apart[-1].end <= name.begin:
            apart.append(name)
    return apart


def _with_parts(annotated: Annotated, names: Sequence[Name]) -> list[str]:
    """What each name names; a single word may stand for the one full name that begins or ends with it."""
    if says_referents(annotated):
        return [name.referent for name in names]
    folded = [tuple(word.casefold() for word in annotated.words[name.begin : name.end]) for name in names]
    full: dict[str, set[str]] = {}
    for name, words in zip(names, folded, strict=True):
        if len(words) > 1:
            for word in {words[0], words[-1]} - TITLES:
                full.setdefault(word, set()).add(name.referent)
    referents = []
    for name, words in zip(names, folded, strict=True):
        fits = full.get(words[0], set()) if len(words) == 1 else set()
        referents.append(words[0] if len(fits) > 1 else next(iter(fits), name.referent))
    return referents


@dataclass(frozen=True)
class Name:
    """Words ``begin`` to ``end`` are the name of ``referent``: names of the same thing share it."""

    begin: int
    end: int
    referent: str

    @property
    def words(self) -> range:
        return range(self.begin, self.end)


def names_of(annotated: Annotated) -> list[Name]:
    """The names of a text, in the order they begin, with what they name.

    Where mentions and tags are annotated (GUM), a mention is a name if its head word is a proper noun, and the name is
    the run of proper nouns around that word: a mention may go on for a clause. Things are clusters.

    Else the entities (IOB2, a parser) are the names; those of a parser that are dates and numbers are not. Names are
    of the same thing where they are spelled the same, but for case, and a person's last word alone stands for the
    person who was named so in full: "Maria Lopez" … "Lopez". That is a guess: two people may share a name.

    Of code the names are its identifiers, which are of one thing where they are spelled the same, case included:
    nothing says that one name does not stand for two things, in two functions.
    """
    if annotated.language:
        words = enumerate(zip(annotated.words, annotated.tags, strict=True))
        return [Name(i, i + 1, word) for i, (word, kind) in words if kind == NAME]
    if says_referents(annotated):
        return _proper_nouns(annotated)
    entities = sorted(annotated.entities, key=lambda entity: (entity.begin, -entity.end))
    entities = [entity for entity in entities if entity.entity_type.upper() not in NOT_NAMES]
    referents = _referents(annotated, entities)
    return [Name(entity.begin, entity.end, referent) for entity, referent in zip(entities, referents, strict=True)]


def says_referents(annotated: Annotated) -> bool:
    """Whether somebody has said what the names stand for; else those that are spelled the same are of one thing."""
    return bool(annotated.mentions and annotated.tags)


def _proper_nouns(annotated: Annotated) -> list[Name]:
    head_of = {arc.dependent: arc.head for arc in annotated.arcs}
    names: dict[tuple[int, int], Name] = {}
    for mention in annotated.mentions:
        begin = head_word(mention, head_of)
        end = begin + 1
        if annotated.tags[begin] != "PROPN":
            continue
        while begin > mention.begin and annotated.tags[begin - 1] == "PROPN":
            begin -= 1
        while end < mention.end and annotated.tags[end] == "PROPN":
            end += 1
        names.setdefault((begin, end), Name(begin, end, mention.cluster))
    return [names[place] for place in sorted(names, key=lambda place: (place[0], -place[1]))]


def _referents(annotated: Annotated, entities: list[Entity]) -> list[str]:
    """What each entity names: the first spelling of it."""
    referents: list[str] = []
    by_spelling: dict[str, str] = {}  # spelling → referent
    full: dict[str, str] = {}  # last word of a person's full name → referent
    for entity in entities:
        words = [word.casefold() for word in annotated.words[entity.begin : entity.end]]
        spelled, last = " ".join(words), words[-1]
        is_person = entity.entity_type.upper().startswith("PER")
        referent = by_spelling.get(spelled) or (full.get(last) if is_person and len(words) == 1 else None) or spelled
        by_spelling[spelled] = referent
        if is_person and len(words) > 1:
            full.setdefault(last, referent)
        referents.append(referent)
    return referents
