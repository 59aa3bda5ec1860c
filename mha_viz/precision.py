"""The numbers that a network computes in → what is said of them, where they are not those of float32."""

from __future__ import annotations

from typing import Final, Literal

from mha_viz.language import N_, gettext

Dtype = Literal["float32", "bfloat16", "auto"]  # what may be asked for; the last: as its files hold most of its weights
WHOLE: Final = "float32"
PACKED: Final = "packed"  # of a map after the heads whose numbers are no plain weights
ENOUGH = frozenset((WHOLE, "float64"))
DTYPES: tuple[Dtype, ...] = (WHOLE, "bfloat16", "auto")
# The largest difference in any pattern of smollm2, and below what half of its rows stay (docs/models.md).
BY_AT_MOST, HALF_OF_ROWS = ".1", ".004"
ONLY_THEIRS = N_("What heads do in general is told only from a profile that was measured in the same.")


def same_numbers(dtype: str, other: str) -> bool:
    """Whether what was measured in one may be told of the other: in both whole, or the same half precision.

    >>> same_numbers("float32", "float64"), same_numbers("float32", "bfloat16")
    (True, False)
    """
    return dtype == other or {dtype, other} <= ENOUGH


def computed_in(dtype: str) -> str:
    """What an export says of them: which they are, and how far from float32; "" for float32 and more.

    >>> computed_in("float32"), computed_in("float16")
    ('', 'float16, in which patterns differ from those in float32')
    """
    if dtype in ENOUGH:
        return ""
    measured = f" (in smollm2 by up to {BY_AT_MOST}, in half of the rows by less than {HALF_OF_ROWS})"
    return f"{dtype}, in which patterns differ from those in float32{measured if dtype == 'bfloat16' else ''}"


def precision_sentence(model_name: str, dtype: str) -> str:
    """The same as sentences on a page; "" for float32 and more."""
    if not computed_in(dtype):
        return ""
    differ = N_("{model} computes in {dtype}, in which patterns differ from those in float32")
    told = gettext(differ, model=model_name, dtype=dtype)
    measured = gettext(
        " (in smollm2 by up to {most}, in half of the rows by less than {half})", most=BY_AT_MOST, half=HALF_OF_ROWS
    )
    return f"{told}{measured if dtype == 'bfloat16' else ''}. {gettext(ONLY_THEIRS)}"
