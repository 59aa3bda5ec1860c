"""Every text of a page is a message: in a language that puts brackets round each, nothing stands outside of them."""

import ast
import json
import re
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from urllib.parse import quote

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mha_viz import language
from mha_viz.annotation.marks import RELATIONS
from mha_viz.errors import InputError
from mha_viz.evidence.alignment.shipped import linked_words_of
from mha_viz.evidence.claims.known import known_reruns
from mha_viz.evidence.claims.table import CLAIMS
from mha_viz.evidence.text_types.shipped import load_text_types
from mha_viz.inputs.examples import examples
from mha_viz.inputs.media.sound import read_sound
from mha_viz.inputs.media.timings import Spoken, TimedWord, spoken_names
from mha_viz.inputs.text import read_text
from mha_viz.language import LANGUAGES
from mha_viz.lessons.shelf import shelf, take_lesson
from mha_viz.models.catalogue import CATALOGUE
from mha_viz.models.load import load_model
from mha_viz.paths import PACKAGE, app_folder
from mha_viz.playing.parts import Drawn, Explore, Text
from mha_viz.playing.told import tell_lesson
from mha_viz.scores.table import HEAD_SCORES
from mha_viz.training.records import load_record
from mha_viz.views.captions.glossary import GLOSSARY
from mha_viz.views.head_totals import KNOWN
from tests.support.networks import hearing as hearing_networks
from tests.support.networks.families import ENCODER_DECODERS, make, tokenizer
from tests.support.networks.picture_in_text import reading_model
from tests.support.networks.seeing import SEEING, classifier, processor
from tests.support.pages import drawn
from tests.support.texts.pseudo import Apart, Bracketed, unquoted, words

# Rooms whose texts are messages; when all are in it, the lists go.
SOURCES = (
    "ui/pages/explore/explore.py", "ui/pages/explore/map.py", "ui/pages/explore/map_colours.py",
    "ui/pages/explore/worth_looking.py", "ui/pages/explore/what_if.py", "ui/pages/explore/every_head.py",
    "ui/pages/explore/one_by_one.py", "ui/pages/explore/over_grammar.py", "ui/pages/explore/names.py",
    "ui/pages/explore/text.py", "ui/pages/explore/from_to.py", "ui/pages/explore/passages.py", "ui/parts/card.py",
    "ui/parts/chat.py",
    "ui/parts/ends.py", "ui/parts/field.py", "ui/parts/gallery.py", "ui/parts/naming.py", "ui/parts/precision.py",
    "ui/parts/selection.py", "ui/parts/text_types.py", "ui/parts/top.py", "ui/parts/watching.py",
    "ui/shell/opening.py", "ui/shell/rooms.py",
    "ui/shell/led/join.py", "ui/shell/led/following.py", "ui/shell/led/wall.py", "ui/pages/wall.py",
    "ui/pages/story/chooser.py", "ui/pages/story/page.py", "ui/pages/story/paper.py", "ui/pages/story/pictures.py",
    "ui/pages/story/presenter.py", "ui/pages/story/quiz.py", "ui/pages/story/scene.py", "ui/pages/story/story.py",
    "ui/pages/story/tasks.py", "ui/parts/controls.py", "ui/parts/share.py", "ui/parts/refusal.py",
    "ui/parts/steps.py", "ui/pages/inside/many_heads.py",
    "ui/pages/training/training.py", "ui/pages/training/head_counts.py", "ui/pages/training/live.py",
    "ui/pages/training/looking.py", "ui/pages/compare/compare.py", "ui/pages/compare/pair.py",
    "ui/pages/compare/sides.py", "ui/pages/compare/two_models.py", "ui/pages/pictures/pictures.py",
    "ui/pages/pictures/beside.py", "ui/pages/pictures/words.py", "ui/pages/pictures/words_beside.py",
    "ui/parts/beside.py", "ui/parts/what_if.py", "ui/pages/sound/sound.py", "ui/pages/sound/beside.py",
    "ui/pages/sound/followers.py", "ui/pages/scores/annotation.py", "ui/pages/scores/in_models.py",
    "ui/pages/scores/measuring.py", "ui/pages/scores/own_file.py", "ui/pages/scores/question.py",
    "ui/pages/scores/ranking.py", "ui/pages/scores/scores.py", "ui/parts/profiles.py", "ui/parts/table.py",
    "ui/pages/models.py", "ui/pages/atlas/atlas.py", "ui/pages/atlas/choices.py", "ui/pages/claims.py",
)  # fmt: skip
# Of Streamlit's functions, those whose words somebody reads, and their arguments.
SAID = {
    "markdown", "caption", "write", "title", "header", "subheader", "info", "warning", "error", "success", "button",
    "selectbox", "segmented_control", "radio", "toggle", "checkbox", "slider", "text_input", "text_area", 
    "number_input",
    "expander", "popover", "tabs", "metric", "link_button", "download_button", "page_link", "file_uploader", "pills",
    "multiselect", "select_slider", "toast", "progress", "status", "spinner", "audio_input",
}  # fmt: skip
SAYING = {"help", "placeholder", "label", "text"}


