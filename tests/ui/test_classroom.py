"""A server for a class: its models and caps, its links, and what it says when too much is asked at once."""

import json
import re
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from xml.etree import ElementTree

import pytest
import segno
import streamlit as st
from streamlit.testing.v1 import AppTest

from mha_viz.cli.main import main
from mha_viz.errors import BusyError, InputError, ModelError
from mha_viz.models.catalogue import in_menu
from mha_viz.models.fetching.fetch import fetch, fetch_parser
from mha_viz.models.fetching.hub import hub_snapshot
from mha_viz.models.fetching.sums import write_sums
from mha_viz.paths import app_folder
from mha_viz.progress import Progress
from mha_viz.ui import server
from mha_viz.ui.classroom import VARIABLE, ClassMode, class_mode, environment_of, listed_models
from mha_viz.ui.shared.queue import Batch, Queue
from mha_viz.ui.shared.waiting import put_in_batch, put_in_line, result_of, wait_for
from mha_viz.ui.shell import turns
from mha_viz.ui.shell.led.join import qr_code
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.pages.drawn import menu, pictures

URL = "http://192.168.1.5:8501"


@pytest.fixture
def teach(monkeypatch):
    """Serve a class from here on."""

    def start(**settings):
        mode = ClassMode(**{"models": ("minilm",), "url": URL, "patience": 30.0, **settings})
        for name, value in environment_of(mode).items():
            monkeypatch.setenv(name, value)
        return mode

    return start


@pytest.fixture
def tiny_minilm(tmp_path, monkeypatch):
    """A user's cache in which the default model is a tiny one, and no parser."""
    place = tmp_path / "models" / "minilm"
    make(*TEXT["bert"]).save_pretrained(place)
    tokenizer().save_pretrained(place)
    write_sums(place)
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path))
    st.cache_resource.clear()
    yield str(place)
    st.cache_resource.clear()


def opened(page="pages/Explore.py", **link):
    test = AppTest.from_file(str(app_folder() / "app.py"), default_timeout=60).switch_page(page)
    for key, value in link.items():
        test.query_params[key] = value
    test.run()
    assert not test.exception, test.exception
    return test


def said(test):
    return [error.value.replace("\\", "") for error in test.error]


# ---- what a class is -------------------------------------------------------------------------------------------------


def test_the_server_reads_what_the_command_wrote(teach, monkeypatch):
    assert class_mode() is None
    mode = teach(models=("minilm", "classroom"), most_tokens=17)
    assert class_mode() == mode
    assert VARIABLE not in environment_of(None)  # a server for one person is none for a class
    assert ClassMode(("minilm",), URL).token != ClassMode(("minilm",), URL).token
    assert mode.token not in repr(mode)


def test_only_the_whole_token_makes_a_teacher():
    mode = ClassMode(("minilm",), URL)
    assert mode.teachers_url == f"{URL}/?teacher={mode.token}"
    assert mode.is_token(mode.token)
    for wrong in ("", mode.token[:-1], mode.token + "x", "é" * 22, "\udcff", "\x00", mode.token.swapcase()):
        assert not mode.is_token(wrong)


def test_models_and_texts_are_capped():
    mode = ClassMode(("minilm", "classroom"), URL, most_tokens=10)
    mode.refuse_other_model("classroom")
    for name in ("mpnet", "", "minilm ", "../minilm", "/etc/passwd", "owner/name"):
        with pytest.raises(InputError, match="” is not available here. This class uses minilm and classroom"):
            mode.refuse_other_model(name)
    mode.refuse_long_text(10)
    with pytest.raises(InputError, match="This text has 11 tokens; the limit in this class is 10."):
        mode.refuse_long_text(11)
    mode.refuse_long_text(120, "characters")
    with pytest.raises(InputError, match="121 characters; the limit in this class is 120"):
        mode.refuse_long_text(121, "characters")


def test_lists_of_models():
    assert listed_models(" minilm, classroom,,minilm") == ("minilm", "classroom")
    with pytest.raises(InputError, match="names no model"):
        listed_models(" , ")


