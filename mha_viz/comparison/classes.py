"""A change of heads → the classes that a classifier then finds likeliest, or the log-probability of one of them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from mha_viz.comparison.asks import Classes, ClassLogProbability
from mha_viz.comparison.changed import Changed
from mha_viz.errors import InputError
from mha_viz.language import N_, lazy_gettext
from mha_viz.recording.classes import chosen_classes
from mha_viz.wording import listed, quoted

NAMED = 6  # classes that a refusal names


def class_shares(changed: Changed, ask: Classes) -> tuple[str, Any]:
    """Probabilities of the likeliest classes without and with a change, those most likely without it first."""
    names = chosen_classes(changed.model)
    before, after = (one.exp() for one in _log_shares(changed, names))
    n = min(ask.n, len(names))
    places: list[int] = list(dict.fromkeys(before.topk(n).indices.tolist() + after.topk(n).indices.tolist()))
    values = before[places].tolist(), after[places].tolist()
    differences = [b - a for a, b in zip(*values, strict=True)]
    return "probability of the class", ([names[i] for i in places], *values, differences)


def class_number(changed: Changed, ask: ClassLogProbability) -> tuple[str, Any]:
    """The log-probability of one class."""
    names = chosen_classes(changed.model)
    both = _log_shares(changed, names)
    place = int(both[0].argmax()) if ask.label is None else _place_of(changed, names, ask.label)
    before, after = (one[place].item() for one in both)
    name = lazy_gettext("log-probability of {label}", label=quoted(names[place]))
    return name, ([name], [before], [after], [after - before])


def _log_shares(changed: Changed, names: tuple[str, ...]) -> tuple[Tensor, Tensor]:
    """(class,), in double precision, so that what is nearly impossible has a logarithm too."""
    before, after = (logits.double().log_softmax(dim=-1) for logits in changed.both(classes=True))
    if before.shape != torch.Size([len(names)]):
        message = N_(
            "{model} names {n} classes, and its classifier puts out another number: they cannot be told apart."
        )
        raise InputError(lazy_gettext(message, model=changed.model.short_name, n=len(names)))
    return before, after


def _place_of(changed: Changed, names: tuple[str, ...], label: str) -> int:
    """A class by its name, in whatever case it is written."""
    found = [i for i, name in enumerate(names) if name == label]
    found = found or [i for i, name in enumerate(names) if name.casefold() == label.strip().casefold()]
    if len(found) == 1:
        return found[0]
    some = listed([*map(quoted, names[:NAMED]), *(["…"] if len(names) > NAMED else [])])
    message = N_("{model} has no class {label}. Its {n} classes are {names}.")
    raise InputError(
        lazy_gettext(message, model=changed.model.short_name, label=quoted(label), n=len(names), names=some)
    )
