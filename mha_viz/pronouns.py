"""What a pronoun of a text may stand for, by agreement, and which *it* stands for nothing; English only.

A heuristic on tags, features and dependencies, so as good as they are.

References
----------
.. [1] Lappin and Leass (1994), An algorithm for pronominal anaphora resolution, Computational Linguistics 20(4):
   agreement, and the kinds of *it* that refer to nothing.
.. [2] Quirk et al. (1985), A Comprehensive Grammar of the English Language, appendix I: suffixes of persons and of
   abstract nouns; 5.108: collective nouns.
"""

from __future__ import annotations

AGREEMENT_NAME = "candidates by agreement"
AGREEMENT = (
    "Candidates are the nouns, names and pronouns of the same sentence and the two before it that agree with the "
    "pronoun in number, and for he, she and it in being a person or not, as far as names, a list of words for people "
    "and endings tell; what is unclear stays in. Where none comes before the pronoun, those after it count. An it "
    "that stands for nothing has none. Nobody has checked them."
)
SENTENCES_BEFORE = 2

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
SOMEBODY = {one + end for one in ("some", "any", "every", "no") for end in ("body", "one")}
SOMETHING = {one + "thing" for one in ("some", "any", "every", "no")}
MEN = {
    "man", "boy", "gentleman", "guy", "father", "dad", "son", "brother", "uncle", "nephew", "husband", "grandfather",
    "grandson", "boyfriend", "king", "prince", "duke", "lord", "monk", "waiter", "actor", "mr.", "mr", "sir",
}  # fmt: skip
WOMEN = {
    "woman", "girl", "lady", "mother", "mom", "mum", "daughter", "sister", "aunt", "niece", "wife", "grandmother",
    "granddaughter", "girlfriend", "queen", "princess", "duchess", "nun", "waitress", "actress", "mrs.", "mrs", "ms.",
    "ms", "miss", "madam",
}  # fmt: skip
PEOPLE = MEN | WOMEN | {
    "person", "people", "friend", "parent", "cousin", "doctor", "dr.", "nurse", "teacher", "student", "professor",
    "lawyer", "judge", "president", "minister", "author", "writer", "singer", "player", "worker", "employee", "boss",
    "customer", "client", "patient", "neighbor", "neighbour", "visitor", "guest", "secretary", "officer", "soldier",
}  # fmt: skip
COLLECTIVE = {
    "team", "family", "group", "committee", "company", "government", "staff", "crew", "band", "crowd", "audience",
    "class", "couple", "public", "army", "council", "firm", "jury", "party", "board", "police",
}  # fmt: skip
PERSON_ENDINGS = ("man", "woman", "person", "ician", "arian", "ologist", "ographer")
ABSTRACT_ENDINGS = ("tion", "sion", "ment", "ness", "ity", "ism", "ship", "hood", "dom", "ance", "ence", "age", "ure")
NOT_PEOPLE = {  # types of names, as OntoNotes and the treebanks call them
    "ORG", "GPE", "LOC", "FAC", "PRODUCT", "EVENT", "WORK_OF_ART", "LAW", "LANGUAGE", "DATE", "TIME", "PERCENT",
    "MONEY", "QUANTITY", "ORDINAL", "CARDINAL", "organization", "place", "object", "abstract", "event", "time",
}  # fmt: skip
PERSON_NAMES = {"PERSON", "PER", "person"}
MODIFIERS = ("compound", "flat", "fixed", "goeswith", "amod", "nummod", "obl:unmarked", "nmod:unmarked", "nmod:desc")
