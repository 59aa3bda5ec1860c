"""A tiny network of reactions as its makers pack theirs → a folder that reads as others do."""

import json
import pickle

import pytest
import torch
import transformers as hf

from mha_viz.errors import ModelError
from mha_viz.models.catalogue import CATALOGUE, REACTIONS, reads_of, weights_said
from mha_viz.models.fetching.convert import as_ordinary_folder
from mha_viz.models.fetching.sums import is_whole
from mha_viz.models.load import load_model
from mha_viz.recording.capture import capture

TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "c", "C", "(", ")", "=", "O", "Cl", ".", ">>", "[Na+]", "1"]
SIZES = {
    "vocab_size": len(TOKENS), "embedding_size": 5, "hidden_size": 14, "intermediate_size": 11, "num_hidden_layers": 3,
    "num_attention_heads": 7, "max_position_embeddings": 37, "type_vocab_size": 2, "inner_group_num": 1,
    "num_hidden_groups": 1, "layer_norm_eps": 1e-12, "hidden_act": "gelu",
}  # fmt: skip


def packed(folder):
    torch.manual_seed(0)
    network = hf.AlbertForMaskedLM(hf.AlbertConfig(**SIZES)).eval()
    torch.save(network.state_dict(), folder / "pytorch_model.bin", _use_new_zipfile_serialization=False)
    (folder / "config.json").write_text(json.dumps({**SIZES, "model_type": "albert", "top_k": 50, "output_past": True}))
    (folder / "vocab.txt").write_text("\n".join(TOKENS) + "\n")
    return network


def test_a_packed_network_becomes_a_folder_whose_tokens_are_atoms(tmp_path):
    network = packed(tmp_path)
    as_ordinary_folder(tmp_path)
    assert not {path.name for path in tmp_path.iterdir()} & {"pytorch_model.bin", "vocab.txt"}
    model = load_model(str(tmp_path))
    found = capture(model, "CCl.[Na+]>>C(=O)c1")
    (positions,) = found.query_positions.values()
    assert positions.labels == (
        "[CLS]", "C", "Cl", ".", "[Na+]", ">>", "C", "(", "=", "O", ")", "c", "1", "[SEP]",
    )  # fmt: skip
    weights = network.albert.encoder.albert_layer_groups[0].albert_layers[0].attention.query.weight
    assert torch.equal(dict(model.network.named_parameters())[
        "albert.encoder.albert_layer_groups.0.albert_layers.0.attention.query.weight"], weights)  # fmt: skip
    assert len(found.calls) == 3


def test_a_file_that_holds_more_than_weights_is_not_opened(tmp_path):
    packed(tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(pickle.dumps(print, protocol=2))
    with pytest.raises(ModelError, match="no weights that can be read as data"):
        as_ordinary_folder(tmp_path)


def test_it_is_in_no_menu_of_models_that_read_text():
    assert reads_of("rxnmapper") == REACTIONS
    assert weights_said("rxnmapper", "0" * 64) == ""


@pytest.mark.skipif(not is_whole("rxnmapper"), reason="mha-viz models get rxnmapper")
def test_the_fetched_one_has_the_shape_of_its_row():
    found = capture(load_model("rxnmapper"), "CCl>>CO")
    assert (len(found.calls), found.calls[0].n_heads) == CATALOGUE["rxnmapper"].shape
