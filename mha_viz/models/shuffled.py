"""A model → networks of its own numbers in random places: as far apart as its weights are, and nothing of them learned.

Where the weights of a network are random themselves, whatever they were drawn from, it is one of these: which of k + 1
has the best head is then chance alone, and the best of k is exceeded in one of k + 1 cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from mha_viz.models.load import random_twin
from mha_viz.models.removed_heads import keep_removed
from mha_viz.objects import Model


def shuffled_twins(model: Model, n: int) -> Iterator[Model]:
    """Models with the same architecture and tokenizer, each with the weights of this one in other places.

    Every matrix has its rows in random order, and each row turned round by a random number of places; vectors have
    their numbers in random order. The same model gives the same ones; float32, on its device. What cannot be
    moved, as it is packed or not in memory, stays as ``random_twin`` draws it.

    Yields
    ------
    Model
        One network for all of them, whose numbers change with the next: it is used before that is asked for.

    Raises
    ------
    ModelError
        If memory has no room for a second network.
    """
    twin, own = random_twin(model), dict(model.network.named_parameters())
    for seed in range(n):
        chance = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for name, weight in twin.network.named_parameters():
                if _is_like(own.get(name), weight):
                    weight.copy_(shuffled(own[name], chance))
        keep_removed(twin.network, model.network)
        yield replace(twin, name=f"{model.name} with shuffled weights", identity=f"shuffled {seed}")


def shuffled(weight: Tensor, chance: torch.Generator) -> Tensor:
    """The numbers of a weight in other places: rows in random order, each turned round; a vector in random order.

    That is cheaper than any order of all its numbers would be, as rows are copied whole. No two rows stay aligned, so
    nothing is left of what a matrix does; and random numbers are as likely in one of these orders as in another.
    """
    rows = weight.detach().reshape(len(weight), -1) if weight.dim() > 1 else weight.detach().reshape(-1, 1)
    n, width = rows.shape
    order, begin = torch.randperm(n, generator=chance), torch.randint(width, (n,), generator=chance)
    turned = torch.cat([rows, rows[:, : width - 1]], dim=1).unfold(1, width, 1)  # (row, where it begins, width)
    return turned[order.to(rows.device), begin.to(rows.device)].reshape(weight.shape)


def _is_like(own: Tensor | None, weight: Tensor) -> bool:
    """Whether these numbers can stand in that place."""
    return own is not None and own.shape == weight.shape and own.is_floating_point() and not own.is_meta
