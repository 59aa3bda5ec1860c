"""Network + batch → what its attention computed: run once, watched until it is known, refused in a sentence.

Two ways to read a network, chosen once when it is loaded (``choose_reading``):

*interface*  transformers routes the attention of most families through one registered function. Ours keeps references
             to q, k and v and lets the model go on with the fast kernel: recording costs a plain forward pass.
*observed*   older families compute attention in their own code. There we watch the 4-D softmax and the product that
             consumes it, and keep what they really computed.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from mha_viz.errors import UnreadableModelError
from mha_viz.objects import Model, seen
from mha_viz.recording.failures import FAILURES, in_one_sentence
from mha_viz.recording.interface import _recorder
from mha_viz.recording.lying import Elsewhere
from mha_viz.recording.media.blocks import join
from mha_viz.recording.sparing import AllRecordedError, WithoutPadding, can_leave_out_padding, is_sparing
from mha_viz.recording.state import run_and_restore
from mha_viz.recording.watching.hooks import read_at
from mha_viz.recording.watching.place import Place
from mha_viz.recording.watching.recorder import LinearCall, Path, Recorder, Run
from mha_viz.recording.watching.streams import IN_PART, body_of, in_windows, places_of, reading_on
from mha_viz.recording.watching.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


@dataclass
class Known:
    """What was seen of a kind of run and checked: of each call, in order, its module, its place and the linear map that
    projects its heads (None where something else stands between); and what each did, as far as it was checked.
    """

    modules: list[Any]
    places: list[Place]
    projections: list[LinearCall | Elsewhere | None]
    checked: frozenset[tuple[int, Path]]


_known: WeakKeyDictionary[Any, dict[Run, Known]] = WeakKeyDictionary()  # for each network and kind of run
# What the towers of a network for text and pictures or sounds are called, by what each reads.
PICTURES, SOUNDS = ("vision_model", "image_model"), ("audio_model",)
TOWERS = {"input_ids": ("text_model",), "pixel_values": PICTURES, "input_features": SOUNDS}
NOWHERE: list[int] = []  # positions at which a prediction head reads: while attention alone is asked for


def record(
    model: Model, batch: dict[str, Tensor], *, encoder_only: bool, progress: Callable[[float], None] | None = None
) -> Recorder:
    """Run the part of the network that holds the attention; return its calls in order. A language-model head does not
    run; where a family has no part without it (T5), it reads no position.

    Until ``remember`` was told that the calls of such a run explain the network, runs are watched: they keep their
    outputs, for the self-check, and it is seen which linear map projects the heads of each call. Later runs cost what
    the plain network costs. ``progress`` is told, after each attention call, the share of them that are done.

    Raises
    ------
    UnreadableModelError
        If no attention shows, or the network does not run on this batch.
    InputError
        If memory runs out.
    """
    network = body_of(model.network)
    run: Run = (encoder_only, *sorted(batch))
    part, known = part_to_run(model, batch, encoder_only), known_calls(model.network, run)
    of_known = _n_layers(network.config, encoder_only) if known is None else len(known.modules)
    n_expected = 0 if progress is None else of_known  # of a hybrid it is not known before the first run how many attend
    observes = model.reading == "observed" or (known is not None and None in known.modules)
    recorder = Recorder(known is None, run, progress=progress, n_expected=n_expected, observes=observes)
    if known is not None:
        recorder.checked = known.checked
        recorder.last_of = known.modules if is_sparing() and not recorder.observes else []
    run_recorded(model, part, batch, recorder)
    if known is not None and [call.module for call in recorder.calls] != known.modules:
        known, recorder = None, Recorder(True, run, observes=recorder.observes)  # other modules ran: watched once more
        run_recorded(model, part, batch, recorder)
    join(recorder, batch)
    is_hidden = _hides_its_encoder(model, recorder, batch)
    if known is None and not recorder.observes and _n_beside(recorder, batch) > 1 and not is_hidden:
        recorder = Recorder(True, run, observes=True)  # a part of it attends in its own code
        run_recorded(model, part, batch, recorder)
    if is_hidden or (network.config.is_encoder_decoder and recorder.watched and _n_beside(recorder, batch) < 2):
        _leave_out_windows(model, recorder, batch, is_hidden)
    recorder.padded = {values.shape[1] for name, values in batch.items() if name.endswith("input_ids")}
    _refuse_what_has_no_axis(f"{model.name} ({type(network).__name__})", recorder, batch)
    if known is None:
        recorder.places = reading_on(places_of(model, recorder.calls), recorder.calls, recorder.origins, batch)
        recorder.keep_maps_alone(network)
    else:
        recorder.places = known.places
        for call, projection in zip(recorder.calls, known.projections, strict=True):
            call.projection = projection
    return recorder


def known_calls(network: Any, run: Run) -> Known | None:
    """What is known of a kind of run of this network, once it was watched and its calls explained it."""
    return _known.get(network, {}).get(run)


def remember(network: Any, recorder: Recorder, paths: Iterable[Path]) -> None:
    """The calls of a run were checked: the next run like it need not be watched, unless something is left out."""
    if recorder.left_out or recorder.in_parts:
        return
    runs, checked, calls = _known.setdefault(network, {}), frozenset(enumerate(paths)), recorder.calls
    if recorder.watched:
        modules, projections = [call.module for call in calls], [call.projection for call in calls]
        runs[recorder.run] = Known(modules, recorder.places, projections, checked)
    elif not checked <= recorder.checked:
        runs[recorder.run] = replace(runs[recorder.run], checked=runs[recorder.run].checked | checked)


def _refuse_what_has_no_axis(name: str, recorder: Recorder, batch: dict[str, Tensor]) -> None:
    calls, (n_batch, n) = recorder.calls, next(iter(batch.values())).shape[:2]
    shapes = [shape for shape in recorder.shares if _is_attention(shape, n_batch) or len(shape) > 4]
    if not calls and any(_is_whole(shape, n) for shape in shapes):
        raise UnreadableModelError(f"{name} attends in its own code, in a form that does not show from outside.")
    if not calls and not shapes:
        raise UnreadableModelError(f"{name} shows no softmax attention to read.")
    # One more may be what pools a picture after its layers; more of them are layers that are missing.
    if any(call.module is not None for call in calls) and _n_beside(recorder, batch) > 1:
        raise UnreadableModelError(f"{name} {IN_PART}")
    queries = [seen(call.seen_pattern) if call.query is None else call.query for call in calls]
    fills_windows = "input_ids" not in batch and any(call.is_padded for call in calls)  # of a text tokens are counted
    if not calls or any(len(query) != n_batch for query in queries) or fills_windows:
        raise UnreadableModelError(f"{name} {in_windows(batch)}")


def _is_whole(shape: tuple[int, ...], n: int) -> bool:
    """Whether a softmax of this shape may be over all of n positions, or over them and more."""
    return not shape or (len(shape) < 5 and (shape[-1] == n or shape[-1] == shape[-2] > n))


def _n_beside(recorder: Recorder, batch: dict[str, Tensor]) -> int:
    """How many softmaxes of attention there were beside the calls that were seen."""
    n_batch = len(next(iter(batch.values())))
    return sum(_is_attention(shape, n_batch) for shape in recorder.softmaxes)


def _hides_its_encoder(model: Model, recorder: Recorder, batch: dict[str, Tensor]) -> bool:
    """Whether an encoder attends, before any call that was seen, but never from all positions to all: inside windows,
    in its own code.
    """
    shapes, n = recorder.softmaxes, next(iter(batch.values())).shape[1]
    if not (recorder.watched and recorder.calls and model.network.config.is_encoder_decoder):
        return False
    if len(shapes) != recorder.n_before or not any(len(shape) > 3 for shape in shapes):
        return False
    is_in_windows = all(shape and shape[-2:] != (n, n) for shape in shapes)
    return is_in_windows and not any(place.in_encoder for place in places_of(model, recorder.calls))


def _leave_out_windows(model: Model, recorder: Recorder, batch: dict[str, Tensor], is_hidden: bool) -> None:
    """Where an encoder attends inside windows, decoder and cross-attention are what can be shown."""
    places, n_batch = places_of(model, recorder.calls), len(next(iter(batch.values())))
    in_encoder = [call for call, place in zip(recorder.calls, places, strict=True) if place.in_encoder]
    shapes = {(seen(call.seen_pattern) if call.query is None else call.query).shape[::2] for call in in_encoder}
    is_read = len(shapes) < 2 and all(n == n_batch for n, _ in shapes) and not is_hidden
    if is_read or len(in_encoder) == len(recorder.calls):
        return
    recorder.calls = [call for call, place in zip(recorder.calls, places, strict=True) if not place.in_encoder]
    recorder.softmaxes = [] if is_hidden else recorder.softmaxes
    name = type(body_of(model.network).get_encoder()).__name__
    recorder.left_out = (
        f"The encoder ({name}) attends inside windows, whose maps have "
        "no common axis to label: decoder and cross-attention are shown, and nothing of the encoder."
    )


def watch(model: Model, batch: dict[str, Tensor], *, encoder_only: bool = False) -> Recorder:
    """One run in full view: every attention call with its output and every linear map, with what went in and out."""
    recorder = Recorder(watched=True, observes=model.reading == "observed")
    run_recorded(model, part_to_run(model, batch, encoder_only), batch, recorder, keep_linears=True)
    recorder.places = reading_on(places_of(model, recorder.calls), recorder.calls, recorder.origins, batch)
    return recorder


def _n_layers(config: Any, encoder_only: bool) -> int:
    """How many attention calls to expect, two a layer of a decoder that also reads an encoder; 0 where unknown."""
    try:
        if not config.is_encoder_decoder:
            return int(config.get_text_config().num_hidden_layers)
        n_encoder = int(config.get_text_config(encoder=True).num_hidden_layers)
        return (
            n_encoder if encoder_only else n_encoder + 2 * int(config.get_text_config(decoder=True).num_hidden_layers)
        )
    except (AttributeError, TypeError, ValueError, KeyError):
        return 0


def _is_attention(shape: tuple[int, ...], n_batch: int) -> bool:
    """Whether a softmax of this shape, beside the calls that were seen, is attention: not a choice of experts."""
    return not shape or len(shape) == 4 or (len(shape) == 3 and shape[0] > n_batch)


def part_to_run(model: Model, batch: Mapping[str, Tensor], encoder_only: bool) -> Any:
    """The part of the network that holds the attention: its encoder, the tower whose input is alone here, or all but
    the head.
    """
    network = body_of(model.network)
    if network.config.is_encoder_decoder:
        return network.get_encoder() if encoder_only else network
    towers = {
        what: next((getattr(network, name) for name in names if hasattr(network, name)), None)
        for what, names in TOWERS.items()
    }
    given = [what for what in TOWERS if what in batch]
    others = [tower for what, tower in towers.items() if what not in given and tower is not None]
    return towers[given[0]] if len(given) == 1 and towers[given[0]] is not None and others else network


def run_recorded(
    model: Model, network: Any, batch: dict[str, Tensor], recorder: Recorder, *, keep_linears: bool = False,
    grad: bool = False, positions: list[int] | None = NOWHERE,
) -> Any:  # fmt: skip
    """What a part of the network, then as before, puts out; its prediction head reads at ``positions`` (None: all)."""
    outputs: list[Any] = []

    def mode() -> AbstractContextManager[Any]:
        if recorder.observes or recorder.watched:
            n_batch = len(next(iter(batch.values()), [None]))  # of nothing, the network says so
            return Watcher(recorder, softmax=recorder.observes, n_batch=n_batch, keep_linears=keep_linears)
        return WithoutPadding(batch) if is_sparing() and can_leave_out_padding(batch) else nullcontext()

    def run() -> None:
        recorder.begin()
        token = _recorder.set(None if model.reading == "observed" else recorder)
        try:
            numbers = torch.enable_grad() if grad else torch.inference_mode()
            with numbers, suppress(AllRecordedError), read_at(positions), mode():
                outputs.append(network(**batch))
        except FAILURES as error:
            raise in_one_sentence(error, model, batch) from error
        finally:
            _recorder.reset(token)

    run_and_restore(model.network, run, alone=recorder.watched)
    return outputs[-1] if outputs else None
