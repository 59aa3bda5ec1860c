"""All heads of one or two models on a map, by what they look at: where each stands, and in which cluster."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from torch import Tensor

from mha_viz.comparison.nearest import Distances
from mha_viz.errors import InputError

EXACT = 2e-6  # what distances are good to: heads closer than this are not told apart
AVERAGE, WARD = "average", "ward"  # of scipy's linkage


@dataclass(frozen=True, eq=False)
class Atlas:
    """Heads on a plane: ``places`` is ``(head, 2)``; ``share`` of all differences is what the two axes hold."""

    distances: Distances
    places: Tensor
    share: float


def atlas_of(distances: Distances) -> Atlas:
    """Heads placed on a plane (``on_a_plane``)."""
    return Atlas(distances, *on_a_plane(distances.between))


def on_a_plane(distances: Tensor) -> tuple[Tensor, float]:
    """Two coordinates a head, so that heads which look alike stand close together: classical scaling.

    The square root of the Jensen-Shannon divergence is a metric that fits into a Euclidean space without error, and so
    does the root of its mean over rows. The divergences are therefore taken as *squared* distances of points: centred
    from both sides they are the points' scalar products, and the two largest eigenvalues with their vectors are the
    plane that holds most of the sum of all squared distances, that is, of all divergences.

    Parameters
    ----------
    distances : Tensor of shape (n, n)
        Jensen-Shannon divergences: symmetric, zeros on the diagonal.

    Returns
    -------
    Tensor of shape (n, 2), float64
        In square roots of bits; each axis has its middle at 0, and the sign that makes its largest coordinate
        positive.
    float
        Share of the sum of all divergences that the plane holds, 0 to 1; nan where no head differs from another.

    References
    ----------
    .. [1] Torgerson (1952), "Multidimensional scaling: I. Theory and method". That the root can be embedded: Fuglede
       and Topsøe (2004), "Jensen-Shannon divergence and Hilbert space embedding". Clark et al. (2019),
       arXiv:1906.04341, figure 6, use scaling by stress on the summed divergences instead.

    Examples
    --------
    >>> places, share = on_a_plane(torch.tensor([[0.0, 1.0, 9.0], [1.0, 0.0, 4.0], [9.0, 4.0, 0.0]]))
    >>> [round(place, 6) for place in places[:, 0].sort().values.diff().tolist()], round(share, 6)
    ([1.0, 2.0], 1.0)
    """
    squares = distances.double().cpu()
    squares = (squares + squares.T) / 2
    n = len(squares)
    places = squares.new_zeros(n, 2)
    if n < 2 or squares.max() <= EXACT:
        return places, math.nan
    rows = squares.mean(dim=1)
    products = (rows[:, None] + rows[None, :] - squares - rows.mean()) / 2
    values, vectors = torch.linalg.eigh(products)  # ascending
    values = values.clamp_min(0.0)  # rounding makes small ones negative
    for axis, i in enumerate(range(n - 1, max(n - 3, -1), -1)):
        places[:, axis] = _upright(vectors[:, i]) * values[i].sqrt()
    return places, (values[-2:].sum() / values.sum()).item()


def clusters_of(distances: Tensor, n_clusters: int, *, method: str = AVERAGE) -> list[int]:
    """Which cluster each head is in: heads and groups of heads are joined, the nearest first, until so many are left.

    Parameters
    ----------
    distances : Tensor of shape (n, n)
        Bits.
    n_clusters : int
        At most so many: heads that are not told apart (``EXACT``) stay together.
    method : ``AVERAGE`` or ``WARD``
        What is near: groups whose heads are the fewest bits apart on average, or groups that grow least around their
        middle when they are joined (Ward). Where most heads differ a little, the first splits single heads off one
        large group; the second makes groups of like size. It asks for Euclidean distances, which the roots are
        (``on_a_plane``).

    Returns
    -------
    list of n int
        From 1, the largest cluster first; of two equally large ones, that of the earlier head.

    Raises
    ------
    InputError
        If no cluster is asked for.

    References
    ----------
    .. [1] Ward (1963), "Hierarchical grouping to optimize an objective function".
    """
    if n_clusters < 1:
        raise InputError(f"There is at least one cluster; {n_clusters} were asked for.")
    apart = distances.double().cpu().numpy()
    apart = np.where(apart <= EXACT, 0.0, apart)
    if len(apart) < 2:
        return [1] * len(apart)
    bits = squareform((apart + apart.T) / 2, checks=False)
    tree = linkage(np.sqrt(bits) if method == WARD else bits, method=method)
    labels = fcluster(tree, n_clusters, criterion="maxclust").tolist()
    order = sorted(
        dict.fromkeys(labels), key=lambda label: -labels.count(label)
    )  # sorted is stable: earlier heads first
    return [order.index(label) + 1 for label in labels]


def atlas_table(atlas: Atlas, n_clusters: int, *, method: str = AVERAGE) -> pd.DataFrame:
    """One row a head.

    Returns
    -------
    DataFrame with columns model, layer, head, x, y, cluster
        ``x`` and ``y`` in square roots of bits (``on_a_plane``), ``cluster`` from 1 (``clusters_of``).
    """
    table = pd.DataFrame(atlas.distances.heads, columns=["model", "layer", "head"])
    x, y = atlas.places.T.tolist()
    return table.assign(x=x, y=y, cluster=clusters_of(atlas.distances.between, n_clusters, method=method))


def _upright(vector: Tensor) -> Tensor:
    """With the sign that makes the largest entry positive; of several as large, the first."""
    sizes = vector.abs()
    first = int((sizes >= sizes.max() * (1 - 1e-9)).nonzero()[0])
    return vector * (-1.0 if vector[first] < 0 else 1.0)
