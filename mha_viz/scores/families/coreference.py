"""Whether a head finds who or what is spoken of: from the head word of a mention to an earlier mention."""

from __future__ import annotations

from mha_viz.annotation.annotated import Annotated, head_word
from mha_viz.scores.items import Item, Key

TO_ANTECEDENT, FROM_NAME, FROM_NOUN = "pronoun → antecedent", "name → earlier mention", "noun → earlier mention"
SCORES = {"PRON": TO_ANTECEDENT, "PROPN": FROM_NAME}  # by the tag of the mention's head word; else a noun


def coreference_items(annotated: Annotated) -> dict[Key, list[Item]]:
    """Does the head word of a mention look most at the head word of an earlier mention of the same thing?

    An item asks one word, the head of a mention that has an earlier one: candidates are the heads of all earlier
    mentions (of nested ones too, where that is another word), right are those of the same cluster. A word that is the
    head of several mentions is asked once, and what any of them refers back to is right.

    Returns
    -------
    dict of (score, None) to items
        By the tag of the head word: pronoun, name, anything else. What is tagged as a pronoun and annotated as a
        mention counts, first and second person as well: who *I* is, a speaker says elsewhere, so right is then
        another *I* or *my*. Things that are mentioned once are no items, nor are first mentions, before which
        nothing is right (cataphora). Without tags nothing is asked.

    Notes
    -----
    Rules beside the fixed offsets: "nearest mention", the last candidate; "nearest subject", the last that has an arc
    nsubj, and "nearest same word", the last that is spelled alike but for case, where there is one. *I* and *I* are
    mostly the same, so a head that finds duplicates goes far here.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, section 4.3: antecedent selection, against the nearest mention
       and the nearest with the same head word.
    """
    if not annotated.tags:
        return {}
    clusters, folded = clusters_of_heads(annotated), [word.casefold() for word in annotated.words]
    subjects = {arc.dependent for arc in annotated.arcs if arc.relation.partition(":")[0] == "nsubj"}
    items: dict[Key, list[Item]] = {}
    heads = sorted(clusters)
    for place, query in enumerate(heads):
        earlier = heads[:place]
        right = tuple(word for word in earlier if clusters[word] & clusters[query])
        if not right:
            continue
        rules = [("nearest mention", earlier[-1])]
        rules += [("nearest subject", word) for word in earlier if word in subjects][-1:]
        rules += [("nearest same word", word) for word in earlier if folded[word] == folded[query]][-1:]
        score = SCORES.get(annotated.tags[query], FROM_NOUN)
        items.setdefault((score, None), []).append(Item(query, right, tuple(earlier), tuple(rules)))
    return items


def clusters_of_heads(annotated: Annotated) -> dict[int, set[str]]:
    """The words that head a mention, with the clusters of those mentions."""
    head_of = {arc.dependent: arc.head for arc in annotated.arcs}
    clusters: dict[int, set[str]] = {}
    for mention in annotated.mentions:
        clusters.setdefault(head_word(mention, head_of), set()).add(mention.cluster)
    return clusters
