"""What lies beside the weights: read, or one sentence on what is missing and which files to put there."""

import json
import sys

import pytest
import transformers as hf

from mha_viz.errors import ModelError
from mha_viz.models.load import load_model
from mha_viz.recording.capture import capture
from tests.support.networks.families import ENCODER_DECODERS, TEXT, make, tokenizer

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
FAMILIES = {**TEXT, **ENCODER_DECODERS}
# family: the files that make its tokenizer besides tokenizer.json
WITHOUT_TOKENIZER = {
    "bert": r" \(or vocab.txt\)", "roberta": r" \(or vocab.json and merges.txt\)", "gemma3": "", "llama": "",
    "gpt2": r" \(or vocab.json and merges.txt\)", "gpt-neox": r" \(or vocab.json and merges.txt\)",
    "qwen3": r" \(or vocab.json and merges.txt\)", "albert": r" \(or spiece.model\)", "electra": r" \(or vocab.txt\)",
    "mpnet": r" \(or vocab.txt\)", "deberta-v2": r" \(or spm.model\)", "mistral": "", "phi3": "", "bloom": "",
    "t5": "", "bart": r" \(or vocab.json and merges.txt\)", "xlm-roberta": "",
    "marian": r" \(or source.spm and target.spm and vocab.json and target_vocab.json\)",
}  # fmt: skip


def saved(family, folder):
    make(*FAMILIES[family]).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("family", WITHOUT_TOKENIZER)
def test_a_checkpoint_without_tokenizer_says_which_files_to_put_there(family, tmp_path):
    with pytest.raises(ModelError, match=rf"has no tokenizer, .*: put tokenizer.json{WITHOUT_TOKENIZER[family]}") as e:
        load_model(str(saved(family, tmp_path)))
    assert "\n" not in str(e.value)


@pytest.mark.parametrize("family", ["bert", "roberta", "gpt2"])
def test_settings_of_a_tokenizer_are_no_tokenizer(family, tmp_path):
    tokenizer().save_pretrained(saved(family, tmp_path))
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match="has no tokenizer"):
        load_model(str(tmp_path))


def test_half_of_the_files_of_a_tokenizer(tmp_path):
    (saved("gpt2", tmp_path) / "merges.txt").write_text("#version: 0.2\n")
    with pytest.raises(ModelError, match=r"files cannot be read .*; not there: vocab.json\)"):
        load_model(str(tmp_path))


@pytest.mark.parametrize("name", ["tokenizer.json", "tokenizer_config.json", "config.json"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (POINTER, "a pointer of Git LFS, not the file: `git lfs pull`"),
        ("/annex/objects/SHA256E-s7--4d.json\n", "a pointer of git-annex"),
        ("\n<!DOCTYPE html><html>", "a web page, not the file"),
        ("Entry not found", "what the hub writes where a file is not there"),
        ("", "empty: put the whole file there"),
    ],
)
def test_what_only_stands_for_a_file(name, content, said, tmp_path):
    tokenizer().save_pretrained(saved("bert", tmp_path))
    (tmp_path / name).write_text(content)
    with pytest.raises(ModelError, match=f"cannot be loaded: {name} is {said}"):
        load_model(str(tmp_path))


def test_a_vocabulary_that_is_a_pointer_is_no_vocabulary_of_three_words(tmp_path):
    (saved("bert", tmp_path) / "vocab.txt").write_text(POINTER)
    with pytest.raises(ModelError, match=r"vocab.txt is a pointer of Git LFS"):
        load_model(str(tmp_path))


def test_a_vocabulary_without_words_is_none(tmp_path):
    (saved("bert", tmp_path) / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\n")
    with pytest.raises(ModelError, match="has no tokenizer"):
        load_model(str(tmp_path))


def test_a_broken_tokenizer_is_one_sentence(tmp_path):
    tokenizer().save_pretrained(saved("bert", tmp_path))
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(ModelError, match="its tokenizer files cannot be read"):
        load_model(str(tmp_path))


@pytest.mark.parametrize("kind", [hf.XLMTokenizer, hf.FlaubertTokenizer, hf.BioGptTokenizer])
def test_a_tokenizer_that_needs_another_package_names_it(kind, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "sacremoses", None)
    (saved("bert", tmp_path) / "vocab.json").write_text('{"<unk>": 0, "hello</w>": 1}')
    (tmp_path / "merges.txt").write_text("#version: 0.2\n")
    (tmp_path / "tokenizer_config.json").write_text(f'{{"tokenizer_class": "{kind.__name__}"}}')
    with pytest.raises(ModelError, match=f"needs a package .* sacremoses to use {kind.__name__}"):
        load_model(str(tmp_path))


OWN_WORDS = "\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat"])


def with_code(folder, named, **settings):
    """A model whose tokenizer is code beside the weights, or is said to be; it leaves a file where it runs."""
    settings |= {"auto_map": {"AutoTokenizer": named}}
    (saved("bert", folder) / "tokenizer_config.json").write_text(json.dumps(settings))
    (folder / "mine.py").write_text(f"open({str(folder / 'it-ran')!r}, 'w')")
    return folder


@pytest.mark.parametrize("named", [["mine.MyTokenizer", None], "ada/cats--mine.MyTokenizer"])
@pytest.mark.parametrize("vocabulary", ["vocab.txt", "other.txt"])
def test_a_tokenizer_that_is_code_is_not_run_and_no_other_takes_its_place(named, vocabulary, tmp_path):
    (with_code(tmp_path, named, tokenizer_class="MyTokenizer") / vocabulary).write_text(OWN_WORDS)
    with pytest.raises(ModelError, match=r"tokenizer is code of its own \(mine.MyTokenizer\), .* is not run: put tok"):
        load_model(str(tmp_path))
    tokenizer().save_pretrained(tmp_path)  # where a file holds the whole tokenizer, it is read
    assert capture(load_model(str(tmp_path)), "the cat").query_positions["encoder"].labels[1:3] == ("the", "cat")
    assert not (tmp_path / "it-ran").exists()


def test_a_tokenizer_that_transformers_has_itself_is_read(tmp_path):
    named = ["mine.BertTokenizer", "mine.MyTokenizerFast"]
    (with_code(tmp_path, named, tokenizer_class="BertTokenizer") / "vocab.txt").write_text(OWN_WORDS)
    assert type(load_model(str(tmp_path)).processor) is hf.BertTokenizer


def test_images_without_their_settings(tmp_path):
    sizes = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3, "image_size": 12, "patch_size": 4}
    make(hf.ViTModel, hf.ViTConfig(**sizes)).save_pretrained(tmp_path)
    with pytest.raises(ModelError, match=r"no files that say how .*: put preprocessor_config.json beside its weights"):
        load_model(str(tmp_path))


def test_bytes_that_are_tokens_need_no_file(tmp_path):
    hf.ByT5Tokenizer().save_pretrained(saved("t5", tmp_path))
    assert type(load_model(str(tmp_path)).processor) is hf.ByT5Tokenizer


def test_other_files_may_be_anything(tmp_path):
    tokenizer().save_pretrained(saved("bert", tmp_path))
    (tmp_path / "README.md").write_text(POINTER)
    (tmp_path / "trainer_state.json").write_text(POINTER)
    assert capture(load_model(str(tmp_path)), "the cat").query_positions["encoder"].labels[1:3] == ("the", "cat")
