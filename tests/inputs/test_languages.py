"""Both sides of a translation, with real tokenizers trained on a few sentences: pieces, vocabularies, languages."""

import importlib
import json

import pytest
import torch
import transformers as hf

from mha_viz.attention.maps import pattern
from mha_viz.cli.main import main
from mha_viz.errors import InputError
from mha_viz.inputs.languages import by_name, language_name, language_tags, same_languages
from mha_viz.inputs.text import read_target, read_text
from mha_viz.inputs.words import group_words
from mha_viz.models.load import load_model, model_from
from mha_viz.recording.capture import capture
from tests.support.networks.families import BART, make, tokenizer
from tests.support.texts.translators import m2m100, marian, mbart50, nllb, pieces_of, scored, with_pieces


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return with_pieces(tmp_path_factory.mktemp("pieces"))


def mbart(folder, **languages):
    return hf.MBartTokenizer(vocab=scored(folder), **languages)


def seamless(_folder, **languages):
    letters = ["<s>", "<pad>", "</s>", "<unk>", "▁", *"thecalno", "__eng__", "__fra__", "__cmn_Hant__"]
    return hf.SeamlessM4TTokenizer(
        vocab={letter: i for i, letter in enumerate(letters)}, merges=[], additional_special_tokens=letters[-3:],
        **languages,
    )  # fmt: skip


# kind: (how it is made, English and French as it calls them, their tags)
TAGGED = {
    "NLLB": (nllb, ("eng_Latn", "fra_Latn"), ("eng_Latn", "fra_Latn")),
    "mBART-50": (mbart50, ("en_XX", "fr_XX"), ("en_XX", "fr_XX")),
    "mBART": (mbart, ("en_XX", "fr_XX"), ("en_XX", "fr_XX")),
    "M2M-100": (m2m100, ("en", "fr"), ("__en__", "__fr__")),
    "SeamlessM4T": (seamless, ("__eng__", "__fra__"), ("__eng__", "__fra__")),
}


def text_of(positions):
    return "".join(
        label for label, special in zip(positions.labels, positions.is_special, strict=True) if not special
    ).replace("␣", "")


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("fra_Latn", "French (fra_Latn)"), ("fr_XX", "French (fr_XX)"), ("fr", "French (fr)"),
        ("kas_Deva", "Kashmiri (kas_Deva)"), ("zho_Hans", "Simplified Chinese (zho_Hans)"),
        ("zh_CN", "Chinese (zh_CN)"), ("prs_Arab", "Dari (prs_Arab)"), ("he", "Hebrew (he)"),
        ("cjk_Latn", "cjk_Latn"), ("ns", "ns"), ("__java__", "__java__"), ("", ""), ("__php__", "__php__"),
        ("__go__", "__go__"), ("__cmn_Hant__", "Traditional Chinese (__cmn_Hant__)"), ("__fra__", "French (__fra__)"),
    ],
)  # fmt: skip
def test_languages_are_shown_by_name_and_code(code, shown):
    assert language_name(code) == shown


def test_languages_stand_in_the_order_of_what_is_shown():
    assert by_name(["es", "de", "ns", "el", "af"]) == ["af", "de", "el", "ns", "es"]  # … German, Greek, ns, Spanish


def test_most_languages_of_the_models_have_names():
    """Of 202 languages of NLLB all but 13, of 100 of M2M-100 all but one, of 52 of mBART-50 every one."""
    kinds = {"nllb.tokenization_nllb": None, "m2m_100.tokenization_m2m_100": "m2m100",
             "mbart50.tokenization_mbart50": None}  # fmt: skip
    without = {}
    for module, part in kinds.items():
        codes = importlib.import_module(f"transformers.models.{module}").FAIRSEQ_LANGUAGE_CODES
        codes = codes[part] if part else codes
        without[len(codes)] = sum(language_name(code) == code for code in codes)
    assert without == {202: 13, 100: 1, 52: 0}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("French", "'French' is not a language of this model: write fr_XX for French."),
        ("fra_Latn", "'fra_Latn' is not a language of this model: write fr_XX for French."),
        ("klingon", "'klingon' is not a language of this model: it knows 52, such as Afrikaans (af_ZA), Arabic "
                    "(ar_AR), Azerbaijani (az_AZ), Bangla (bn_IN), Burmese (my_MM)."),
    ],
)  # fmt: skip
def test_what_would_work_is_said_in_place_of_another_code_or_of_a_name(folder, typed, said):
    with pytest.raises(InputError) as error:
        read_text(mbart50(folder, src_lang="en_XX"), "the cat", language=typed)
    assert str(error.value) == said


