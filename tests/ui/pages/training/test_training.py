"""The page of trainings: replayed, started, waited for, cancelled; by link, by odd links, and for who may not train."""

import json
import threading
import time

import pytest
import streamlit as st

from mha_viz.training.induction import InductionPlan
from mha_viz.training.records import watch
from mha_viz.training.train import TrainingPlan
from mha_viz.ui.pages.training.live import plan_of
from mha_viz.ui.shared import long_jobs
from mha_viz.ui.shared.job import State
from mha_viz.ui.shell.led import join
from mha_viz.ui.shell.memory import Memory
from tests.support.pages.drawn import header_of, pictures
from tests.support.pages.pages import opened, sound

PAGE = "pages/Training.py"
SOON = 30


def told(test):
    parts = [*test.markdown, *test.info, *test.caption]
    return "\n".join(part.value.replace("\\", "") for part in parts)


def views(test):
    headers = [header_of(component.proto.bytes) for component in pictures(test)]
    return {header["kind"]: header for header in headers}


def tiny(kind, *, heads, layers, seed):
    if kind == "induction":
        return InductionPlan(steps=6, heads=heads, layers=layers, seed=seed, width=16, batch=5, checkpoints=3)
    return TrainingPlan(
        steps=6, heads=heads, layers=layers, seed=seed, width=16, batch=5, sentences=17, checkpoints=3, feed_forward=0
    )


@pytest.fixture
def quick(monkeypatch):
    """Trainings of a few steps, and a line in which nobody stands."""
    monkeypatch.setattr("mha_viz.ui.pages.training.live.plan_of", tiny)
    long_jobs.line.clear()
    yield
    long_jobs.line.clear()


def live(test, kind="model"):
    return test.session_state[Memory.trainings.key][kind]


def press(test, label):
    next(button for button in test.button if button.label == label).click()
    return sound(test.run())


def wait(check):
    end = time.monotonic() + SOON
    while not check():
        assert time.monotonic() < end, "that took too long"
        time.sleep(0.01)


def curves_of(test):
    """Where each chart points out a step, and the name of the head whose line is strong; by the key of the chart."""
    found = {}
    for chart in test.get("plotly_chart"):
        figure, key = json.loads(chart.proto.spec), chart.proto.id.rpartition("-")[2]
        strong = [one["name"] for one in figure["data"] if one.get("line", {}).get("width") == 4]
        moments = {shape["x0"] for shape in figure["layout"].get("shapes", ()) if shape["x0"] == shape["x1"]}
        found[key] = strong, moments
    return found


def test_the_curves_follow_lesson_head_and_step():
    for kind, step, layer, head in (
        ("model", 0, 1, 2),
        ("model", 40, 1, 2),
        ("model", 40, 0, 1),
        ("induction", 0, 1, 0),
    ):
        test = sound(opened(PAGE, training=kind, moment=str(step), layer=str(layer), head=str(head)))
        step, head = test.select_slider(key="moment").value, test.selectbox(key="head").value
        curves = curves_of(test)
        assert set(curves) >= {"of_model", "of_heads"}
        assert curves["of_heads"] == ([f"L{test.selectbox(key='layer').value} H{head}"], {step})
        assert curves["of_model"] == ([], {step})
        assert ("loss" in curves) == (kind == "model")


@pytest.mark.parametrize("kind", ["model", "induction"])
def test_the_shipped_training_is_replayed_with_nothing_to_wait_for(kind):
    test = sound(opened(PAGE, training=kind))
    assert not test.error
    slider = test.select_slider(key="moment")
    assert slider.value == int(slider.options[-1])
    assert "Its best head, L1 H" in told(test)
    assert {"head", "grid"} <= set(views(test))
    assert len(test.get("plotly_chart")) == (4 if kind == "model" else 2)
    first = int(slider.options[0])
    slider.set_value(first)
    sound(test.run())
    assert "Before any training" in told(test)
    assert test.query_params["moment"] == ["0"] or test.query_params["moment"] == "0"
    assert "after 0 steps" in views(test)["head"]["title"]


