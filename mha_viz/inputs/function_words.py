"""English words that say little by themselves, so that a page does not begin with one, and its common pronouns.

In other languages no word is known to say little: there its length decides alone.
"""

from __future__ import annotations

PRONOUNS = frozenset({"it", "he", "she", "they", "him", "her", "them", "its", "his", "their"})
FUNCTION_WORDS = PRONOUNS.union(
    *(
        words.split()
        for words in (
            "the a an this that these those some any each every all both no not",
            "and or but nor so yet because although though since if when while as than after before until unless",
            "of in on at by for from to with into onto over under about through between against during without within",
            "is are was were be been being am do does did have has had will would shall should can could may must",
            "i you we me us my your our mine yours ours myself yourself who whom whose which what where why how",
            "whether might there here very too also just only then now",
        )
    )
)


def says_little(word: str) -> bool:
    """Whether a word is one of these, however it is capitalised.

    >>> says_little("Although"), says_little("cat")
    (True, False)
    """
    return word.casefold() in FUNCTION_WORDS