@pytest.fixture
def menu_of(monkeypatch):
    """What the menu of a page is given."""
    monkeypatch.setattr(language, "_catalogue", lambda _code: Bracketed())
    monkeypatch.setattr("mha_viz.ui.shell.frame._menu", lambda data, **_more: given.append(data))
    given = []

    def opened(page):
        test = AppTest.from_file(str(app_folder() / page), default_timeout=60)
        test.query_params["ui"] = "ar"
        test.run()
        assert [error.value for error in test.exception] == []
        return given[-1], test

    return opened


def test_the_menu_speaks_the_language_of_the_link_and_hands_it_on(menu_of):
    data, test = menu_of("app.py")
    assert [room.name for room in data["rooms"]] == ["⟦Learn⟧", "⟦Explore⟧", "⟦Find⟧", "⟦Compare⟧", "⟦Models⟧"]
    assert (data["languages"]["chosen"], data["languages"]["direction"]) == ("ar", "rtl")
    assert [name for _, name in data["languages"]["all"]] == list(LANGUAGES.values())
    assert "ui=ar" in data["query"]
    assert [text for row in data["widgets"] for text in row[1:] if words(text)] == []
    assert ("Help for {name}", "⟦Help for {name}⟧") in data["widgets"]
    assert test.segmented_control(key="level").label == "⟦For whom⟧"
    assert len(data["terms"]) == len(GLOSSARY)
    assert [text for _, name, _, meaning in data["terms"] for text in (name, meaning) if words(text)] == []


def test_a_page_that_is_not_translated_is_in_english_as_a_whole_and_hands_the_language_on(menu_of, tmp_path):
    page = tmp_path / "page.py"
    page.write_text('from mha_viz.ui.shell.frame import page\nwith page("Models"):\n    pass\n')
    data, test = menu_of(page)
    assert [room.name for room in data["rooms"]] == ["Learn", "Explore", "Find", "Compare", "Models"]
    assert data["languages"] == {"label": "Language", "all": [], "chosen": "en", "direction": "ltr"}
    assert "ui=ar" in data["query"]
    assert data["widgets"] is None
    assert data["terms"] is None  # those of English come with the script
    assert test.title[0].value == "Models"


@pytest.fixture
def bracketed(monkeypatch):
    monkeypatch.setattr(language, "_catalogue", lambda _code: Bracketed())


# What is no message: names of models, what a lesson itself says, and the text that is read.
NAMES = {part for name in CATALOGUE for part in re.findall(r"[^\W\d_]{2,}", name)}


def said_in(lesson):
    """Every word that a lesson says, in the language of the run."""
    with language.spoken("de"):
        parts = [take_lesson(lesson)]
    said = set()
    while parts:
        part = parts.pop()
        if isinstance(part, str):
            said |= set(words(part))
        elif is_dataclass(part):
            parts += [getattr(part, field.name) for field in fields(part)]
        elif isinstance(part, dict):
            parts += [*part, *part.values()]
        elif isinstance(part, tuple):
            parts += part
    return said


LINK = re.compile(r"\w+\?[\w+%=&.-]+$")


def texts_of(test):
    """Everything that somebody reads of the widgets and texts of a page."""
    for one in test.main:
        for name in ("label", "value", "help", "placeholder"):
            if one.type not in ("text_input", "selectbox", "button_group") or name != "value":
                yield one.type, getattr(one.proto, "body" if name == "value" else name, "")
        for option in getattr(one, "options", ()):
            yield one.type, option
        if one.type == "dataframe":
            yield from texts_of_table(one)
        if one.type == "plotly_chart":
            yield from texts_of_chart(json.loads(one.proto.spec))


