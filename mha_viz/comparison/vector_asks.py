"""Questions about a text's vectors that one number answers: how far they turn, and how like another text they are."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import cosine_similarity

from mha_viz.comparison.asks import Measure, Similarity, Vectors
from mha_viz.objects import Capture, Model
from mha_viz.recording.again import read_for_changes
from mha_viz.recording.interventions.run import run_changed
from mha_viz.wording import quoted

TURNED = "how far the words' vectors turn"


def vector_measure(model: Model, read: Capture, batch: dict[str, Tensor], ask: Vectors | Similarity) -> Measure:
    """How far the vectors of the last layer turn, 1 − cosine in the mean over tokens: 0 where nothing changed, at most
    2. Or the cosine of the text's mean vector with that of another text, −1 to 1.
    """
    if isinstance(ask, Similarity):
        there = _vectors(model, *read_for_changes(model, ask.other, target=read.target)).mean(dim=0)

        def likeness(vectors: Tensor) -> Tensor:
            return cosine_similarity(vectors.mean(dim=1), there[None].to(vectors.device), dim=-1)

        return Measure(f"similarity to {quoted(ask.other)}", None, likeness, vectors=True)
    plain = _vectors(model, read, batch)

    def turned(vectors: Tensor) -> Tensor:
        return 1.0 - cosine_similarity(vectors, plain[None].to(vectors.device), dim=-1).mean(dim=1)

    return Measure(TURNED, None, turned, vectors=True, has_slopes=False)


def _vectors(model: Model, read: Capture, batch: dict[str, Tensor]) -> Tensor:
    """(position, d_model), of the unchanged text."""
    return run_changed(model, batch, read, {}, vectors=True).float()
