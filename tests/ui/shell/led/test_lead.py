"""A class that is led: browsers hear that the teacher went on, who follows goes there, and comes back with one tap."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from mha_viz.ui.classroom import VARIABLE
from mha_viz.ui.several.board import Board, Lead
from mha_viz.ui.shell.led import lead as module
from mha_viz.ui.shell.led.lead import FEED, LEADING, LeadFeed, Leading
from mha_viz.ui.shell.memory import Memory
from tests.support.pages.classes import class_of, labels, opened, ran
from tests.support.pages.drawn import menu

TEXT = "When the cub stood by the drill in the rain, it was tired."


@pytest.fixture
def mode(monkeypatch):
    with class_of(monkeypatch) as mode:
        yield mode


class Browser:
    """Listens to the feed: what it was sent, and how it goes away."""

    def __init__(self, leading_app, path=FEED, method="GET"):
        self.sent, self._gone = [], asyncio.Event()
        self.task = asyncio.ensure_future(
            leading_app({"type": "http", "method": method, "path": path}, self._receive, self._send)
        )

    async def _receive(self):
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message):
        self.sent.append(message)

    async def leave(self):
        self._gone.set()
        await asyncio.wait_for(self.task, 10)

    @property
    def heard(self):
        lines = [one["body"].decode() for one in self.sent if one.get("body")]
        return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


def run_alone(coroutine):
    """In a thread of its own: the one of the tests may have a loop that a browser left there."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, coroutine).result(60)


async def settled(condition):
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("this never came")


def test_every_browser_hears_once_whenever_the_teacher_goes_on(mode):
    async def listen():
        async def app(_scope, _receive, _send):
            raise AssertionError("the feed was not asked")

        feed = LeadFeed(app)
        browsers = [Browser(feed), Browser(feed, path=f"/school{FEED}")]
        await settled(lambda: all(len(one.heard) == 1 for one in browsers))
        first = LEADING.message["number"]
        assert browsers[0].heard == [{"number": first, "leads": False}]
        await asyncio.to_thread(LEADING.go, Lead("app.py", {"story": "3"}))
        await settled(lambda: all(len(one.heard) == 2 for one in browsers))
        LEADING.go(Lead("app.py", {"story": "3"}))  # the same place: nobody is told
        assert LEADING.message["number"] == first + 1
        await browsers[1].leave()
        LEADING.go(Lead("app.py", {"story": "4"}))
        await settled(lambda: len(browsers[0].heard) == 3)
        assert browsers[0].heard[1:] == [{"number": first + 1, "leads": True}, {"number": first + 2, "leads": True}]
        assert len(browsers[1].heard) == 2
        await browsers[0].leave()
        assert not LEADING._waiting
        assert browsers[0].sent[0]["status"] == 200

    run_alone(listen())


def test_a_silent_feed_says_that_it_is_alive(mode, monkeypatch):
    monkeypatch.setattr(module, "HEARTBEAT", 0.01)

    async def listen():
        browser = Browser(LeadFeed(None))
        await settled(lambda: sum(one.get("body") == b":\n\n" for one in browser.sent) > 2)
        assert len(browser.heard) == 1
        await browser.leave()

    run_alone(listen())


def test_too_many_feeds_are_refused_and_other_addresses_are_streamlit_s(mode, monkeypatch):
    monkeypatch.setattr(module, "MOST_FEEDS", 2)
    asked = []

    async def app(scope, _receive, _send):
        asked.append(scope["path"])

    async def listen():
        feed = LeadFeed(app)
        browsers = [Browser(feed) for _ in range(3)]
        await settled(lambda: all(one.sent for one in browsers))
        assert [one.sent[0]["status"] for one in browsers] == [200, 200, 503]
        posted = Browser(feed, method="POST")
        await asyncio.wait_for(posted.task, 10)
        assert posted.sent[0]["status"] == 503
        await Browser(feed, path="/_stcore/health").task
        for one in browsers[:2]:
            await one.leave()

    run_alone(listen())
    assert asked == ["/_stcore/health"]
    monkeypatch.delenv(VARIABLE)

    async def alone():
        await Browser(LeadFeed(app)).task

    run_alone(alone())
    assert asked[1:] == [FEED]  # without a class there is nobody to follow