def texts_of_table(table):
    """Names of columns as they are shown, and what their cells say that are no addresses."""
    called, frame = json.loads(table.proto.columns or "{}"), table.value
    yield from (("column", called.get(name, {}).get("label", str(name))) for name in frame.columns)
    told = frame[[name for name in frame.columns if name in called or not called]].astype(object).to_numpy().ravel()
    yield from (("cell", cell) for cell in told if isinstance(cell, str) and not LINK.match(cell) and "?" not in cell)


def texts_of_chart(figure):
    """Names of lines, titles of axes, what is said where one points, and what stands beside a line."""
    for line in figure["data"]:
        yield "chart", line.get("name", "")
        yield "chart", re.sub(r"%?\{[^}]*\}|<[^>]*>", " ", line.get("hovertemplate", ""))
    layout = figure["layout"]
    yield from (("chart", layout[axis].get("title", {}).get("text", "")) for axis in ("xaxis", "yaxis"))
    yield from (("chart", note["text"]) for note in layout.get("annotations", ()))


@pytest.mark.parametrize(
    ("step", "level"),
    [(0, "school"), (2, "school"), *((step, "university") for step in (0, 1, 2, 3, 6, 9, 10, 13))],
)
def test_the_page_of_a_lesson_says_nothing_but_messages_and_the_lesson(bracketed, step, level):
    test = AppTest.from_file(str(app_folder() / "app.py"), default_timeout=60)
    for key, value in {"model": "classroom", "ui": "de", "story": str(step), "asked": "no", "level": level}.items():
        test.query_params[key] = value
    test.run()
    assert [error.value for error in test.exception] == []
    texts = list(texts_of(test))
    assert len(texts) > 20
    assert any("⟦[Profile](#word-profile) of " in text for _, text in texts) == (step in (3, 6))
    assert any(f"⟦{GLOSSARY['attention'][:30]}" in text for _, text in texts) == ((step, level) == (0, "school"))
    known = NAMES | said_in("who_was_tired")
    links = re.compile(r"\(#word-[\w-]+\)")
    outside = [(kind, text) for kind, text in texts for word in words(links.sub("", text)) if word not in known]
    assert outside == []


# Of the header of a view: what is no text of ours, but the text that is read, or what only files and code know.
DATA = {
    "words", "queries", "keys", "strongest", "facts", "file_name", "identity", "palette", "masked", "colours", "kind",
    "side", "axis", "caption", "said", "colour",
}  # fmt: skip


CODES = {"share", "1 − cosine", "answer", "marked"}  # what JavaScript takes a unit or a link by


def said_by(header, name=""):
    """Every text of a header that a reader sees, with its name."""
    if name in DATA:
        return
    if isinstance(header, str):
        yield name, header
    elif isinstance(header, dict):
        for key, value in header.items():
            yield from said_by(value, key if name != "said" else name)
    elif isinstance(header, (list, tuple)):
        for value in header:
            yield from said_by(value, name)


@pytest.mark.parametrize("is_school", [False, True])
@pytest.mark.parametrize("lesson", shelf())
def test_the_pictures_and_sentences_of_a_lesson_are_messages(monkeypatch, lesson, is_school):
    monkeypatch.setattr(language, "_catalogue", lambda _code: Apart())
    with language.spoken("de"):
        told = tell_lesson(take_lesson(lesson), load_model("classroom"), is_school=is_school)
        tokens = " ".join(told.scene.capture.query_positions[told.scene.kind].labels)
    known = NAMES | said_in(lesson) | set(words(f"{told.scene.capture.text} {tokens} {KNOWN}"))
    parts = [part for step in told.steps for part in step.parts if not isinstance(part, (Text, Explore))]
    views = [part.view for part in parts if isinstance(part, Drawn)]
    assert len(views) > 1
    found = [(view.kind, *said) for view in [*views, *told.connections] for said in said_by(view.header)]
    assert len(found) > 50
    found += [("sentence", part.text) for part in parts if not isinstance(part, Drawn)]
    texts = [unquoted(said[-1]) for said in found]
    outside = [text for text in texts if text not in CODES and not known.issuperset(words(text))]
    assert outside == []


# What texts of Explore name: tokens, what is not English, what one types, what other pages are called in their links.
TYPED = set(
    words(
        "L3 H7 H1 entropy distance value owner name GGUF auto bfloat16 float32 system Be brief CLS SEP UNK begin ensp"
    )
)
SCORES = set(words(" ".join(HEAD_SCORES)))
OURS = {"text", "kind", "data", "attention", *CODES}


