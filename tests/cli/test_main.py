"""The terminal: what it prints, and what it refuses with one sentence."""

import json
import os
import socket
import subprocess
import sys

import pytest
import torch

from mha_viz.cli.main import main
from mha_viz.errors import ModelError
from mha_viz.models.catalogue import PARSER
from mha_viz.models.fetching.sums import NEEDED, write_sums
from tests.support.networks.families import ENCODER_DECODERS, make, tokenizer


def run(capsys, *arguments):
    status = main(arguments)
    out, err = capsys.readouterr()
    return status, out, err


def test_attention_as_json(folder, capsys):
    status, out, _ = run(capsys, "attention", "the cat the", "--model", folder, "--layer", "1", "--head", "2", "--json")
    found = json.loads(out)
    assert status == 0
    assert list(found) == ["model", "layer", "head", "query", "key", "pattern"]
    assert (found["model"], found["layer"], found["head"]) == (folder, 1, 2)
    assert found["query"] == found["key"] == ["[CLS]", "the", "cat", "the#2", "[SEP]"]
    rows = torch.tensor(found["pattern"])
    torch.testing.assert_close(rows.sum(-1), torch.ones(5))


def test_attention_as_csv_and_as_text(folder, capsys):
    arguments = "attention", "the cat", "--model", folder, "--layer", "0", "--head", "0"
    assert run(capsys, *arguments, "--csv")[1].splitlines()[0] == "query,[CLS],the,cat,[SEP]"
    out = run(capsys, *arguments, "--words")[1]
    assert "L0 H0" in out.splitlines()[0]
    assert "[SEP]" in out


def test_tables_mark_pieces_and_keep_apart_what_runs_from_the_right(folder, capsys):
    arguments = "attention", "the cat's שלום", "--model", folder, "--layer", "0", "--head", "0"
    out = run(capsys, *arguments)[1]
    assert "A token that continues a word is marked “·”. Text that runs from right to left" in out.splitlines()[0]
    lines = [line for line in out.splitlines() if "\u2068" in line]
    assert len(lines) == 2  # the row of columns, and its own row
    assert all("\u2068שלום\u2069 (unknown)" in line for line in lines)
    bare = [line.replace("\u2068", "").replace("\u2069", "") for line in out.splitlines()[1:]]
    assert len({len(line) for line in bare}) == 1  # columns stand below each other
    assert run(capsys, *arguments, "--csv")[1].count("·") == 0
    heads = run(capsys, "heads", "the cat's שלום", "--model", folder)[1]
    marked = {line.split()[2] for line in heads.splitlines()[2:]}
    assert marked <= {"[CLS]", "the", "cat", "·'", "·s", "\u2068שלום\u2069", "[SEP]"}
    assert "marked" not in run(capsys, "heads", "the cat", "--model", folder)[1]


def test_heads_between_two_words_by_what_they_give_above_others(folder, capsys):
    _, out, _ = run(capsys, "heads", "the cat sat", "--model", folder, "--from", "sat", "--to", "CAT", "--json")
    found = json.loads(out)
    above = [head["attention"] - head["others"] for head in found["heads"]]
    assert list(found) == ["model", "tokens", "heads"]
    assert found["tokens"] == ["[CLS]", "the", "cat", "sat", "[SEP]"]
    assert [sorted(head) for head in found["heads"]] == [["attention", "head", "layer", "others"]] * 6
    assert above == sorted(above, reverse=True)


def test_heads_alone_in_layer_and_head_order(folder, capsys):
    _, out, _ = run(capsys, "heads", "the cat sat", "--model", folder, "--json")
    heads = json.loads(out)["heads"]
    assert [(head["layer"], head["head"]) for head in heads] == [(layer, head) for layer in (0, 1) for head in range(3)]
    query, key, value = heads[4]["strongest"]
    pattern = json.loads(
        run(capsys, "attention", "the cat sat", "--model", folder, "--layer", "1", "--head", "1", "--json")[1]
    )
    assert value == max(max(row) for row in pattern["pattern"])
    assert value == pattern["pattern"][pattern["query"].index(query)][pattern["key"].index(key)]
    assert set(heads[0]) == {"layer", "head", "strongest", "entropy", "mean_distance"}


