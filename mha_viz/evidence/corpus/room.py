"""How much of a corpus is read at once: on a graphics card as many batches as its free memory has room for."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import torch

from mha_viz.objects import Model

MOST = 4  # times a batch: then all passages between two savings are one
SHARE = 0.5  # of the free memory that a batch may take: lengths differ, and others may use the card
_rooms: WeakKeyDictionary[Any, Room] = WeakKeyDictionary()  # by network; Any: of whatever family


class Room:
    """How many ``times`` a batch is read at once: one until it was seen what one takes, and where there is no card."""

    def __init__(self, device: torch.device) -> None:
        self.device, self.times, self._most, self._needed = device, 1, MOST, 1

    @contextmanager
    def watched(self) -> Iterator[None]:
        """It is seen what is taken in here, and the next is as large as there is room for. Where memory was too small
        all the same, it is one batch from then on.
        """
        if self.device.type != "cuda":
            yield
            return
        torch.cuda.reset_peak_memory_stats(self.device)
        before = torch.cuda.memory_allocated(self.device)
        try:
            yield
        except Exception as error:
            self._most = 1 if is_of_memory(error) else self._most
            raise
        finally:
            taken = torch.cuda.max_memory_allocated(self.device) - before
            self._needed = max(self._needed, taken // self.times)
            self.times = max(1, min(self._most, int(SHARE * _free(self.device) / self._needed)))


def room_for(model: Model) -> Room:
    """That of the device where its network begins."""
    network = model.network
    if network not in _rooms:
        _rooms[network] = Room(next(network.parameters()).device)
    return _rooms[network]


def is_of_memory(error: BaseException | None) -> bool:
    """Whether too little memory is behind an error, however that is said."""
    while error is not None:
        if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError" or "allocate" in str(error):
            return True
        error = error.__cause__
    return False


def _free(device: torch.device) -> int:
    """Bytes that can be taken: what the card says, and what was taken from it and is not used."""
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return torch.cuda.mem_get_info(device)[0] + kept


@contextmanager
def nothing_old_searched() -> Iterator[None]:
    """While this lasts, what there was before is not searched for objects that only hold each other: a network and the
    libraries are hundreds of thousands of objects, and a search of them takes as long as 15 sentences.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