def test_a_link_shows_its_moment_head_and_sentence():
    test = sound(opened(PAGE, training="model", moment="660", layer="1", head="3", follow="first token", sentence="1"))
    assert views(test)["head"]["title"] == "Pattern of L1 H3 after 660 steps"
    assert "dirty" in views(test)["head"]["queries"]
    assert "After 660 steps" in told(test)
    assert "to the first word" in told(test)
    assert test.selectbox(key="follow").value == "first token"


@pytest.mark.parametrize(
    "link",
    [
        {"training": "<script>", "moment": "-5", "layer": "99", "head": "x"},
        {"training": "induction", "moment": "nan", "follow": "twins", "sentence": "-1"},
        {"training": "model", "moment": "9" * 400, "sentence": "1e9"},
        {"run": "yours", "_live_model": "x", "moment": "661"},
    ],
)
def test_a_hostile_link_shows_something_sound(link):
    test = sound(opened(PAGE, **link))
    assert not test.error
    assert "head" in views(test)
    assert str(test.select_slider(key="moment").value) in test.select_slider(key="moment").options


def test_another_lesson_forgets_the_head_of_the_last_one():
    test = sound(opened(PAGE, training="model", moment="660", layer="0", head="0"))
    test.segmented_control(key="training").set_value("induction")
    sound(test.run())
    assert views(test)["head"]["title"] == "Pattern of L1 H1 after 1,000 steps"


def test_the_proposed_head_is_the_best_of_the_score_until_another_is_chosen():
    test = sound(opened(PAGE))
    assert views(test)["head"]["title"].startswith("Pattern of L1 H2")
    test.selectbox(key="follow").set_value("attention to itself")
    sound(test.run())
    assert views(test)["head"]["title"].startswith("Pattern of L0 H3")
    test.selectbox(key="head").set_value(1)
    sound(test.run())
    test.selectbox(key="follow").set_value("twins")
    sound(test.run())
    assert views(test)["head"]["title"].startswith("Pattern of L0 H1")


def test_one_head_or_four_says_what_the_seeds_say():
    test = sound(opened(PAGE, training="heads"))
    assert "85,952 parameters" in told(test)
    assert len(test.get("plotly_chart")) == 3
    assert "of 8 seeds" in told(test)
    assert "with 4 heads" in told(test)
    test.segmented_control(key="more_heads").set_value(8)
    assert "with 8 heads" in told(sound(test.run()))


@pytest.mark.parametrize("kind", ["model", "induction"])
def test_a_training_of_one_s_own_is_watched_and_kept(kind, quick):
    test = sound(opened(PAGE, training=kind))
    test.segmented_control(key=f"train_heads_{kind}").set_value(2)
    test.number_input(key=f"train_seed_{kind}").set_value(7)
    press(test, "Train")
    wait(lambda: live(test, kind).job.state.is_over)
    assert live(test, kind).job.state is State.FINISHED
    sound(test.run())
    assert test.select_slider(key="moment").value == 6
    assert (live(test, kind).plan.heads, live(test, kind).plan.seed) == (2, 7)
    assert test.select_slider(key="moment").options == ["0", "2", "6"]
    assert test.segmented_control(key="run").value == "yours"
    assert "After 6 steps" in told(test)
    assert "2 heads" not in told(test)
    test.segmented_control(key="run").set_value("shipped")
    sound(test.run())
    assert len(test.select_slider(key="moment").options) >= 20
    test.segmented_control(key="run").set_value("yours")
    assert len(sound(test.run()).select_slider(key="moment").options) == 3


def test_a_running_training_shows_its_last_checkpoint_until_somebody_goes_back(quick, monkeypatch):
    go_on = threading.Semaphore(0)
    whole = list(watch(tiny("model", heads=2, layers=1, seed=1)))

    def slowly(*_args, **_options):
        for one in whole:
            assert go_on.acquire(timeout=SOON)
            yield one

    def one_more(test, n):
        go_on.release()
        wait(lambda: len(live(test).snapshots) == n)
        return sound(test.run()).session_state["moment"]

    monkeypatch.setattr("mha_viz.ui.pages.training.live.watch", slowly)
    test = sound(opened(PAGE, moment="1"))
    press(test, "Train")
    assert one_more(test, 1) == 0
    assert one_more(test, 2) == 2
    test.select_slider(key="moment").set_value(0)
    sound(test.run())
    assert one_more(test, 3) == 0
    wait(lambda: live(test).job.state is State.FINISHED)


