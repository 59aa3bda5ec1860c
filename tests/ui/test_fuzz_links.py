"""Links that say anything of any setting, to a real server: the page stays, and says one sentence at most."""

import pytest

from mha_viz.ui.shell.rooms import PAGES
from mha_viz.ui.shell.settings import SETTINGS
from tests.support.servers.hostile import machine, run, running, stream

KEYS = [row.key for row in SETTINGS if row.in_link and row.key not in ("text", "model")]
VALUES = ["", "-1", "9" * 5000, "1e999", "nan", "0,0,0,0", "query:-1,99999999", "x" * 4001, "a\x00‮{{}}<b>"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    tiny, places = machine(tmp_path_factory)
    with running(places) as found:
        found.link = {"text": "the cat sat on the mat because the cat was big", "model": str(tiny)}
        yield found


def assert_stays(server, page, link):
    with stream(server) as line:
        seen = run(line, page, link)
    assert len(seen.wrong) <= 1
    assert all(len(sentence) < 1000 and "error" not in sentence.casefold() for sentence in seen.wrong), seen.wrong
    assert seen.drawn


@pytest.mark.parametrize("page", [path for path, _ in PAGES])
def test_whatever_a_link_says_the_page_stays(server, page):
    for value in VALUES:
        assert_stays(server, page, list({**dict.fromkeys(KEYS, value), **server.link}.items()))
    doubled = [(key, value) for key in KEYS for value in ("0", "-1")]
    assert_stays(server, page, [*doubled, *server.link.items()])
    assert "Traceback" not in server.log.read_text()


@pytest.mark.parametrize("key", KEYS)
def test_whatever_one_setting_says_the_page_stays(server, key):
    for value in VALUES[1::2]:
        assert_stays(server, "Head", {**server.link, key: value})
    assert "Traceback" not in server.log.read_text()
