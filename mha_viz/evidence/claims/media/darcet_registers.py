"""Darcet et al. (2024): in large networks that see, a few patches have vectors far longer than all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import torch
from torch import Tensor

from mha_viz.errors import MhaVizError
from mha_viz.evidence.claims.claim import Claim, Estimate, Material, Measured, Numbers, Printed, Statement
from mha_viz.evidence.claims.estimates import mean_of, share_of, values_of
from mha_viz.inputs.media.patches import see
from mha_viz.inputs.media.picture import read_picture
from mha_viz.inputs.media.picture_examples import DRAWN, drawn_picture
from mha_viz.language import N_
from mha_viz.models.entries import PICTURES
from mha_viz.objects import Model
from mha_viz.recording.capture import capture
from mha_viz.recording.run import part_to_run

FAR = 3.0  # times the median of a picture's patches
LONG, LONGEST = "long", "longest"
GIANT = ("facebook/dinov2-giant",)
PLACED = "figure 3, of tokens with norms above 150"
CUT = (
    f"the paper has one cut-off for a model (150 for DINOv2-g); here {FAR:g} times the median of a picture, so that "
    "models of all sizes can be asked"
)
PICTURED = "the paper reads photographs"
SMALL = "it finds no such vectors in the sizes S and B: where this fails in dinov2, that is as the paper says"
TURNED = {
    "as it is": (slice(None), slice(None)),
    "mirrored": (slice(None), slice(None, None, -1)),
    "upside down": (slice(None, None, -1), slice(None)),
    "turned": (slice(None, None, -1), slice(None, None, -1)),
}


def _why_not(model: Model) -> str:
    try:
        found = capture(model, drawn_picture(DRAWN[0]))
    except MhaVizError:
        return N_("it sees no pictures as patches, one position each")
    return "" if found.picture is not None else N_("it sees no pictures as patches, one position each")


def _make(_model: Model, _data: str | None) -> Sequence[Material]:
    return [Material("pictures", texts=(name, turn)) for turn in TURNED for name in DRAWN]


def _measure(model: Model, piece: Material) -> Numbers:
    """The share of patches that are far longer than the median of their picture, and how much longer the longest is."""
    norms = norms_of_patches(model, _drawn(piece.texts[0])[TURNED[piece.texts[1]]])
    times = norms.double() / norms.median()
    return {LONG: [(times > FAR).double().mean().item()], LONGEST: [times.max().item()]}


@cache
def _drawn(name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(drawn_picture(name))


def norms_of_patches(model: Model, picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Tensor:
    """The length of each patch's vector after the last layer, before the last norm, (patch,)."""
    inputs = see(model.processor, read_picture(np.ascontiguousarray(picture)), model.name).inputs
    found = capture(model, np.ascontiguousarray(picture))
    network = part_to_run(model, inputs, encoder_only=False)
    with torch.inference_mode():
        batch = {name: each.to(model.network.device) for name, each in inputs.items()}
        vectors = network(**batch, output_hidden_states=True).hidden_states[-1][0]
    is_special = torch.tensor(found.query_positions[found.kinds[0]].is_special)
    norms: Tensor = vectors.float().cpu().norm(dim=-1)
    return norms[~is_special]


def _estimate(_model: Model, measured: Measured) -> Mapping[str, Estimate]:
    (pictures,) = measured.values()
    return {
        LONGEST: mean_of(values_of(pictures, LONGEST)[:, 0]), LONG: share_of(values_of(pictures, LONG)[:, 0]),
    }  # fmt: skip


CLAIM = Claim(
    name="registers",
    title="A few patches have vectors far longer than all others",
    source="Darcet et al. 2024, arXiv:2309.16588",
    models="DINOv2-g, OpenCLIP, DeiT-III; of DINOv2 the sizes L, H and g, and no smaller one",
    data="three drawn pictures that come with mha-viz, each turned four ways",
    model="dinov2",
    minutes=0.3,
    statements=(
        Statement(
            LONGEST, "The longest vector of a picture is far longer than most.",
            "length of the longest vector of a patch, over the median of its picture", "times", FAR,
            f"{FAR:g} times, our bar", (),
            (PICTURED, SMALL),
        ),
        Statement(
            LONG, "A few in a hundred patches have such vectors.",
            f"patches whose vector is longer than {FAR:g} times the median of their picture", "%", 0.5,
            "0.5 % of patches, our bar: a fifth of what the paper finds",
            (Printed(2.37, "DINOv2-g", PLACED, GIANT),), (CUT, PICTURED, SMALL),
        ),
    ),
    why_not=_why_not, make=_make, measure=_measure, estimate=_estimate, reads_file=False, reads=PICTURES,
)  # fmt: skip
