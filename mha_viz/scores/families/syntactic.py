"""Which heads point along a dependency relation: one item an arc, or a head with its dependents."""

from __future__ import annotations

from mha_viz.annotation.annotated import Annotated
from mha_viz.scores.items import Item, Key

TO_HEAD, TO_DEPENDENT = "dep→head", "head→dep"
NOT_SCORED = ("punct",)  # where a sign is attached is a convention of the annotation


def dependency_items(annotated: Annotated) -> dict[Key, list[Item]]:
    """Does the word that a word looks at most stand at the other end of its dependency?

    - dep→head: one item an arc; right when the dependent's row points at its head.
    - head→dep: one item a (head, relation); right when the head's row points at *any* dependent of that relation.

    Returns
    -------
    dict of (relation, direction) to items
        Relations as they are annotated, with their subtype. Roots have no arc; ``punct`` is not scored, and of code
        nothing is: its arcs are no dependencies.

    References
    ----------
    .. [1] Clark et al. (2019), arXiv:1906.04341, section 4.2: argmax on words, against the best fixed offset.
    .. [2] Voita et al. (2019), arXiv:1905.09418, section 5.2: both directions, and at least 10 % above the offset.
    """
    arcs = [
        arc for arc in annotated.arcs if arc.relation.partition(":")[0] not in NOT_SCORED and not annotated.language
    ]
    items: dict[Key, list[Item]] = {}
    dependents: dict[tuple[str, int], list[int]] = {}
    for arc in arcs:
        items.setdefault((arc.relation, TO_HEAD), []).append(Item(arc.dependent, (arc.head,)))
        dependents.setdefault((arc.relation, arc.head), []).append(arc.dependent)
    for (relation, head), of_head in dependents.items():
        items.setdefault((relation, TO_DEPENDENT), []).append(Item(head, tuple(of_head)))
    return items
