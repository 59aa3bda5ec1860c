"""Whether a head links names: a later mention with the first one, and the words inside a name with each other."""

from __future__ import annotations

from dataclasses import dataclass

from mha_viz.annotation.annotated import Annotated, Entity
from mha_viz.scores.coreference import head_word
from mha_viz.scores.pointing import Item, Key

TO_FIRST, INSIDE = "later mention → first mention", "inside a name"
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
class Name:
    """Words ``begin`` to ``end`` are the name of ``thing``: names of the same thing share it."""

    begin: int
    end: int
    thing: str

    @property
    def words(self) -> range:
        return range(self.begin, self.end)


def entity_items(annotated: Annotated) -> dict[Key, list[Item]]:
    """Does the last word of a name look most at the words of the first name of the same thing?

    Returns
    -------
    dict of (score, None) to items
        One item a name whose thing was named before (``names_of``). Candidates are the words of all names that end
        before it; right are those of the thing's first name.

    Notes
    -----
    Rules beside the fixed offsets: "nearest same word" and "first same word", the last and the first earlier word of
    the text that is spelled like the query but for case, where there is one. A head that finds duplicates does that.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, section 4.3, names as one kind of mention; Wang et al. (2022),
       arXiv:2211.00593, heads that look at earlier names.
    """
    folded = [word.casefold() for word in annotated.words]
    items: dict[Key, list[Item]] = {}
    first: dict[str, Name] = {}
    names = names_of(annotated)
    for place, name in enumerate(names):
        origin = first.setdefault(name.thing, name)
        if origin.end > name.begin:  # itself, or one that it overlaps
            continue
        among = {word for other in names[:place] if other.end <= name.begin for word in other.words}
        query = name.end - 1
        same = [word for word in range(name.begin) if folded[word] == folded[query]]
        rules = (("nearest same word", same[-1]), ("first same word", same[0])) if same else ()
        item = Item(query, tuple(origin.words), tuple(sorted(among)), rules)
        items.setdefault((TO_FIRST, None), []).append(item)
    return items


def name_items(annotated: Annotated) -> dict[Key, list[Item]]:
    """Does each word of a name of several words look most at another word of that name?

    Returns
    -------
    dict of (score, None) to items
        One item a word: were the first word not asked, looking one word back would always be right. A causal model
        can only be asked about the others, and there it is. Of names inside names the longest counts.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, section 4.2: argmax on words, against the best fixed offset.
    """
    names = names_of(annotated)
    longest = [
        one
        for one in names
        if not any(other.begin <= one.begin and one.end <= other.end and other.words != one.words for other in names)
    ]
    items = [
        Item(query, tuple(word for word in name.words if word != query))
        for name in longest
        if len(name.words) > 1
        for query in name.words
    ]
    return {(INSIDE, None): items} if items else {}


def names_of(annotated: Annotated) -> list[Name]:
    """The names of a text, in the order they begin, with what they name.

    Where mentions and tags are annotated (GUM), a mention is a name if its head word is a proper noun, and the name is
    the run of proper nouns around that word: a mention may go on for a clause. Things are clusters.

    Else the entities (IOB2, a parser) are the names; those of a parser that are dates and numbers are not. Names are
    of the same thing where they are spelled the same, but for case, and a person's last word alone stands for the
    person who was named so in full: "Maria Lopez" … "Lopez". That is a guess: two people may share a name.
    """
    if annotated.mentions and annotated.tags:
        return _proper_nouns(annotated)
    entities = sorted(annotated.entities, key=lambda one: (one.begin, -one.end))
    entities = [one for one in entities if one.entity_type.upper() not in NOT_NAMES]
    return [Name(one.begin, one.end, thing) for one, thing in zip(entities, _things(annotated, entities), strict=True)]


def _proper_nouns(annotated: Annotated) -> list[Name]:
    head_of = {arc.dependent: arc.head for arc in annotated.arcs}
    found: dict[tuple[int, int], Name] = {}
    for mention in annotated.mentions:
        begin = head_word(mention, head_of)
        end = begin + 1
        if annotated.tags[begin] != "PROPN":
            continue
        while begin > mention.begin and annotated.tags[begin - 1] == "PROPN":
            begin -= 1
        while end < mention.end and annotated.tags[end] == "PROPN":
            end += 1
        found.setdefault((begin, end), Name(begin, end, mention.cluster))
    return [found[place] for place in sorted(found, key=lambda place: (place[0], -place[1]))]


def _things(annotated: Annotated, entities: list[Entity]) -> list[str]:
    """What each entity names: the first spelling of it."""
    things: list[str] = []
    known: dict[str, str] = {}  # spelling → thing
    full: dict[str, str] = {}  # last word of a person's full name → thing
    for one in entities:
        words = [word.casefold() for word in annotated.words[one.begin : one.end]]
        spelled, last = " ".join(words), words[-1]
        is_person = one.entity_type.upper().startswith("PER")
        thing = known.get(spelled) or (full.get(last) if is_person and len(words) == 1 else None) or spelled
        known[spelled] = thing
        if is_person and len(words) > 1:
            full.setdefault(last, thing)
        things.append(thing)
    return things
