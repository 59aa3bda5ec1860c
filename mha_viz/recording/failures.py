"""What a network raises on a batch that it cannot run → one sentence."""

from __future__ import annotations

import re
from inspect import signature

import torch
from torch import Tensor

from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.inputs.limits import n_known_ids, position_limit
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Model
from mha_viz.wording import joined

FAILURES = (MemoryError, RuntimeError, ValueError, TypeError, LookupError, AttributeError)


def in_one_sentence(error: Exception, model: Model, batch: dict[str, Tensor]) -> Exception:
    """What to raise instead when a network fails on a batch."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "allocate" in str(error):
        n = next(iter(batch.values())).shape[-1]
        message = N_("Too little memory to run {model} on {n} positions: shorten the input.")
        return InputError(lazy_gettext(message, model=model.name, n=n))
    if why := _does_not_fit(model, batch):
        return InputError(why)
    if lacking := _lacking(error, model, batch):
        part, names = lacking
        message = N_(
            "{model} ({network}) reads more than {given}: {part} takes {names}. Give all that it reads as tensors, "
            "as its own processor makes them."
        )
        given = joined(list(batch))
        network = type(model.network).__name__
        return UnreadableModelError(
            lazy_gettext(message, model=model.name, network=network, given=given, part=part, names=names)
        )
    first_line = (str(error) or type(error).__name__).splitlines()[0]
    message = N_("{model} ({network}) did not run: {why}")
    name = type(model.network).__name__
    return UnreadableModelError(lazy_gettext(message, model=model.name, network=name, why=first_line))


def _lacking(error: Exception, model: Model, batch: dict[str, Tensor]) -> tuple[str, str] | None:
    """What a network reads that it was not given: which part of it, and the names; None where that is not why."""
    if found := re.search(r"missing \d+ required .*argument.*?: (.*)", str(error)):
        return str(error).partition(".")[0], found[1].replace("'", "")
    takes = signature(model.network.forward).parameters
    if "'NoneType' object" in str(error) and "input_ids" not in batch and "input_ids" in takes:
        return type(model.network).__name__, "input_ids"  # said to be optional, and needed
    return None


def _does_not_fit(model: Model, batch: dict[str, Tensor]) -> str:
    """Which tokens are none of the model's, or how many are too many; "" where that is not why it failed."""
    for name, ids in batch.items():
        if not name.endswith("input_ids") or ids.is_floating_point() or not ids.numel() or ids.device.type != "cpu":
            continue
        known, limit = n_known_ids(model.network, name.startswith("decoder")), position_limit(model.network)
        strange = [i for i in (int(ids.min()), int(ids.max())) if not 0 <= i < (known or i + 1)]
        if strange:
            return f"{name} holds {strange[0]:,}, and {model.name} knows {known or 0:,} tokens, from 0 on."
        if limit is not None and ids.shape[-1] > limit:
            return f"{name} has {ids.shape[-1]:,} tokens; {model.name} reads at most {limit:,}."
    return ""
