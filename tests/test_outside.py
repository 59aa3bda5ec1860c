"""From outside come numbers of any length, files of any kind, JSON of any depth: read, or told in a sentence."""

import json
import os
import shutil
import socket
import time

import pandas as pd
import pytest

from mha_viz.annotation.files.gap import GAP_COLUMNS, read_gap
from mha_viz.annotation.files.lines import LONGEST_LINE, LONGEST_SENTENCE
from mha_viz.annotation.files.name_tags import read_iob2
from mha_viz.annotation.files.pronoun_pairs import read_twins
from mha_viz.annotation.files.ratings import read_ratings
from mha_viz.annotation.files.treebanks import read_conllu
from mha_viz.attention.head_filter import filtered_heads
from mha_viz.cli.main import build_parser, main
from mha_viz.errors import InputError, ModelError
from mha_viz.inputs.words import find_word, group_words
from mha_viz.models.load import load_model
from mha_viz.objects import Positions
from mha_viz.outside import cut, json_in, whole_number
from mha_viz.training.train import TrainingPlan
from mha_viz.ui.serve import refuse_taken_port

DIGITS = "9" * 5000  # more than Python turns into a number
NESTED = "[" * 100_000
PATIENCE = 2.0  # seconds of this process


def refused(work, error=InputError):
    """The sentence of a refusal, which is one, is short, and comes soon."""
    begin = time.process_time()
    with pytest.raises(error) as told:
        work()
    assert time.process_time() - begin < PATIENCE
    sentence = str(told.value)
    assert "\n" not in sentence
    assert len(sentence) < 400
    return sentence


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("0" * 5000, 0), ("0" * 5000 + "7", 7), ("٣", 3), ("13", 13), ("14", None), ("1_3", None),
        ("-1", None), ("+1", None), ("1.0", None), ("²", None), ("", None), (" 1", None), (DIGITS, None),
    ],
)  # fmt: skip
def test_a_whole_number_is_decimal_digits_up_to_a_bound(text, number):
    assert whole_number(text, most=13) == number


def test_long_runs_are_cut_and_others_are_not():
    assert cut(f"a {'b' * 80} c") == f"a {'b' * 80} c"
    assert cut(f"a {'b' * 50}{'e' * 31} c") == f"a {'b' * 40}…{'e' * 30} c"


def test_json_is_read_or_a_value_error():
    assert json_in("[[7]]") == [[7]]
    for text in (NESTED, DIGITS, "{"):
        with pytest.raises(ValueError, match=r"nested|digits|quotes"):
            json_in(text)


# ---- annotated files -------------------------------------------------------------------------------------------------


def words(*heads, ids=None):
    """Rows of a sentence with these heads."""
    ids = ids or range(1, len(heads) + 1)
    rows = [
        f"{i}\tw\t_\t_\t_\t_\t{head}\t{'root' if head == 0 else 'dep'}\t_\t_"
        for i, head in zip(ids, heads, strict=True)
    ]
    return "\n".join(rows) + "\n\n"


