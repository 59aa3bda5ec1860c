"""The page of sounds: ours and one's own, what a link opens, and what it says where nothing can be heard."""

import pytest
import streamlit as st

from mha_viz.inputs.media.sound import read_sound
from mha_viz.inputs.media.timings import Spoken, TimedWord, spoken_names
from mha_viz.ui.pages.sound import sound as page
from mha_viz.ui.shared import sounds
from tests.support.networks.families import text_model
from tests.support.networks.hearing import RATE, as_file, tone, wav2vec2, whisper
from tests.support.pages.drawn import menu
from tests.support.pages.pages import opened, sound, view, whole_view

PAGE = "pages/Sound.py"
SAID = "the cat sat"
TIMED = tuple(TimedWord(word, 0.1 + 0.2 * i, 0.3 + 0.2 * i) for i, word in enumerate(SAID.split()))


@pytest.fixture(autouse=True)
def fresh():
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture
def hearing(monkeypatch):
    """The page with another model, whatever the link names."""

    def hear(model):
        monkeypatch.setattr(page, "get_model", lambda _name: model)

    hear(whisper())
    return hear


def told(test):
    return "\n".join(one.value.replace("\\", "") for one in [*test.caption, *test.error, *test.info])


def upload(test, data, name="a.wav"):
    test.file_uploader[0].set_value((name, data, "audio/wav"))
    return test.run()


def test_it_opens_with_a_sound_of_ours_whose_first_word_listens(hearing):
    test = sound(opened(PAGE, said=SAID))
    header = view(test)
    assert (header["kind"], header["listeners"], header["query"]) == ("timeline", ["the", "cat", "sat"], 0)
    assert header["heads"][header["chosen"]] == [2, 0]
    assert "“the” listens most at" in header["caption"]
    assert "resampled from 22,050 to 22,000 samples a second" in header["note"]
    assert "tiny whisper" in header["title"]
    assert any("Sound" in str(room) for room in menu(test)["rooms"])


def test_a_link_opens_sound_word_and_head(hearing):
    link = {"said": SAID, "listener": "2", "sound_head": "1.3"}
    header, arrays = whole_view(opened(PAGE, **link, spoken=spoken_names()[3]))
    assert (header["query"], header["heads"][header["chosen"]]) == (2, [1, 3])
    other = whole_view(opened(PAGE, **link))[1]
    assert arrays["sound"].tolist() != other["sound"].tolist()
    beyond = view(opened(PAGE, said=SAID, listener="3", sound_head="9.9", listens="nobody"))
    assert (beyond["query"], beyond["attention"]) == (0, "cross")


def test_the_model_writes_what_nobody_says(hearing):
    assert "The transcript was written by the model itself" in view(sound(opened(PAGE)))["note"]
    assert "written by the model" not in view(sound(opened(PAGE, said=SAID)))["note"]


def test_moments_listen_to_the_sound(hearing):
    header = view(sound(opened(PAGE, said=SAID, listens="moments", listener="4")))
    assert (header["attention"], header["query"], header["rises"]) == ("encoder", 4, None)


def test_a_model_that_writes_nothing_has_moments_alone(hearing):
    hearing(wav2vec2())
    test = sound(opened(PAGE, said=SAID, spoken=spoken_names()[0]))
    assert view(test)["attention"] == "encoder"
    assert "tiny wav2vec2 hears, and writes nothing" in told(test)


def test_a_sound_of_ones_own_is_shown_and_stays_here(hearing):
    test = opened(PAGE, said=SAID)
    before = whole_view(test)[1]["sound"].tolist()
    test = sound(upload(test, as_file(tone(0.5, RATE), RATE)))
    assert whole_view(test)[1]["sound"].tolist() != before
    assert "stays in this tab and on this server" in told(test)


