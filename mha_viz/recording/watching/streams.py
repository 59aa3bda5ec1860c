"""Recorded calls → which tower and layer each belongs to, by its module's path, and whose positions its keys are."""

from __future__ import annotations

import inspect
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from mha_viz.errors import UnreadableModelError
from mha_viz.objects import seen
from mha_viz.recording.watching.origins import Origins, storage
from mha_viz.recording.watching.place import Place

if TYPE_CHECKING:
    from mha_viz.objects import Model
    from mha_viz.recording.watching.recorder import RecordedCall

IN_PART = "attends in part in its own code, inside windows or in another form that does not show from outside."
WINDOWS = "attends inside windows: its maps have no common axis to label."
IDS = {"input_ids", "decoder_input_ids"}
OF_A_TEXT = {*IDS, "attention_mask", "token_type_ids", "decoder_attention_mask"}
MASK_DEPTH = 5000.0  # below the largest logit of a row: so deep lies a mask and nothing else


def body_of(network: Any) -> Any:
    """The part of a network that holds its attention: without a head, where it has one."""
    body = network.base_model
    # What is called the body may be a part within it, or read no tokens while what is around it does (SpeechT5).
    taken, by_body = (inspect.signature(part.forward).parameters for part in (network, body))
    return body if {network.main_input_name, *IDS & taken.keys()} <= by_body.keys() else network


def in_windows(inputs: Iterable[str]) -> str:
    """What is said of a network that attends over less than all positions of these inputs at once."""
    other = " or other parts of its input (tiles, frames, channels), each by itself"
    return WINDOWS if {*inputs} <= OF_A_TEXT else WINDOWS.replace(":", f"{other}:")


def places_of(model: Model, calls: list[RecordedCall]) -> list[Place]:
    """The place of every call of a watched run.

    Raises
    ------
    UnreadableModelError
        If a layer attends more than once, or it was not seen whose positions its keys are where both are possible.
    """
    network = body_of(model.network)
    paths, encoder = _paths(network, calls), _encoder_paths(network)
    turns: Counter[str] = Counter()
    places = []
    for call, candidates in zip(calls, paths, strict=True):
        path = candidates[turns[candidates[0]] % len(candidates)] if candidates else ""
        turns[candidates[0] if candidates else ""] += 1
        tower, layer = _number(path)
        in_encoder = any(path == part or path.startswith(f"{part}.") for part in encoder)
        if call.crosses is None and encoder and not in_encoder:
            raise UnreadableModelError(_whose_keys(model, call))
        if call.is_merged and encoder and not in_encoder:
            raise UnreadableModelError(_in_one_row(model, call))
        ahead = looks_ahead(call, 0, n_queries(call))
        # From outside, what a family adds to its logits may come from elsewhere too (positions, in DeBERTa).
        crosses = call.crosses if encoder or call.module is not None else None
        places.append(Place(path, tower, layer, in_encoder, crosses, _depth(network, tower), ahead))
    return _counted(model, _crossing_beside(places, calls))


def _crossing_beside(places: list[Place], calls: list[RecordedCall]) -> list[Place]:
    """Seen from outside, a call crosses where another of its layer does not: a text's decoder over a picture (BLIP)."""
    both = list(zip(places, calls, strict=True))
    own = {(place.tower, place.layer) for place, call in both if call.crosses is False}
    crossing = [place.crosses is None and call.crosses and (place.tower, place.layer) in own for place, call in both]
    return [replace(place, crosses=True) if so else place for place, so in zip(places, crossing, strict=True)]


def reading_on(
    places: list[Place], calls: list[RecordedCall], origins: Origins | None, inputs: Iterable[str]
) -> list[Place]:
    """The same, where the last stack that ran is marked if it reads a text and what the others made beside it."""
    names, last = {*inputs}, places[-1].tower if places else ""
    if origins is None or "input_ids" not in names or names <= OF_A_TEXT:
        return places
    of_last, of_others = (
        frozenset().union(
            *(call.states for call, place in zip(calls, places, strict=True) if (place.tower == last) == own)
        )
        for own in (True, False)
    )
    if not origins.are_made_of(of_last, of_others):
        return places
    return [replace(place, reads_on=place.tower == last) for place in places]


def _whose_keys(model: Model, call: RecordedCall) -> str:
    if call.module is None:
        return f"{model.name} ({type(model.network).__name__}) {IN_PART}"
    return (
        f"{model.name} ({type(call.module).__name__}) makes its keys in a way that is not known here: whether they are "
        "the decoder's own positions or the encoder's cannot be told."
    )


def _in_one_row(model: Model, call: RecordedCall) -> str:
    return (
        f"{model.name} ({type(call.module).__name__}) attends over the decoder's own positions and the encoder's in "
        "one row: neither part alone is a pattern."
    )


def kind_of(model: Model, place: Place, call: RecordedCall, row: int, n_query: int) -> str:
    """``cross`` looks at other positions; ``decoder`` does not look ahead, or reads on from an encoder; ``encoder``."""
    if place.crosses:
        return "cross"
    if model.network.config.is_encoder_decoder:
        return "encoder" if place.in_encoder else "decoder"
    if place.reads_on:  # among a picture's positions, or in all of a prompt, it may look ahead
        return "decoder"
    ahead = looks_ahead(call, row, n_query)
    if ahead is None:  # one position, which has nothing after it
        ahead = not call.flag if place.ahead is None else place.ahead
    return "encoder" if ahead else "decoder"


