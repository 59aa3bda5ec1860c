"""Whether the weights of a network are as they were drawn: no norm has learned, and matrices tell of chance alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from mha_viz.recording.lying import numbers_of

FEWEST = 8  # rows and columns of a matrix that says something by how large they are
N_MATRICES, N_ROWS = 24, 1024  # that are looked at, and of each so many rows and columns: a part of chance is chance
BEYOND_CHANCE = 8.0  # standard errors; of thousands of matrices as drawn the farthest is at 5, of trained ones at 50

_seen: WeakKeyDictionary[Any, tuple[int, bool]] = WeakKeyDictionary()  # the versions of its parameters → what was found


def is_as_drawn(network: Any) -> bool:
    """Whether nothing in a network's weights has learned.

    Every family starts its norms with one number each, all ones or all zeros, and fills its matrices with numbers that
    are drawn one by one, so that rows are as large as each other but for chance, and columns too. Training changes the
    norms first; where they were folded into the matrices, or a family has none, the matrices tell. A trained network
    costs a look at its first norm, an untrained one a look at some matrices, once until its weights change.
    """
    if not all(map(_is_constant, _norms(network))):
        return False
    versions = sum(0 if parameter.is_inference() else parameter._version for parameter in network.parameters())
    if _seen.get(network, (None, False))[0] != versions:
        matrices = list(_matrices(network))
        some = matrices[:: -max(1, len(matrices) // N_MATRICES)]  # from the last, which learns most where little did
        _seen[network] = (versions, bool(some) and all(map(_is_drawn, some)))
    return _seen[network][1]


def _norms(network: Any) -> Iterator[Tensor]:
    """The weights and biases of modules whose weight has one axis."""
    for module in network.modules():
        weight = getattr(module, "weight", None)
        if isinstance(weight, Tensor) and weight.dim() == 1:
            own = module.named_parameters(recurse=False)
            yield from (numbers_of(module, name) for name, parameter in own if parameter.dim() == 1)


def _matrices(network: Any) -> Iterator[Tensor]:
    """The weights of linear maps, not of embeddings: those may begin with a formula."""
    for module in network.modules():
        weight = getattr(module, "weight", None)
        if not isinstance(weight, Tensor) or isinstance(module, torch.nn.Embedding):
            continue
        if weight.dim() == 2 and weight.is_floating_point() and min(weight.shape) >= FEWEST:
            yield numbers_of(module).detach()[:N_ROWS, :N_ROWS]


def _is_constant(parameter: Tensor) -> bool:
    return not parameter.is_meta and bool((parameter == parameter.flatten()[0]).all())


def _is_drawn(matrix: Tensor) -> bool:
    return not matrix.is_meta and all(_beyond_chance(side) <= BEYOND_CHANCE for side in (matrix, matrix.mT))


def _beyond_chance(matrix: Tensor) -> float:
    """By how many standard errors the sizes of its rows differ more than those of numbers drawn one by one would."""
    squares = matrix.float().square()
    squares = squares[squares.sum(dim=1) > 0]  # a token of padding, a head that was removed
    if len(squares) < 2:
        return 0.0
    mean = squares.mean()
    expected = (squares.var() / mean.square() / squares.shape[1]).sqrt()
    found = squares.mean(dim=1).std() / mean
    if not expected > 0:  # one number everywhere
        return 0.0
    return float(found / expected - 1) * math.sqrt(2 * len(squares))
