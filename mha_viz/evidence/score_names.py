"""What scores are called in plain words: what a head that has one does, and what it is compared with."""

from __future__ import annotations

import re

from mha_viz.evidence.score_phrases import CONNECTIVES, DOES, RULES, SCORES, TONE, TONES
from mha_viz.language import ENGLISH, N_, apart, arrow, gettext, language, pgettext, spoken
from mha_viz.scores.families.relation_words import OPENS
from mha_viz.scores.families.twins import TWINS, is_twins, set_of_twins
from mha_viz.scores.rivals import AFTER, BEFORE, NEAREST, is_lexical
from mha_viz.scores.table import HEAD_SCORES, row_of
from mha_viz.wording import END, ISOLATE, quoted

WORDS = "words"  # the question about two words of the sentence, which is no family of scores
# What heads can be looked for, "Find heads that …"; families without a row go by their name.
FINDS = {
    WORDS: N_("look from one word to another"),
    "syntactic": N_("follow a dependency"),
    "coreference": N_("look back to who or what is meant"),
    "entities": N_("connect names"),
    "relation words": N_("follow words of time, place and cause"),
    "copying": N_("look at what is repeated"),
    "positional": N_("look at a fixed place"),
    "sinks": N_("rest on the first token or on signs"),
    "spread": N_("look widely, or far"),
    "tone": N_("look at words that set the tone"),
    "semantic": N_("connect words of similar meaning"),
    "code": N_("follow the structure of code"),
}
# What families are called.
FAMILIES = (
    N_("syntactic"), N_("coreference"), N_("entities"), N_("relation words"), N_("copying"), N_("positional"),
    N_("sinks"), N_("spread"), N_("tone"), N_("semantic"), N_("code"),
)  # fmt: skip
# Universal Dependencies: what the dependent is, and what it hangs on.
RELATION_ENDS = {
    "acl": (N_("clause about a noun"), "noun"),
    "acl:relcl": (N_("relative clause"), "noun"),
    "advcl": (N_("adverbial clause"), "predicate"),
    "advmod": (N_("adverb"), "modified word"),
    "amod": (N_("adjective"), "noun"),
    "appos": (N_("apposition"), "noun"),
    "aux": (N_("auxiliary"), "verb"),
    "aux:pass": (N_("passive auxiliary"), "verb"),
    "case": (N_("preposition"), "noun"),
    "cc": (N_("coordinating conjunction"), "conjunct"),
    "ccomp": (N_("clausal complement"), "verb"),
    "compound": (N_("word before a noun"), "noun"),
    "compound:prt": (N_("particle"), "verb"),
    "conj": (N_("second conjunct"), "first conjunct"),
    "cop": (N_("copula"), "predicate"),
    "csubj": (N_("subject clause"), "predicate"),
    "det": (N_("determiner"), "noun"),
    "discourse": (N_("interjection"), "predicate"),
    "expl": (N_("expletive"), "predicate"),
    "fixed": (N_("later word of a fixed expression"), "first word"),
    "flat": (N_("later word of a name"), "first word"),
    "iobj": (N_("indirect object"), "verb"),
    "mark": (N_("subordinating word"), "clause"),
    "nmod": (N_("noun that modifies"), "modified noun"),
    "nmod:poss": (N_("possessor"), "possession"),
    "nsubj": (N_("subject"), "predicate"),
    "nsubj:pass": (N_("passive subject"), "verb"),
    "nummod": (N_("number"), "noun"),
    "obj": (N_("object"), "verb"),
    "obl": (N_("oblique noun"), "predicate"),
    "parataxis": (N_("loosely joined clause"), "main clause"),
    "vocative": (N_("person addressed"), "predicate"),
    "xcomp": (N_("open complement"), "verb"),
}


# What heads along dependencies do that every class meets, as whole phrases.
WHOLE = (
    N_("points from an object to its verb"), N_("points from a subject to its predicate"),
    N_("points from a determiner to its noun"), N_("points from a preposition to its noun"),
    N_("points from an adverb to its modified word"), N_("points from a copula to its predicate"),
)  # fmt: skip
_WORDS = re.compile(r"of “(.*)” to “(.*)”", re.DOTALL)  # as ``score_of_words`` writes them


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
    """A score in a menu: ``obj (object)``, ``previous token``."""
    if family == "syntactic":
        ends = ends_of(score)
        return f"{score} ({gettext(ends[0])})" if ends else score
    if is_twins(score) and (named := set_of_twins(score)):
        return f"{gettext(TWINS)} ({named})" if language() != ENGLISH else score
    return gettext(score) if score in SCORES else score


