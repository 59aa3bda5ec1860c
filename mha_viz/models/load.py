"""Name → Model. The only ``from_pretrained`` of the package."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import torch
from transformers import logging

import mha_viz.first_calls  # so that networks, too, compute exactly from their first call on
import mha_viz.models.classroom  # noqa: F401 - tells transformers about it, so that its folders load like any other
from mha_viz.arguments import said
from mha_viz.errors import InputError, ModelError, in_one_line
from mha_viz.language import N_, lazy_gettext
from mha_viz.models.adapters import Adapter, merge, read_adapter
from mha_viz.models.bars import without_bars
from mha_viz.models.catalogue import CATALOGUE, DEFAULT, weights_said
from mha_viz.models.fetching.convert import as_ordinary_folder
from mha_viz.models.fetching.fetch import fetch
from mha_viz.models.fetching.hub import hub_snapshot
from mha_viz.models.fetching.sums import refuse_other_weights
from mha_viz.models.fetching.wheels import sha256
from mha_viz.models.folders import has_own_base, is_model, transformer_folder
from mha_viz.models.gguf_file import gguf_at, read_gguf
from mha_viz.models.nearby import shipped_checkpoint
from mha_viz.models.networks import complete_config, layers_left_out, read_network
from mha_viz.models.packing import packing_of, refuse_without_library
from mha_viz.models.placing import device_for, place_for, settled, spread_said
from mha_viz.models.processors import load_processor, refuse_stand_ins
from mha_viz.models.removed_heads import keep_removed
from mha_viz.models.weights import Weights, bytes_in, identity_of, numbers_in, stored_dtype, weights_in
from mha_viz.objects import Model
from mha_viz.precision import WHOLE
from mha_viz.progress import Progress, Report, progress_of
from mha_viz.recording.interface import choose_reading

HUB_ID = re.compile(r"([A-Za-z0-9][\w.-]*(?:/[\w.-]+)?)(?:@([\w./-]+))?")  # owner/name, or owner/name@revision
WIDEST = 1_000  # times the usual spread of first weights


def hush_transformers() -> None:
    """Keep its bars and notes out of the output; errors are told by us, in a sentence."""
    logging.set_verbosity_error()
    logging.disable_progress_bar()


@without_bars()
def load_model(
    name: str = DEFAULT,
    *,
    device: str | None = None,
    dtype: torch.dtype | Literal["float32", "bfloat16", "auto"] = torch.float32,
    offload: str | Path | None = None,
    progress: Report | None = None,
) -> Model:
    """A pretrained model, ready to be captured.

    Parameters
    ----------
    name : str
        A catalogue name (``mha-viz models`` lists them), a folder in Hugging Face format, a GGUF file, or a hub id:
        ``owner/name``, ``owner/name@revision`` for another checkpoint. ``classroom@660`` is our own model at that step.
    device : str, optional
        By default cuda, else mps, else cpu. What cuda has no room for is spread over all cards and memory.
    dtype : torch.dtype, "float32", "bfloat16" or "auto"
        What it computes in: float32, whatever its files hold, unless something else is asked for; "auto" is what they
        hold most of their weights in. Half precision takes half the memory; its patterns are others (``precision``).
    offload : path, optional
        A folder: what memory has no room for then stays on disk, and is read from there whenever it runs. By default
        ``MHA_VIZ_OFFLOAD``; without either, a model that is too large is refused.
    progress : callable, optional
        Called with a share from 0 to 1 and a few words while bytes are fetched.

    Raises
    ------
    ModelError
        If the name is unknown, nothing can be fetched, a file is broken, or memory is too small.
    UnreadableModelError
        If its attention cannot be read.
    """
    report = progress_of(progress)
    device = device_for(device)
    if (packed := gguf_at(name)) is not None:
        return _of_gguf(packed, getattr(torch, WHOLE) if dtype == "auto" else _dtype(dtype), device, name)
    folder, source = _find(name, report)
    adapter = read_adapter(folder, name)
    base = folder if adapter is None else _base_of(adapter, source, report)
    refuse_stand_ins(base, name)
    weights = weights_in(base, name)
    numbers = stored_dtype(base, weights, name) if dtype == "auto" else _dtype(dtype)
    packing = packing_of(base)
    if packing is not None:
        refuse_without_library(name, packing)
    needed = bytes_in(base, weights, name) if packing and packing.stays else 0
    place = place_for(name, needed or numbers_in(base, weights, name) * numbers.itemsize, device, offload)
    if place.most and adapter is not None:
        raise ModelError(f"{name} is too large for memory, and an adapter is merged in memory alone: merge it before.")
    network = _read(base, weights, numbers, name, place.options)
    processor = load_processor(base if adapter is None else adapter.tokenizer_folder or base, name)
    if adapter is not None:
        merge(network, adapter)
    identity = identity_of(base, weights)
    if source == "catalogue":
        refuse_other_weights(name, identity)
    model = model_from(settled(network, place, name), processor, name=name, identity=identity, source=source)
    left_out = layers_left_out(network, weights.names(base))
    notes = (_which(model), packing.note if packing else "", left_out, spread_said(network))
    model = replace(model, notes=tuple(filter(None, notes)), packed=packing.short if packing else "")
    return model if adapter is None else _as_adapted(model, adapter)


def _read(base: Path, weights: Weights, numbers: torch.dtype, name: str, options: dict[str, Any]) -> Any:
    try:
        return read_network(base, weights, numbers, name, options)
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(f"{name} cannot be loaded: {in_one_line(error)}") from error


def _which(model: Model) -> str:
    which = weights_said(model.name, model.identity)
    return lazy_gettext("weights {which}", which=which) if which else ""


def _as_adapted(model: Model, adapter: Adapter) -> Model:
    """The same, which says that its weights are those of a base and an adapter."""
    note = lazy_gettext("LoRA adapter merged into {base}", base=adapter.base or lazy_gettext("the network beside it"))
    return replace(model, identity=adapter.identity(str(model.identity)), notes=(*model.notes, note))


def model_from(
    network: Any, processor: Any = None, *, name: str, identity: str | None = None, source: str = "in memory"
) -> Model:
    """A Model of a network that is already in memory; sets its attention implementation for capturing.

    Raises
    ------
    ModelError
        If it is no network of transformers, or its attention cannot be read.
    """
    if not isinstance(network, torch.nn.Module) or not hasattr(network, "config"):
        raise ModelError(f"network is {said(network)}; give a model of transformers, such as AutoModel loads.")
    dtype = str(getattr(network, "dtype", WHOLE)).removeprefix("torch.")
    network = complete_config(network)
    return Model(name, network, processor, choose_reading(network), identity, source, dtype=dtype)


def random_twin(model: Model, *, seed: int = 0, spread: float = 1.0) -> Model:
    """The same architecture and tokenizer with random weights: what attention looks like before anything is learned.

    The same seed gives the same weights, drawn as the architecture draws them before training, and then all matrices
    times ``spread``; float32, on the device of the model. It takes as much memory again.

    Raises
    ------
    InputError
        If ``spread`` is not above 0, or is above 1,000.
    ModelError
        If memory has no room for it.
    """
    if not 0 < spread <= WIDEST:
        raise InputError(f"random_twin: spread is {said(spread)}; give a number above 0, up to {WIDEST:,}.")
    name, device = f"{model.name} with random weights", str(model.network.device)
    place_for(name, sum(one.numel() for one in model.network.parameters()) * torch.float32.itemsize, device)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = type(model.network)(copy.deepcopy(model.network.config)).float().eval()
    keep_removed(network, model.network)
    if hasattr(model.network, "generation_config"):  # what begins and ends a text stands beside the weights
        network.generation_config = copy.deepcopy(model.network.generation_config)
    if spread != 1.0:
        with torch.no_grad():
            for weight in (weight for weight in network.parameters() if weight.dim() > 1):
                weight.mul_(spread)
    identity = f"random {seed}" if spread == 1.0 else f"random {seed} × {spread:g}"
    return model_from(network.to(device), model.processor, name=name, identity=identity)


def fetch_model(name: str, progress: Report | None = None, *, repair: bool = False) -> Path:
    """The folder of a catalogue model, fetched and verified first where it is not on this machine yet; with ``repair``
    also where it is broken.
    """
    if name not in CATALOGUE:
        raise ModelError(f"{name!r} is not in the catalogue: {', '.join(CATALOGUE)}.")
    return fetch(name, as_ordinary_folder, progress_of(progress), repair=repair)


def _find(name: str, progress: Progress) -> tuple[Path, str]:
    if name in CATALOGUE:
        return fetch_model(name, progress), "catalogue"
    folder = shipped_checkpoint(name) or _local_folder(name)
    if folder is not None:
        return transformer_folder(folder, name), "folder"
    at_hub = HUB_ID.fullmatch(name)
    if not at_hub or ".." in name:
        message = N_(
            "{model} is not a catalogue name ({names}), not a folder here, and not a hub id such as owner/name."
        )
        raise ModelError(lazy_gettext(message, model=repr(name[:80]), names=", ".join(CATALOGUE)))
    return transformer_folder(hub_snapshot(at_hub[1], at_hub[2], progress), name), "hub"


def _base_of(adapter: Adapter, source: str, progress: Progress) -> Path:
    """The folder of the network that an adapter changes: its own, the one it names, one beside it, or the hub's."""
    own, name = adapter.folder, adapter.base
    if has_own_base([path.name for path in own.iterdir()]):
        return own
    places = [str(own / name), str(own.parent / name), name, str(own.parent / re.split(r"[/\\]", name)[-1])]
    # What comes from the hub leads to no folder of this machine.
    folders = [_local_folder(place) for place in places if name and source == "folder"]
    folder = next((one for one in folders if one and not one.samefile(own) and is_model(one)), None)
    at_hub = HUB_ID.fullmatch(name)
    if folder is None and at_hub and ".." not in name:
        folder = hub_snapshot(name, adapter.revision, progress)
    if folder is None:
        named = f"{name}, which is not here" if name else "a base that it does not name"
        raise ModelError(f"{adapter.whose} is an adapter of {named}: put the folder of its base beside it.")
    folder = transformer_folder(folder, name)
    if read_adapter(folder, name) is not None:
        raise ModelError(f"{adapter.whose} is an adapter of {name}, which is an adapter itself: merge that one first.")
    return folder


def _local_folder(name: str) -> Path | None:
    """The folder of that name on this machine, never on another: a name may come from a link."""
    if name.startswith(("\\\\", "//")):
        return None
    try:
        folder = Path(name).expanduser()
        return folder if folder.is_dir() else None
    except (OSError, RuntimeError, ValueError):  # too long, a user who does not exist, no permission, a null character
        return None


def _of_gguf(path: Path, dtype: torch.dtype, device: str, name: str) -> Model:
    """The model in a GGUF file, which is another one than the model that was packed: it has an identity of its own."""
    network, tokenizer, kinds = read_gguf(path, dtype, name)
    model = model_from(network.to(device), tokenizer, name=name, identity=sha256(path), source="file")
    note = lazy_gettext("weights unpacked from {kinds} ({file}), which are rounded", kinds=kinds, file=path.name)
    return replace(model, notes=(note,), packed=kinds.partition(",")[0].partition(" ")[0])


def _dtype(wanted: torch.dtype | str) -> torch.dtype:
    """What is asked for, as torch calls it."""
    return getattr(torch, wanted) if isinstance(wanted, str) else wanted
