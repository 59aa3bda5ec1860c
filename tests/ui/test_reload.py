"""A page that is loaded anew, on a real server: its teacher is still the teacher, and a training is still theirs."""

import re
import time

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from mha_viz.ui.classroom import TEACHER
from tests.support.servers.hostile import machine, run, running, stream
from tests.support.servers.served import cookies_of

HTML = {"Accept": "text/html"}
LINK = {"training": "model"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    arguments = ["--classroom", "--models", "classroom", "--host", "127.0.0.1"]
    with running(machine(tmp_path_factory)[1], *arguments) as found:
        yield found


def page(server, cookie, sent=()):
    """The page of trainings as a browser with this cookie has it anew; what is sent of its widgets is sent then."""
    with stream(server, additional_headers={"Cookie": cookie}) as line:
        seen = run(line, "Training", LINK)
        for state in sent:
            seen = run(line, "Training", LINK, [state(seen.drawn)], seen.page_hash)
    return {widget.rpartition("-")[2] for widget in seen.drawn}


def pressed(key):
    return lambda drawn: WidgetState(id=next(it for it in drawn if it.endswith(f"-{key}")), trigger_value=True)


def typed(drawn, key, text):
    return WidgetState(id=next(it for it in drawn if it.endswith(f"-{key}")), string_value=text)


def test_what_is_typed_first_after_a_session_was_lost_is_not(server):
    """A phone that slept, or a server that was started anew: the page stands, and its session is another one."""
    linked, first, text = {"model": "classroom", "text": "The wolf ran home."}, "Anna slept", "Anna saw the zebra"
    cookie = {"Cookie": cookies_of(server.port)}
    with stream(server, additional_headers=cookie) as line:
        before = run(line, "Explore", linked)
        assert (b"wolf" in before.came, b"zebra" in before.came) == (True, False)
    with stream(server, additional_headers=cookie) as line:
        again = run(line, "Explore", linked, [typed(before.drawn, "text", text)], before.page_hash)
        assert (b"wolf" in again.came, b"zebra" in again.came) == (False, True)
        later = run(line, "Explore", linked, [typed(before.drawn, "text", first)], before.page_hash)
        assert (b"zebra" in later.came, b"slept" in later.came) == (False, True)
    with stream(server, additional_headers=cookie) as line:  # nothing was typed: the address holds
        same = run(line, "Explore", linked, [typed(before.drawn, "text", linked["text"])], before.page_hash)
        assert b"wolf" in same.came
    assert [*again.wrong, *later.wrong, *same.wrong] == []


def test_what_is_pressed_first_after_a_session_was_lost_is_done_once(server):
    cookie, linked = {"Cookie": cookies_of(server.port)}, {"story": "2", "model": "classroom"}
    with stream(server, additional_headers=cookie) as line:
        before = run(line, "", linked)
    (forward,) = [it for it, label in before.labels.items() if label == "Next"]
    with stream(server, additional_headers=cookie) as line:
        again = run(line, "", linked, [WidgetState(id=forward, trigger_value=True)], before.page_hash)
        assert b"4. A panel of specialists" in again.came
        assert not again.wrong


def test_the_teacher_and_a_training_are_still_there(server):
    token = re.search(f"{TEACHER}=([\\w-]+)", server.log.read_text())[1]
    teacher, student = cookies_of(server.port, f"/?{TEACHER}={token}"), cookies_of(server.port, "/")
    assert token not in teacher
    assert "train_model" in page(server, teacher)
    assert "train_model" not in page(server, student)
    assert "cancel_training" in page(server, teacher, [pressed("train_model")])
    for _ in range(2):
        time.sleep(1)
        assert {"cancel_training", "run"} <= page(server, teacher)
        assert not {"cancel_training", "run"} & page(server, student)
        assert not {"train_model", "run"} & page(server, f"{teacher[:-1]}x")
    page(server, teacher, [pressed("cancel_training")])