def test_a_language_without_a_name_is_not_like_one_that_nobody_knows(folder):
    """M2M-100's ns has no name."""
    with pytest.raises(InputError, match=r"'zzz' is not a language of this model: it knows 100, such as Afrikaans"):
        read_text(m2m100(folder, src_lang="en"), "the cat", language="zzz")


@pytest.mark.parametrize("kind", TAGGED)
def test_the_decoder_is_told_the_target_language(kind, folder):
    make_tokenizer, (english, french), (_, tag) = TAGGED[kind]
    own = make_tokenizer(folder, src_lang=english, tgt_lang=french)
    found = read_target(own, "le chat", 2)
    start = () if kind == "mBART" else ("[start]",)  # mBART's tag is what starts
    assert found.labels[: len(start) + 1] == (*start, tag)
    assert found.is_special == (True,) * (len(start) + 1) + (False,) * (len(found) - len(start) - 1)
    assert text_of(found) == "lechat"
    assert found.ids[len(start)] == language_tags(own)[french]


@pytest.mark.parametrize("kind", TAGGED)
def test_languages_are_chosen_and_the_tokenizer_stays_as_it_was(kind, folder):
    make_tokenizer, (english, french), (english_tag, french_tag) = TAGGED[kind]
    own = make_tokenizer(folder, src_lang=english)
    before = own("the cat")["input_ids"]
    if kind != "SeamlessM4T":  # whose tokenizers are set to French
        with pytest.raises(InputError, match=r"translates between \d+ languages, and nothing says which"):
            read_target(own, "le chat", 2)
    assert french_tag in read_target(own, "le chat", 2, language=french).labels
    source = read_text(own, "le chat", language=french)
    assert french_tag in source.labels
    assert english_tag not in source.labels
    assert text_of(source) == "lechat"
    assert own("the cat")["input_ids"] == before
    assert english_tag in read_text(own, "the cat").labels
    with pytest.raises(InputError, match="'klingon' is not a language of this model"):
        read_text(own, "the cat", language="klingon")


@pytest.mark.parametrize("separate", [False, True])
def test_source_and_target_have_pieces_and_vocabularies_of_their_own(separate, folder):
    own = marian(folder, separate=separate)
    source, target = read_text(own, "the cat sat"), read_target(own, "le chat", 0)
    pieces = {side: set(pieces_of(folder, side)) for side in ("source", "target")}
    assert set(source.tokens[:-1]) <= pieces["source"]
    assert set(target.tokens[1:]) <= pieces["target"]
    assert target.tokens[0] == "</s>"
    assert "▁l" in target.tokens  # a piece of the target alone
    assert list(target.ids[1:]) == own(text_target="le chat")["input_ids"][:-1]
    assert list(source.ids) == own("the cat sat")["input_ids"]
    assert group_words(source).positions.labels == ("the", "cat", "sat", "</s>")
    assert group_words(target).positions.labels == ("[start]", "le", "chat")


def test_another_model_calls_the_same_languages_by_its_own_names(folder):
    few, many, letters = mbart50(folder), m2m100(folder), nllb(folder)
    assert same_languages(few, ("en", "fr")) == ("en_XX", "fr_XX")
    assert same_languages(many, ("de_DE", None)) == ("de", None)
    assert same_languages(few, ("de_DE", "nl_XX")) == ("de_DE", "nl_XX")
    assert same_languages(letters, ("zho_Hant", "zho")) == ("zho_Hant", "zho")  # in two scripts: which is not known
    assert same_languages(marian(folder, separate=False), ("en", "fr")) == (None, None)
    with pytest.raises(InputError, match="'zho' is not a language of this model"):
        read_text(letters, "the cat", language="zho")


