"""Network + batch → what its attention computed: run once, watched until it is known, refused in a sentence.

Two ways to read a network, chosen once when it is loaded (``choose_reading``):

*interface*  transformers routes the attention of most families through one registered function. Ours keeps references
             to q, k and v and lets the model go on with the fast kernel: recording costs a plain forward pass.
*observed*   older families compute attention in their own code. There we watch the 4-D softmax and the product that
             consumes it, and keep what they really computed.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.objects import Model, seen
from mha_viz.recording.interface import _recorder
from mha_viz.recording.recorder import LinearCall, Path, Recorder, Run
from mha_viz.recording.state import run_and_restore
from mha_viz.recording.streams import Place, places_of
from mha_viz.recording.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass
class _Known:
    """What was seen of a kind of run and checked: of each call, in order, its module, its place and the linear map that
    projects its heads (None where something else stands between); and what each did, as far as it was checked.
    """

    modules: list[Any]
    places: list[Place]
    projections: list[LinearCall | None]
    checked: frozenset[tuple[int, Path]]


# For each network and kind of run (which inputs, whole or encoder alone).
_known: WeakKeyDictionary[Any, dict[Run, _Known]] = WeakKeyDictionary()

# What a network may raise on a batch that it cannot run.
FAILURES = (MemoryError, RuntimeError, ValueError, TypeError, LookupError)


def record(
    model: Model, batch: dict[str, Tensor], *, encoder_only: bool, progress: Callable[[float], None] | None = None
) -> Recorder:
    """Run the part of the network that holds the attention (no language-model head); return its calls in order.

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
    network = model.network.base_model
    run: Run = (encoder_only, *sorted(batch))
    part, known = part_to_run(model, encoder_only), _known.get(model.network, {}).get(run)
    n_expected = 0
    if progress is not None:  # of a hybrid it is not known before the first run how many attend
        n_expected = _n_layers(network.config, encoder_only) if known is None else len(known.modules)
    recorder = Recorder(known is None, run, progress=progress, n_expected=n_expected)
    if known is not None:
        recorder.checked = known.checked
    _run(model, part, batch, recorder)
    if known is not None and [call.module for call in recorder.calls] != known.modules:
        known, recorder = None, Recorder(True, run)  # other modules ran: it is watched once more
        _run(model, part, batch, recorder)
    _refuse_what_has_no_axis(f"{model.name} ({type(network).__name__})", recorder, batch)
    if known is None:
        recorder.places = places_of(model, recorder.calls)
        for call in recorder.calls:
            call.projection = call.projection and call.projection.weights_alone()
    else:
        recorder.places = known.places
        for call, projection in zip(recorder.calls, known.projections, strict=True):
            call.projection = projection
    return recorder


def remember(network: Any, recorder: Recorder, paths: Iterable[Path]) -> None:
    """The calls of a run were checked, and what they did: the next run like it need not be watched."""
    runs, checked = _known.setdefault(network, {}), frozenset(enumerate(paths))
    if recorder.watched:
        calls = recorder.calls
        modules, projections = [call.module for call in calls], [call.projection for call in calls]
        runs[recorder.run] = _Known(modules, recorder.places, projections, checked)
    elif not checked <= recorder.checked:
        runs[recorder.run] = replace(runs[recorder.run], checked=runs[recorder.run].checked | checked)


def _refuse_what_has_no_axis(name: str, recorder: Recorder, batch: dict[str, Tensor]) -> None:
    calls, shapes = recorder.calls, recorder.softmaxes
    n_batch, n = next(iter(batch.values())).shape[:2]
    if not calls and any(not shape or shape[-1] == n for shape in shapes):
        raise UnreadableModelError(f"{name} attends in its own code, in a form that does not show from outside.")
    if not calls and not shapes:
        raise UnreadableModelError(f"{name} shows no softmax attention to read.")
    # One more may be what pools a picture after its layers; more of them are layers that are missing.
    if calls and calls[0].module is not None and sum(_is_attention(shape, n_batch) for shape in shapes) > 1:
        raise UnreadableModelError(
            f"{name} attends in part in its own code, inside windows or in another form that does not show from "
            "outside."
        )
    queries = [seen(call.seen_pattern) if call.query is None else call.query for call in calls]
    if not calls or any(len(query) != n_batch for query in queries):
        raise UnreadableModelError(f"{name} attends inside windows: its maps have no common axis to label.")


def watch(model: Model, batch: dict[str, Tensor], *, encoder_only: bool = False) -> Recorder:
    """One run in full view: every attention call with its output and every linear map, with what went in and out."""
    recorder = Recorder(watched=True)
    _run(model, part_to_run(model, encoder_only), batch, recorder, keep_linears=True)
    recorder.places = places_of(model, recorder.calls)
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


def part_to_run(model: Model, encoder_only: bool) -> Any:
    """The part of the network that holds the attention: its encoder, or all but the head."""
    network = model.network.base_model
    if network.config.is_encoder_decoder and model.reading == "observed":
        raise UnreadableModelError(
            f"{model.name} ({type(network).__name__}) is an encoder-decoder outside transformers' attention "
            "interface: encoder, decoder and cross-attention cannot be told apart from outside."
        )
    return network.get_encoder() if network.config.is_encoder_decoder and encoder_only else network


def _run(model: Model, network: Any, batch: dict[str, Tensor], recorder: Recorder, keep_linears: bool = False) -> None:
    """Run a part of the network, which is then as it was before."""
    observed = model.reading == "observed"

    def run() -> None:
        recorder.begin()
        watcher = Watcher(recorder, softmax=observed, keep_linears=keep_linears)
        token = _recorder.set(None if observed else recorder)
        try:
            with torch.inference_mode(), watcher if observed or recorder.watched else nullcontext():
                network(**batch)
        except FAILURES as error:
            raise in_one_sentence(error, model, batch) from error
        finally:
            _recorder.reset(token)

    run_and_restore(model.network, run, alone=recorder.watched)


def in_one_sentence(error: Exception, model: Model, batch: dict[str, Tensor]) -> Exception:
    """What to raise instead when a network fails on a batch."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "allocate" in str(error):
        n = next(iter(batch.values())).shape[-1]
        return InputError(f"Too little memory to run {model.name} on {n:,} positions: shorten the input.")
    first_line = (str(error) or type(error).__name__).splitlines()[0]
    return UnreadableModelError(f"{model.name} ({type(model.network).__name__}) did not run: {first_line}")
