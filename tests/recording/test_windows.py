"""Attention in windows: refused where a window is not the whole picture, also where positions fill it up."""

import pytest
import torch
import transformers as hf
from transformers.models.maskformer.configuration_maskformer_swin import MaskFormerSwinConfig
from transformers.models.maskformer.modeling_maskformer_swin import MaskFormerSwinModel

from mha_viz.errors import UnreadableModelError
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from tests.support.networks.families import BART, make, pixels
from tests.support.networks.several_parts import DECODER, SWIN, picture_and_target, reads_picture

WINDOWS = {"patch_size": 2, "window_size": 4}
PLAIN = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3}


def vitdet(n):
    return hf.VitDetModel, hf.VitDetConfig(
        **PLAIN, **WINDOWS, image_size=n, pretrain_image_size=n, window_block_indices=[0, 1]
    )


def maskformer_swin(n):
    return MaskFormerSwinModel, MaskFormerSwinConfig(**WINDOWS, image_size=n, embed_dim=12, num_heads=[2], depths=[2])


# Of ViTDet's windows one cannot tell from outside which heads they are of; its own maps are others then.
WHY = {vitdet: "attends inside windows|they cannot both be right", maskformer_swin: "attends inside windows"}


@pytest.mark.parametrize("family", WHY)
@pytest.mark.parametrize("n", [6, 12, 16])  # less than one window, a window and a half each way, four windows
def test_windows_that_are_not_the_picture_are_refused(family, n):
    model = model_from(make(*family(n)), name="it")
    for _ in range(2):
        with pytest.raises(UnreadableModelError, match=f"^it .* ({WHY[family]})"):
            capture(model, pixels(n))


@pytest.mark.parametrize("family", [vitdet, maskformer_swin])
def test_one_window_that_is_the_picture_is_read(family):
    model = model_from(make(*family(8)), name="it")
    found = capture(model, pixels(8))
    assert [(call.kind, call.layer, call.n_query, call.n_key) for call in found.calls] == [
        ("encoder", 0, 16, 16), ("encoder", 1, 16, 16),
    ]  # fmt: skip


def test_of_an_encoder_in_one_window_that_is_filled_up_the_decoder_is_shown():
    # 3 × 3 patches in a window of 4 × 4
    encoder = MaskFormerSwinConfig(**{**SWIN, **WINDOWS, "image_size": 6, "depths": [2], "num_heads": [2]})
    decoder = hf.MBartConfig(**{**BART, **DECODER, "d_model": 8, "decoder_attention_heads": 2})
    config = reads_picture(encoder, decoder)
    torch.manual_seed(0)
    network = hf.VisionEncoderDecoderModel(config, MaskFormerSwinModel(encoder), hf.MBartForCausalLM(config.decoder))
    found = capture(model_from(network.eval(), name="it"), picture_and_target(6))
    assert found.kinds == ("decoder", "cross")
    assert len(found.key_positions["cross"]) == 9
    (note,) = [note for note in found.notes if "windows" in note]
    assert note.startswith("The encoder (MaskFormerSwinModel) attends inside windows")


def test_what_fills_up_something_else_is_no_window():
    """A sound is filled up before its convolutions, and positions of a conformer inside each layer."""
    sizes = {"conv_depthwise_kernel_size": 5, "num_adapter_layers": 0, "add_adapter": False}
    config = hf.Wav2Vec2BertConfig(
        **PLAIN, **sizes, feature_projection_input_dim=10, intermediate_size=31, position_embeddings_type=None
    )
    model = model_from(make(hf.Wav2Vec2BertModel, config), name="it")
    found = capture(model, {"input_features": torch.randn(1, 13, 10)})
    assert [(call.n_query, call.n_key) for call in found.calls] == [(13, 13)] * 2