@pytest.fixture
def explored(monkeypatch):
    """The texts of the page Explore, or of another, and of its pictures, with what is opened."""
    monkeypatch.setattr(language, "_catalogue", lambda _code: Apart())

    def look(page="pages/Explore.py", press="", **link):
        test = AppTest.from_file(str(app_folder() / "app.py"), default_timeout=60)
        test.switch_page(page)
        for key, value in {"model": "classroom", "text": SENTENCE, "ui": "de", **link}.items():
            test.query_params[key] = value
        for panel in PANELS:
            test.session_state[panel] = True
        with language.spoken("de"):  # menus call their options when they are looked at
            test.run()
            if press:
                next(button for button in test.button if press in button.label).click().run()
            assert [error.value for error in test.exception] == []
            yield from texts_of(test)
        for picture in drawn.pictures(test):
            header, _ = drawn.opened(picture.proto.bytes)
            texts = {f"JavaScript of {header['kind']}": list(header.pop("texts", {}).values())}
            yield from said_by({name: value for name, value in header.items() if name not in OURS} | texts)

    return look


# What somebody opens.
PANELS = (
    "numbers", "worth_looking", "more", "examples", "annotation_open", "in_models_open", "measure_open", "here_open"
)  # fmt: skip
SENTENCE = "the dog that likes the girls chases Anna"
TRANSCRIPT = "the cat sat"
EXAMPLES = " ".join(example["text"] for example in examples())


@pytest.mark.parametrize("view", ["Lines", "Text", "Steps", "From → to", "Passage", "Names", "What if"])
def test_explore_says_nothing_but_messages_and_the_text(explored, view):
    found = list(explored(view=view))
    assert len(found) > 100
    assert outside_of(found, NAMES | TYPED | set(words(f"{SENTENCE} {EXAMPLES}"))) == []


def test_what_was_measured_of_a_head_in_cross_attention_is_told_in_messages(explored, monkeypatch, tmp_path):
    make(*ENCODER_DECODERS["bart"]).save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    t5 = json.loads((app_folder() / "assets" / "translation" / "t5.json").read_text(encoding="utf-8"))
    measured = replace(load_model(str(tmp_path)), identity=t5["identity"])
    monkeypatch.setattr("mha_viz.ui.parts.card.linked_words_of", lambda _model: linked_words_of(measured))
    link = {"model": str(tmp_path), "text": "the cat sat", "target": "he ran", "kind": "cross", "layer": "1"}
    found = list(explored(**link))
    assert any("alignment error rate" in text for _, text in found)
    known = set(words(f"{tmp_path} {quote(str(tmp_path), safe='')} the cat sat he ran {SENTENCE} {EXAMPLES}"))
    assert outside_of(found, NAMES | TYPED | known) == []


def outside_of(found, known):
    """What is said outside of all messages, and is not known: (kind, word, the text that it stands in)."""
    bare = [(kind, re.sub(r"\{\w*\}|#[0-9a-f]{6}\b|\(#[\w-]+", " ", unquoted(text))) for kind, text in found]
    return [(kind, word, text) for kind, text in bare for word in words(text)
            if word not in known and text not in CODES]  # fmt: skip


@pytest.mark.parametrize(
    ("layer", "head", "said"),
    [
        ("1", "1", "What it does depends on the text"), ("1", "0", ", not in "),
        ("0", "2", "in every type of text"), ("0", "0", "No place where its"),
    ],
)  # fmt: skip
def test_what_a_head_does_in_several_types_of_text_is_told_in_messages(explored, monkeypatch, layer, head, said):
    minilm = load_text_types(app_folder() / "assets" / "text_types" / "minilm.parquet")
    monkeypatch.setattr("mha_viz.ui.shared.general.text_types_of", lambda _model: minilm)
    found = list(explored(layer=layer, head=head))
    assert any("In several types of text" in text for _, text in found)
    assert any(said in text for _, text in found)
    assert outside_of(found, NAMES | TYPED | set(words(f"{SENTENCE} {EXAMPLES}"))) == []


