"""`mha-viz ablate`, `importance` and `patch`, on the model that comes with the project."""

import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest
import torch

from mha_viz.cli import ablate as cli_ablate
from mha_viz.cli.main import main
from mha_viz.cli.shared.changes import heads_of
from mha_viz.comparison.asks import Classes, ClassLogProbability, Loss
from mha_viz.comparison.effects import effect
from mha_viz.errors import InputError
from mha_viz.inputs.media.sound import read_sound
from mha_viz.models.load import load_model
from mha_viz.recording.interventions.changes import From, Mean, Zero
from mha_viz.training.measures import ablated
from tests.support.networks.hearing import RATE, as_file, tone, whisper
from tests.support.networks.seeing import classifier, photograph, seeing_model

TEXT = "The cat sat on the mat because it was tired, so it"
ASK = ["--model", "classroom", "--target", " purred", "--against", " squeaked"]


def told(capsys, *arguments):
    assert main([*arguments]) == 0
    return json.loads(capsys.readouterr().out)


def by_hand(*heads):
    """The logit difference at the end, with slices of the projection's input zeroed."""
    model = load_model("classroom")
    config, hooks = model.network.config, []
    width = config.hidden_size // config.num_attention_heads
    for layer, head in heads:

        def hook(_module, given, own=slice(head * width, head * width + width)):
            rest = given[0].clone()
            rest[..., own] = 0.0
            return (rest,)

        projection = model.network.base_model.blocks[layer].attention.output_projection
        hooks.append(projection.register_forward_pre_hook(hook))
    ids = [model.processor(word, add_special_tokens=False)["input_ids"][0] for word in (" purred", " squeaked")]
    with torch.no_grad():
        logits = model.network(torch.tensor([model.processor(TEXT)["input_ids"]])).logits[0, -1]
    [hook.remove() for hook in hooks]
    return (logits[ids[0]] - logits[ids[1]]).item()


def test_ablate_says_before_after_difference_and_a_control(capsys):
    found = told(capsys, "ablate", TEXT, *ASK, "--heads", "0.0,1.2", "--json")
    before, after = by_hand(), by_hand((0, 0), (1, 2))
    assert list(found)[:6] == ["model", "ask", "before", "after", "difference", "control"]
    assert found["before"] == pytest.approx(before, abs=1e-3)
    assert found["after"] == pytest.approx(after, abs=1e-3)
    assert found["difference"] == pytest.approx(after - before, abs=1e-3)
    assert abs(found["difference"]) > 0.1
    assert found["control"]["n"] >= 15
    assert (found["how"], found["heads"], found["way"]) == ("zero", [[0, 0], [1, 2]], "noising")


@pytest.mark.parametrize("typed", ["18.6,17.4", "L18 H6,L17 H4", "l18h6, 17.4", "L18 H6,18.6,L17H4"])
def test_heads_are_written_as_numbers_or_as_tables_call_them(typed):
    assert heads_of(typed) == [(18, 6), (17, 4)]


def test_ablate_of_one_head_is_held_against_its_layer(capsys):
    found = told(capsys, "ablate", TEXT, *ASK, "--heads", "0.0", "--json")["control"]
    others = torch.tensor([by_hand((0, head)) - by_hand() for head in (1, 2, 3)])
    assert found["n"] == 3
    assert found["mean"] == pytest.approx(others.mean().item(), abs=1e-3)
    for how in ("mean", "uniform"):
        other = told(capsys, "ablate", TEXT, *ASK, "--heads", "0.0", "--how", how, "--json")
        assert other["how"] == how
        assert other["difference"] != found["mean"]


def test_ablate_in_words(capsys):
    assert main(["ablate", TEXT, "--model", "classroom", "--heads", "0.0"]) == 0
    first, numbers, control = capsys.readouterr().out.splitlines()
    assert first == "classroom, loss: zero L0 H0. Noising: if the answer gets worse, it needed what was changed."
    assert numbers.startswith("before ")
    assert control.startswith("Beside 3 others (the other heads of its layer): ")


