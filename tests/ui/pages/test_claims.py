"""The page of claims: cards at once, a run with its bar, Cancel, odd links, and a class in which nobody may measure."""

import threading
import time
from dataclasses import replace

import pytest
import streamlit as st

from mha_viz.evidence.claims.table import CLAIMS
from mha_viz.ui.shared import claims, long_jobs
from mha_viz.ui.shared.job import State
from mha_viz.ui.shell.led import join
from tests.support.networks.claims import encoder, reader
from tests.support.pages.pages import opened, sound, view

PAGE = "pages/Claims.py"


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path):
    """Tiny networks under the names of catalogue models; a cache of its own."""
    st.cache_resource.clear()
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path))
    monkeypatch.setattr(long_jobs, "owner", lambda: "a reader")  # the same here as inside the page
    monkeypatch.setattr(claims, "is_whole", lambda name: name in ("minilm", "smollm2"))
    made = {"minilm": encoder, "smollm2": reader}
    monkeypatch.setattr(claims, "get_loaded", lambda name: replace(made[name](identity=f"of {name}"), name=name))
    yield
    st.cache_resource.clear()


def button(test, key):
    return next(one for one in test.button if one.key == key)


def press(test, key):
    button(test, key).click()
    return sound(test.run())


def wait(check):
    end = time.monotonic() + 60
    while not check():
        assert time.monotonic() < end, "that took too long"
        time.sleep(0.01)


def told(test):
    return " ".join(one.value.replace("\\", "") for one in (*test.markdown, *test.info, *test.caption))


def test_every_claim_has_its_card_at_once():
    header = view(sound(opened(PAGE)), "claims")
    assert [card["name"] for card in header["cards"]] == list(CLAIMS)
    assert header["chosen"] == next(iter(CLAIMS))
    measured = [card["name"] for card in header["cards"] if not card["unknown"]]
    assert {"sinks", "surface", "induction", "depth", "norms"} <= set(measured)


def test_a_link_holds_claim_and_model():
    test = sound(opened(PAGE, claim="surface", claim_model="minilm"))
    assert test.selectbox(key="claim").value == "surface"
    assert test.selectbox(key="claim_model").value == "minilm"
    header = view(test, "claims")
    assert header["chosen"] == "surface"
    assert [card["name"] for card in header["cards"]] == ["surface", *(name for name in CLAIMS if name != "surface")]
    test.selectbox(key="claim").select("induction").run()
    assert test.query_params["claim"] in ("induction", ["induction"])


@pytest.mark.parametrize("link", [{"claim": "<b>", "claim_model": "../../etc"}, {"claim_model": "dinov2"}])
def test_an_odd_link_shows_the_page(link):
    test = sound(opened(PAGE, **link))
    assert not test.error
    assert test.selectbox(key="claim_model").value in ("minilm", "smollm2")


def test_a_run_measures_and_its_card_has_the_model(monkeypatch):
    test = press(sound(opened(PAGE, claim="induction", claim_model="smollm2")), "run_claim")
    wait(lambda: claims.last_run().job.state.is_over)
    assert claims.last_run().job.state is State.FINISHED, claims.last_run().job.error
    test = sound(test.run())
    card = next(card for card in view(test, "claims")["cards"] if card["name"] == "induction")
    assert [row["label"] for row in card["statements"][0]["ours"]] == ["smollm2", "qwen-coder"]
    assert card["statements"][0]["ours"][0]["number"].startswith("0 heads")  # random weights: what was measured now


def test_a_model_that_cannot_be_asked_is_told_in_a_sentence():
    test = press(sound(opened(PAGE, claim="induction", claim_model="minilm")), "run_claim")
    wait(lambda: claims.last_run().job.state.is_over)
    assert "induction cannot be tested with minilm: the claim is about models that read" in told(sound(test.run()))


def test_a_run_can_be_cancelled_and_says_that_it_goes_on(monkeypatch):
    begun, go = threading.Event(), threading.Event()

    def measured(*_args, progress, **_named):
        while not go.is_set():
            begun.set()
            progress(0.5, "half")
            time.sleep(0.01)

    monkeypatch.setattr(claims, "rerun", measured)
    test = press(sound(opened(PAGE, claim="sinks", claim_model="smollm2")), "run_claim")
    try:
        assert begun.wait(30)
        press(test, "cancel_claims")
        wait(lambda: claims.last_run().job.state.is_over)
    finally:
        go.set()
    assert claims.last_run().job.state is State.CANCELLED
    assert "Run goes on from there" in told(sound(test.run()))


def test_where_no_model_is_here_the_command_is_said(monkeypatch):
    monkeypatch.setattr(claims, "is_whole", lambda _name: False)
    test = sound(opened(PAGE, claim="surface"))
    assert "mha-viz models get minilm" in told(test)
    assert "run_claim" not in {one.key for one in test.button}
    assert view(test, "claims")["cards"]


def test_a_pupil_starts_nothing(monkeypatch):
    monkeypatch.setattr(join, "may_train", lambda: False)
    test = sound(opened(PAGE))
    assert not {"run_claim", "run_claims"} & {one.key for one in test.button}
    assert "Measuring is for the teacher here" in told(test)


@pytest.mark.parametrize(
    ("claim", "model", "page", "query"),
    [
        ("sinks", "smollm2", "Scores", {"model": "smollm2", "find": "sinks", "score": "first token"}),
        ("removing", "smollm2", "Explore", {"model": "smollm2", "view": "What if"}),
        ("registers", "dinov2", "Pictures", {"sees": "dinov2"}),
        (
            "atoms",
            "rxnmapper",
            "Explore",
            {"model": "rxnmapper", "text": "CC(=O)O.OCC>>CC(=O)OCC", "layer": "10", "head": "5"},
        ),
    ],
)
def test_see_the_heads_leads_to_the_page_that_shows_them(monkeypatch, claim, model, page, query):
    monkeypatch.setattr(claims, "is_whole", lambda _name: True)
    test = sound(opened(PAGE, claim=claim, claim_model=model))
    next(one for one in test.button if one.label == "See the heads").click()
    from mha_viz.ui.shell import frame

    asked = []
    original, frame.st.switch_page = frame.st.switch_page, lambda path, **query: asked.append((path, query))
    try:
        test.run()
    finally:
        frame.st.switch_page = original
    ((path, asked_for),) = asked
    assert path == f"pages/{page}.py"
    assert query.items() <= asked_for["query_params"].items()
