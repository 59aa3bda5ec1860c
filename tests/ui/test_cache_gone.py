"""A cache that goes away under a server that runs: pages stay, and say in one sentence what cannot be had."""

import shutil
import subprocess

import pytest

from mha_viz.ui.shell.rooms import PAGES
from tests.support.servers.hostile import machine, run, running, stream
from tests.support.servers.served import ask

TEXT = "the cat sat on the mat because the cat was big"


def mount(options, place):
    """Whether a file system may be mounted here, which then is."""
    try:
        return not subprocess.run(["mount", *options, place], capture_output=True, check=False).returncode
    except OSError:
        return False


def unmount(place):
    subprocess.run(["umount", "-l", place], capture_output=True, check=False)


def delete(place):
    shutil.rmtree(place)


def cut(place):
    """Every file ends at once: what still reads it where it lies is ended by the system."""
    for path in place.rglob("*"):
        if path.is_file():
            with path.open("r+b") as file:
                file.truncate(0)


def make_read_only(place):
    assert mount(["-o", "remount,ro"], place)


GOES = {"unmounted": unmount, "read-only": make_read_only, "deleted": delete, "cut": cut}


@pytest.mark.parametrize("how", GOES)
def test_pages_stay_where_the_cache_goes_away(how, tmp_path_factory):
    tiny, places = machine(tmp_path_factory)
    cache = places["cache"]
    is_mounted = how in ("unmounted", "read-only")
    if is_mounted and not mount(["-t", "tmpfs", "-o", "size=8m", "tmpfs"], cache):
        pytest.skip("nothing may be mounted here")
    try:
        for folder in (cache / "models", cache / "parser"):
            folder.mkdir(exist_ok=True)
        (cache / "models" / "minilm").unlink(missing_ok=True)
        shutil.copytree(tiny, cache / "models" / "minilm")
        with running(places) as server:
            pages_stay(server, GOES[how], cache)
    finally:
        if is_mounted:
            unmount(cache)


def pages_stay(server, goes, cache):
    with stream(server) as line:
        before = run(line, "Head", {"text": TEXT, "model": "minilm"})
        assert not before.wrong
    goes(cache)
    said = []
    for model, pages in (("minilm", [page for page, _ in PAGES]), ("mpnet", ["Head"]), ("classroom", ["", "Heads"])):
        for page in pages:
            with stream(server) as line:
                seen = run(line, page, {"text": TEXT, "model": model})
            assert seen.drawn, page
            assert len(seen.wrong) <= 1, seen.wrong
            assert all(len(sentence) < 700 and "Error" not in sentence for sentence in seen.wrong), seen.wrong
            said += [(model, page, *seen.wrong)]
    assert not [sentence for model, _, *sentence in said if model == "classroom" and sentence]
    with stream(server) as line:  # what was read before stays
        assert not run(line, "Head", {"text": TEXT, "model": "minilm"}).wrong
    assert "Traceback" not in server.log.read_text()
    assert server.process.poll() is None
    assert ask(server.port, "/_stcore/health")[0] == 200
