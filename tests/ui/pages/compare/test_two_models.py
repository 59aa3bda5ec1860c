"""Two models beside each other: as a whole, and any two of their heads."""

import itertools
import json
import shutil
import statistics

import pytest
import torch
from safetensors.torch import load_file, save_file

from mha_viz.comparison.comparison import comparison_of
from mha_viz.comparison.distance import jensen_shannon
from mha_viz.errors import ModelError
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.one_text import score_table
from mha_viz.model_names import name_without_path as called
from mha_viz.models.catalogue import reads_alike
from mha_viz.models.load import load_model
from mha_viz.recording.capture import capture
from mha_viz.ui.shared.compare import get_second_model
from mha_viz.wording import head_name
from tests.support.pages.compared import FIRST, PAGE, pair, ranking, said
from tests.support.pages.pages import opened, sound, view, whole_view


def names_of(folder):
    found = capture(load_model(folder), FIRST)
    return [head_name(call.layer, head) for call in found.calls for head in call.heads]


def distances(folders, text):
    """How far each head of bert is from each of gpt2, by their names."""
    comparison = comparison_of(*(capture(load_model(folders[name]), text) for name in ("bert", "gpt2")))
    pairs = itertools.product(*(enumerate(comparison.heads(side)) for side in (0, 1)))
    patterns = [comparison.head_patterns(side) for side in (0, 1)]
    return {
        (head_name(*here), head_name(*there)): jensen_shannon(patterns[0][i], patterns[1][j]).item()
        for (i, here), (j, there) in pairs
    }


def established(folders):
    """Scores of bert, as if all its heads were established as such that look at the token before."""
    table = score_table(capture(load_model(folders["bert"]), FIRST))
    rows = table["score"] == "previous token"
    strong = {"verdict": "established", "value": 0.9, "n": 203, "low": 0.8, "high": 1.0, "baseline": 0.3, "p": 0.004}
    for name, value in strong.items():
        table.loc[rows, name] = value
    return table


def test_nothing_flips_between_heads_that_are_further_apart_than_is_usual(folders):
    """What is usual is the median distance of two heads of the first model, on the words that both models have."""
    words = {"from": "sat", "to": "cat", "against": "mat"}
    link = {"model": folders["bert"], "text": FIRST, "compare": "two models", "model2": folders["gpt2"]}
    test = sound(opened(PAGE, **link, **words))
    sides = [capture(load_model(folders[name]), FIRST) for name in ("bert", "gpt2")]
    rows = comparison_of(*sides).head_patterns(0)
    pairs = [jensen_shannon(rows[i], rows[j]).item() for i in range(6) for j in range(i)]
    usual = statistics.median(pairs)
    table = ranking(test)
    turned, near = table["first"] * table["second"] < 0, table["distance"] <= usual
    assert (turned & ~near).any()
    assert (table["flips"] == (turned & near)).all()
    first = table[near].iloc[0] if near.any() else table.loc[table["distance"].idxmin()]
    assert view(test, "compare")["caption"].startswith(f"{first['head']} of ")
    assert f"two heads of {called(folders['bert'])} usually are {usual:.3f} apart" in view(test, "compare")["note"]
    apart = table[turned & ~near].iloc[0]["head"]
    caption = view(sound(opened(PAGE, **link, **words, layer=apart[1], head=apart[4])), "compare")["caption"]
    assert "That is no flip: these two are" in caption
    assert "It flips" not in caption


def test_a_model_beside_itself_beside_a_copy_and_beside_random_weights(folders):
    for second in (folders["again"], "random weights"):
        test = sound(opened(PAGE, model=folders["bert"], text=FIRST, compare="two models", model2=second))
        table = ranking(test)
        assert not test.error
        header, arrays = whole_view(test, "layers")
        assert (header["queries"], header["keys"], len(arrays["values"])) == (["L0", "L1"], ["L0", "L1"], 4)
        assert (arrays["values"][[0, 3]] == 0).all() == (second != "random weights")
        if second != "random weights":
            assert (table["head"] == table["beside"]).all()
            assert (table["distance"] == 0).all()
        else:
            assert test.selectbox(key="pairing").value == "at the same place"
            assert (table["distance"] > 0).all()
        assert "There is no profile of" in said(test)