def not_attending(model: Model, kinds: list[str], places: list[Place]) -> dict[str, tuple[int, ...]]:
    """The layers of each kind's stack that did not attend, by their numbers.

    Raises
    ------
    UnreadableModelError
        If two stacks attend in the same way: their layers have the same numbers.
    """
    towers: dict[str, set[str]] = defaultdict(set)
    attending: dict[str, set[int]] = defaultdict(set)  # of a tower, in whatever way
    for kind, place in zip(kinds, places, strict=True):
        towers[kind].add(place.tower)
        attending[place.tower].add(place.layer)
    for kind, of_kind in towers.items():
        if len(of_kind) > 1:
            raise UnreadableModelError(
                f"{model.name} ({type(model.network).__name__}) has several stacks of layers that attend alike "
                f"({' and '.join(sorted(of_kind))}; {kind}): give the input of one of them alone, where it has its own."
            )
    depths = {place.tower: place.depth for place in places}
    left = {kind: set(range(depths[tower])) - attending[tower] for kind, (tower,) in towers.items()}
    return {kind: tuple(sorted(layers)) for kind, layers in left.items() if layers}


def looks_ahead(call: RecordedCall, row: int, n_query: int) -> bool | None:
    """Whether a query of this text may look at the key after it: by the mask that ran, not by what a module says."""
    if n_query < 2:
        return None
    if call.query is None:
        return _observed_ahead(seen(call.seen_logits)[row], n_query)
    if call.mask is None:
        return not call.is_causal
    next_keys = call.mask[row if len(call.mask) > 1 else 0, :, :n_query, :n_query].diagonal(1, -2, -1)
    return bool((next_keys if next_keys.dtype == torch.bool else next_keys > -MASK_DEPTH).any())


def n_queries(call: RecordedCall) -> int:
    return (seen(call.seen_pattern) if call.query is None else call.query).shape[2]


def _observed_ahead(logits: Tensor, n: int) -> bool:
    if logits.shape[-1] < n:
        return True  # other positions than its own
    largest = logits[:, : n - 1].amax(dim=-1)
    return bool((logits[:, :n, :n].diagonal(1, -2, -1) > largest - MASK_DEPTH).any())


def _paths(network: Any, calls: list[RecordedCall]) -> list[list[str]]:
    """For each call the paths at which its module stands; off the interface, of the weights that made its values."""
    at: dict[int, list[str]] = defaultdict(list)
    for path, module in network.named_modules(remove_duplicate=False):
        at[id(module)].append(path)
    of_weights: dict[int, str] = {}
    for name, parameter in network.named_parameters():
        of_weights.setdefault(storage(parameter), name.rpartition(".")[0])
    paths = [[of_weights[call.made_by]] if call.made_by in of_weights else at[id(call.module)] for call in calls]
    return paths if all(paths) else [[]] * len(calls)  # then they count as they run


def _encoder_paths(network: Any) -> list[str]:
    encoder = network.get_encoder() if network.config.is_encoder_decoder else None
    return [path for path, module in network.named_modules(remove_duplicate=False) if module is encoder]


def _number(path: str) -> tuple[str, int]:
    """The stack that a path leads through, and which layer of it: ``decoder.block.3.layer.1`` is layer 3."""
    parts = path.split(".")
    at = next((i for i, part in enumerate(parts) if part.isdecimal()), None)
    return (path, 0) if at is None else (".".join(parts[:at]), int(parts[at]))


def _depth(network: Any, tower: str) -> int:
    stack = network.get_submodule(tower)
    return len(stack) if isinstance(stack, (torch.nn.ModuleList, torch.nn.Sequential)) else 0


def _counted(model: Model, places: list[Place]) -> list[Place]:
    """Where a stack's numbers repeat (shared weights, stages of several layers), its layers count as they run."""
    groups: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for i, place in enumerate(places):
        groups[place.tower, bool(place.crosses)].append(i)
    for indices in groups.values():
        numbers = [places[i].layer for i in indices]
        if len(set(numbers)) == len(numbers):
            continue
        _refuse_two_in_a_layer(model, [places[i] for i in indices])
        for turn, i in enumerate(indices):
            places[i] = replace(places[i], layer=turn, depth=0)
    return places


def _refuse_two_in_a_layer(model: Model, places: list[Place]) -> None:
    """Different attentions at the same numbers of a path: two patterns, of which neither is the layer's."""
    names = defaultdict(set)
    for place in places:
        numbers = tuple(part for part in place.path.split(".") if part.isdecimal())
        names[numbers].add(place.path.rpartition(f"{numbers[-1] if numbers else ''}.")[2])
    for several in names.values():
        if len(several) > 1:
            raise UnreadableModelError(
                f"{model.name} ({type(model.network).__name__}) attends more than once in each layer "
                f"({' and '.join(sorted(several))}): neither pattern alone is the layer's."
            )
