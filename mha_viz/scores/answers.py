"""A capture and its annotation → what heads make of each pronoun whose answer is known."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from mha_viz.annotation.annotated import Annotated, annotated_word_map, pieces_of_words, with_words
from mha_viz.attention.calls import BLOCK, check_same_heads
from mha_viz.objects import AttentionCall, Capture, Positions
from mha_viz.scores.blocks import PatternBlocks
from mha_viz.scores.families.twins import Answer, answer_link
from mha_viz.scores.tallies import self_attention


def answers_of(capture: Capture, annotated: Annotated, *, kind: str | None = None) -> list[Answer]:
    """What every head makes of each pronoun of a text that has an answer, (layer, head), for ``twin_tally``."""
    calls, positions, _ = self_attention(capture, kind)
    check_same_heads(call.n_heads for call in calls)
    text = TextAnswers(positions, annotated)
    for call in calls:
        text(call)
    return text.answers()


class TextAnswers:
    """``answers_of`` for a text whose calls come one at a time: each is looked at and dropped."""

    def __init__(self, positions: Positions, annotated: Annotated, *, most: int = BLOCK) -> None:
        self.annotated = with_words(annotated)
        self.pieces = pieces_of_words(positions, self.annotated)
        self.links = [link for link in self.annotated.links if link.answer is not None]
        self.blocks = PatternBlocks(self._of_layers, most=most)

    def __call__(self, call: AttentionCall) -> None:
        self.blocks(call)

    def answers(self) -> list[Answer]:
        """Of all calls that came, (layer, head)."""
        return [
            replace(of_link[0], right=torch.cat([answer.right for answer in of_link]))
            for of_link in zip(*self.blocks.parts(), strict=True)
        ]

    def _of_layers(self, pattern: Tensor, is_causal: bool) -> list[Answer]:
        word_map, missing = (
            annotated_word_map(pattern, self.pieces),
            [i for i, own in enumerate(self.pieces) if not own],
        )
        return [
            answer_link(word_map, self.annotated, link, is_causal=is_causal, missing=missing) for link in self.links
        ]