@pytest.mark.parametrize("step", [0, 4, 8])
def test_inside_says_nothing_but_messages_and_the_text(explored, step):
    press = "" if step else "Measure on this machine"
    found = list(explored("pages/Inside.py", press, step=str(step)))
    assert len(found) > 50
    assert outside_of(found, NAMES | TYPED | set(words(f"{SENTENCE} {EXAMPLES}"))) == []


@pytest.mark.parametrize("compare", ["two sentences", "two models", "two heads"])
def test_compare_says_nothing_but_messages_and_the_text(explored, compare):
    second = {"second": SENTENCE.replace("chases", "sees"), "model2": "classroom@660"}
    found = list(explored("pages/Compare.py", compare=compare, **second))
    assert len(found) > 50
    assert outside_of(found, NAMES | TYPED | SCORES | set(words(f"{SENTENCE} {EXAMPLES} sees"))) == []


@pytest.mark.parametrize("link", [{"layer": "1", "head": "2"}, {"heads": "1.2,2.3", "map": "values"}, {"text": ""}])
def test_head_says_nothing_but_messages_and_the_text(explored, link):
    found = list(explored("pages/Head.py", **link))
    assert len(found) > 50
    assert outside_of(found, NAMES | TYPED | set(words(f"{SENTENCE} {EXAMPLES}"))) == []


@pytest.fixture(scope="module")
def seeing(tmp_path_factory):
    """Tiny models: one that reads pictures, one that puts them into classes, one that reads a text beside a picture."""
    alone, classes, both = (tmp_path_factory.mktemp(name) for name in ("alone", "classes", "both"))
    sorting = classifier()
    sorting.network.save_pretrained(classes)
    sorting.processor.save_pretrained(classes)
    make(*SEEING["dinov2, registers"][:2]).save_pretrained(alone)
    processor(20, 44).save_pretrained(alone)
    model, _ = reading_model("llava")
    model.network.save_pretrained(both)
    model.processor.save_pretrained(both)
    return {"alone": str(alone), "classes": str(classes), "both": str(both)}


@pytest.mark.parametrize(
    ("reads", "link"),
    [
        ("alone", {"picture_beside": "two discs alike", "region": "0:0", "changed": "0.1"}),
        ("classes", {"changed": "0.1"}),
        (
            "both",
            {
                "picture_beside": "two discs alike",
                "question": "the cat sat",
                "blind": "yes",
                "overlay": "0.0,1.1",
                "changed": "0.1",
            },
        ),
    ],
)
def test_pictures_says_nothing_but_messages_and_what_is_read(explored, seeing, reads, link):
    found = list(explored("pages/Pictures.py", sees=seeing[reads], **link))
    assert len(found) > 50
    files = set(words(f"{seeing[reads]} {Path(seeing[reads]).name} PNG JPEG WebP GIF BMP TIFF MB"))
    read = set(words(f"reg he ran the cat sat then picture picked dog owl fox bee {' '.join(tokenizer().get_vocab())}"))
    assert outside_of(found, NAMES | TYPED | files | read | {"eoi", "row", "col", "video", "pad"}) == []


PLACE = re.compile(r"(?<![\u2068\d])\d+[,،] ?\d+(?![\u2069\d])")


def test_in_arabic_the_place_of_a_patch_keeps_to_itself(seeing):
    """Else its column would be read before its row."""
    test = AppTest.from_file(str(app_folder() / "app.py"), default_timeout=60)
    test.switch_page("pages/Pictures.py")
    for key, value in {"ui": "ar", "sees": seeing["alone"], "picture_beside": "two discs alike"}.items():
        test.query_params[key] = value
    test.run()
    assert [error.value for error in test.exception] == []
    texts = list(texts_of(test))
    for picture in drawn.pictures(test):
        header, _ = drawn.opened(picture.proto.bytes)
        texts += [("caption", str(header.get("caption"))), *(("label", label) for label in header.get("labels", ()))]
    assert len([text for _, text in texts if re.search(r"\d, \d", text)]) > 50
    assert [(kind, text) for kind, text in texts if PLACE.search(text)] == []


# Of scores: what treebanks call dependencies, files and their licences, whom a score is taken from.
SCORED = set(
    words(
        "spaCy en core web sm CoNLL IOB MB Ray mha viz profile sh JSON CSV UD English EWT GUM dev documents revision "
        "CC BY SA annotations"
    )
) | {word for row in HEAD_SCORES.values() for word in words(row.source)}


