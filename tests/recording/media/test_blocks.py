"""Tiles, frames and windows of a picture: blocks of one map, each equal to the family's own eager attention."""

import copy
import sys
from itertools import groupby

import pytest
import torch

from mha_viz.attention.calls import call_pattern
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.media.blocks import IN_PARTS, _joined
from mha_viz.recording.watching.recorder import RecordedCall
from tests.support.networks.eager import eager_attentions
from tests.support.networks.families import make
from tests.support.networks.other_senses import IN_PARTS_SENSES, OTHER_SENSES, seeded
from tests.support.networks.several_parts import OTHER_SENSES as PACKED
from tests.support.networks.several_parts import PICTURE, packed_picture

NEAR = {"rtol": 0, "atol": 2e-5}


def in_blocks(patterns):
    """(head, query, key) of all parts, from those of each."""
    return torch.stack([torch.block_diag(*of_head) for of_head in zip(*patterns, strict=True)])


def loaded(network_class, config):
    network = make(network_class, config)
    return copy.deepcopy(network), model_from(network, name="it")


def eager_calls(monkeypatch, reference, batch):
    """What the family's eager function made: the module, and (head, query, key) of each part."""
    module, calls = sys.modules[type(reference).__module__], []
    eager = module.eager_attention_forward

    def seen(attention, *arguments, **options):
        output, weights = eager(attention, *arguments, **options)
        calls.append((attention, weights))
        return output, weights

    with monkeypatch.context() as patched:
        patched.setattr(module, "eager_attention_forward", seen)
        eager_attentions(reference, **batch)
    return calls


PACKED_PICTURES = {
    "windows": (IN_PARTS_SENSES["qwen2.5-vl"], lambda: packed_picture(1, 6, 10), [6, 1, 6]),
    "frames": (PACKED["qwen2-vl"], lambda: packed_picture(2, 4, 6), [2, 2]),
}


@pytest.mark.parametrize("name", PACKED_PICTURES)
def test_pieces_of_what_lies_packed(name, monkeypatch):
    (network_class, config, _), inputs, n_parts = PACKED_PICTURES[name]
    reference, model = loaded(network_class, config)
    batch = inputs()
    of_layers = [
        [weights[0] for _, weights in group]
        for _, group in groupby(eager_calls(monkeypatch, reference, batch), key=lambda call: id(call[0]))
    ]
    n = len(batch["pixel_values"])
    assert [len(parts) for parts in of_layers] == [*n_parts, 1, 1]
    for _ in range(2):
        found = capture(model, batch)
        assert IN_PARTS in found.notes
        assert [(call.kind, call.layer) for call in found.calls] == [
            *(("encoder", layer) for layer in range(len(n_parts))), ("decoder", 0), ("decoder", 1),
        ]  # fmt: skip
        assert len(found.query_positions["encoder"]) == len(found.key_positions["encoder"]) == n
        for call, parts in zip(found.calls, of_layers, strict=True):
            torch.testing.assert_close(call_pattern(call), in_blocks(parts), **NEAR)


def two_tiles():
    ids = torch.tensor([[1, 5, *[PICTURE] * 8, 6, 7]])
    return {"pixel_values": torch.rand(1, 2, 3, 16, 16, generator=seeded()), "input_ids": ids}


def in_rows(n_tokens, size=16, n=2, **more):
    """Pictures of one text, or tiles of one picture, each in a row of its own."""
    ids = torch.tensor([[1, 5, *[PICTURE] * n * n_tokens, 6, 7]])
    return lambda: {"pixel_values": torch.rand(n, 3, size, size, generator=seeded()), "input_ids": ids, **more}


TILES = {
    "llava-next": (IN_PARTS_SENSES["llava-next"], IN_PARTS_SENSES["llava-next"][2], "vision_tower"),
    "idefics3": (OTHER_SENSES["idefics3"], two_tiles, "vision_model"),
    "smolvlm": (OTHER_SENSES["smolvlm"], two_tiles, "vision_model"),
    "internvl": (OTHER_SENSES["internvl"], in_rows(4), "vision_tower"),
    "internvl, three tiles": (OTHER_SENSES["internvl"], in_rows(4, n=3), "vision_tower"),
    "paligemma": (
        OTHER_SENSES["paligemma with a picture"], in_rows(9, 12, token_type_ids=torch.zeros(1, 22, dtype=torch.long)),
        "vision_tower",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TILES)
def test_tiles_side_by_side(name):
    (network_class, config, _), inputs, tower = TILES[name]
    reference, model = loaded(network_class, config)
    batch = inputs()
    returned = eager_attentions(reference, **batch).attentions
    pixels = batch["pixel_values"]
    pixels = pixels if pixels.dim() == 4 else pixels[0]
    of_tower = eager_attentions(getattr(reference, tower), pixel_values=pixels).attentions
    for _ in range(2):
        found = capture(model, batch)
        assert IN_PARTS in found.notes
        assert [call.layer for call in found.calls] == [*range(len(of_tower)), 0, 1]
        for call, attention in zip(found.calls_of("encoder"), of_tower, strict=True):
            assert len(attention) == len(pixels) > 1
            torch.testing.assert_close(call_pattern(call), in_blocks(attention), **NEAR)
        for call, attention in zip(found.calls_of("decoder"), returned, strict=True):
            torch.testing.assert_close(call_pattern(call), attention[0], **NEAR)


def piece(whole, begin, end, **more):
    query = whole[:, :, begin:end]
    return RecordedCall("layer", query, query + 1, query + 2, crosses=False, **more)


def test_what_is_no_piece_of_one_map_stays_apart():
    whole, other = torch.rand(1, 3, 11, 5), torch.rand(1, 3, 11, 5)
    plain = torch.nn.Module()
    plain.is_causal = False

    def n_calls(*calls):
        for call in calls:
            call.module = plain
        return len(_joined(list(calls), {}))

    assert n_calls(piece(whole, 0, 4), piece(whole, 4, 6), piece(whole, 6, 11)) == 1
    assert n_calls(piece(whole, 0, 4), piece(whole, 5, 11)) == 2  # one is left out
    assert n_calls(piece(whole, 4, 11), piece(whole, 0, 4)) == 2  # in another order
    assert n_calls(piece(whole, 0, 4), piece(whole, 0, 4)) == 2  # twice the same
    assert n_calls(piece(whole, 0, 4), piece(other, 4, 11)) == 2  # made for each
    assert n_calls(piece(whole, 0, 4), piece(whole, 4, 11, mask=torch.ones(1, 1, 7, 7).bool())) == 2
    crossing = piece(whole, 4, 11)
    crossing.crosses = True
    assert n_calls(piece(whole, 0, 4), crossing) == 2