def test_a_running_training_is_never_drawn_over_the_shipped_one(quick, monkeypatch):
    go_on = threading.Semaphore(0)
    whole = list(watch(tiny("model", heads=2, layers=1, seed=1)))

    def slowly(*_args, **_options):
        for one in whole:
            assert go_on.acquire(timeout=SOON)
            yield one

    def seen(test):
        slider = test.select_slider(key="moment")
        facts = [header.get("facts") for header in views(test).values()]
        return slider.value, slider.options, curves_of(test), facts, test.selectbox(key="head").value

    monkeypatch.setattr("mha_viz.ui.pages.training.live.watch", slowly)
    test = sound(opened(PAGE, moment="600", layer="1", head="3"))
    shipped = seen(test)
    press(test, "Train")
    assert not test.get("plotly_chart")  # of the new one there is nothing yet
    test.segmented_control(key="run").set_value("shipped")
    test.query_params["moment"] = "600"
    sound(test.run())
    test.select_slider(key="moment").set_value(shipped[0])
    test.selectbox(key="layer").set_value(1)
    test.selectbox(key="head").set_value(3)
    assert seen(sound(test.run())) == shipped
    for n in range(1, len(whole) + 1):
        go_on.release()
        wait(lambda n=n: len(live(test).snapshots) == n)
        assert seen(sound(test.run())) == shipped
    wait(lambda: live(test).job.state is State.FINISHED)
    assert seen(sound(test.run())) == shipped
    test.segmented_control(key="run").set_value("yours")
    assert sound(test.run()).select_slider(key="moment").options == ["0", "2", "6"]


def test_what_another_lesson_takes_the_place_of_in_line_says_so(quick):
    go_on, begun = threading.Event(), threading.Event()
    long_jobs.line().join(lambda _job: (begun.set(), go_on.wait(SOON)), owner="somebody else")
    assert begun.wait(SOON)
    test = sound(opened(PAGE))
    press(test, "Train")
    first = live(test).job
    test.segmented_control(key="training").set_value("induction")
    sound(test.run())
    press(test, "Train")
    assert (first.state, live(test, "induction").job.state) == (State.CANCELLED, State.WAITING)
    assert "cancelled" not in told(test)
    test.segmented_control(key="training").set_value("model")
    assert "This training was cancelled before it had begun." in told(sound(test.run()))
    assert "The first checkpoint comes" not in told(test)
    go_on.set()
    wait(lambda: live(test, "induction").job.state.is_over)


def test_a_new_training_begins_at_its_own_last_step(quick):
    test = sound(opened(PAGE, moment="1"))
    assert test.select_slider(key="moment").value == 0
    press(test, "Train")
    wait(lambda: live(test).job.state.is_over)
    assert sound(test.run()).select_slider(key="moment").value == 6


def test_who_comes_second_sees_the_place_in_line_and_may_leave_it(quick):
    go_on, begun = threading.Event(), threading.Event()
    long_jobs.line().join(lambda _job: (begun.set(), go_on.wait(SOON)), owner="somebody else")
    assert begun.wait(SOON)
    test = sound(opened(PAGE))
    press(test, "Train")
    job = live(test).job
    assert job.state is State.WAITING
    assert long_jobs.place_sentence(job) == "One long job is ahead of yours."
    assert "The first checkpoint comes when it is your turn." in told(test)
    press(test, "Cancel")
    assert job.state is State.CANCELLED
    assert "This training was cancelled before it had begun." in told(sound(test.run()))
    assert "The first checkpoint comes" not in told(test)
    go_on.set()