def test_nothing_is_fetched_while_a_class_is_taught(teach, monkeypatch, tmp_path):
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path))
    teach(models=("minilm", "mpnet"))
    for ask in (
        lambda: fetch("mpnet", None, None),
        lambda: fetch_parser(None),
        lambda: hub_snapshot("a/b", None, None),
    ):
        with pytest.raises(ModelError, match="nothing is fetched while a class is taught"):
            ask()
    assert not list(tmp_path.rglob("*"))


# ---- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def served(monkeypatch):
    """What the command would serve."""
    calls = []
    monkeypatch.setattr("mha_viz.cli.classroom.serve", lambda *given, **named: calls.append((given, named)))
    monkeypatch.setattr("mha_viz.cli.classroom.refuse_taken_port", lambda *_given: None)
    monkeypatch.setattr("mha_viz.cli.classroom.fetched_parser", lambda: None)
    monkeypatch.setattr("mha_viz.cli.classroom.fetched", lambda _name: None)
    monkeypatch.setattr("mha_viz.cli.classroom.address_in_network", lambda: "192.168.1.5")
    return calls


def test_a_class_listens_everywhere_and_one_person_does_not(served, monkeypatch):
    assert main(["--classroom", "--no-browser"]) == 0
    (((host, port), named),) = served
    assert (host, port, named["mode"].url, named["mode"].models) == ("0.0.0.0", 8501, URL, ("minilm", "classroom"))  # noqa: S104
    assert main(["--classroom", "--host", "127.0.0.1", "--port", "9000", "--models", "classroom"]) == 0
    ((host, port), named) = served[1]
    assert (host, port, named["mode"].url, named["mode"].models) == (
        "127.0.0.1",
        9000,
        "http://localhost:9000",
        ("classroom",),
    )
    monkeypatch.setattr("mha_viz.cli.main.serve", lambda *given, **_named: served.append(given))
    monkeypatch.setattr("mha_viz.cli.main.refuse_taken_port", lambda *_given: None)
    monkeypatch.setattr("mha_viz.cli.main.fetched", lambda _name: None)
    assert main(["--no-browser"]) == 0
    assert served[2] == ("127.0.0.1", 8501)


def test_a_model_that_cannot_be_had_is_left_out(served, monkeypatch, capsys):
    def fetched(name):
        if name != "mpnet":
            raise ModelError(f"{name} could not be fetched.")

    monkeypatch.setattr("mha_viz.cli.classroom.fetched", fetched)
    assert main(["--classroom", "--models", "minilm,mpnet"]) == 0
    assert served[0][1]["mode"].models == ("mpnet",)
    assert "minilm could not be fetched. The class goes on without it." in capsys.readouterr().err
    assert main(["--classroom", "--models", "minilm"]) == 0
    assert served[1][1]["mode"].models == ("classroom",)  # which comes with the app


def test_a_folder_whose_weights_are_cut_is_left_out(served, folder, tmp_path, capsys):
    cut = tmp_path / "cut"
    shutil.copytree(folder, cut)
    (cut / "model.safetensors").write_bytes((cut / "model.safetensors").read_bytes()[:-7])
    assert main(["--classroom", "--models", f"{cut},{folder}"]) == 0
    assert served[0][1]["mode"].models == (folder,)
    said = capsys.readouterr().err
    assert f"mha-viz: {cut} cannot be loaded: a weight file is broken" in said
    assert "The class goes on without it." in said


