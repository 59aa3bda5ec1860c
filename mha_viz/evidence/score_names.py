"""What scores are called in plain words: what a head that has one does, and what it is compared with."""

from __future__ import annotations

from mha_viz.scores.relation_words import OPENS
from mha_viz.scores.table import HEAD_SCORES, row_of
from mha_viz.scores.twins import TWINS, is_twins, set_of_twins
from mha_viz.wording import quoted

WORDS = "words"  # the question about two words of the sentence, which is no family of scores
# What heads can be looked for, "Find heads that …"; families without a row go by their name.
FINDS = {
    WORDS: "look from one word to another",
    "syntactic": "follow a dependency",
    "coreference": "look back to who or what is meant",
    "entities": "connect names",
    "relation words": "follow words of time, place and cause",
    "copying": "look at what is repeated",
    "positional": "look at a fixed place",
    "sinks": "rest on the first token or on signs",
    "spread": "look widely, or far",
    "tone": "look at words that set the tone",
    "semantic": "connect words of similar meaning",
    "code": "follow the structure of code",
}
# Universal Dependencies: what the dependent is, and what it hangs on.
RELATION_ENDS = {
    "acl": ("clause about a noun", "noun"),
    "acl:relcl": ("relative clause", "noun"),
    "advcl": ("adverbial clause", "predicate"),
    "advmod": ("adverb", "modified word"),
    "amod": ("adjective", "noun"),
    "appos": ("apposition", "noun"),
    "aux": ("auxiliary", "verb"),
    "aux:pass": ("passive auxiliary", "verb"),
    "case": ("preposition", "noun"),
    "cc": ("coordinating conjunction", "conjunct"),
    "ccomp": ("clausal complement", "verb"),
    "compound": ("word before a noun", "noun"),
    "compound:prt": ("particle", "verb"),
    "conj": ("second conjunct", "first conjunct"),
    "cop": ("copula", "predicate"),
    "csubj": ("subject clause", "predicate"),
    "det": ("determiner", "noun"),
    "discourse": ("interjection", "predicate"),
    "expl": ("expletive", "predicate"),
    "fixed": ("later word of a fixed expression", "first word"),
    "flat": ("later word of a name", "first word"),
    "iobj": ("indirect object", "verb"),
    "mark": ("subordinating word", "clause"),
    "nmod": ("noun that modifies", "modified noun"),
    "nmod:poss": ("possessor", "possession"),
    "nsubj": ("subject", "predicate"),
    "nsubj:pass": ("passive subject", "verb"),
    "nummod": ("number", "noun"),
    "obj": ("object", "verb"),
    "obl": ("oblique noun", "predicate"),
    "parataxis": ("loosely joined clause", "main clause"),
    "vocative": ("person addressed", "predicate"),
    "xcomp": ("open complement", "verb"),
}
# Words of time, place and cause: one of them, what it opens, and what that is said of.
CONNECTIVES = {
    "time": ("when", "the time that it gives", "what happened then"),
    "place": ("near", "the place that it gives", "what is there"),
    "cause": ("because", "the cause that it gives", "what it explains"),
}
# What a head does; "in 74 % of 1,169 cases" follows, unless the value has a place of its own in the sentence.
_GIVES = "gives {{}} of its attention to {}"
DOES = {
    "looks at itself": "looks most at the token itself",
    "previous token": "looks most at the token just before",
    "next token": "looks most at the token just after",
    "pronoun → antecedent": "points from a pronoun to an earlier mention of the same person or thing",
    "name → earlier mention": "points from a name to an earlier mention of the same thing",
    "noun → earlier mention": "points from a noun to an earlier mention of the same thing",
    "pronoun → name": "points from a pronoun to the name it stands for, rather than to another name,",
    "twins": "picks the right noun in both sentences of a pair like tired/dirty",
    "later mention → first mention": "points from a name to its first mention",
    "later name → first name spelled the same": "points from a name to the first name that is spelled the same",
    "inside a name": "points from a word of a name to another word of it",
    "bracket": "points from a closing bracket to the one that it closes",
    "identifier": "points from an identifier to an earlier place where it stands",
    "definition": "points from the use of a name to its definition",
    "block": "points from a line of a block to the keyword that opens the block",
    "indentation": "points from a line to the line before it in the same block",
    "attention to previous": _GIVES.format("the token just before"),
    "attention to next": _GIVES.format("the token just after"),
    "first token": _GIVES.format("the first token"),
    "delimiters": _GIVES.format("special tokens and punctuation"),
    "attention to itself": _GIVES.format("the token itself"),
    "induction": _GIVES.format("what followed an earlier copy of the token"),
    "duplicate token": _GIVES.format("earlier copies of the token"),
    "induction on random tokens": _GIVES.format("what followed an earlier copy of a random token"),
    "duplicate token on random tokens": _GIVES.format("earlier copies of a random token"),
    "entropy": "spreads its attention with an entropy of {}",
    "mean distance": "looks {} away on average",
    "effective keys": "shares its attention among {}",
    "longest reach": "looks up to {} away on average",
    "similar words": "looks at words of similar meaning, with a correlation of {}",
    "word ratings": "looks at words that people find similar, with a correlation of {}",
}