def test_encoder_decoders_need_a_kind(tmp_path, capsys):
    make(*ENCODER_DECODERS["bart"]).save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    arguments = "heads", "the cat sat", "--model", str(tmp_path), "--target", "he ran"
    assert "encoder and decoder and cross" in run(capsys, *arguments)[2]
    found = json.loads(run(capsys, *arguments, "--kind", "cross", "--from", "ran", "--to", "cat", "--json")[1])
    assert len(found["heads"]) == 12
    assert found["tokens"][:2] == ["[start]", "[CLS]"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["heads", "the cat", "--from", "cat"], "both --from and --to"),
        (
            ["heads", "the cat", "--from", "dog", "--to", "cat"],
            "'dog' is not a word of this text. Its words: [CLS]",
        ),
        (["heads", "   "], "The text is empty"),
        (["heads", " ".join(["cat"] * 50)], "reads at most 43"),
        (["attention", "the cat", "--layer", "2", "--head", "0"], "layers 0 to 1"),
        (["attention", "the cat", "--layer", "0", "--head", "3"], "heads 0 to 2"),
    ],
)
def test_refusals_are_one_sentence_and_status_1(folder, capsys, arguments, sentence):
    status, out, err = run(capsys, *arguments, "--model", folder)
    assert (status, out) == (1, "")
    assert err.startswith("mha-viz: ")
    assert sentence in err
    assert "Traceback" not in err


def fetched_before(folder, *files):
    """A folder as it is left by fetching."""
    folder.mkdir(parents=True)
    for file in files:
        (folder / file).write_text("{}")
    write_sums(folder)


def test_models_lists_the_catalogue(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path))
    out = run(capsys, "models")[1]
    for words in (
        ["minilm", "6 × 12", "Apache-2.0", "no"],
        ["smollm2", "30 × 9"],
        ["mpnet", "12 × 12"],
        ["classroom", "2 × 4", "yes"],
    ):
        assert any(all(word in line for word in words) for line in out.splitlines())
    fetched_before(tmp_path / "models" / "mpnet", *NEEDED)
    assert "yes" in next(line for line in run(capsys, "models")[1].splitlines() if line.startswith("mpnet"))
    assert "parser: spaCy's en_core_web_sm 3.8.0, for typed text; 13 MB, MIT, not fetched." in out
    fetched_before(tmp_path / "parser", PARSER.marker)
    assert "MIT, fetched." in run(capsys, "models")[1]
    assert run(capsys, "models", "get", "parser")[1] == f"parser is in {tmp_path / 'parser'}\n"


def test_models_get_names_the_catalogue_where_the_name_is_wrong(capsys):
    status, _, err = run(capsys, "models", "get", "gpt9")
    assert status == 1
    assert "'gpt9' is not in the catalogue: minilm, smollm2, smollm2-full, mpnet" in err


@pytest.mark.parametrize("name", [".", "..", "../models"])
def test_models_get_takes_names_not_paths(name, capsys):
    status, out, err = run(capsys, "models", "get", name)
    assert (status, out) == (1, "")
    assert "is not in the catalogue" in err


def test_a_port_that_does_not_exist_is_said(capsys):
    assert "Port 99999 does not exist" in run(capsys, "--port", "99999", "--no-browser")[2]


