"""Where a network's weights lie: on one device, or, where that has no room for all of them, on several and on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import torch

from mha_viz.arguments import said
from mha_viz.errors import InputError, ModelError
from mha_viz.models.weights import in_gb
from mha_viz.paths import OFFLOAD, offload_folder
from mha_viz.recording.packed import is_packed

ROOM = 0.8  # of what is free, where not all weights fit: the rest is for what is computed, and for a layer from disk
WAY = f"With --offload FOLDER (in Python offload=, for the app {OFFLOAD}=FOLDER) the rest stays on disk."


@dataclass(frozen=True)
class Place:
    """Where the weights of a model go. ``most`` are the bytes that may be taken of each device (``"cpu"`` is memory),
    where no device has room for all of them; what is beyond stays in files, in ``folder`` where they must be written
    anew.
    """

    device: str
    most: Mapping[int | str, int] = field(default_factory=dict)
    folder: Path | None = None
    directly: bool = False  # to the device, not through memory

    @property
    def options(self) -> dict[str, Any]:
        """What transformers, and through it accelerate, is told when it reads the files."""
        if self.most:
            return {"device_map": "auto", "max_memory": dict(self.most), "offload_folder": self.folder}
        return {"device_map": {"": self.device}} if self.directly else {}


def place_for(whose: str, needed: int, device: str, offload: str | Path | None = None) -> Place:
    """Where a model goes that takes so many bytes, after what is free now: on the device, else also in memory, else
    also on disk.

    Raises
    ------
    ModelError
        If there is not room enough, and no folder for what is beyond.
    """
    folder = Path(offload).expanduser() if offload else offload_folder()
    memory, cards = int(psutil.virtual_memory().available), _free_on(device)
    if needed <= (free := next(iter(cards.values()), memory)) and needed <= memory:
        return Place(device)
    if needed <= free * ROOM and cards:
        return Place(device, directly=True)
    most = {name: int(n * ROOM) for name, n in {**cards, "cpu": memory}.items()}
    if folder is None and (not cards or needed > sum(most.values())):
        beside = f" of memory and {in_gb(memory)} are free" if not cards else _on_cards(cards, memory)
        raise ModelError(f"{whose} needs {in_gb(needed)}{beside}. {WAY}")
    return Place(device if cards else "cpu", most, folder)


def _on_cards(cards: Mapping[int | str, int], memory: int) -> str:
    return f", and {in_gb(sum(cards.values()))} are free on its device and {in_gb(memory)} in memory"


def _free_on(device: str) -> dict[int | str, int]:
    """Free bytes of the graphics cards that a model may use; of no card for those that share the memory."""
    one = torch.device(device)
    if one.type != "cuda":
        return {}
    cards = [one.index] if one.index is not None else range(torch.cuda.device_count())
    return {card: torch.cuda.mem_get_info(card)[0] for card in cards}


def settled(network: Any, place: Place, whose: str) -> Any:
    """The same network, with its weights where they belong.

    They are copied into memory where they all fit: where a file is cut while weights are read from where it lies, the
    system ends the whole app. Where they lie in several places, and where a quantiser keeps them, they stay.

    Raises
    ------
    ModelError
        If not even the part that reads tokens has room.
    """
    if place.most and network.device.type == "meta":
        raise ModelError(f"{whose} has no room for its first layer in {in_gb(sum(place.most.values()))}: free more.")
    if is_spread(network) or any(map(is_packed, network.modules())):
        return network
    for tensor in (*network.parameters(), *network.buffers()):
        tensor.data = tensor.data.clone()
    return network.to(place.device)


def is_spread(network: Any) -> bool:
    """Whether its weights lie in several places, between which accelerate sends what is computed."""
    return len(_places(network)) > 1


def spread_said(network: Any) -> str:
    """Where its weights lie, where that is not one place; "" otherwise."""
    places = _places(network)
    if len(places) < 2:
        return ""
    where = {"cpu": "in memory", "disk": "on disk"}
    n = dict.fromkeys(places, 0)
    for name, parameter in network.named_parameters():
        n[_place_of(name, network.hf_device_map)] += parameter.numel()
    shares = [f"{n[place] / sum(n.values()):.0%} {where.get(place, f'on {place}')}" for place in places]
    return f"weights in several places ({', '.join(shares)}), which makes every reading slower, not different"


def _places(network: Any) -> list[str]:
    """Where parts of it lie, each once; of what lies in one place, nothing is noted."""
    placed = getattr(network, "hf_device_map", None) or {}
    return list(dict.fromkeys(_named(place) for place in placed.values()))


def _place_of(name: str, placed: Mapping[str, Any]) -> str:
    """Where a weight lies: where the longest part of its name that is placed does."""
    parts = [part for part in placed if not part or name == part or name.startswith(f"{part}.")]
    return _named(placed[max(parts, key=len)])


def _named(place: int | str | torch.device) -> str:
    return f"cuda:{place}" if isinstance(place, int) else str(place)


def device_for(name: str | None) -> str:
    """The device of that name, or the best one.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    try:
        return str(torch.device(name)) if name else _best_device()
    except RuntimeError:
        raise InputError(f"device is {said(name)}; give cpu, cuda or mps.") from None


def _best_device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
