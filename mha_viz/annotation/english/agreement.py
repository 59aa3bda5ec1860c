"""Which pronouns of the third person agree with an English word, as far as its number, lists and endings tell.

References
----------
.. [1] Quirk et al. (1985), A Comprehensive Grammar of the English Language, appendix I: suffixes of persons and of
   abstract nouns; 5.108: collective nouns. The lists here are a short choice of ours.
"""

from __future__ import annotations

from collections.abc import Collection

PRONOUNS = {
    form: kind
    for kind, forms in {
        "he": ("he", "him", "his", "himself"),
        "she": ("she", "her", "hers", "herself"),
        "it": ("it", "its", "itself"),
        "they": ("they", "them", "their", "theirs", "themselves", "themself"),
    }.items()
    for form in forms
}
REFLEXIVE = ("himself", "herself", "itself", "themselves", "themself")
ONE_OF_THEM = "one of they"  # a person, for whom "they" may stand where nothing in the plural is there

SOMEBODY = {begin + end for begin in ("some", "any", "every", "no") for end in ("body", "one")}
SOMETHING = {begin + "thing" for begin in ("some", "any", "every", "no")}
MEN = {
    "man", "boy", "gentleman", "guy", "father", "dad", "son", "brother", "uncle", "nephew", "husband", "grandfather",
    "grandson", "boyfriend", "king", "prince", "duke", "lord", "monk", "waiter", "actor",
}  # fmt: skip
WOMEN = {
    "woman", "girl", "lady", "mother", "mom", "mum", "daughter", "sister", "aunt", "niece", "wife", "grandmother",
    "granddaughter", "girlfriend", "queen", "princess", "duchess", "nun", "waitress", "actress",
}  # fmt: skip
PEOPLE = MEN | WOMEN | {
    "person", "people", "friend", "parent", "cousin", "doctor", "nurse", "teacher", "student", "professor",
    "lawyer", "judge", "president", "minister", "author", "writer", "singer", "player", "worker", "employee", "boss",
    "customer", "client", "patient", "neighbor", "neighbour", "visitor", "guest", "secretary", "officer", "soldier",
}  # fmt: skip
HIS_TITLES = {"mr.", "mr", "sir"}  # in a name only these count: King and Guy are names too
HER_TITLES = {"mrs.", "mrs", "ms.", "ms", "miss", "madam"}
COLLECTIVE = {
    "team", "family", "group", "committee", "company", "government", "staff", "crew", "band", "crowd", "audience",
    "class", "couple", "public", "army", "council", "firm", "jury", "party", "board", "police",
}  # fmt: skip
PERSON_ENDINGS = ("man", "woman", "person", "ician", "arian", "ologist", "ographer")
ABSTRACT_ENDINGS = ("tion", "sion", "ment", "ness", "ity", "ism", "ship", "hood", "dom", "ance", "ence", "age", "ure")
# Types of names, as OntoNotes and the treebanks call them; for organisations a small model is too often wrong.
PERSON_TYPES = {"PERSON", "PER", "person"}
GROUP_TYPES = {"ORG", "NORP", "organization"}
THING_TYPES = {
    "GPE", "LOC", "FAC", "EVENT", "LAW", "LANGUAGE", "DATE", "TIME", "PERCENT", "MONEY", "QUANTITY", "ORDINAL",
    "CARDINAL", "organization", "place", "object", "abstract", "event", "time",
}  # fmt: skip


def pronoun_kinds(word: str) -> set[str]:
    """The kinds that another pronoun agrees with; none for *I*, *you*, *who*, *this*, and for reflexive pronouns.

    >>> pronoun_kinds("Him"), sorted(pronoun_kinds("everyone"))
    ({'he'}, ['he', 'one of they', 'she'])
    """
    word = word.lower()
    if word in SOMEBODY:
        return {"he", "she", ONE_OF_THEM}
    if word in SOMETHING:
        return {"it"}
    return {PRONOUNS[word]} if word in PRONOUNS and word not in REFLEXIVE else set()


def noun_kinds(lemmas: Collection[str], tag: str, number: str, types: Collection[str] = ()) -> set[str]:
    """The kinds of pronoun that agree with a noun or a name; more than one where it is unclear.

    A person is what has the type of one, a word for one in it, or a person's ending; a thing what has another type, or
    the ending of an abstract noun. A person is no *it*, a thing no *he* or *she*.

    Parameters
    ----------
    lemmas : of the noun, or of all words of a name, in lower case
    tag : ``NOUN`` or ``PROPN``
    number : ``Sing``, ``Plur``, "" where it is not known
    types : what a recogniser of names calls it

    >>> sorted(noun_kinds(["cat"], "NOUN", "Sing"))
    ['he', 'it', 'one of they', 'she']
    >>> sorted(noun_kinds(["mrs.", "king"], "PROPN", "Sing")), noun_kinds(["kindness"], "NOUN", "Sing")
    (['one of they', 'she'], {'it'})
    """
    words, types, is_name = set(lemmas), set(types), tag == "PROPN"
    men, women, people = (HIS_TITLES, HER_TITLES, HIS_TITLES | HER_TITLES) if is_name else (MEN, WOMEN, PEOPLE)
    is_person = bool(types & PERSON_TYPES or words & people) or (not is_name and _ends(words, PERSON_ENDINGS))
    is_thing = bool(types & THING_TYPES) or (not is_name and _ends(words, ABSTRACT_ENDINGS))
    kinds = set()
    if number != "Sing" or words & COLLECTIVE or types & GROUP_TYPES:
        kinds.add("they")
    if number in ("Sing", ""):
        kinds |= set() if is_person else {"it"}
        kinds |= {"he", "she", ONE_OF_THEM} if is_person or not is_thing else set()
        kinds -= ({"she"} if words & men else set()) | ({"he"} if words & women else set())
    return kinds


def _ends(words: Collection[str], endings: tuple[str, ...]) -> bool:
    return any(word.endswith(endings) for word in words)