@pytest.mark.parametrize(
    "link",
    [
        {"where": "in general"},
        {"where": "in general", "score": "any of these"},
        {"where": "in general", "find": "positional", "score": "any of these"},
        {"where": "in general", "find": "spread", "score": "entropy"},
        {"where": "in general", "find": "coreference"},
        {"where": "here", "find": "copying"},
        {"where": "here", "marks": "2>1:nsubj,4>4:det,3~1"},
        {"where": "here", "find": "words"},
    ],
)
def test_scores_says_nothing_but_messages_and_the_text(explored, link):
    found = list(explored("pages/Scores.py", **link))
    assert len(found) > 100
    relations = set(words(" ".join(RELATIONS) + " relcl unmarked pass"))
    assert outside_of(found, NAMES | TYPED | SCORED | relations | set(words(f"{SENTENCE} {EXAMPLES}"))) == []


@pytest.fixture
def hearing(monkeypatch):
    """The page of sounds with a tiny model, whatever the link names."""

    def hear(model):
        timed = tuple(TimedWord(word, 0.1 + 0.2 * i, 0.3 + 0.2 * i) for i, word in enumerate(TRANSCRIPT.split()))
        told = Spoken("a.wav", read_sound(hearing_networks.tone(0.8), hearing_networks.SLOW), TRANSCRIPT, timed)
        monkeypatch.setattr("mha_viz.ui.pages.sound.sound.get_model", lambda _name: model)
        monkeypatch.setattr("mha_viz.ui.pages.sound.sound.spoken_times", lambda _name: timed)
        monkeypatch.setattr("mha_viz.ui.shared.sounds.spoken_examples", lambda: [told])

    st.cache_resource.clear()
    yield hear
    st.cache_resource.clear()


@pytest.mark.parametrize(
    ("model", "link"),
    [
        ("whisper", {"said": TRANSCRIPT, "sound_beside": "random weights", "changed": "0.1"}),
        ("whisper", {"said": TRANSCRIPT, "sound_beside": "a file of your own", "timed": "ours"}),
        ("wav2vec2", {"sound_beside": spoken_names()[1]}),
    ],
)
def test_sound_says_nothing_but_messages_and_what_is_said(explored, hearing, model, link):
    hearing(getattr(hearing_networks, model)())
    found = list(explored("pages/Sound.py", **link))
    assert len(found) > 40
    names = "tiny whisper wav2vec with random weights nats ms Hz sha WAV FLAC OGG MP"
    read = set(words(f"{' '.join(spoken_names())} {TRANSCRIPT} {names} UNK"))
    assert outside_of(found, NAMES | TYPED | read) == []


@pytest.mark.parametrize(
    "link",
    [
        {"colour": "family", "layer": "1", "head": "2"},
        {"colour": "cluster", "texts": "our example sentences"},
        {"colour": "model", "beside": "classroom@660"},
    ],
)
def test_atlas_says_nothing_but_messages_and_names(explored, link):
    found = list(explored("pages/Atlas.py", **link))
    assert len(found) > 80
    assert {"JavaScript of atlas", "clusters", "families", "name"} <= {kind for kind, _ in found}
    assert outside_of(found, NAMES | TYPED | set(words(f"{SENTENCE} {EXAMPLES}"))) == []


@pytest.mark.parametrize("claim", ["sinks", "atoms"])
def test_claims_says_nothing_but_messages_and_sources(explored, monkeypatch, claim):
    """Papers are cited as they are; numbers that are kept have notes in English."""
    monkeypatch.setattr("mha_viz.ui.shared.claims.is_whole", lambda name: name == "smollm2")
    found = list(explored("pages/Claims.py", claim=claim))
    assert len(found) > 1000
    models = [printed.model for one in CLAIMS.values() for said in one.statements for printed in said.printed]
    notes = [said.get("note", "") for row in known_reruns() for said in row["statements"]]
    known = words(" ".join([*CLAIMS, *models, *notes, *(one.source for one in CLAIMS.values())]))
    facts = {"mha", "viz", "torch", "cpu", "transformers", "qwen", "coder", "get", "models", "ms", "logits", *known}
    assert outside_of(found, NAMES | TYPED | SCORES | facts) == []


def test_models_says_nothing_but_messages_and_names(explored):
    found = list(explored("pages/Models.py"))
    assert len(found) > 60
    assert outside_of(found, NAMES | TYPED) == []