def test_a_running_training_is_cancelled_and_what_there_is_stays(quick, monkeypatch):
    endless = TrainingPlan(steps=100_000, width=16, heads=2, sentences=17, batch=5, feed_forward=0, checkpoints=2)
    monkeypatch.setattr("mha_viz.ui.pages.training.live.plan_of", lambda _kind, **_chosen: endless)
    test = sound(opened(PAGE))
    press(test, "Train")
    job = live(test).job
    wait(lambda: live(test).snapshots and job.progress.share > 0)
    sound(test.run())
    assert "Before any training" in told(test)
    press(test, "Cancel")
    wait(lambda: job.state.is_over)
    assert job.state is State.CANCELLED
    assert "was cancelled. What it had learned until then can be looked at." in told(sound(test.run()))
    assert "Before any training" in told(test)


def test_another_training_ends_the_one_before(quick):
    go_on, begun = threading.Event(), threading.Event()
    long_jobs.line().join(lambda _job: (begun.set(), go_on.wait(SOON)), owner="somebody else")
    assert begun.wait(SOON)
    test = sound(opened(PAGE))
    press(test, "Train")
    first = live(test).job
    press(test, "Train")
    assert first.state is State.CANCELLED
    go_on.set()
    wait(lambda: live(test).job.state.is_over)
    assert live(test).job.state is State.FINISHED


def test_a_full_line_says_so(quick):
    go_on, begun = threading.Event(), threading.Event()
    long_jobs.line().join(lambda _job: (begun.set(), go_on.wait(SOON)), owner="0")
    assert begun.wait(SOON)
    for owner in range(1, 8):
        long_jobs.line().join(lambda _job: None, owner=str(owner))
    test = sound(opened(PAGE))
    press(test, "Train")
    assert "Busy: 8 long jobs" in told(test)
    go_on.set()


def test_what_fails_is_said_in_a_sentence(quick, monkeypatch):
    def broken(*_args, **_options):
        raise ValueError("out of *luck*")

    monkeypatch.setattr("mha_viz.ui.pages.training.live.watch", broken)
    test = sound(opened(PAGE))
    press(test, "Train")
    wait(lambda: live(test).job.state.is_over)
    assert "The training failed: out of *luck*" in told(sound(test.run()))
    assert not test.exception


def test_who_may_not_train_is_told_and_sees_no_button(monkeypatch):
    monkeypatch.setattr(join, "may_train", lambda: False)
    test = sound(opened(PAGE))
    assert long_jobs.MAY_NOT in told(test)
    assert not [button for button in test.button if button.label == "Train"]
    assert "After 1,200 steps" in told(test)


def test_the_training_comes_back_with_the_page(quick):
    test = sound(opened(PAGE))
    press(test, "Train")
    wait(lambda: live(test).job.state.is_over)
    sound(test.switch_page("pages/Training.py").run())
    assert test.segmented_control(key="run").value == "yours"
    assert "After 6 steps" in told(test)


def test_a_session_that_is_gone_is_known(monkeypatch):
    class Runtime:
        def is_active_session(self, session):
            return session == "here"

    monkeypatch.setattr(long_jobs.runtime, "exists", lambda: True)
    monkeypatch.setattr(long_jobs.runtime, "get_instance", Runtime)
    st.cache_resource.clear()
    long_jobs.line.clear()
    line = long_jobs.line()
    gone = line.join(lambda _job: None, owner="gone")
    here = line.join(lambda _job: None, owner="here")
    wait(lambda: here.state.is_over)
    assert (gone.state, here.state) == (State.CANCELLED, State.FINISHED)
    long_jobs.line.clear()


def test_three_layers_take_fewer_steps():
    sizes = [plan_of("model", heads=8, layers=layers, seed=1).steps for layers in (1, 2, 3)]
    assert sizes[0] == sizes[1] == TrainingPlan.steps > sizes[2]
    assert isinstance(plan_of("induction", heads=1, layers=2, seed=1), InductionPlan)


def test_looking_is_told_apart_from_mattering_by_what_was_measured():
    test = sound(opened(PAGE))
    said = next(one.value.replace("\\", "") for one in test.markdown if "finds most" in one.value)
    assert said.startswith("L1 H2 finds most, the right noun in 95.6 % [81.9, 99.0] of the pairs; without it")
    assert "L0 H0 matters most: without it accuracy falls by 51.7 points [35.2, 68.1]" in said
    assert "L1 H1 finds 78.9 % [59.2, 90.6], and yet without it accuracy changes by 0.6 points, upwards" in said
