"""A profile is measured from the page in a process of its own: how far it is, Cancel, a refusal, a class."""

import json
import sys
import time

import psutil
import pytest
import streamlit as st

from mha_viz.errors import MhaVizError
from mha_viz.evidence.corpus import own_process
from mha_viz.ui.shared import long_jobs
from tests.support.pages.pages import opened, sound
from tests.support.texts.parser import parse

PAGE = "pages/Scores.py"
# In the place of the command: it notes what it was asked, says how far it is, and does what the test wants of it.
BEGINS = """
import json, os, sys, time
given = [argument.partition("=") for argument in sys.argv[1:]]
file = next((value for name, _, value in given if name == "--conllu"), None)
text = open(file).read() if file else None
json.dump([os.getpid(), sys.argv[1:], text], open({note!r} + "~", "w")); os.rename({note!r} + "~", {note!r})
print("Ray takes a moment to start.", file=sys.stderr)
print("\\x1e0.4321 reading passages", file=sys.stderr, flush=True)
"""


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path):
    st.cache_resource.clear()
    monkeypatch.setattr("mha_viz.ui.shared.scores.parse", parse)
    monkeypatch.setattr(long_jobs, "owner", lambda: "a reader")
    monkeypatch.setattr("mha_viz.ui.pages.scores.measuring.may_use_cluster", lambda: True)
    yield
    st.cache_resource.clear()


@pytest.fixture
def does(monkeypatch, tmp_path):
    """Gives the command something to do; what it noted is asked for with the function that comes back."""

    def doing(code):
        note = tmp_path / "note"
        monkeypatch.setattr(own_process, "CODE", BEGINS.format(note=str(note)) + code)

        def noted():
            wait(note.exists)
            return json.loads(note.read_text(encoding="utf-8"))

        return noted

    return doing


def wait(check):
    end = time.monotonic() + 60
    while not check():
        assert time.monotonic() < end, "that took too long"
        time.sleep(0.01)


def measuring_panel(**link):
    test = opened(PAGE, model="classroom", **link)
    test.session_state["measure_open"] = True
    return sound(test.run())


def press(test, key):
    next(one for one in test.button if one.key == key).click()
    return test.run()


def bar(test):
    return [one.proto.text for one in test.get("progress")]


def said(test):
    return [one.value.replace("\\", "") for one in test.info]


def job_of(test):
    return test.session_state["_measuring"].job


def is_over(test):
    wait(lambda: job_of(test).state.is_over)
    return sound(test.run())


def test_a_cluster_is_used_by_another_process_which_says_how_far_it_is_and_is_cancelled(does):
    had_ray = "ray" in sys.modules  # of another test
    noted = does("time.sleep(600)")
    test = measuring_panel()
    test.selectbox(key="profile_where").select_index(2).run()
    assert next(one for one in test.button if one.key == "measure_profile").disabled, "an address is missing"
    test.text_input(key="profile_ray").set_value(" head:6379 ").run()
    press(test, "measure_profile")
    pid, given, text = noted()
    assert given == ["profile", "--model=classroom", "--dtype=float32", "--ray=head:6379"]
    assert text is None
    wait(lambda: job_of(test).progress.share == 0.4321)
    assert "reading passages" in " ".join(bar(sound(test.run())))
    press(test, "cancel_profile")
    assert any(one.startswith("Cancelled.") for one in said(is_over(test)))
    wait(lambda: not psutil.pid_exists(pid))
    assert ("ray" in sys.modules) == had_ray


def test_what_the_command_refuses_is_said_and_nothing_else_is_lost(does):
    does("print('mha-viz: No Ray cluster is at x: refused', file=sys.stderr); sys.exit(1)")
    test = measuring_panel()
    test.selectbox(key="profile_where").select_index(1).run()
    press(test, "measure_profile")
    test = is_over(test)
    assert "No Ray cluster is at x: refused" in said(test)
    assert any(one.key == "measure_profile" for one in test.button)


def test_one_that_ends_otherwise_is_named(does):
    noted = does("os.kill(os.getpid(), 9)")
    test = press(measuring_panel(), "measure_profile")
    assert noted()[1][-1] == "--dtype=float32", "on this machine, without Ray"
    assert "The process that measured ended (-9): Ray takes a moment to start." in said(is_over(test))


def test_what_is_measured_is_there_at_once(does, monkeypatch):
    looked = []
    monkeypatch.setattr("mha_viz.ui.pages.scores.measuring.look_again", lambda: looked.append(True))
    does("sys.exit(0)")
    test = is_over(press(measuring_panel(), "measure_profile"))
    assert [one.value for one in test.success] == [
        "Measured: your profile of classroom is among those that Profile offers."
    ]
    assert looked


def test_a_line_that_is_full_is_said(monkeypatch):
    class Full:
        def join(self, *_given, **_named):
            raise MhaVizError("Busy: 8 long jobs are waiting or running. Try again in a minute.")

    monkeypatch.setattr(long_jobs, "line", Full)
    assert any(one.startswith("Busy: 8") for one in said(sound(press(measuring_panel(), "measure_profile"))))


def test_without_ray_there_is_no_choice(monkeypatch):
    monkeypatch.setattr("mha_viz.ui.pages.scores.measuring.may_use_cluster", lambda: False)
    test = measuring_panel()
    assert not [one for one in test.selectbox if one.key == "profile_where"]
    assert any(one.key == "measure_profile" for one in test.button)


def test_in_a_class_nobody_measures(monkeypatch):
    monkeypatch.setattr("mha_viz.ui.pages.scores.measuring.class_mode", lambda: object())
    test = measuring_panel()
    assert not [one for one in test.button if one.key == "measure_profile"]


def test_nothing_goes_on_when_whoever_waited_is_gone(does):
    """The command as it is: it ends with the process that began it."""
    code = own_process.CODE.replace(
        "from mha_viz.cli.main import main", "import time; main = lambda _: time.sleep(600)"
    )
    process = psutil.Popen([sys.executable, "-c", code], stdin=-1)
    process.stdin.close()
    assert process.wait(60) == 1
