"""A second device that is none: numbers that say they lie on a card, and are refused where they meet others, as on one.

What is computed with them is computed on the processor. It stays for as long as the process lives, so a test that wants
it starts one of its own. Networks must not learn (``requires_grad_(False)``).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

CARD = "card:0"
INDEXING = frozenset({"index", "index_put", "index_put_", "_unsafe_index", "_index_put_impl_"})
MOVING = frozenset({"_to_copy", "copy", "copy_"})


class OnCard(Tensor):
    """Numbers that say they lie on the card."""

    inner: Tensor

    @staticmethod
    def __new__(cls, inner: Tensor, requires_grad: bool | None = None) -> Any:
        if requires_grad is not None:  # accelerate makes parameters of the class that was there before
            return torch.nn.Parameter(inner, requires_grad=False)
        return Tensor._make_wrapper_subclass(
            cls, inner.shape, strides=inner.stride(), storage_offset=inner.storage_offset(), dtype=inner.dtype,
            device=torch.device(CARD),
        )  # fmt: skip

    def __init__(self, inner: Tensor, requires_grad: bool | None = None) -> None:
        if requires_grad is None:
            self.inner = inner

    def __repr__(self) -> str:
        return f"OnCard({self.inner})"

    def tolist(self) -> Any:
        return self.inner.tolist()

    def data_ptr(self) -> int:
        return self.inner.data_ptr()

    def untyped_storage(self) -> Any:
        return self.inner.untyped_storage()

    def numpy(self, **_: Any) -> Any:
        raise TypeError("Numbers on the card cannot be read by numpy: copy them into memory first.")

    def __array__(self, *_: Any, **__: Any) -> Any:
        return self.numpy()

    @classmethod
    def __torch_dispatch__(cls, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _computed(function, args, kwargs or {})


class _Computing(TorchDispatchMode):
    """Every operation of torch, those that make numbers on the card included."""

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _computed(function, args, kwargs or {})


class _Making(TorchFunctionMode):
    """What torch makes of Python's lists without asking the mode above."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if function in (torch.tensor, torch.as_tensor) and _is_card(kwargs.get("device")):
            return function(*args, **{name: value for name, value in kwargs.items() if name != "device"}).to(CARD)
        if function in (Tensor.__getitem__, Tensor.__setitem__) and isinstance(args[0], OnCard):
            places = tuple(map(_place, args[1])) if isinstance(args[1], tuple) else _place(args[1])
            args = (args[0], places, *args[2:])
        return function(*args, **kwargs)


@contextlib.contextmanager
def pretend_card() -> Iterator[str]:
    """The device ``CARD`` is there meanwhile; at most once in a process."""
    _setup_privateuseone_for_python_backend("card")
    # Numbers of this class cannot be changed in place in inference mode; without gradients they can.
    unrecorded = patch.object(torch, "inference_mode", lambda mode=True: torch.set_grad_enabled(False))  # noqa: ARG005
    with unrecorded, torch.no_grad(), _Computing(), _Making():
        yield CARD


def _is_card(device: Any) -> bool:
    return device is not None and torch.device(device).type == "card"


def _place(index: Any) -> Any:
    return torch.tensor(index) if isinstance(index, (list, range)) else index


def _bare(value: Any) -> Any:
    return value.inner if isinstance(value, OnCard) else value


def _computed(function: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    if function._can_decompose():
        with _Computing():
            result = function.decompose(*args, **kwargs)
        if result is not NotImplemented:
            return result
    name = function.overloadpacket.__name__
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    if name not in MOVING:
        _refuse_two_devices(name, args, tensors)
    deciding = tensors[:1] if name in ("copy", "copy_") else tensors
    stays = any(isinstance(one, OnCard) for one in deciding)
    if kwargs.get("device") is not None:
        stays = _is_card(kwargs["device"])
        kwargs = {**kwargs, "device": torch.device("cpu")} if stays else kwargs
    result = function(*tree_map(_bare, args), **tree_map(_bare, kwargs))
    given = {id(_bare(one)): one for one in tensors} if function._schema.is_mutable else {}  # computed in place
    return tree_map(lambda one: _wrapped(one, given, stays), result)


def _wrapped(result: Any, given: dict[int, Tensor], stays: bool) -> Any:
    if not isinstance(result, Tensor):
        return result
    return given.get(id(result)) if id(result) in given else OnCard(result) if stays else result


def _refuse_two_devices(name: str, args: Any, tensors: list[Tensor]) -> None:
    """As torch does: a single number in memory may meet any others, and rows on a card may be picked from memory."""
    if name in INDEXING:
        places = [place for place in args[1] if isinstance(place, Tensor)]
        if not isinstance(args[0], OnCard) and any(isinstance(place, OnCard) for place in places):
            raise RuntimeError("indices should be either on cpu or on the same device as the indexed tensor (cpu)")
        tensors = [one for one in tensors if not any(one is place for place in places)]
    on_card = [isinstance(one, OnCard) for one in tensors]
    if any(on_card) and not all(on or one.dim() == 0 for on, one in zip(on_card, tensors, strict=True)):
        raise RuntimeError(f"{name}: Expected all tensors to be on the same device, but found {CARD} and cpu")