@pytest.mark.parametrize("lesson", ["model", "heads", "induction"])
def test_training_says_nothing_but_messages_and_what_is_read(explored, lesson):
    record = load_record(app_folder() / "assets" / ("induction" if lesson == "induction" else "classroom"))
    found = list(explored("pages/Training.py", training=lesson))
    assert len(found) > (40 if lesson == "heads" else 60)
    assert sum(kind == "chart" for kind, _ in found) > 5
    read = {word for labels in record.texts for label in labels for word in words(label)}
    assert outside_of(found, read | NAMES | {"CSV"}) == []


def test_words_are_found_outside_of_brackets_alone():
    assert words("⟦one ⟦two⟧ three⟧ 4 L5 (⟦a⟧)") == []
    assert words("⟦one⟧ two ⟦three⟧") == ["two"]


def literals(path):
    """Words in literals that a file hands to Streamlit, with their lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SAID:
            given = [*node.args[:1], *(one.value for one in node.keywords if one.arg in SAYING)]
            for value in given:
                for part in _outside_of_messages(value):
                    if words(re.sub(r"^pages/\w+\.py$", "", part.value)):
                        yield path.name, part.lineno, part.value


def _outside_of_messages(node):
    """String literals of an expression that are no argument of a call."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    elif isinstance(node, (ast.JoinedStr, ast.BinOp, ast.BoolOp, ast.IfExp)):
        for child in [node.body, node.orelse] if isinstance(node, ast.IfExp) else ast.iter_child_nodes(node):
            yield from _outside_of_messages(child)


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_handed_to_streamlit_is_a_message(source):
    assert list(literals(PACKAGE / source)) == []


def test_a_literal_is_found(tmp_path):
    page = tmp_path / "page.py"
    page.write_text('st.caption("Look " + gettext("at"))\nst.button(x, help=f"{n} heads")\nst.info(gettext("No"))\n')
    assert list(literals(page)) == [("page.py", 1, "Look "), ("page.py", 2, " heads")]


