"""Messages that no browser of ours sends, to a real server: each is refused in one line, and the page stays."""

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from mha_viz.ui.shell.refused import MOST_SAID
from mha_viz.ui.shell.rooms import PAGES
from tests.support.servers.hostile import forged, machine, run, running, stream
from tests.support.servers.served import ask

TEXT = "the cat sat on the mat because the cat was big"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    tiny, places = machine(tmp_path_factory)
    with running(places) as found:
        found.link = {"text": TEXT, "model": str(tiny)}
        yield found


@pytest.mark.parametrize("page", [path for path, _ in PAGES])
def test_a_page_stays_whatever_is_said_of_its_widgets(server, page):
    says_nonsense(server, page, as_a_browser=True)


@pytest.mark.parametrize("page", ["Scores", "Training"])
def test_nor_does_it_fail_where_each_message_opens_it_anew(server, page):
    says_nonsense(server, page, as_a_browser=False)


def names(seen):
    """Of what is drawn; what it holds may have become the default."""
    return {widget.rpartition("-")[2] for widget in seen.drawn}


def widgets(seen):
    """Of what is drawn, by their ids; a model that is loaded for the first time can be cancelled meanwhile."""
    return {widget for widget in seen.drawn if "-cancel_" not in widget}


def says_nonsense(server, page, *, as_a_browser):
    with stream(server) as line:
        first = run(line, page, server.link)
        at = first.page_hash if as_a_browser else ""
        assert not first.wrong
        assert not as_a_browser or widgets(run(line, "", {}, [], at)) == widgets(first)
        opened = [
            WidgetState(id=it, bool_value=True) for it, kind in first.drawn.items() if kind in ("popover", "expandable")
        ]
        whole = run(line, page, server.link, opened, at)
        for sent in forged(whole):
            assert run(line, page, server.link, [*opened, *sent], at).wrong == [], sent[:2]
        if as_a_browser:
            assert names(run(line, page, server.link, opened, at)) == names(whole)
    log = server.log.read_text()
    assert "Traceback" not in log
    assert 0 < log.count("Refused what no page of ours sends") <= MOST_SAID
    assert ask(server.port, "/_stcore/health")[0] == 200