GAP_LINE = ("1", "She saw Ann and Eve", "She", DIGITS, "Ann", "8", "TRUE", "Eve", "16", "FALSE", "u")
FILES = {
    "head": (read_conllu, words(DIGITS, 0), "line 1: the head '999"),
    "range": (read_conllu, f"1-{DIGITS}\tab" + "\t_" * 8 + "\n" + words(0), "line 1: the range 1-999"),
    "number": (read_conllu, words(0, ids=[DIGITS]), "line 1: the word after 0 is numbered '999"),
    "circle": (read_conllu, words(2, 1, 0), "line 1: the heads of word 1 lead back to it"),
    "circle below the root": (read_conllu, words(0, 3, 4, 2), "line 2: the heads of word 2 lead back to it"),
    "no root": (read_conllu, words(2, 3, 1), "line 1: the heads of word 1 lead back to it, not to a root."),
    "two roots": (read_conllu, words(0, 1, 0), "line 3: a second root: word 1 is the root of this sentence."),
    "a million words": (read_conllu, words(0, *[1] * 999_999), "line 10001: the sentence goes on after 10,000 lines"),
    "a million tags": (read_iob2, "1\ta\tO\n" * 1_000_000, "line 10001: the sentence goes on after 10,000 lines"),
    "a long line": (read_conllu, f"# text = {'a ' * LONGEST_LINE}\n" + words(0), "line 1: lines of up to 1,000,000 "),
    "a long form": (
        read_conllu, f"# text = {'b' * 400_000}\n" + words(0).replace("w", "a" * 400_000), "line 2: the word 'aaa"
    ),
    "twins nested": (read_twins, NESTED, "line 1: this is not JSON."),
    "twins": (read_twins, '{"answer": ' + DIGITS + "}", "line 1: this is not JSON."),
    "GAP": (read_gap, "\t".join(GAP_COLUMNS) + "\n" + "\t".join(GAP_LINE), "line 2: Pronoun 'She' does not stand at"),
    "ratings": (read_ratings, f"cat\tdog\t{DIGITS}", "line 1: this is not two words and a number"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_refused_by_its_line(tmp_path, name):
    read, text, sentence = FILES[name]
    path = tmp_path / "file"
    path.write_text(text, encoding="utf-8")
    assert f"{path}, {sentence}" in refused(lambda: list(read(path)))


def test_trees_are_read_and_so_are_sentences_of_which_some_words_have_no_head(tmp_path):
    path = tmp_path / "file"
    path.write_text(words(2, 0, 4, 2) + (words("_", "_") + words(3, "_", "_")).replace("_\tdep", "_\t_"), "utf-8")
    first, second, third = read_conllu(path)
    assert [(arc.dependent, arc.head) for arc in first.arcs] == [(0, 1), (2, 3), (3, 1)]
    assert not second.arcs
    assert [(arc.dependent, arc.head) for arc in third.arcs] == [(0, 2)]


def test_a_sentence_just_short_enough_is_read(tmp_path):
    path = tmp_path / "file"
    path.write_text(words(0, *[1] * (LONGEST_SENTENCE - 1)), encoding="utf-8")
    (sentence,) = read_conllu(path)
    assert len(sentence.words) == LONGEST_SENTENCE


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize("read", [read_conllu, read_gap, read_iob2, read_ratings, read_twins])
def test_what_is_no_file_is_told(tmp_path, read):
    os.mkfifo(tmp_path / "pipe")
    for path, what in ((tmp_path / "pipe", "a pipe"), (tmp_path, "a folder"), ("/dev/zero", "a device")):
        assert refused(lambda path=path: list(read(path))) == f"{path} is {what}: give a file."
    assert "No such file" in refused(lambda: list(read(tmp_path / "nothing")))
    assert "is no path" in refused(lambda: list(read("a\0b")))


# ---- models ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def mine(folder, tmp_path):
    """A model's folder to be broken."""
    return shutil.copytree(folder, tmp_path / "mine")


CONFIGS = {
    "layers": ({"num_hidden_layers": 10**9}, "num_hidden_layers in config.json is above 2,000 layers."),
    "layers of a part": ({"text_config": {"n_layer": 10**9}}, "n_layer in config.json is above 2,000 layers."),
    "less than no layers": (
        {"num_hidden_layers": -5},
        "num_hidden_layers in config.json is -5; networks have at least",
    ),
    "no layers": ({"num_hidden_layers": 0}, "num_hidden_layers in config.json is 0; networks have at least 1."),
    "no layers in a part": ({"vision_config": {"num_layers": 0}}, ""),
    "less than none in a part": (
        {"x": {"num_layers": -1}},
        "num_layers in config.json is -1; networks have 0 or more.",
    ),
    "no heads": ({"num_attention_heads": 0}, "num_attention_heads in config.json is 0; networks have at least 1."),
    "heads": ({"num_attention_heads": 10**9}, "num_attention_heads in config.json is above 10,000,000."),
    "odd heads": ({"num_attention_heads": 7}, "is not a multiple of the number of attention heads"),
    "a width": ({"hidden_size": -24}, "hidden_size in config.json is -24; networks have at least 1."),
    "a vocabulary": ({"vocab_size": -37}, "vocab_size in config.json is -37; networks have 0 or more."),
    "a wide part": ({"intermediate_size": 10**30}, "intermediate_size in config.json is above 10,000,000."),
    "text": ({"num_hidden_layers": "3"}, "num_hidden_layers"),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_configuration_beyond_all_networks_is_told(mine, name):
    change, sentence = CONFIGS[name]
    config = json.loads((mine / "config.json").read_text()) | change
    (mine / "config.json").write_text(json.dumps(config))
    if not sentence:
        assert load_model(str(mine)).name == str(mine)
        return
    assert sentence in refused(lambda: load_model(str(mine)), ModelError)


@pytest.mark.parametrize("file", ["config.json", "modules.json", "tokenizer.json", "tokenizer_config.json"])
@pytest.mark.parametrize("text", [NESTED, f'{{"num_hidden_layers": {DIGITS}}}'], ids=["nested", "digits"])
def test_json_without_end_is_told(mine, file, text):
    (mine / file).write_text(text)
    if file == "modules.json":
        (mine / "config.json").unlink()
    assert str(mine) in refused(lambda: load_model(str(mine)), ModelError)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_pipe_in_a_model_s_folder_is_told(mine, file):
    (mine / file).unlink()
    os.mkfifo(mine / file)
    assert (
        refused(lambda: load_model(str(mine)), ModelError) == f"{mine} cannot be loaded: {file} is a pipe, not a file."
    )


# ---- what somebody types ---------------------------------------------------------------------------------------------


def test_the_number_of_a_word_may_have_any_length():
    positions = Positions((0, 1), ("the", "the"), (False, False), ((0, 3), (4, 7)), "the the")
    words_of_text = group_words(positions)
    assert find_word(words_of_text, "the#" + "0" * 5000 + "2") == 1
    assert "is not a word of this text" in refused(lambda: find_word(words_of_text, f"the#{DIGITS}"))


@pytest.mark.parametrize("condition", [f"L{DIGITS}", f"L1-{DIGITS}", f"L1 H{DIGITS}"])
def test_the_number_of_a_head_may_have_any_length(condition):
    table = pd.DataFrame({"layer": [0, 1], "head": [0, 0]})
    assert "No layer or head has the number of" in refused(lambda: filtered_heads(table, condition, {}))


@pytest.mark.parametrize("option", ["--port", "--steps", "--layers", "--heads", "--seed", "--layer", "--new-tokens"])
@pytest.mark.parametrize("value", [DIGITS, "1" + "0" * 30, "1e3", ""])
def test_an_option_that_is_no_number_is_told(capsys, option, value):
    command = {"--port": [], "--layer": ["attention", "a"], "--new-tokens": ["heads", "a"]}.get(option, ["train"])
    with pytest.raises(SystemExit) as ended:
        build_parser().parse_args([*command, f"{option}={value}"])
    assert ended.value.code == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert f"argument {option}: '" in last
    assert "is not a whole number up to" in last
    assert len(last) < 200


@pytest.mark.parametrize("arguments", [["heads", "a", "--model=--"], ["--port=--"], ["train", "--seed=--"]])
def test_an_option_without_a_value_is_told(capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(": '--' is no value\n")


def test_options_take_numbers_as_people_write_them():
    assert build_parser().parse_args(["attention", "a", "--layer", "-1", "--head", "+07"]).layer == -1
    assert build_parser().parse_args(["attention", "a", "--layer", "-1", "--head", "+07"]).head == 7


def test_a_training_without_end_is_told():
    assert refused(lambda: TrainingPlan(steps=10**12)) == (
        "A training plan has at most 1,000,000 steps, not 1,000,000,000,000."
    )
    assert "from 0 to 4,294,967,295" in refused(lambda: TrainingPlan(seed=-1))
    assert TrainingPlan(steps=1_000_000, seed=2**32 - 1).steps == 1_000_000


@pytest.mark.parametrize("host", ["999.1.1.1", "nohost.invalid", "a b", "::1x", "ü..x", "a" * 70 + ".b", "192.0.2.1"])
def test_a_host_that_is_not_here_is_told(host):
    sentence = refused(lambda: refuse_taken_port(host, 8501))
    assert repr(host) in sentence
    assert sentence.endswith("leave --host out for this machine alone, or give 0.0.0.0 for the whole network.")


def test_a_host_that_is_here_may_be_listened_at_again_and_a_taken_port_may_not():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert refused(lambda: refuse_taken_port("localhost", port)) == (
            f"Port {port} is taken: choose another with --port."
        )
    refuse_taken_port("127.0.0.1", port)