# What draws pages that are in English as a whole.
IN_ENGLISH = {
    "compare.js", "layers.js", "paste.js", "words_looks.js", "words_on_picture.js",
}  # fmt: skip
IN_JAVASCRIPT = [path for path in sorted((app_folder() / "assets").rglob("*.js")) if path.name not in IN_ENGLISH]
STRINGS = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`', re.DOTALL)
# Names of keys, of selectors, of fonts and of what styles hold.
NO_WORDS = re.compile(r"^(Arrow|Page)?(Up|Down|Left|Right)?$|^(Enter|Escape|Home|End|Canvas|Arrow)$|[.#\[][\w-]+[ \])=]"
                      r"|gradient\(|[:,] ?(sans-serif|monospace)|\d(px|rem)|^(ui|data|M)[- ]")  # fmt: skip
SPOKEN = re.compile(r"(aria-(label|roledescription|description|valuetext)\"|title|placeholder)( ?=|[,:]) ?$")
NAMED = {"tools names", "heads apart", "clear region", "heads by name", "play one"}  # what elements are found by
CLASSES = set(re.findall(r"\.([\w-]+)", "".join(path.read_text(encoding="utf-8")
              for path in (app_folder() / "assets").rglob("*.css"))))  # fmt: skip


def javascript_literals(path):
    """Texts in a file that are no message, with their lines: two words or more, one that begins with a large letter,
    and whatever is said to those who listen.
    """
    text = path.read_text(encoding="utf-8")
    for found in STRINGS.finditer(text):
        before = text[max(0, found.start() - 60) : found.start()].rstrip("\n ")
        said = _without_values(found[0][1:-1])
        if found[0].startswith("/") or before.endswith(("gettext(", "from", "import")) or NO_WORDS.search(said):
            continue
        is_spoken = SPOKEN.search(text[max(0, found.start() - 60) : found.start()]) and words(said)
        is_text = re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}|(?<![\w.])[A-Z][a-z]{2,}", said)
        if is_spoken or (is_text and said not in NAMED and not set(re.split(r"[ ,]+", said.strip())) <= CLASSES):
            yield path.name, text[: found.start()].count("\n") + 1, said


def _without_values(template):
    while template != (template := re.sub(r"\$?\{[^{}]*\}", "", template)):
        pass
    return template.removesuffix("$")


@pytest.mark.parametrize("path", IN_JAVASCRIPT, ids=lambda path: path.name)
def test_what_javascript_says_is_a_message(path):
    assert list(javascript_literals(path)) == []


def test_what_javascript_says_in_english_is_found(tmp_path):
    file = tmp_path / "file.js"
    lines = """add(body, "div", "card tip"); // not this
box.setAttribute("aria-label", "map");
say("three sentences");
say(gettext("two words")); key === "Enter";
say(`${n} of them all`);
word.title = "no";
say("Go");
say("Gone");
const { a } = { "aria-label": "heads" };"""
    file.write_text(lines)
    assert [(line, said) for _, line, said in javascript_literals(file)] == [
        (2, "map"), (3, "three sentences"), (5, " of them all"), (6, "no"), (8, "Gone"), (9, "heads")
    ]  # fmt: skip


# What translated pages wait for, and what says how far it is.
WAITED_FOR = (
    "ui/shared/atlas.py", "ui/shared/captures.py", "ui/shared/claims.py", "ui/shared/effects.py",
    "ui/shared/gallery.py", "evidence/claims/rerun.py",
    "ui/shared/grammar.py", "ui/shared/models.py", "ui/shared/pictures.py", "ui/shared/scores.py",
    "ui/shared/sounds.py", "ui/shared/trail.py", "ui/shell/loading.py",
    "evidence/importance/importance.py", "evidence/importance/pruning.py", "models/fetching/fetch.py",
    "models/fetching/hub.py", "models/fetching/wheels.py",
)  # fmt: skip
TELLS = {"put_in_line", "put_in_batch", "progress", "report", "part", "Progress"}


def told_in_english(path):
    """Words in literals that whoever waits would read in English, with their lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in TELLS:
            for value in node.args:
                for part in _outside_of_messages(value):
                    if words(part.value):
                        yield path.name, part.lineno, part.value


@pytest.mark.parametrize("source", WAITED_FOR)
def test_what_is_said_to_whoever_waits_is_a_message(source):
    assert list(told_in_english(PACKAGE / source)) == []


# Whose every refusal may be read on a translated page.
REFUSING = (
    "inputs/text.py", "inputs/ends.py", "attention/axes.py", "attention/shown.py", "scores/families/trails.py",
    "recording/generate.py", "recording/failures.py", "errors.py", "ui/parts/languages.py",
    "annotation/files/formats.py", "annotation/files/lines.py", "annotation/files/mentions.py",
    "annotation/files/name_tags.py", "annotation/files/treebanks.py", "annotation/files/uploads.py",
    "annotation/code/syntax.py", "annotation/code/words.py", "annotation/corrections.py", "annotation/marks.py",
    "evidence/corpus/own_process.py", "evidence/corpus/profiles.py", "ui/pages/scores/scores.py",
    "ui/shared/atlas.py", "ui/pages/atlas/atlas.py",
)  # fmt: skip
REFUSALS = {
    "InputError", "ModelError", "TooLongError", "CannotGoOnError", "UnreadableModelError", "BusyError", "StorageError",
    "refuse",
}  # fmt: skip


def _called(node):
    return getattr(node.func, "id", "") or getattr(node.func, "attr", "")


@pytest.mark.parametrize("source", REFUSING)
def test_what_is_refused_is_a_message(source):
    found = []
    for node in ast.walk(ast.parse((PACKAGE / source).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _called(node) in REFUSALS:
            found += [(part.lineno, part.value) for one in node.args[:1] for part in _outside_of_messages(one)]
    assert [(line, text) for line, text in found if words(text)] == []


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != language.ENGLISH])
def test_a_refusal_is_said_to_each_in_their_own_language(code):
    with pytest.raises(InputError) as refused:
        read_text(tokenizer(), " ")
    assert str(refused.value) == "The text is empty: type at least one word."
    with language.spoken(code):
        assert language.said(refused.value) == language.gettext("The text is empty: type at least one word.")
        assert language.said(refused.value) != str(refused.value)


def test_what_is_told_in_english_is_found(tmp_path):
    page = tmp_path / "work.py"
    page.write_text('put_in_line(q, lazy_gettext("a"), work)\nprogress(0.5, f"{n} heads")\nput_in_line(q, "Goes", f)\n')
    assert list(told_in_english(page)) == [("work.py", 2, " heads"), ("work.py", 3, "Goes")]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_has_a_catalogue(code):
    assert code == language.ENGLISH or Path(language.catalogue_file(code)).is_file()
