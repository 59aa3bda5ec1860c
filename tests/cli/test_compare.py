"""`mha-viz compare`, with catalogue models on the sentences that people will try first."""

import json

import pytest

from mha_viz.cli import compare
from mha_viz.cli.main import main
from tests.support.networks.seeing import photograph, seeing_model

TIRED = "The cat sat on the mat because it was tired."
DIRTY = TIRED.replace("tired", "dirty")
WORDS = ["--from", "it", "--to", "cat", "--against", "mat"]
HARD = "I don't re-use 12,5 € naïve 🐈‍⬛ zyzzyva cats."


def compared(capsys, *arguments):
    assert main(["compare", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_head_that_flips_most(capsys):
    found = compared(capsys, TIRED, DIRTY, "--model", "minilm", *WORDS)
    heads = found["heads"]
    assert len(heads) == 72
    assert (heads[0]["layer"], heads[0]["head"]) == (3, 1)
    assert heads[0]["first"] == pytest.approx(0.35, abs=0.01)
    assert heads[0]["second"] == pytest.approx(-0.12, abs=0.01)
    sizes = [abs(row["second"] - row["first"]) for row in heads]
    assert sizes == sorted(sizes, reverse=True)
    assert all(row["change"] == pytest.approx(row["second"] - row["first"]) for row in heads)
    assert all((row["layer"], row["head"]) == (row["other_layer"], row["other_head"]) for row in heads)
    assert found["without_counterpart"] == [[], []]
    assert found["left_over"] == [[], []]


def test_mpnet_flips_more(capsys):
    top = compared(capsys, TIRED, DIRTY, "--model", "mpnet", *WORDS)["heads"][0]
    assert (top["layer"], top["head"]) == (7, 4)
    assert (top["first"], top["second"]) == (pytest.approx(0.61, abs=0.01), pytest.approx(-0.82, abs=0.01))


def test_a_causal_model_says_which_rows_cannot_differ(capsys):
    found = compared(capsys, TIRED, DIRTY, "--model", "smollm2", *WORDS)
    assert found["rows_equal_by_construction"] == 9
    assert {row["change"] for row in found["heads"]} == {0.0}
    assert main(["compare", TIRED, DIRTY, "--model", "smollm2"]) == 0
    assert "The first 9 rows are equal by construction" in capsys.readouterr().err


@pytest.mark.parametrize(("second", "alone"), [("mpnet", ["<s>", "</s>"]), ("smollm2", ["␣"])])
def test_every_word_of_a_hard_text_is_aligned_or_listed(capsys, second, alone):
    found = compared(capsys, HARD, "--models", f"minilm,{second}")
    assert " ".join(found["words"]) == "I don't re - use 12,5 € naïve 🐈‍⬛ zyzzyva cats ."
    assert found["without_counterpart"] == [["[CLS]", "[SEP]"], alone]
    assert len(found["heads"]) == 72
    pairs = {(row["other_layer"], row["other_head"]) for row in found["heads"]}
    assert len(pairs) == 72
    assert found["left_over"][0] == []
    assert len(found["left_over"][1]) == {"mpnet": 72, "smollm2": 198}[second]


def test_a_model_beside_itself_and_beside_random_weights(capsys, folder):
    same = compared(capsys, "the cat sat", "--models", f"{folder},{folder}")["heads"]
    assert all((row["layer"], row["head"]) == (row["other_layer"], row["other_head"]) for row in same)
    assert {row["distance"] for row in same} == {0.0}
    random = compared(capsys, "the cat sat", "--models", f"{folder},random")["heads"]
    assert all((row["layer"], row["head"]) == (row["other_layer"], row["other_head"]) for row in random)
    assert min(row["distance"] for row in random) > 0


def test_two_texts_are_compared_head_by_head_unless_told_otherwise(capsys):
    texts = "The cat sat on the mat.", "Paris, the capital of France, has the longest queues on Mondays."
    same = compared(capsys, *texts)["heads"]
    assert all((row["layer"], row["head"]) == (row["other_layer"], row["other_head"]) for row in same)
    nearest = compared(capsys, *texts, "--pair", "nearest")["heads"]
    assert any((row["layer"], row["head"]) != (row["other_layer"], row["other_head"]) for row in nearest)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["a cat"], "compare takes two texts, or one text with --models A,B; found 1"),
        (["a", "b", "c"], "found 3"),
        (["a cat", "--models", "minilm"], "--models takes two names"),
        (["a cat", "a dog", "--models", "minilm,minilm"], "one text with --models; found 2"),
        (["a cat", "a dog", "--against", "a"], "--against needs --from and --to"),
        (["a cat", "a dog", "--from", "fish"], "'fish' is not a word of this text"),
        (["a cat", "a big cat", "--from", "big"], "'big' has no counterpart"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(capsys, folder, arguments, why):
    model = [] if "--models" in arguments else ["--model", folder]
    assert main(["compare", *arguments, *model]) == 1
    error = capsys.readouterr().err
    assert why in error
    assert "Traceback" not in error


def test_pictures_are_compared_by_their_patches(monkeypatch, capsys, tmp_path):
    for i in range(2):
        photograph(71 - 9 * i, 53).save(tmp_path / f"{i}.png")
    monkeypatch.setattr(compare, "loaded", lambda _name, _dtype: seeing_model())
    files = [str(tmp_path / f"{i}.png") for i in range(2)]
    assert main(["compare", "--picture", *files, "--from", "3,2", "--to", "CLS", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {head["from"] for head in found["heads"]} == {"3, 2"}
    assert len(found["words"]) == 50
    assert main(["compare", "--models", "a,random", "--picture", files[0]]) == 0
    shown = capsys.readouterr()
    assert "49 patches and CLS are compared" in shown.err
    assert main(["compare", "--picture", files[0]]) == 1
    assert "compare takes two pictures, or one picture with --models A,B; found 1." in capsys.readouterr().err
    assert main(["compare", "the cat", "--picture", *files]) == 1
    assert "compare takes texts, pictures or sounds: leave the others out." in capsys.readouterr().err