def test_a_pipe_with_a_small_alphabet_gets_utf_8(folder):
    import os
    import subprocess
    import sys

    command = [sys.executable, "-c", "from mha_viz.cli.main import main; raise SystemExit(main())"]
    done = subprocess.run(
        [*command, "heads", "the cat 😀", "--model", folder, "--json"],
        capture_output=True, env={**os.environ, "PYTHONIOENCODING": "cp1252"}, check=True,
    )  # fmt: skip
    assert "😀" in json.loads(done.stdout.decode())["tokens"][3]


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no broken pipe")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_who_has_seen_enough_is_no_error(unbuffered):
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-c", "from mha_viz.cli.main import main; raise SystemExit(main())", "models"]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, env=environment, timeout=60, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("text", ["- [bold]the cat[/bold]", "-- the cat", "[red] the cat"])
def test_a_text_may_begin_like_an_option_and_look_like_markup(folder, capsys, text):
    status, out, _ = run(capsys, "heads", text, "--model", folder, "--from", "cat", "--to", "the")
    assert status == 0
    assert out.startswith(f"{folder}: attention from cat to the")
    status, _, err = run(capsys, "heads", text, "--model", folder, "--from", "[red]", "--to", "cat")
    assert (status, "'[red]' is not a word of this text" in err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["heads"], "text --message --picture --sound is required"),
        (["heads", "a cat", "--message", "user: a cat"], "--message: not allowed with argument text"),
        (["heads", "a cat", "--jsno"], "--jsno"),
        (["heads", "a cat", "--kind", "both"], "'both'"),
        (["attention", "a cat", "--layer", "one", "--head", "0"], "'one'"),
        (["attention", "a cat", "--layer", "0", "--head", "0", "--json", "--csv"], "--csv: not allowed with"),
        (["train", "--induction", "--compare-heads"], "not allowed with"),
        (["fly"], "'fly'"),
    ],
)
def test_what_is_no_command_is_said_with_its_usage_and_status_2(capsys, monkeypatch, arguments, why):
    monkeypatch.setattr("mha_viz.cli.train._train", lambda _options: None)  # were it taken for a command
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert err.startswith("usage: mha-viz")
    assert why in err.splitlines()[-1]


def test_a_taken_port_is_said(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, _, err = run(capsys, "--port", str(port), "--no-browser")
    assert status == 1
    assert f"Port {port} is taken" in err


@pytest.mark.real_model
def test_the_flagship_sentence(capsys):
    text = "The cat sat on the mat because it was tired."
    found = json.loads(run(capsys, "heads", text, "--from", "it", "--to", "cat", "--json")[1])
    first = found["heads"][0]
    assert (found["model"], first["layer"], first["head"]) == ("minilm", 3, 1)  # most above what the other words give
    assert first["attention"] == pytest.approx(0.492, abs=2e-3)
    (most,) = [row["attention"] for row in found["heads"] if (row["layer"], row["head"]) == (5, 11)]
    assert most == pytest.approx(0.712, abs=2e-3) == max(row["attention"] for row in found["heads"])


def test_a_second_text_and_a_page(folder, capsys, tmp_path):
    arguments = "attention", "the cat", "--model", folder, "--layer", "0", "--head", "0"
    found = json.loads(run(capsys, *arguments, "--pair", "he ran", "--json")[1])
    assert found["query"] == ["[CLS]", "the", "cat", "[SEP]", "he", "ran", "[SEP]#2"]
    page = tmp_path / "page.html"
    status, out, _ = run(capsys, *arguments, "--html", str(page))
    assert (status, out.strip()) == (0, str(page))
    assert "Pattern of L0 H0" in page.read_text(encoding="utf-8")
    status, _, err = run(capsys, "heads", "the cat", "--model", folder, "--html", str(tmp_path / "no" / "page.html"))
    assert status == 1
    assert "cannot be written" in err
    status, _, err = run(capsys, "heads", "the cat", "--model", folder, "--new-tokens", "3")
    assert status == 1
    assert "cannot go on with it" in err


def test_the_app_opens_with_what_it_has_where_the_default_cannot_be_fetched(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path))
    served = []
    monkeypatch.setattr("mha_viz.cli.main.serve", lambda *given, **_options: served.append(given))
    monkeypatch.setattr("mha_viz.cli.main.refuse_taken_port", lambda *_given: None)

    def fetched(name):
        raise ModelError(f"{name} could not be fetched. No network.")

    monkeypatch.setattr("mha_viz.cli.main.fetched", fetched)
    assert main(["--no-browser"]) == 0
    assert len(served) == 1
    said = capsys.readouterr().err
    assert "minilm could not be fetched. No network. The app opens with classroom, which comes with it." in said


def test_who_has_the_model_does_not_wait_for_torch_before_the_server_starts(tmp_path):
    """The server is a process of its own, which loads torch itself."""
    fetched_before(tmp_path / "models" / "minilm", *NEEDED)
    program = """
import sys
from mha_viz.cli import main
main.serve = lambda *_given, **_named: print(sorted({"torch", "transformers", "pandas"} & set(sys.modules)))
main.refuse_taken_port = lambda *_given: None
sys.exit(main.main(["--no-browser"]))
"""
    command = [sys.executable, "-c", program]
    environment = {**os.environ, "MHA_VIZ_CACHE": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "[]", "")
