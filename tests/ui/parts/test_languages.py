"""Languages of a translation model on the pages: chosen, linked, and the same in whatever else reads the text."""

import pytest
import transformers as hf

from mha_viz.errors import InputError
from mha_viz.inputs.languages import language_tags
from mha_viz.models.load import load_model
from mha_viz.recording.capture import capture
from mha_viz.ui.shared import scores
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.pages.pages import opened, sound, view, with_more
from tests.support.texts.translators import m2m100, mbart50, saved, with_pieces

PAGE = "pages/Head.py"
TEXTS = {"text": "the cat sat", "target": "le chat"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Tiny models: two that are told languages, each with its own tags, and one that is told none."""
    pieces = with_pieces(tmp_path_factory.mktemp("pieces"))
    places = {name: tmp_path_factory.mktemp(name) for name in ("m2m100", "mbart50", "bert")}
    saved(places["m2m100"], m2m100(pieces, src_lang="en"), hf.M2M100Model, hf.M2M100Config)
    saved(places["mbart50"], mbart50(pieces, src_lang="en_XX", tgt_lang="de_DE"), hf.MBartModel, hf.MBartConfig)
    make(*TEXT["bert"]).save_pretrained(places["bert"])
    tokenizer().save_pretrained(places["bert"])
    return {name: str(place) for name, place in places.items()}


def refused(_text, **_how):
    raise InputError("There is no parser here.")


def said(test):
    return "\n".join(part.value.replace("\\", "") for part in [*test.info, *test.error])


def menus(test):
    return {menu.label: menu.value for menu in test.selectbox if menu.label.startswith("Language")}


def test_a_link_opened_cold_reads_in_its_languages(folders, read):
    test = sound(opened(PAGE, model=folders["m2m100"], **TEXTS, language="de", target_language="fr", kind="cross"))
    assert not test.error
    assert menus(with_more(test)) == {"Language": "de", "Language of the target": "fr"}
    assert (view(test)["keys"][0], view(test)["queries"][:2]) == ("__de__", ["[start]", "__fr__"])
    tags = language_tags(load_model(folders["m2m100"]).processor)
    (found,) = read
    assert found.key_positions["cross"].ids[0] == tags["de"]
    assert found.query_positions["cross"].ids[1] == tags["fr"]
    asked = {"source_language": "de", "target_language": "fr"}
    again = capture(load_model(folders["m2m100"]), TEXTS["text"], target=TEXTS["target"], **asked)
    assert again.key_positions == found.key_positions
    assert again.query_positions == found.query_positions


def test_menus_show_names_in_their_order_and_links_hold_codes(folders):
    test = with_more(sound(opened(PAGE, model=folders["m2m100"], **TEXTS, target_language="fr", kind="cross")))
    shown = test.selectbox(key="target_language").options
    assert shown[:5] == ["not chosen", "Afrikaans (af)", "Albanian (sq)", "Amharic (am)", "Arabic (ar)"]
    assert (len(shown), "French (fr)" in shown, "ns" in shown) == (101, True, True)
    assert test.query_params["target_language"] == "fr"


def test_another_language_is_read_anew_and_stands_in_the_link(folders):
    test = with_more(sound(opened(PAGE, model=folders["m2m100"], **TEXTS, target_language="fr", kind="cross")))
    assert view(test)["keys"][0] == "__en__"  # what the tokenizer is set to
    test.selectbox(key="language").select("de").run()
    assert view(sound(test))["keys"][0] == "__de__"
    test.selectbox(key="target_language").select("nl").run()
    assert view(sound(test))["queries"][1] == "__nl__"
    assert (test.query_params["language"], test.query_params["target_language"]) == ("de", "nl")


def test_a_link_without_languages_opens_as_before(folders):
    test = with_more(sound(opened(PAGE, model=folders["mbart50"], **TEXTS, kind="cross")))
    assert menus(test) == {"Language": "en_XX", "Language of the target": "de_DE"}
    assert (view(test)["keys"][0], view(test)["queries"][1]) == ("en_XX", "de_DE")
    assert not said(test)


def test_a_model_that_is_told_no_languages_has_no_menus_for_them(folders):
    link = {"text": "the cat", "language": "de", "target_language": "fr"}
    test = with_more(sound(opened(PAGE, model=folders["bert"], **link)))
    assert menus(test) == {}
    assert view(test)["keys"] == ["[CLS]", "the", "cat", "[SEP]"]
    assert test.query_params["language"] == "de"  # for whoever goes back to a model that is
    assert not said(test)


def test_a_target_in_no_language_is_refused_until_one_is_chosen(folders):
    test = sound(opened(PAGE, model=folders["m2m100"], **TEXTS, kind="cross"))
    assert "nothing says which one the target is in: choose it in the panel More" in said(test)
    assert menus(with_more(test)) == {"Language": "en", "Language of the target": ""}
    assert test.text_input(key="target").value == TEXTS["target"]
    test.selectbox(key="target_language").select("fr").run()
    assert not said(sound(test))
    assert view(test)["queries"][1] == "__fr__"
    alone = sound(opened(PAGE, model=folders["m2m100"], text=TEXTS["text"]))
    assert not said(alone)  # the encoder needs none
    assert view(alone)["queries"][0] == "__en__"


@pytest.mark.parametrize(
    ("name", "instead"),
    [("language", "The text is read as English (en)."), ("target_language", "Choose the target's in the panel More.")],
)
def test_a_language_that_the_model_does_not_know_is_told_in_a_sentence(folders, name, instead):
    test = sound(opened(PAGE, model=folders["m2m100"], text=TEXTS["text"], **{name: "tlh_Latn"}))
    assert "'tlh_Latn' is not a language of this model" in said(test)
    assert said(test).endswith(f"Arabic (ar), Armenian (hy). {instead}")
    assert not test.error
    assert view(test)["keys"][0] == "__en__"


@pytest.mark.parametrize("link", [{"second": "the dog sat"}, {"compare": "two models", "model2": "random weights"}])
def test_both_sides_of_a_comparison_are_told_the_same_languages(folders, read, link):
    asked = {"language": "de", "target_language": "fr", **link}
    sound(opened("pages/Compare.py", model=folders["m2m100"], **TEXTS, **asked))
    first, second = read
    assert first.languages == second.languages == ("de", "fr")
    assert (first.target, second.target) == (TEXTS["target"],) * 2
    sides = first.query_positions["encoder"], second.query_positions["encoder"]
    assert [side.labels[0] for side in sides] == ["__de__"] * 2
    assert [side.text for side in sides] == [TEXTS["text"], link.get("second", TEXTS["text"])]


@pytest.mark.parametrize("page", ["pages/Atlas.py", "pages/Compare.py"])
def test_a_second_model_reads_what_it_can_of_what_the_first_is_told(folders, read, page):
    key = {"pages/Atlas.py": {"beside": folders["bert"]}, "pages/Compare.py": {"model2": folders["bert"]}}[page]
    asked = {"language": "de", "target_language": "fr", "compare": "two models", **key}
    test = sound(opened(page, model=folders["m2m100"], **TEXTS, **asked, kind="encoder"))
    assert not test.error
    first, second = read
    assert (first.languages, first.target) == (("de", "fr"), TEXTS["target"])
    assert (second.languages, second.target) == ((None, None), None)


def test_a_second_translator_is_told_the_same_languages_by_its_own_names(folders, read):
    asked = {"language": "de", "target_language": "fr", "compare": "two models", "model2": folders["mbart50"]}
    test = sound(opened("pages/Compare.py", model=folders["m2m100"], **TEXTS, **asked, kind="encoder"))
    assert not test.error
    assert [found.languages for found in read] == [("de", "fr"), ("de_DE", "fr_XX")]


def test_random_weights_that_scores_are_held_against_are_told_the_same_languages(folders, read, monkeypatch):
    monkeypatch.setattr(scores, "parse", refused)
    asked = {"language": "de", "target_language": "fr", "where": "here", "find": "sinks", "kind": "decoder"}
    test = sound(opened("pages/Scores.py", model=folders["m2m100"], **TEXTS, **asked))
    assert not test.error
    trained, control = read
    assert control.model_name != trained.model_name
    assert control.languages == trained.languages == ("de", "fr")
    assert control.query_positions["decoder"].ids == trained.query_positions["decoder"].ids