def test_a_model_that_cannot_be_loaded_is_left_out_before_anybody_comes(teach, folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("mha_viz.annotation.english.parser.parse", lambda _text: None)
    bare = tmp_path / "bare"
    shutil.copytree(folder, bare)
    settings = json.loads((bare / "config.json").read_text())
    (bare / "config.json").write_text(json.dumps(settings | {"num_hidden_layers": 7}))
    token = teach(models=(str(bare), folder)).token
    server.warm_up(Progress())
    assert class_mode().models == (folder,)
    assert class_mode().token == token
    assert f"mha-viz: {bare} cannot be loaded" in capsys.readouterr().err
    teach(models=(str(bare),))
    server.warm_up(Progress())
    assert class_mode().models == ("classroom",)


def test_names_that_are_no_models_are_refused_at_the_start(served, capsys):
    assert main(["--classroom", "--models", "minilm,gpt9"]) == 1
    assert "'gpt9' is neither in the catalogue (minilm" in capsys.readouterr().err
    assert not served


def test_both_links_are_printed(started, capsys):
    from mha_viz.ui.serve import serve

    mode = ClassMode(("minilm",), URL)
    serve("0.0.0.0", 8501, open_browser=False, mode=mode)  # noqa: S104
    out = capsys.readouterr().out
    assert f"students: {URL}\n" in out
    assert f"teacher:  {mode.teachers_url}" in out
    assert "Everybody in this network can open it" in out
    command, environment = started[0]
    assert command[command.index("--server.maxUploadSize") + 1] == "2"
    assert mode.token not in " ".join(command)  # every user of the machine sees commands
    assert mode.token in environment[VARIABLE]


# ---- the pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "key"), [("pages/Sentence.py", "model"), ("pages/Compare.py", "model2"), ("pages/Atlas.py", "beside")]
)
def test_other_models_are_refused_by_pages(page, key, tiny_minilm, teach):
    teach()
    for name in (tiny_minilm, "classroom", "../minilm", "owner/name"):
        (sentence,) = said(opened(page, text="the cat sat", compare="two models", **{key: name}))
        assert "” is not available here. This class uses minilm." in sentence


def test_menus_list_the_models_of_the_class(tiny_minilm, teach):
    teach(models=("minilm", "classroom"))
    assert opened(text="the cat sat").selectbox(key="model").options == [in_menu("minilm"), in_menu("classroom")]
    menu = opened("pages/Compare.py", text="the cat sat", compare="two models").selectbox(key="model2")
    assert menu.options == ["random weights", "classroom"]
    assert opened("pages/Atlas.py", text="the cat sat").selectbox(key="beside").options == ["none", "classroom"]


def test_long_texts_are_refused_by_pages(tiny_minilm, teach):
    teach(most_tokens=8)
    assert not said(opened(text="the cat sat on a mat"))
    (sentence,) = said(opened(text="the cat sat on a mat because"))
    assert sentence == "This text has 9 tokens; the limit in this class is 8."
    (sentence,) = said(opened(text="the cat " * 5000))
    assert sentence == "This text has 40,000 characters; the limit in this class is 96."
    (sentence,) = said(opened("pages/Compare.py", text="the cat", second="the cat " * 9))
    assert "in this class" in sentence


def test_a_class_is_served_without_waiting_for_browsers(tiny_minilm, teach, monkeypatch):
    teach()
    monkeypatch.setattr("mha_viz.ui.shell.frame.DRAWING", None)  # no number of seconds
    assert pictures(opened())


def test_the_link_of_the_class_is_on_the_page_and_the_token_nowhere(tiny_minilm, teach):
    mode = teach()
    student = opened(text="the cat sat")
    assert not student.code  # nobody has opened the panel yet
    student.session_state["join"] = True
    student.run()
    assert any(code.value == URL for code in student.code)
    (picture,) = student.get("image")
    assert "data:image/svg+xml" in str(picture.proto)
    assert any(
        "on the same Wi-Fi. Models: minilm; texts of up to 512 tokens" in caption.value for caption in student.caption
    )
    teacher = opened(text="the cat sat", teacher=mode.token)
    teacher.session_state["join"] = True
    teacher.run()
    assert any("You are the teacher" in caption.value for caption in teacher.caption)
    assert not any("You are the teacher" in caption.value for caption in student.caption)
    assert "teacher" not in teacher.query_params
    assert mode.token not in str(teacher._tree) + str(menu(teacher))
    teacher.selectbox(key="head").select(1).run()
    assert any("You are the teacher" in caption.value for caption in teacher.caption)  # remembered