def test_ablate_of_a_picture_asks_for_its_class(capsys, tmp_path, monkeypatch):
    model = classifier()
    monkeypatch.setattr(cli_ablate, "loaded", lambda _name, _dtype: model)
    photograph().save(tmp_path / "a.png")
    of_picture = ["ablate", "--picture", str(tmp_path / "a.png"), "--heads", "0.1"]
    row = effect(model, photograph(), Zero([(0, 1)]), ClassLogProbability()).iloc[0]
    found = told(capsys, *of_picture, "--json")
    assert (found["before"], found["after"]) == pytest.approx((row["before"], row["after"]), abs=1e-5)
    assert found["ask"] == row["ask"]
    assert found["control"]["n"] == 2
    shares = effect(model, photograph(), Zero([(0, 1)]), Classes())
    assert {one["what"]: one["after"] for one in found["classes"]} == pytest.approx(
        dict(zip(shares["what"], shares["after"], strict=True)), abs=1e-5
    )
    assert told(capsys, *of_picture, "--class", "owl", "--json")["ask"] == "log-probability of “owl”"
    assert main(of_picture) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[3:5] == ["Probabilities of the likeliest classes:", lines[4]]
    assert lines[5].split()[0] == shares["what"][0]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["a text"], "Give either a text, --picture, --sound or --grammar."),
        (["--target", "a", "--against", "b"], "A picture has no tokens"),
        (["--how", "mean"], "A mean is taken over texts or sounds"),
        (["--class", "horse"], "classifier has no class “horse”"),
    ],
)
def test_what_cannot_be_asked_of_a_picture_is_refused(more, why, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(cli_ablate, "loaded", lambda _name, _dtype: classifier())
    photograph().save(tmp_path / "a.png")
    assert main(["ablate", *more, "--picture", str(tmp_path / "a.png"), "--heads", "0.1"]) == 1
    assert why in capsys.readouterr().err


def test_a_model_that_does_not_classify_turns_the_vectors_of_a_picture(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(cli_ablate, "loaded", lambda _name, _dtype: seeing_model("dinov2"))
    photograph().save(tmp_path / "a.png")
    of_picture = ["ablate", "--picture", str(tmp_path / "a.png"), "--heads", "0.1"]
    found = told(capsys, *of_picture, "--json")
    assert found["ask"] == "cosine with the vector before"
    assert "classes" not in found
    assert main([*of_picture, "--class", "owl"]) == 1
    assert "dinov2 is read without a classifier" in capsys.readouterr().err


def test_importance_has_a_row_a_head(capsys):
    found = told(capsys, "importance", TEXT, *ASK, "--json")
    config = load_model("classroom").network.config
    assert len(found["heads"]) == config.num_hidden_layers * config.num_attention_heads
    row = next(row for row in found["heads"] if (row["layer"], row["head"]) == (0, 0))
    assert row["total"] == pytest.approx(by_hand((0, 0)) - by_hand(), abs=1e-3)
    assert row["p"] is None
    assert main(["importance", TEXT, *ASK, "--csv"]) == 0
    table = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert table["total"].tolist() == pytest.approx([row["total"] for row in found["heads"]], abs=1e-6)
    assert main(["importance", TEXT, *ASK]) == 0
    assert "Total and direct effects rank the heads with a correlation of " in capsys.readouterr().out


def test_values_of_others_stand_beside_ours(capsys, tmp_path):
    """Our own as a graph of MIB, in which a node's score is what is lost without it: in the same order."""
    rows = told(capsys, "importance", TEXT, *ASK, "--json")["heads"]
    nodes = {f"a{row['layer']}.h{row['head']}": {"score": -row["total"]} for row in rows}
    (tmp_path / "graph.json").write_text(json.dumps({"nodes": {**nodes, "m0": {"score": 1.0}}, "edges": {}}))
    both = ["importance", TEXT, *ASK, "--published", str(tmp_path / "graph.json")]
    found = told(capsys, *both, "--json")["published"]
    assert (found["n"], found["sizes"], found["values"]) == (len(rows), pytest.approx(1), pytest.approx(1))
    assert main(both) == 0
    said = capsys.readouterr().out
    assert f"{len(rows)} heads: rank correlation with the total effect +1.00 [" in said
    assert "Left out: 1 node of no head." in said
    assert main([*both, "--csv"]) == 1
    assert "--csv is one table" in capsys.readouterr().err


def test_the_grammar_asks_for_the_last_verb(capsys):
    """As heads taken out by hooks, over all sentences at once (``ablated``)."""
    model = load_model("classroom")
    drops = ablated(model).set_index(["layer", "head"])
    found = told(capsys, "importance", "--grammar", "--model", "classroom", "--json")["heads"]
    for row in found:
        wanted = drops.loc[(row["layer"], row["head"])]
        assert row["total"] == pytest.approx(-wanted["drop"])
        assert (row["low"], row["high"]) == pytest.approx((-wanted["high"], -wanted["low"]))
        assert (row["n_texts"], row["n_units"], row["ask"]) == (180, 10, "accuracy")
    looks = {(row["layer"], row["head"]): row["looks"] for row in found}
    assert (looks[0, 0], looks[1, 1]) == (0.0, pytest.approx(0.789, abs=1e-3))
    assert main(["importance", "--grammar", "--model", "classroom"]) == 0
    assert "L0 H0 matters most: without it accuracy falls by 51.7 points" in capsys.readouterr().out
    one = told(capsys, "ablate", "--grammar", "--model", "classroom", "--heads", "0.0", "--json")
    assert (one["before"], one["after"]) == pytest.approx((drops["whole"].iloc[0], drops["without"].iloc[0]))
    assert (one["low"], one["high"]) == pytest.approx((-drops["high"].iloc[0], -drops["low"].iloc[0]))
    assert one["p"] < 0.01
    assert one["control"]["mean"] == pytest.approx(-drops["drop"].iloc[1:4].mean())


def test_sounds_stand_in_place_of_texts(capsys, tmp_path, monkeypatch):
    model = whisper()
    monkeypatch.setattr("mha_viz.cli.shared.changes.loaded", lambda *_: model)
    files = [str(tmp_path / f"{hertz}.wav") for hertz in (220, 550)]
    for file, hertz in zip(files, (220.0, 550.0), strict=True):
        Path(file).write_bytes(as_file(tone(0.5, RATE, hertz), RATE))
    here, there = map(read_sound, files)
    how = ["--kind", "encoder", "--json", "--heads", "1.2", "--decoder", "the dog sat"]
    for command, change in (
        (["ablate", "--sound", files[0]], Zero([(1, 2)], kind="encoder")),
        (["ablate", "--how", "mean", "--sound", files[0]], Mean([(1, 2)], [here], kind="encoder")),
        (["patch", "--sound", *files], From([(1, 2)], there, kind="encoder")),
    ):
        expected = effect(model, here, change, Loss(), target="the dog sat")
        found = told(capsys, *command, *how)
        assert (found["ask"], found["control"]["n"]) == ("loss", 2)
        assert found["after"] == pytest.approx(expected["after"].item(), abs=1e-5)
    assert main(["importance", "--sound", *files, "--kind", "cross", "--csv"]) == 0
    printed = capsys.readouterr()
    assert printed.err.count("tiny whisper wrote: ") == 2
    assert set(pd.read_csv(io.StringIO(printed.out))["n_texts"]) == {2}


@pytest.mark.real_model
def test_patch_moves_what_the_head_looked_at(capsys):
    other = "The cat sat on the mat because it was dirty."
    found = told(
        capsys, "patch", other.replace("dirty", "tired"), other, "--model", "minilm", "--heads", "3.1", "--json"
    )
    assert found["before"] == 1.0
    assert 0.9 < found["after"] < 1.0
    assert found["control"]["n"] == 11


@pytest.mark.parametrize("typed", ["18", "18.6.1", "a.b", "", "1.2,"])
def test_heads_are_layer_and_head(typed):
    assert heads_of("18.6, 17.4,18.6") == [(18, 6), (17, 4)]
    with pytest.raises(InputError, match=r"is no head: write layers and heads as in 18\.6,17\.4"):
        heads_of(typed)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["ablate", TEXT, "--model", "classroom", "--heads", "0.9"], "There is no head L0 H9 in classroom"),
        (["ablate", TEXT, *ASK[:4], "--heads", "0.0"], "Give both --target and --against, or neither."),
        (["ablate", TEXT, *ASK[:2], "--grammar", "--heads", "0.0"], "Give either a text, --sound or --grammar."),
        (["patch", TEXT, *ASK[:2], "--heads", "0.0"], "Give either two texts, or --sound with two files"),
        (["patch", "--sound", "a", "b", "--align", "words", "--heads", "0.0"], "which are aligned moment by moment"),
        (["ablate", TEXT, "--sound", "a", "--heads", "0.0"], "Give either a text, --sound or --grammar."),
        (["importance", *ASK[:2]], "Give either a text, --sound or --grammar."),
        (["importance", *ASK, "--grammar"], "--grammar says itself what is asked"),
        (["importance", TEXT, *ASK[:2], "--target", " zzz", "--against", " squeaked"], "' zzz'"),
    ],
)
def test_refusals(arguments, says, capsys):
    assert main(arguments) == 1
    assert says in capsys.readouterr().err


def test_people_read_minus_signs_and_programs_hyphens(capsys):
    for more, sign in ((), "−"), (("--json",), "-"):
        main(["ablate", TEXT, *ASK, "--heads", "0.0,1.2", *more])
        written = capsys.readouterr().out
        assert re.search(rf"{sign}\d", written)
        assert not re.search(r"-\d" if sign == "−" else r"−\d", written)