@pytest.mark.parametrize("second", ["bert", "again"])
def test_profiles_stand_beside_each_other(folders, second, monkeypatch):
    """Of a model beside itself too, though both columns are then of one name."""
    table = established(folders)
    monkeypatch.setattr("mha_viz.ui.pages.compare.two_models.get_profile", lambda _model: Profile(table, {}))
    test = sound(opened(PAGE, model=folders["bert"], text=FIRST, compare="two models", model2=folders[second]))
    kinds, best, _, heads = (frame.value for frame in test.dataframe)
    assert kinds.to_numpy().tolist() == [["look at a fixed place (positional)", "6, 100 %", "6, 100 %"]]
    assert best.to_numpy().tolist() == [["previous token", *["L0 H0: 90.0 % [80.0, 100.0]", "● established"] * 2]]
    assert heads.iloc[0].tolist() == ["previous token", 0.9, "established", 0.9, "established"]
    (toggle,) = [toggle for toggle in test.toggle if toggle.key == "all_tasks"]
    assert "a head is established for 1 in " in said(test)
    assert len(sound(toggle.set_value(True).run()).dataframe[1].value) == int(toggle.label.split()[1]) > 1


def test_one_profile_alone_is_shown_beside_nothing(folders, monkeypatch):
    table = established(folders)
    profiles = {folders["bert"]: Profile(table, {})}
    monkeypatch.setattr("mha_viz.ui.pages.compare.two_models.get_profile", lambda model: profiles.get(model.name))
    test = sound(opened(PAGE, model=folders["bert"], text=FIRST, compare="two models", model2=folders["gpt2"]))
    assert f"There is no profile of {called(folders['gpt2'])}" in said(test)
    best = test.dataframe[0].value
    assert best.columns.tolist() == ["task", bert := called(folders["bert"]), f"verdict ({bert})", *best.columns[3:]]
    assert (best.iloc[:, 3:] == "").all(axis=None)


def test_any_two_heads_of_two_models(folders):
    """A head of the second model stays beside whatever head of the first is chosen, until the proposed one is taken."""
    link = {"model": folders["bert"], "text": FIRST, "compare": "two models", "model2": folders["gpt2"]}
    test = sound(opened(PAGE, **link))
    header, (first, proposed) = pair(test)
    assert "Both were chosen" not in header["note"]
    assert test.selectbox(key="second_head").value == proposed
    assert f"{proposed}, proposed" in test.selectbox(key="second_head").options
    other = next(name for name in names_of(folders["gpt2"]) if name != proposed)
    test.selectbox(key="second_head").set_value(other).run()
    header, shown = pair(sound(test))
    assert shown == (first, other)
    assert test.query_params["partner"] == f"{other[1]}.{other[4]}"
    assert "Rank" not in header["caption"]
    bert, gpt2 = called(folders["bert"]), called(folders["gpt2"])
    assert f"Proposed beside {first} of {bert} is {proposed} of {gpt2}, " in header["note"]
    numbers = distances(folders, FIRST)
    assert f"The two heads are {numbers[first, other]:.3f} bits apart" in header["note"]
    assert f"is {proposed} of {gpt2}, {numbers[first, proposed]:.3f} bits apart" in header["note"]
    another = next(name for name in names_of(folders["bert"]) if name != first)
    test.selectbox(key="first_head").set_value(another).run()
    assert pair(sound(test))[1] == (another, other)
    test.selectbox(key="from").set_value("mat").run()
    assert pair(sound(test))[1] == (another, other)  # what else is asked moves neither
    again = sound(opened(PAGE, **{key: test.query_params[key] for key in (*link, "layer", "head", "partner")}))
    assert pair(again)[1] == (another, other)
    own = next(option for option in test.selectbox(key="second_head").options if option.endswith(", proposed"))[:5]
    test.selectbox(key="second_head").set_value(own).run()
    assert pair(sound(test))[1] == (another, own)
    assert "partner" not in test.query_params


@pytest.mark.parametrize("partner", ["9.9", "1", "x.y", "-1.0", "<b>"])
def test_a_head_that_is_not_there_is_not_chosen(folders, partner):
    link = {"model": folders["bert"], "text": FIRST, "compare": "two models", "model2": folders["gpt2"]}
    assert pair(sound(opened(PAGE, **link, partner=partner)))[1] == pair(sound(opened(PAGE, **link)))[1]


def test_two_layers_name_their_nearest_heads(folders):
    link = {"model": folders["bert"], "text": FIRST, "compare": "two models", "model2": folders["gpt2"]}
    header, arrays = whole_view(sound(opened(PAGE, **link)), "layers")
    numbers = distances(folders, FIRST)
    for i, j in itertools.product(range(2), range(len(header["keys"]))):
        of_layers = {pair: apart for pair, apart in numbers.items() if (pair[0][1], pair[1][1]) == (str(i), str(j))}
        assert header["nearest"][i][j] == " and ".join(min(of_layers, key=of_layers.get))
        assert arrays["values"][i * len(header["keys"]) + j] >= min(of_layers.values()) - 1e-5
    chosen = [int(name[1]) for name in pair(opened(PAGE, **link))[1]]
    assert header["chosen"] == chosen


