"""The name of a model, with its facts."""

import re
from dataclasses import replace
from pathlib import PurePath
from types import SimpleNamespace

from mha_viz.evidence.corpus.profile import load_profile
from mha_viz.language import lazy_gettext, spoken
from mha_viz.models.catalogue import CATALOGUE
from mha_viz.paths import app_folder
from mha_viz.recording.capture import capture
from mha_viz.ui.parts.naming import heading, named
from mha_viz.ui.shell.model_facts import model_facts, model_line, profiles_by
from mha_viz.views.captions.terms import marked
from tests.support.pages.drawn import menu
from tests.support.pages.pages import opened


def test_the_facts_of_a_catalogue_model_are_those_of_the_catalogue(monkeypatch):
    entry = CATALOGUE["smollm2"]
    there = {"smollm2": False}
    monkeypatch.setattr("mha_viz.ui.shell.model_facts.is_whole", there.get)
    facts = model_facts("smollm2")
    assert facts[0].endswith(f"{entry.shape[0]} layers of {entry.shape[1]} heads.")
    assert facts[1] == "It reads from left to right. It takes up to 8,192 tokens."
    assert entry.trained_to in facts[2]
    assert facts[3] == f"It is fetched when it is chosen ({entry.download_mb} MB)."
    assert facts[4] == "Profile: shipped."
    there["smollm2"] = True
    assert model_facts("smollm2")[3] == f"It is on this machine ({entry.disk_mb} MB)."
    assert model_facts("classroom")[3] == "It comes with the app."


def test_every_catalogue_model_reads_as_its_title_says():
    for entry in CATALOGUE.values():
        assert {"cross": "encoder-decoder"}.get(entry.kind, entry.kind) in entry.title


def test_a_model_of_ones_own_is_told_by_what_it_read(folder):
    from mha_viz.models.load import load_model

    read = capture(load_model(folder), "the cat sat")
    layers, heads = len(read.calls), read.calls[0].n_heads
    assert model_facts(folder, read)[0].endswith(f"encoder: {layers} layers of {heads} heads.")
    assert model_facts(folder, read)[2] == "There is no profile of it."


def test_the_line_of_a_model_counts_what_the_network_has(folder):
    """Tiny BERT: 2 layers of 3 heads or whatever it was made with; its numbers are counted one by one here."""
    from mha_viz.models.load import load_model

    model = load_model(folder)
    read = capture(model, "the cat sat")
    n = sum(len(weight.flatten()) for weight in set(model.network.parameters()))
    assert 1000 < n < 1_000_000
    shape = f"{len(read.calls)} layers of {read.calls[0].n_heads} heads"
    assert model_line(model, read) == f"{shape} · {n:,} parameters · reads both ways · float32 · no profile"


def test_the_line_of_an_encoder_decoder_tells_its_three_kinds_apart(minilm):
    read = capture(minilm, "the cat sat")
    layers = {"encoder": 2, "decoder": 3, "cross": 5}
    words = dict.fromkeys(layers, read.query_positions["encoder"])
    calls = tuple(replace(call, kind=kind) for kind, n in layers.items() for call in read.calls[:n])
    three = replace(read, calls=calls, query_positions=words, key_positions=words)
    line = model_line(replace(minilm, name="another", notes=("weights of somebody",), dtype="bfloat16"), three)
    assert line.startswith("encoder: 2 layers of 12 heads · decoder: 3 layers of 12 heads · cross: 5 layers of 12 ")
    assert line.endswith("its decoder looks at its encoder · weights of somebody · bfloat16 · no profile")


def test_what_is_to_be_known_of_weights_is_said_in_the_language_of_the_page(minilm):
    model = replace(minilm, notes=(lazy_gettext("LoRA adapter merged into {base}", base="a/b"),))
    read = capture(minilm, "the cat sat")
    assert " · LoRA adapter merged into a/b · " in model_line(model, read)
    with spoken("fr"):
        assert " · adaptateur LoRA fusionné dans a/b · " in model_line(model, read)


def test_a_heading_explains_the_head_and_the_model_whatever_its_name_holds():
    link = named('a"b(c)[d]\n*e*')
    shown, address, facts = re.fullmatch(r'\[((?:\\.|[^\]])*)\]\(#model-(\S*) "([^"]*)"\)', link, re.DOTALL).groups()
    assert re.sub(r"\\(.)", r"\1", shown) == 'a"b(c)[d]\n*e*'
    assert address == "a%22b%28c%29%5Bd%5D%0A%2Ae%2A"
    assert not set('()"\n') & set(facts)
    assert marked(link) == link
    said = heading((5, 11), "minilm")
    assert said.startswith('#### [L5 H11](#word-layer-head) of [minilm](#model-minilm "')
    assert said.count("#word-") == 1


def test_a_folder_is_called_by_its_own_name_and_its_path_stands_before_its_facts(folder):
    shown, facts = re.fullmatch(r'\[(.*)\]\(#model-\S* "([^"]*)"\)', named(folder), re.DOTALL).groups()
    assert shown.replace("\\", "") == PurePath(folder).name
    assert facts.replace("\\", "").startswith(f"{folder}&#10;A model outside the catalogue")
    assert named("owner/tiny").startswith("[owner/tiny](")


def test_a_field_tells_of_a_folder_what_was_read_of_it(folder):
    test = opened(
        "pages/Explore.py", model=folder, text="the cat sat"
    ).run()  # the menu is drawn before a model is loaded
    assert menu(test)["facts"]["model"].startswith("A model outside the catalogue; encoder: 2 layers of ")
    (line,) = (said.value for said in test.caption if "parameters" in said.value)
    assert line.endswith("· no profile")


def test_weights_that_lie_in_a_folder_have_the_profile_that_is_shipped_for_them():
    read = SimpleNamespace(identity=profile_file("minilm").facts["identity"], dtype="float32")
    assert profiles_by("/a/copy", read) == ["shipped"]
    assert profiles_by("/a/copy", SimpleNamespace(identity="ab" * 32, dtype="float32")) == []
    assert profiles_by("/a/copy") == []


def profile_file(name):
    return load_profile(app_folder() / "assets" / "profiles" / f"{name}.parquet")