def test_without_a_class_nothing_is_said_of_one(tiny_minilm):
    test = opened(text="the cat sat", teacher="x")
    assert not test.code
    assert test.selectbox(key="model").options[:2] == [in_menu("minilm"), in_menu("smollm2")]


def test_what_takes_minutes_is_the_teacher_s(tiny_minilm, teach):
    assert "Measure on this machine" in [button.label for button in opened("pages/Inside.py", text="the cat").button]
    mode = teach()
    assert "Measure on this machine" not in [
        button.label for button in opened("pages/Inside.py", text="the cat").button
    ]
    buttons = opened("pages/Inside.py", text="the cat", teacher=mode.token).button
    assert "Measure on this machine" in [button.label for button in buttons]
    buttons = opened("pages/Inside.py", text="the cat", teacher="wrong").button
    assert "Measure on this machine" not in [button.label for button in buttons]


def test_the_drawn_code_is_the_link_s(teach):
    """Every dark module of the SVG stands where the standard's encoder has one, with four light ones around."""
    svg = ElementTree.fromstring(qr_code(URL))  # noqa: S314
    n = segno.make(URL, error="m", micro=False).symbol_size(border=0)[0]
    paths = [one for one in svg.iter() if one.tag.endswith("path")]
    light, dark = paths
    assert light.get("fill") == "#fff"
    assert float(svg.get("width")) == 7 * (n + 8)
    drawn, x, y = set(), 0.0, 0.0
    for what, given in re.findall(r"([MmhvzH])([^MmhvzH]*)", dark.get("d")):
        numbers = [float(one) for one in re.findall(r"-?\d*\.?\d+", given)]
        if what == "M":
            x, y = numbers
        elif what == "m":
            x, y = x + numbers[0], y + numbers[1]
        elif what == "h":
            drawn |= {(int(x) + i, int(y)) for i in range(int(numbers[0]))}
            x += numbers[0]
    matrix = segno.make(URL, error="m", micro=False).matrix
    assert drawn == {(j + 4, i + 4) for i, row in enumerate(matrix) for j, dark in enumerate(row) if dark}


# ---- too much at once ------------------------------------------------------------------------------------------------