def test_models_that_read_otherwise_share_their_words(folders):
    test = sound(opened(PAGE, model=folders["bert"], text=FIRST, compare="two models", model2=folders["gpt2"]))
    header = view(test, "compare")
    assert header["keys"] == [*FIRST.split(), "(elsewhere)"] or "(elsewhere)" not in header["keys"]
    assert len(ranking(test)) == 6


@pytest.fixture
def run(folders, tmp_path):
    """A model whose folder has a checkpoint of its training, with an adapter of one of its queries beside it."""
    base, checkpoint, adapter = tmp_path / "base", tmp_path / "base" / "checkpoint-30", tmp_path / "lora"
    shutil.copytree(folders["bert"], base)
    shutil.copytree(folders["bert"], checkpoint)
    weights = load_file(checkpoint / "model.safetensors")
    module = next(name for name in weights if name.endswith("encoder.layer.1.attention.self.query.weight"))
    save_file({**weights, module: 3 * weights[module]}, checkpoint / "model.safetensors", metadata={"format": "pt"})
    adapter.mkdir()
    n_out, n_in = weights[module].shape
    torch.manual_seed(3)
    name = "base_model.model.encoder.layer.1.attention.self.query.lora_{}.weight"
    parts = {name.format("A"): torch.randn(2, n_in), name.format("B"): torch.randn(n_out, 2)}
    save_file(parts, adapter / "adapter_model.safetensors", metadata={"format": "pt"})
    settings = {"peft_type": "LORA", "r": 2, "lora_alpha": 5, "base_model_name_or_path": "base", "bias": "none"}
    (adapter / "adapter_config.json").write_text(json.dumps(settings))
    return base, checkpoint, adapter


def test_checkpoints_and_adapters_stand_in_the_second_list(run):
    """And what they change is seen: nothing in the first layer, of which they left the weights as they were."""
    base, checkpoint, adapter = map(str, run)
    test = sound(opened(PAGE, model=base, text=FIRST, compare="two models", model2="random weights"))
    menu = test.selectbox(key="model2")
    assert {"base/checkpoint-30 (folder)", f"{run[0].parent.name}/lora (LoRA adapter)"} < set(menu.options)
    for second in (checkpoint, adapter):
        test = sound(opened(PAGE, model=base, text=FIRST, compare="two models", model2=second))
        assert not test.error
        assert test.selectbox(key="model2").value == second
        numbers = whole_view(test, "layers")[1]["values"]
        assert numbers[0] < 1e-6 < numbers[3]
        assert test.query_params["model2"] == second


def test_what_was_typed_stays_in_the_list(folders):
    test = sound(opened(PAGE, model=folders["bert"], text=FIRST, compare="two models", model2=folders["gpt2"]))
    test.selectbox(key="model2").set_value("random weights").run()
    assert any(option.endswith("gpt20 (folder)") for option in sound(test).selectbox(key="model2").options)


def test_checkpoints_of_the_classroom_model_stand_in_the_list():
    text = "The cat sat on the mat because it was tired, so it"
    test = sound(opened(PAGE, model="classroom", text=text, compare="two models", model2="classroom@590"))
    menu = test.selectbox(key="model2")
    assert [option for option in menu.options if option.startswith("classroom")] == [
        f"classroom@{step}" for step in (64, 268, 590, 660)
    ]
    assert pair(test)[0]["sides"][1]["title"].endswith("of classroom@590")
    test = sound(opened(PAGE, model="classroom", text=text, compare="two models", model2="classroom@61"))
    assert "classroom has checkpoints of the steps 64, 268, 590, 660" in test.error[0].value.replace("\\", "")


def test_a_second_model_that_is_not_there_leaves_the_picture_and_a_way_back(folders, monkeypatch):
    def get(first, name):
        if name == "mpnet":
            raise ModelError("mpnet is not here.")
        return get_second_model(first, name)

    monkeypatch.setattr("mha_viz.ui.pages.compare.sides.get_second_model", get)
    test = sound(opened(PAGE, model=folders["bert"], text=FIRST, compare="two models", model2=folders["gpt2"]))
    shown = pair(test)[1]
    test.selectbox(key="model2").set_value("mpnet").run()
    assert [refused.value for refused in sound(test).error] == [r"mpnet is not here\."]
    assert pair(test)[1] == shown
    (back,) = (button for button in test.button if button.label == "Back to the picture")
    back.click().run()
    assert not sound(test).error
    assert test.query_params["model2"] == folders["gpt2"]


def test_the_second_model_is_at_first_one_that_reads_alike():
    pairs = [("minilm", "mpnet", True), ("smollm2", "classroom", True), ("minilm", "smollm2", False)]
    assert [reads_alike(*pair[:2]) for pair in pairs] == [alike for *_, alike in pairs]
    assert not reads_alike("minilm", "/no/such/folder")