def test_the_language_that_marian_is_asked_for_is_special(folder):
    found = read_text(marian(folder, separate=False), ">>fra<< the cat")
    assert found.labels[0] == ">>fra<<"
    assert found.is_special[0]
    assert group_words(found).positions.labels == (">>fra<<", "the", "cat", "</s>")


def test_a_tokenizer_without_languages_has_none_to_choose(folder):
    with pytest.raises(InputError, match="no languages to choose from: leave the source language out"):
        read_text(marian(folder, separate=False), "the cat", language="en")


def test_what_is_captured_is_what_the_network_is_told(folder):
    own = mbart50(folder, src_lang="en_XX")
    network = make(hf.MBartModel, hf.MBartConfig(**{**BART, "vocab_size": len(own)}))
    model = model_from(network, own, name="translator")
    found = capture(model, "the cat", target="le chat", source_language="de_DE", target_language="fr_XX")
    tags = language_tags(own)
    source, target = found.key_positions["cross"].ids, found.query_positions["cross"].ids
    assert source[0] == tags["de_DE"]
    assert target[:2] == (4, tags["fr_XX"])
    assert found.languages == ("de_DE", "fr_XX")
    network.set_attn_implementation("eager")
    inputs = {"input_ids": torch.tensor([source]), "decoder_input_ids": torch.tensor([target])}
    with torch.no_grad():
        expected = network(**inputs, output_attentions=True)
    for kind in ("encoder", "decoder", "cross"):
        torch.testing.assert_close(
            pattern(found, 1, kind=kind), expected[f"{kind}_attentions"][1][0], rtol=0, atol=1e-5
        )


def test_a_folder_with_its_own_pieces_is_read(folder, tmp_path):
    own = marian(folder, separate=False)
    config = hf.MarianConfig(**{**BART, "vocab_size": len(own.encoder)})
    make(hf.MarianModel, config).save_pretrained(tmp_path)
    own.save_pretrained(tmp_path)
    found = capture(load_model(str(tmp_path)), "the cat sat", target="le chat")
    assert group_words(found.query_positions["cross"]).positions.labels == ("[start]", "le", "chat")
    assert group_words(found.key_positions["cross"]).positions.labels == ("the", "cat", "sat", "</s>")


def test_languages_in_the_terminal(folder, tmp_path, capsys):
    own = mbart50(folder, src_lang="en_XX")
    make(hf.MBartModel, hf.MBartConfig(**{**BART, "vocab_size": len(own)})).save_pretrained(tmp_path)
    own.save_pretrained(tmp_path)
    asked = ["attention", "the cat", "--model", str(tmp_path), "--target", "le chat", "--kind", "cross", "--json"]
    place = ["--layer", "0", "--head", "0"]
    assert main([*asked, *place, "--source-language", "de_DE", "--target-language", "fr_XX"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert (table["query"][:2], table["key"][0]) == (["[start]", "fr_XX"], "de_DE")
    assert main([*asked, *place]) == 1
    assert "nothing says which one the target is in" in capsys.readouterr().err


XLM = {"vocab_size": 37, "emb_dim": 24, "n_layers": 2, "n_heads": 3, "max_position_embeddings": 43, "pad_index": 0}


@pytest.mark.parametrize(("settings", "is_said"), [({"n_langs": 2}, True), ({"n_langs": 1}, False),
                                                   ({"n_langs": 2, "use_lang_emb": False}, False)])  # fmt: skip
def test_a_model_that_is_told_no_language_beside_its_tokens_is_said_to_be(settings, is_said):
    model = model_from(make(hf.XLMModel, hf.XLMConfig(**XLM, **settings)), tokenizer(), name="xlm")
    assert [note.startswith("This model was trained with a language") for note in capture(model, "the cat").notes] == (
        [True] * is_said
    )
    ids = torch.tensor([[1, 5, 6]])
    assert capture(model, {"input_ids": ids, "langs": torch.ones_like(ids)}).notes == ()
