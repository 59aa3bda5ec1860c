"""`mha-viz attention`: other maps than the pattern, keys that are hidden, a still picture."""

import io
import json

import pytest
from PIL import Image
from tokenizers import normalizers

import mha_viz
from mha_viz.attention.selection import MAPS
from mha_viz.cli.attention import MAPS_OF_HEADS
from mha_viz.cli.main import main
from tests.support.networks import families

TEXT = "the cat sat"


@pytest.fixture
def run(folder, capsys):
    def attention(*more, status=0):
        assert main(["attention", TEXT, "--model", folder, "--layer", "1", "--head", "2", *more]) == status
        streams = capsys.readouterr()
        return streams.err if status else streams.out

    return attention


@pytest.fixture(scope="module")
def pattern(folder):
    return mha_viz.pattern(mha_viz.capture(mha_viz.load_model(folder), TEXT), 1)[2]


def test_every_map_of_heads_is_offered(run, folder):
    assert set(MAPS_OF_HEADS) == set(MAPS) - {"Rollout"}
    capture = mha_viz.capture(mha_viz.load_model(folder), TEXT)
    theirs = {"logits": mha_viz.logits, "value-weighted": mha_viz.value_weighted_pattern}
    theirs["contribution"] = mha_viz.contribution_lengths
    for name, function in theirs.items():
        found = json.loads(run("--map", name, "--json"))
        assert found["map"].casefold() == name
        assert found["values"] == [pytest.approx(row) for row in function(capture, 1)[2].tolist()]
        assert "pattern" not in found


def test_hidden_keys_are_left_out_and_named(run, pattern):
    hide = "--hide", "special tokens"
    found = json.loads(run(*hide, "--json"))
    assert (found["query"], found["key"]) == (["the", "cat", "sat"], ["the", "cat", "sat"])
    left = pattern[1:4, 1:4]
    assert found["pattern"] == [pytest.approx(row) for row in left.tolist()]
    scaled = left / left.sum(dim=1, keepdim=True)
    found = json.loads(run(*hide, "--renormalise", "--json"))
    assert found["pattern"] == [pytest.approx(row) for row in scaled.tolist()]
    assert "rows sum to what is left of 1; hidden: [CLS], [SEP]" in run(*hide)
    assert "rows sum to 1; hidden: [CLS], [SEP]" in run(*hide, "--renormalise")
    assert "rows sum to 1\n" in run()


def test_where_to_read_what_a_written_token_comes_from_is_said(capsys):
    command = ["attention", "The cat sat on the mat because it was tired, so it", "--model", "classroom"]
    for more, is_said in ((["--new-tokens", "1"], True), ([], False)):
        assert main([*command, "--layer", "0", "--head", "0", *more]) == 0
        sentence = "; what the model looked at to write a token stands in the row before it\n"
        assert (sentence in capsys.readouterr().out) == is_said


def test_a_still_picture(run, tmp_path):
    assert run("--png", str(tmp_path / "head.png")) == f"{tmp_path / 'head.png'}\n"
    whole = Image.open(io.BytesIO((tmp_path / "head.png").read_bytes()))
    run("--png", str(tmp_path / "less.png"), "--hide", "special tokens")
    less = Image.open(io.BytesIO((tmp_path / "less.png").read_bytes()))
    assert (whole.format, less.width < whole.width) == ("PNG", True)


def test_what_the_model_reads_in_place_of_letters_is_said_and_capital_letters_are_not(tmp_path, capsys):
    tokenizer = families.tokenizer()
    tokenizer.backend_tokenizer.normalizer = normalizers.BertNormalizer(strip_accents=True, lowercase=True)
    tokenizer.save_pretrained(tmp_path)
    families.make(*families.TEXT["bert"]).save_pretrained(tmp_path)
    where = ["--model", str(tmp_path), "--layer", "0", "--head", "2"]
    assert main(["attention", "The cät sat", *where]) == 0
    assert capsys.readouterr().err == "mha-viz: The model reads “cät” as “cat”.\n"
    assert main(["attention", "The Cat sat", *where]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--hide", "nouns"], "'nouns' cannot be hidden: special tokens, first token, punctuation."),
        (["--map", "logits", "--renormalise"], "Logits does not add up over the pieces of a word or a row"),
        (["--png", "/no/such/folder/x.png"], "/no/such/folder/x.png cannot be written"),
        (["--png", "x.png", "--html", "x.html"], "one command writes one picture"),
    ],
)
def test_refusals_are_one_sentence(run, more, sentence):
    assert sentence in run(*more, status=1)


def test_a_word_of_a_text_is_a_row_and_the_command_that_asks_for_two_is_named(run):
    told = run("--from", "cat", status=1)
    assert "of a text every word is a row" in told
    assert "mha-viz heads TEXT --from WORD --to WORD" in told