def test_a_long_sound_is_cut_to_what_is_read_and_shown_by_windows(hearing):
    hearing(wav2vec2())
    test = sound(upload(opened(PAGE), as_file(tone(31.0, 1_100), 1_100)))
    assert view(test)["end"] == pytest.approx(10, abs=0.1)
    test = sound(test.selectbox(key="heard_from").set_value(20.0).run())
    header = view(test)
    assert header["begin"] == pytest.approx(20, abs=0.1)
    assert header["end"] == pytest.approx(30, abs=0.1)
    assert "lasts 31.00 s: its first 30 s are read, the rest is cut off" in header["note"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"", "is empty (0 bytes)"), (b"no sound at all", "is no sound that can be read"),
     (as_file(tone(0.01, RATE), RATE), "give at least 0.1 s of sound")],
)  # fmt: skip
def test_a_file_that_is_no_sound_is_one_sentence(hearing, data, sentence):
    test = sound(upload(opened(PAGE, said=SAID), data))
    assert sentence in told(test)


def test_what_is_larger_than_the_server_takes(hearing, monkeypatch):
    monkeypatch.setattr(page, "most_megabytes", lambda: 1)
    test = opened(PAGE, said=SAID)
    assert "The sound is larger than 1 MB" in told(sound(upload(test, as_file(tone(25.0, RATE), RATE))))


def test_a_model_that_does_not_hear_is_told(hearing):
    hearing(text_model("bert")[1])
    assert "bert does not hear: beside its weights there is no processor for sound" in told(sound(opened(PAGE)))


@pytest.mark.parametrize(
    ("url", "has_one"),
    [("https://school.example/Sound", True), ("http://localhost:8501/Sound", True),
     ("http://127.0.0.1:8501", True), ("http://192.168.1.5:8501/Sound", False), (None, False)],
)  # fmt: skip
def test_a_microphone_is_offered_where_browsers_give_one(monkeypatch, url, has_one):
    monkeypatch.setattr(page.st, "context", type("Context", (), {"url": url}))
    assert page._has_microphone() is has_one


def heads_of(test):
    """The table of heads that follow the words."""
    return test.dataframe[-1].value


def test_of_our_sounds_every_head_has_its_error(hearing, monkeypatch):
    monkeypatch.setattr(page, "spoken_times", lambda _name: TIMED)
    test = sound(opened(PAGE, said=SAID, sound_head="1.3"))
    assert len(heads_of(test)) == 12
    assert heads_of(test)["ms, as it writes"].is_monotonic_increasing
    said = "\n".join(one.value for one in test.markdown)
    assert "L1 H3 listens" in said
    assert "over the 3 words of this sound" in said


def test_a_transcript_without_the_timed_words_is_one_sentence_below_the_picture(hearing):
    test = sound(opened(PAGE, said=SAID))
    assert "The transcript 'the cat sat' does not hold 'The' where its time says so" in told(test)
    assert view(test)["kind"] == "timeline"


def test_of_a_sound_of_ones_own_the_times_are_in_a_file(hearing):
    test = sound(upload(opened(PAGE), as_file(tone(0.8, RATE), RATE)))
    assert "ms, as it writes" not in heads_of(test)
    times = b"start,end,word\n0.1,0.3,his\n0.3,0.6,dog\n"
    test.file_uploader[1].set_value(("a.csv", times, "text/csv"))
    test = sound(test.run())
    assert view(test)["listeners"] == ["his", "dog"]  # the words of the file are what is said
    assert "ms, as it writes" in heads_of(test)
    test.file_uploader[1].set_value(("a.csv", b"no times", "text/csv"))
    test = sound(test.run())
    assert "The file holds no timings that can be read" in told(test)
    assert view(test)["kind"] == "timeline"


def test_all_sounds_of_ours_are_held_against_random_weights(hearing, monkeypatch):
    model = whisper()
    hearing(model)
    of_one = Spoken("a.wav", read_sound(tone(0.8, RATE), RATE), SAID, TIMED)
    monkeypatch.setattr(sounds, "spoken_examples", lambda: [of_one])
    test = sound(opened(PAGE, said=SAID, timed="ours"))
    assert "With random weights the best head rises by" in "\n".join(one.value for one in test.markdown)
    assert heads_of(test)["95 %, as it writes"].tolist() == [""] * 12  # over one sound there is no interval
