"""A model → what another process needs to have the same one: its name and its weights' checksum, not the weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch

from mha_viz.errors import InputError, ModelError
from mha_viz.models.load import load_model, random_twin
from mha_viz.objects import Model


@dataclass(frozen=True)
class Recipe:
    """How another process, maybe on another machine, comes by a model.

    ``name`` is a catalogue name, a whole path, or a hub id, ``identity`` the checksum that its weights must have there;
    ``seed`` and ``spread`` are of its random twin (``random_twin``), where that is what is wanted.
    """

    name: str
    identity: str
    dtype: torch.dtype
    seed: int | None = None
    spread: float = 1.0


def recipe_of(model: Model, seed: int | None = None, spread: float = 1.0) -> Recipe:
    """How others come by this model, or by its random twin of this seed and spread.

    Raises
    ------
    InputError
        If the model was made in memory, so that no other process can load it.
    """
    if model.identity is None or model.source not in ("catalogue", "folder", "hub"):
        raise InputError(
            f"{model.name} is in the memory of this process alone: save it to a folder, and load that, for other "
            "processes to read it too."
        )
    folder = Path(model.name).expanduser()
    name = str(folder.resolve()) if model.source == "folder" and folder.is_dir() else model.name
    return Recipe(name, model.identity, next(model.network.parameters()).dtype, seed, spread)


@lru_cache(maxsize=1)
def made_again(recipe: Recipe) -> Model:
    """The model of a recipe, in this process; the last one is kept.

    Raises
    ------
    ModelError
        If it cannot be loaded here, or has other weights.
    """
    model = load_model(recipe.name, dtype=recipe.dtype)
    if model.identity != recipe.identity:
        raise ModelError(
            f"{recipe.name} has other weights where a worker runs (sha256 {str(model.identity)[:12]}…, not "
            f"{recipe.identity[:12]}…): put the same files there."
        )
    return model if recipe.seed is None else random_twin(model, seed=recipe.seed, spread=recipe.spread)
