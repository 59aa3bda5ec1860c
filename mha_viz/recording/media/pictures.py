"""Model + picture → Capture whose positions are patches: which patch each position is, is seen and not assumed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from mha_viz.arguments import changed
from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.inputs.media.patches import PIXELS, Seen, names_of_specials, patch_positions, see
from mha_viz.inputs.media.picture import read_picture
from mha_viz.media import Picture
from mha_viz.objects import Capture, Model, Positions, seen
from mha_viz.recording.media.one_example import capture_tensors
from mha_viz.recording.run import known_calls, part_to_run, run_recorded
from mha_viz.recording.watching.recorder import Recorder

Cells = tuple[tuple[int, int] | None, ...]
Patch = tuple[int, int]
CHANGED = 1e-4  # of the largest number: far above what rounding makes of a batch

_cells: WeakKeyDictionary[Any, dict[tuple[int, ...], Cells]] = WeakKeyDictionary()  # by the shape of the pixels


def capture_picture(model: Model, picture: Any, progress: Callable[[float], None] | None = None) -> Capture:
    """What a network computes of a picture, read by the model's own processor.

    Raises
    ------
    InputError
        If it is no picture, or the model reads none.
    UnreadableModelError
        If its positions are not patches of the picture, one each.
    """
    view = see(model.processor, read_picture(picture), model.name)
    found = capture_tensors(model, view.inputs, progress)
    return with_picture(model, found, view, patch_of(model, view.inputs), cells_at(model, view.inputs))


def cells_at(model: Model, inputs: dict[str, Tensor]) -> Cells:
    """``cells_of``, found once a size of picture."""
    known, size = _cells.setdefault(model.network, {}), tuple(inputs[PIXELS].shape)
    if size not in known:
        known[size] = cells_of(model, inputs, patch_of(model, inputs))
    return known[size]


def with_picture(model: Model, found: Capture, view: Seen, patch: Patch, cells: Cells) -> Capture:
    """A capture of a picture's tensors, whose axes say which patch each position is."""
    axis = axis_of(model, view.inputs, cells, view.notes)
    for side in (found.query_positions, found.key_positions):
        if any(len(positions) != len(axis) for positions in side.values()):
            raise _no_patches(model)
    axes = dict.fromkeys(found.query_positions, axis)
    picture = Picture(view.pixels, view.size, view.box, patch, view.digest)
    return changed(found, query_positions=axes, key_positions=axes, picture=picture)


def axis_of(model: Model, inputs: dict[str, Tensor], cells: Cells, notes: tuple[str, ...]) -> Positions:
    """The axis of a picture's tensors: patches by row and column, the others by what the network calls them."""
    network = part_to_run(model, inputs, encoder_only=False)
    names = {name.rpartition(".")[2] for name, _ in network.named_parameters()}
    n_registers = int(getattr(network.config, "num_register_tokens", 0) or 0)
    return patch_positions(cells, names_of_specials(names, n_registers, sum(cell is None for cell in cells)), notes)


def patch_of(model: Model, inputs: dict[str, Tensor]) -> Patch:
    """The height and width of a patch in pixels, as the configuration of what reads pictures says."""
    config = part_to_run(model, inputs, encoder_only=False).config
    size = getattr(getattr(config, "vision_config", config), "patch_size", None)
    sides = (size, size) if isinstance(size, int) else tuple(size or ())
    if len(sides) != 2 or not all(isinstance(side, int) and side > 0 for side in sides):
        raise _no_patches(model)
    return sides[0], sides[1]


def cells_of(model: Model, inputs: dict[str, Tensor], patch: Patch) -> Cells:
    """The patch that each position stands for: of a picture whose patches are changed in turn, those values of the
    first layer that change with them, and with no others. Positions that change with none are special.

    Every patch has a number; in each of a few pictures half of the patches are changed, those whose number has a
    certain binary digit, and in as many others those whose number has it not. So each position spells the number of
    its patch, and one that depends on several patches is found out.

    Raises
    ------
    UnreadableModelError
        If a position depends on several patches, or two positions on the same.
    """
    pixels = inputs[PIXELS]
    rows, columns = pixels.shape[2] // patch[0], pixels.shape[3] // patch[1]
    n = rows * columns
    if not n:
        raise _no_patches(model)
    numbers = torch.arange(n).reshape(rows, columns)
    digits = [(numbers >> k) & 1 == 1 for k in range(max(1, (n - 1).bit_length()))]
    masks = torch.stack([each for digit in digits for each in (digit, ~digit)])  # (picture, row, column)
    moved = _moved(model, inputs, masks, patch)  # (picture, position)
    with_digit, without = moved[::2], moved[1::2]
    is_special = ~moved.any(dim=0)
    if not (with_digit ^ without | is_special).all():
        raise _no_patches(model)
    weights = 2 ** torch.arange(len(digits))[:, None]
    found = (with_digit * weights).sum(dim=0)
    order = found[~is_special].tolist()
    if sorted(order) != list(range(n)):
        raise _no_patches(model)
    places = [(number // columns, number % columns) for number in found.tolist()]
    return tuple(None if special else place for special, place in zip(is_special.tolist(), places, strict=True))


def _moved(model: Model, inputs: dict[str, Tensor], masks: Tensor, patch: Patch) -> Tensor:
    """Which positions have other values in the first layer once these patches are changed: (picture, position)."""
    pixels = inputs[PIXELS]
    noise = torch.rand(pixels.shape[1:], generator=torch.Generator().manual_seed(0)) + 0.5
    wide = masks.repeat_interleave(patch[0], 1).repeat_interleave(patch[1], 2)
    pictures = pixels.cpu().repeat(len(masks) + 1, 1, 1, 1)
    pictures[1:, :, : wide.shape[1], : wide.shape[2]] += (
        wide[:, None] * noise[None, :, : wide.shape[1], : wide.shape[2]]
    )
    batch = {PIXELS: pictures.to(model.network.device)}
    values = _first_values(model, batch, {*inputs})
    change = (values[1:] - values[:1]).abs().amax(dim=(1, 3))  # (picture, position)
    return (change > CHANGED * values.abs().max()).cpu()


def _first_values(model: Model, batch: dict[str, Tensor], names: set[str]) -> Tensor:
    """The values of the first attention, after which the run ends: (picture, head, position, d_head)."""
    known = known_calls(model.network, (False, *sorted(names)))
    first = known.modules[0] if known is not None else None
    recorder = Recorder(False, (), observes=model.reading == "observed", last_of=[first])
    run_recorded(model, part_to_run(model, batch, encoder_only=False), batch, recorder)
    value = recorder.calls[0].value if recorder.calls else None
    if value is None or len(value) != len(batch[PIXELS]):
        raise _no_patches(model)
    return seen(value)


def _no_patches(model: Model) -> UnreadableModelError:
    return UnreadableModelError(
        f"{model.name} ({type(model.network).__name__}): its positions are not the patches of a picture, one each, so "
        "that they cannot be drawn on it; the tensors of its processor can be captured."
    )


def refuse_beside_picture(*settings: Any) -> None:
    """What belongs to texts alone is refused."""
    if any(setting if not isinstance(setting, tuple) else any(setting) for setting in settings):
        raise InputError(
            "A picture is read alone: leave target, pair, new_tokens, languages and add_generation_prompt out."
        )