@pytest.fixture
def go():
    """What work waits for; it comes at the end of a test at the latest."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def queue(go):
    """Of one thread."""
    with ThreadPoolExecutor(1) as threads:
        yield Queue(1, threads.submit)
        go.set()


def take(queue, seconds):
    """Work that takes a while, and is done."""
    queue.join(lambda _job: time.sleep(seconds)).future.result()
    while queue._running:
        time.sleep(0.01)


def test_a_queue_knows_how_long_its_line_is(queue, go):
    assert queue.wait_ahead() == 0
    take(queue, 0.05)
    assert queue.wait_ahead() == 0  # nothing is open
    jobs = [queue.join(lambda _job: go.wait()) for _ in range(4)]
    assert queue.wait_ahead() == pytest.approx(4 * queue._seconds)
    assert queue._seconds >= 0.05
    go.set()
    assert all(job.future.result() for job in jobs)


def test_a_line_longer_than_the_patience_is_refused_at_once(queue, go, teach):
    take(queue, 0.1)
    batch = Batch(lambda _of, things, _progress: things, None, 16)
    waiting = [queue.join(lambda _job: go.wait()) for _ in range(20)]
    put_in_line(queue, "work", lambda _progress: 1)  # one person may wait as long as he likes
    mode = teach(patience=1.0)
    with pytest.raises(BusyError, match="Busy: many in this class have asked for something at once. Try again"):
        put_in_line(queue, "work", lambda _progress: 1)
    with pytest.raises(BusyError):
        put_in_batch(queue, "work", batch, 1)
    teach(**{**vars(replace(mode, patience=60.0)), "url": URL})
    jobs = [put_in_line(queue, "work", lambda _progress: 3), put_in_batch(queue, "work", batch, 5)]
    go.set()
    assert waiting[-1].future.result()
    assert [job.future.result() for job in jobs] == [3, 5]


def cache_of(job, queue):
    """A cache of one entry that always gives the same job."""
    cleared = []

    def cache():
        return job if not cleared else put_in_line(queue, "again", lambda _progress: "again")

    cache.clear = lambda: cleared.append(1)
    cache.cleared = cleared
    return cache


def test_patience_ends_and_the_work_goes_on(queue, go, teach, monkeypatch):
    teach(patience=0.3)
    job = put_in_line(queue, "work", lambda _progress: go.wait() and "done")
    cache = cache_of(job, queue)
    monkeypatch.setattr("mha_viz.ui.shell.frame.draw_rest", lambda: None)
    with pytest.raises(BusyError):
        result_of(cache)
    assert not cache.cleared  # whoever tries again finds what has been done since
    go.set()
    assert result_of(cache) == "done"


def test_work_that_nobody_waits_for_any_more_never_begins(queue, go, teach, monkeypatch):
    teach(patience=0.3)
    monkeypatch.setattr("mha_viz.ui.shell.frame.draw_rest", lambda: None)
    done = []
    first = queue.join(lambda _job: go.wait())
    job = put_in_line(queue, "work", lambda _progress: done.append(1))
    with pytest.raises(BusyError):
        wait_for(job)
    assert job.future.cancelled()
    go.set()
    first.future.result()
    assert result_of(cache_of(job, queue)) == "again"  # asked for once more, it is done anew
    assert not done


def test_a_turn_ends_with_its_thread(teach, monkeypatch):
    monkeypatch.setattr(turns, "_TURNS", threading.BoundedSemaphore(1))
    refused = []

    def run(hold=None):
        try:
            turns.take_turn()
            turns.take_turn()  # a second one is not needed
        except BusyError:
            refused.append(1)
        if hold:
            hold.wait()

    turns.take_turn()  # no class is taught: no turns
    teach(patience=0.2)
    hold = threading.Event()
    first = threading.Thread(target=run, args=(hold,))
    first.start()
    time.sleep(0.05)
    second = threading.Thread(target=run)
    second.start()
    second.join()
    assert refused == [1]
    hold.set()
    first.join()
    third = threading.Thread(target=run)
    third.start()
    third.join()
    assert refused == [1]


def test_who_only_waits_lets_others_compute(teach, monkeypatch):
    monkeypatch.setattr(turns, "_TURNS", threading.BoundedSemaphore(1))
    teach(patience=0.2)
    free = []

    def run():
        turns.take_turn()
        assert not turns._TURNS.acquire(blocking=False)
        with turns.without_turn():
            free.append(turns._TURNS.acquire(blocking=False))
            turns._TURNS.release()
        free.append(not turns._TURNS.acquire(blocking=False))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert free == [True, True]


@pytest.mark.parametrize("gathers", [True, False])
def test_a_page_gives_its_turn_away_while_it_waits_for_work_that_is_gathered(gathers, queue, go, teach, monkeypatch):
    monkeypatch.setattr(turns, "_TURNS", threading.BoundedSemaphore(1))
    monkeypatch.setattr("mha_viz.ui.shared.waiting.MOMENT", 60.0)
    teach(patience=30.0)
    found, begun = [], threading.Event()
    batch = Batch(lambda _of, things, _progress: [go.wait() and thing for thing in things], None, 16)

    def run():
        turns.take_turn()
        if gathers:
            job = put_in_batch(queue, "work", batch, "done")
        else:
            job = put_in_line(queue, "work", lambda _progress: go.wait() and "done")
        begun.set()
        found.append(wait_for(job))
        found.append(turns._TURNS.acquire(blocking=False))  # it is this page's turn again

    thread = threading.Thread(target=run)
    thread.start()
    assert begun.wait(20)
    assert turns._TURNS.acquire(timeout=20 if gathers else 0.3) == gathers
    assert thread.is_alive()
    if gathers:
        turns._TURNS.release()
    go.set()
    thread.join(timeout=20)
    assert found == ["done", False]
