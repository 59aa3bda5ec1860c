"""Whether a head links names: a later mention with the first one, and the words inside a name with each other."""

from __future__ import annotations

from mha_viz.annotation.annotated import Annotated
from mha_viz.annotation.names import Name, names_of, says_referents
from mha_viz.scores.items import Item, Key

TO_FIRST, INSIDE = "later mention → first mention", "inside a name"
SAME_SPELLING = "later name → first name spelled the same"


def entity_items(annotated: Annotated) -> dict[Key, list[Item]]:
    """Does the last word of a name look most at the words of the first name of the same thing?

    Returns
    -------
    dict of (score, None) to items
        One item a name whose thing was named before (``names_of``). Candidates are the words of all names that end
        before it; right are those of the thing's first name. Where nobody has said what a name stands for, "the same
        thing" means little more than "spelled the same", which a rule finds nearly always: a score of its own.

    Notes
    -----
    Rules beside the fixed offsets: "nearest same word" and "first same word", the last and the first earlier word of
    the text that is spelled like the query but for case, where there is one. A head that finds duplicates does that.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, section 4.3, names as one kind of mention; Wang et al. (2022),
       arXiv:2211.00593, heads that look at earlier names.
    """
    if annotated.language:  # its identifiers have a score of their own
        return {}
    folded = [word.casefold() for word in annotated.words]
    score = TO_FIRST if says_referents(annotated) else SAME_SPELLING
    items: dict[Key, list[Item]] = {}
    first: dict[str, Name] = {}
    names = names_of(annotated)
    for place, name in enumerate(names):
        origin = first.setdefault(name.referent, name)
        if origin.end > name.begin:  # itself, or one that it overlaps
            continue
        among = {word for other in names[:place] if other.end <= name.begin for word in other.words}
        query = name.end - 1
        same = [word for word in range(name.begin) if folded[word] == folded[query]]
        rules = (("nearest same word", same[-1]), ("first same word", same[0])) if same else ()
        item = Item(query, tuple(origin.words), tuple(sorted(among)), rules)
        items.setdefault((score, None), []).append(item)
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
        name
        for name in names
        if not any(other.begin <= name.begin and name.end <= other.end and other.words != name.words for other in names)
    ]
    items = [
        Item(query, tuple(word for word in name.words if word != query))
        for name in longest
        if len(name.words) > 1
        for query in name.words
    ]
    return {(INSIDE, None): items} if items else {}
