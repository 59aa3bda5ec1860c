"""What clusters of heads are called: after what profiles establish of most of their heads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mha_viz.evidence.ranking import RESTING


@dataclass(frozen=True)
class ClusterName:
    """A family that is established of more than half of a cluster's heads: of ``n_heads`` of its ``size``."""

    family: str
    n_heads: int
    size: int


def cluster_names(clusters: Sequence[int], families: Sequence[Sequence[str]]) -> dict[int, ClusterName]:
    """The names of clusters; one of which nothing is established of most of its heads has none.

    Parameters
    ----------
    clusters : n int
        Which cluster each head is in (``clusters_of``).
    families : n sequences of str
        What is established of each head (``families_of_heads``); nothing where it has no profile.

    Returns
    -------
    dict of cluster to ClusterName
        The family that most of its heads share, of equally many the one that comes first among the heads; resting on
        the first token or on signs, which most heads do, only where there is no other.
    """
    names = {}
    for cluster in sorted(set(clusters)):
        heads = [of for own, of in zip(clusters, families, strict=True) if own == cluster]
        counts = Counter(family for of in heads for family in dict.fromkeys(of))
        most = {family: n for family, n in counts.items() if 2 * n > len(heads)}
        told = {family: n for family, n in most.items() if family != RESTING} or most
        if told:
            family = max(told, key=lambda family: told[family])  # the first of equals: a Counter keeps their order
            names[cluster] = ClusterName(family, told[family], len(heads))
    return names
