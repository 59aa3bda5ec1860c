"""A model's own numbers in random places: all of them, in other places, and the same whenever they are asked for."""

import torch

from mha_viz.models.load import load_model, model_from
from mha_viz.models.shuffled import shuffled, shuffled_twins
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.networks.pruned import pruned_folder


def numbers(model):
    return {name: weight.detach().clone() for name, weight in model.network.named_parameters()}


def test_rows_change_places_and_are_turned_round():
    rows = torch.arange(35.0).reshape(5, 7)
    found = shuffled(rows, torch.Generator().manual_seed(0))
    assert sorted(row.min().item() for row in found) == [0, 7, 14, 21, 28]  # each row is whole
    begins = [row.argmin().item() for row in found]
    assert len(set(begins)) > 1  # and begins somewhere else
    for row, begin in zip(found, begins, strict=True):
        assert row.roll(-begin).tolist() == list(range(int(row.min()), int(row.min()) + 7))
    assert [row.min().item() for row in found] != [0, 7, 14, 21, 28]


def test_vectors_and_what_has_more_axes_keep_all_their_numbers():
    for shape in ((11,), (1,), (), (4, 3, 2), (6, 1)):
        weight = torch.randn(shape)
        found = shuffled(weight, torch.Generator().manual_seed(1))
        assert found.shape == weight.shape
        assert sorted(found.flatten().tolist()) == sorted(weight.flatten().tolist())


def test_every_network_has_the_numbers_of_the_model_in_places_of_its_own():
    model = model_from(make(*TEXT["bert"]), tokenizer(), name="bert")
    with torch.no_grad():
        for weight in model.network.parameters():
            weight.copy_(torch.randn(weight.shape) * 3)  # farther apart than any architecture draws them
    before, twins = numbers(model), [(one.identity, numbers(one)) for one in shuffled_twins(model, 2)]
    assert [identity for identity, _ in twins] == ["shuffled 0", "shuffled 1"]
    for name, weight in before.items():
        assert torch.equal(weight, dict(model.network.named_parameters())[name])  # the model stays as it is
        for _, twin in twins:
            torch.testing.assert_close(twin[name].flatten().sort().values, weight.flatten().sort().values)
    matrix = "encoder.layer.0.attention.self.query.weight"
    assert not torch.equal(twins[0][1][matrix], before[matrix])
    assert not torch.equal(twins[0][1][matrix], twins[1][1][matrix])
    again = [numbers(one) for one in shuffled_twins(model, 2)]
    assert all(torch.equal(again[1][name], twins[1][1][name]) for name in before)


def test_heads_that_were_removed_stay_so(tmp_path):
    model = load_model(pruned_folder("roberta", tmp_path, {1: [0]}))
    (twin,) = shuffled_twins(model, 1)
    queries = twin.network.base_model.encoder.layer[1].attention.self.query.weight.unflatten(0, (3, -1))
    assert queries[0].abs().sum() == 0
    assert queries[1].abs().sum() > 0