def score_of_words(query: str, key: str) -> str:
    """The question about two words as files have it; pages say it in their own language.

    >>> score_of_words("cat", "mat")
    'of “cat” to “mat”'
    """
    with spoken(ENGLISH):
        return f"of {quoted(query)} to {quoted(key)}"


def said_of_words(message: str, score: str | None) -> str:
    """A message about two words, ``{word}`` and ``{other}``, with those of ``score_of_words``."""
    found = _WORDS.fullmatch(score or "")
    named = {"{word}": found[1], "{other}": found[2]} if found else {}
    named = {place: str(apart(quoted(word.strip(ISOLATE + END)))) for place, word in named.items()}
    return re.sub(r"\{(word|other)\}", lambda place: named.get(place[0], "…"), gettext(message))


def label_with_direction(family: str, score: str, direction: str | None) -> str:
    """A score as a list calls it: ``obj (object), dependent → head``."""
    label = label_of(family, score)
    return f"{label}, {direction_in_words(direction)}" if direction else label


def direction_in_words(direction: str) -> str:
    """From which end of a dependency, as a page says it.

    >>> direction_in_words("dep→head")
    'dependent → head'
    """
    words = {"dep": gettext("dependent"), "head": pgettext("of a dependency", "head")}  # no head of attention
    return f" {arrow()} ".join(words.get(end, end) for end in direction.split("→"))


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
        braced = score.replace("{", "{{").replace("}", "}}")  # what follows puts a value into the sentence
        return said_of_words(N_("gives {} of the attention of {word} to {other}"), braced)
    if family == "syntactic":
        return _along(score, direction)
    if score in DOES:
        return gettext(DOES[score])
    if is_twins(score):
        return f"{gettext(DOES[TWINS])} ({set_of_twins(score)})"
    if family == "positional":
        n, _, where = score.partition(" tokens ")
        back, ahead = N_("looks most at the token {n} places back"), N_("looks most at the token {n} places ahead")
        said = back if where == "back" else ahead
        return gettext(said, n=n)
    if family == "tone":
        return gettext(TONES[score]) if score in TONES else TONE.replace("{words}", quoted(score))
    sense, _, side = score.partition(": ")
    if family == "relation words" and side:
        word, opens, said_of = CONNECTIVES[sense]
        return gettext(opens if side == OPENS else said_of, word=quoted(word))
    return f"has {quoted(score)} at {{}}"


def _along(score: str, direction: str | None) -> str:
    said = _in_english(score, direction)
    if language() == ENGLISH or said in WHOLE:
        return gettext(said)
    # In other languages the two nouns would be inflected: which dependency it is, as treebanks call it.
    ends = direction_in_words(direction) if direction else ""
    return gettext("points along the dependency {relation} ({ends})", relation=quoted(score), ends=ends)


def _in_english(score: str, direction: str | None) -> str:
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
        offset = rule.removeprefix("offset ").replace("-", "−")
        return gettext("the best fixed offset ({offset})", offset=offset)
    return gettext("the rule {rule}", rule=quoted(_rule(rule)))


def _rule(rule: str) -> str:
    """Its name in the language of the run."""
    if not is_lexical(rule):
        return gettext(rule) if rule in RULES else rule
    said = N_("nearest {what} before") if rule.endswith(BEFORE) else N_("nearest {what} after")
    what = rule.removeprefix(NEAREST).removesuffix(BEFORE).removesuffix(AFTER)
    return gettext(said, what=gettext(what))


def question_sentence(family: str, score: str | None, direction: str | None = None) -> str:
    """What is measured, and after whom."""
    if score is None:
        return gettext("For each head: its best-supported score of this kind.")
    row = row_of(family, score)
    does = what_it_does(family, score, direction)
    is_said = score in HEAD_SCORES or is_twins(score) or "{}" in does
    meant = "" if is_said else " " + gettext("It is high where a head {does}.", does=does)
    source = gettext(row.source)
    return f"{gettext(row.sentence)}{meant} {source[0].upper()}{source[1:]}."