def ends_of(score: str) -> tuple[str, str] | None:
    """What a relation connects, dependent first; a subtype without words of its own has those of its relation."""
    if score in RELATION_ENDS:
        return RELATION_ENDS[score]
    base = score.partition(":")[0]
    return RELATION_ENDS.get(base)


def unit_of(family: str, score: str) -> str:
    """In what a score is counted (``HeadScore.unit``)."""
    return "share of attention" if family == WORDS else row_of(family, score).unit


def needs_annotation(family: str) -> bool:
    """Whether what a text's words are to each other decides a score of this family."""
    return any(row.on in ("items", "words") for row in HEAD_SCORES.values() if row.family == family)


def points_at_words(family: str) -> bool:
    """Whether a family asks which word a word looks at most."""
    return any(row.on == "items" for row in HEAD_SCORES.values() if row.family == family)


def label_of(family: str, score: str) -> str:
    """A score in a menu: ``obj (object)``."""
    ends = ends_of(score) if family == "syntactic" else None
    return f"{score} ({ends[0]})" if ends else score


def label_with_direction(family: str, score: str, direction: str | None) -> str:
    """A score as a list calls it: ``obj (object), dependent → head``."""
    label = label_of(family, score)
    return f"{label}, {direction_in_words(direction)}" if direction else label


def direction_in_words(direction: str) -> str:
    """From which end of a dependency, as a page says it.

    >>> direction_in_words("dep→head")
    'dependent → head'
    """
    return " → ".join({"dep": "dependent"}.get(end, end) for end in direction.split("→"))


def what_it_does(family: str, score: str, direction: str | None = None) -> str:
    """What a head does that has this score, as what follows "it"; ``{}`` where its value belongs, if it has a place.

    >>> what_it_does("syntactic", "obj", "dep→head")
    'points from an object to its verb'
    >>> what_it_does("syntactic", "obj", "head→dep")
    'points from a verb to its object'
    >>> what_it_does("sinks", "first token")
    'gives {} of its attention to the first token'
    """
    if family == WORDS:
        return f"gives {{}} of the attention {score}"
    if family == "syntactic":
        return _along(score, direction)
    if score in DOES:
        return DOES[score]
    if is_twins(score):
        return f"{DOES[TWINS]} ({set_of_twins(score)})"
    if family == "positional":
        return f"looks most at the token {score.replace('tokens', 'places')}"
    if family == "tone":
        return f"gives {score} {{}} of the attention that they and words like them receive"
    sense, _, side = score.partition(": ")
    if family == "relation words" and side:
        word, opens, said_of = CONNECTIVES[sense]
        return f"points from a word like {quoted(word)} to {opens if side == OPENS else said_of}"
    return f"has {quoted(score)} at {{}}"


def _along(score: str, direction: str | None) -> str:
    ends = ends_of(score)
    if ends is None:
        start, end = ("the dependent", "what it hangs on") if direction == "dep→head" else ("a word", "its dependent")
        return f"points from {start} of {quoted(score)} to {end}"
    start, end = ends if direction == "dep→head" else ends[::-1]
    kind = "" if score in RELATION_ENDS else f" ({score})"
    return f"points from {_article(start)} {start} to its {end}{kind}"


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeio" else "a"


def rule_in_words(rule: str) -> str:
    """What competes with a head.

    >>> rule_in_words("offset -2")
    'the best fixed offset (−2)'
    """
    if rule.startswith("offset "):
        return f"the best fixed offset ({rule.removeprefix('offset ').replace('-', '−')})"
    return f"the rule {quoted(rule)}"


def question_sentence(family: str, score: str | None, direction: str | None = None) -> str:
    """What is measured, and after whom."""
    if score is None:
        return "For each head: its best-supported score of this kind."
    row = row_of(family, score)
    does = what_it_does(family, score, direction)
    meant = "" if score in HEAD_SCORES or is_twins(score) or "{}" in does else f" It is high where a head {does}."
    return f"{row.sentence}{meant} {row.source[0].upper()}{row.source[1:]}."