def test_a_loop_that_has_ended_is_left_alone():
    leading = Leading(Board())

    async def join():
        leading.join(asyncio.Event())

    run_alone(join())
    leading.go(Lead("app.py"))
    assert leading.message == {"number": 1, "leads": True}


# ---- pages -----------------------------------------------------------------------------------------------------------


def told_of_the_lead(test):
    """A run in which the page asks where the teacher is, as the first one does."""
    test.session_state[Memory.is_new.key] = True
    return ran(test)


def test_who_comes_to_a_class_that_is_led_is_where_the_teacher_is(mode):
    teacher = opened(teacher=mode.token, story="2")
    (switch,) = [one for one in teacher.toggle if one.label == "Lead the class"]
    assert not switch.value
    assert not any("teacher" in label for label in labels(opened()))
    switch.set_value(True)
    ran(teacher)
    student = opened(story="6", notes="no")
    assert student.query_params["story"] == "2"
    assert "Following the teacher: leave" in labels(student)
    assert [one.label for one in student.toggle] == []


def test_one_tap_leads_back_to_oneself_and_another_to_the_teacher(mode):
    LEADING.go(Lead("app.py", {"story": "3", "model": "classroom", "text": TEXT}))
    student = opened(story="6", notes="yes", type="large")
    assert student.query_params["story"] == "3"
    assert student.query_params["notes"] == "yes"  # what is on one's own screen is one's own
    assert student.query_params["type"] == "large"
    next(one for one in student.button if one.label.startswith("Following")).click()
    ran(student)
    assert student.query_params["story"] == "6"
    assert "text" not in student.query_params
    LEADING.go(Lead("app.py", {"story": "4", "model": "classroom"}))
    assert ran(student).query_params["story"] == "6"
    next(one for one in student.button if one.label == "Follow the teacher").click()
    ran(student)
    assert student.query_params["story"] == "4"
    LEADING.go(None)
    assert not any("teacher" in label for label in labels(ran(student)))


def test_who_follows_may_go_on_alone_and_still_comes_back_to_what_was_before_all_that(mode):
    LEADING.go(Lead("app.py", {"story": "3", "model": "classroom"}))
    student = opened(story="6")
    student.session_state["story"] = 5
    assert ran(student).query_params["story"] == "5"  # until the teacher goes on
    LEADING.go(Lead("app.py", {"story": "4", "model": "classroom"}))
    assert told_of_the_lead(student).query_params["story"] == "4"
    next(one for one in student.button if one.label.startswith("Following")).click()
    assert ran(student).query_params["story"] == "6"
    assert told_of_the_lead(student).query_params["story"] == "6"  # who left is left alone


def test_students_follow_to_another_page(mode):
    LEADING.go(Lead("pages/Explore.py", {"text": TEXT, "model": "classroom", "layer": "1", "head": "2"}))
    student = opened(story="6")
    assert student.query_params["text"] == TEXT
    assert (student.query_params["layer"], student.query_params["head"]) == ("1", "2")
    assert student.text_input(key="text").value == TEXT
    next(one for one in student.button if one.label.startswith("Following")).click()
    ran(student)
    assert student.query_params["story"] == "6"
    assert "layer" not in student.query_params
    assert not student.text_input  # a lesson again


def test_a_teacher_who_leads_takes_the_class_along(mode):
    teacher = opened("pages/Explore.py", teacher=mode.token, text=TEXT, notes="yes")
    LEADING.go(Lead("app.py", {}))
    ran(teacher)
    assert LEADING.lead.page == "pages/Explore.py"
    assert LEADING.lead.settings["text"] == TEXT
    assert "notes" not in LEADING.lead.settings
    assert "teacher" not in LEADING.lead.settings
    before = LEADING.message["number"]
    teacher.selectbox(key="head").select(1)
    ran(teacher)
    assert int(LEADING.lead.settings["head"]) == 1
    assert LEADING.message["number"] > before


def test_only_students_of_a_class_listen(mode, monkeypatch):
    assert menu(opened())["feed"] == {"address": "_lead", "follows": True, **LEADING.message}
    assert menu(opened(teacher=mode.token))["feed"] is None
    student = opened()
    student.session_state[Memory.follows.key] = False
    assert not menu(ran(student))["feed"]["follows"]
    monkeypatch.delenv(VARIABLE)
    alone = opened()
    assert menu(alone)["feed"] is None
    assert not any("teacher" in label for label in labels(alone))
