"""Rules of word form that need no head: the nearest word of the right class, or of the right length.

Who always looks at the nearest verb finds most verbs of most objects, and has understood no sentence. A head has to
beat such rules, as it has to beat fixed offsets.
"""

from __future__ import annotations

from collections.abc import Sequence

from mha_viz.annotation.annotated import Annotated
from mha_viz.scores.items import Item

NEAREST, BEFORE, AFTER = "nearest ", " before", " after"
SHORT = (2, 3, 4)  # letters of a short word, at most
NOMINAL = "noun, name or pronoun"
CLASSES = {  # Universal Dependencies' tags, then the kinds of words of code
    "ADJ": ("adjective",),
    "ADP": ("adposition",),
    "ADV": ("adverb",),
    "AUX": ("auxiliary", "verb or auxiliary"),
    "CCONJ": ("coordinating conjunction",),
    "DET": ("determiner",),
    "INTJ": ("interjection",),
    "NOUN": ("noun", NOMINAL),
    "NUM": ("number",),
    "PART": ("particle",),
    "PRON": ("pronoun", NOMINAL),
    "PROPN": ("name", NOMINAL),
    "SCONJ": ("subordinating conjunction",),
    "VERB": ("verb", "verb or auxiliary"),
    "NAME": ("identifier",),
    "KEYWORD": ("keyword",),
    "OPENING": ("opening bracket",),
    "CLOSING": ("closing bracket",),
    "OPERATOR": ("sign",),
}


def with_lexical_rules(items: Sequence[Item], classes: Sequence[frozenset[str]]) -> list[Item]:
    """Items with the rules of word form that are right about them, beside the rules that they have.

    Parameters
    ----------
    items : sequence of Item
    classes : sequence of frozenset of str
        ``classes_of_words`` of their text.

    Returns
    -------
    list of Item
        Rules are called "nearest verb before", for example (``is_lexical``). A rule that an item does not have is wrong
        about it: it points at another word, or at none.
    """
    rules = ((*item.rules, *_right_rules(item, classes)) for item in items)
    return [Item(item.query, item.right, item.among, of_item) for item, of_item in zip(items, rules, strict=True)]


def is_lexical(rule: str) -> bool:
    """Whether a rule is one of word form, by its name.

    >>> is_lexical("nearest verb before"), is_lexical("nearest mention"), is_lexical("offset +1")
    (True, False, False)
    """
    return rule.startswith(NEAREST) and rule.endswith((BEFORE, AFTER))


def classes_of_words(annotated: Annotated) -> list[frozenset[str]]:
    """What the rules know of each word of a text; without tags only length and capitals tell words apart."""
    return [word_classes(annotated, word) for word in range(len(annotated))]


def word_classes(annotated: Annotated, word: int) -> frozenset[str]:
    """What the rules know of a word: its class, whether it is short, whether it is written with a capital.

    >>> sorted(word_classes(Annotated("An ox", ("An", "ox"), ((0, 2), (3, 5)), tags=("DET", "NOUN")), 1))[:2]
    ['noun', 'noun, name or pronoun']
    """
    form = annotated.words[word]
    n_letters = len(form) if form.isalnum() else 0
    classes = set(CLASSES.get(annotated.tags[word], ())) if annotated.tags else set()
    classes.update(f"word of {most} letters at most" for most in SHORT if 0 < n_letters <= most)
    if form[:1].isupper():
        classes.add("word with a capital")
    return frozenset(classes)


def _right_rules(item: Item, classes: Sequence[frozenset[str]]) -> list[tuple[str, int]]:
    rules: dict[str, int] = {}
    for right in set(item.right) - {item.query}:
        side, step = (AFTER, 1) if right > item.query else (BEFORE, -1)
        between = frozenset[str]().union(*classes[item.query + step : right : step])
        rules.update((f"{NEAREST}{one}{side}", right) for one in sorted(classes[right] - between))
    return list(rules.items())
