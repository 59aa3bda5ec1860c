"""What tests need that play hostile visitors: a server on a machine of its own, sockets, and forged messages."""

import itertools
import json
import math
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

from mha_viz.models.fetching.sums import write_sums
from mha_viz.ui.parts.clicks import CLICKS
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.networks.hearing import whisper
from tests.support.networks.seeing import seeing_model
from tests.support.servers.served import ended_at_last, wait_for

EARLY = ForwardMsg.FINISHED_EARLY_FOR_RERUN
FORGED = [
    {"bool_value": True}, {"trigger_value": True}, {"bytes_value": b"x"}, {"json_value": "{"}, {"json_value": "[1]"},
    {"json_value": '{"open": [0, 1], "look_from": 0}'}, {"json_trigger_value": "[" * 5000}, {"upload": "nobody"},
    {"double_value": math.nan}, {"double_value": -1e300}, {"int_value": -(2**62)}, {"int_array_value": [-1]},
    {"double_array_value": []}, {"double_array_value": [math.nan, 1e300]}, {"string_array_value": []},
    {"string_array_value": ["x"] * 500}, {"string_value": "x"}, {"string_value": "[" * 5000},
    {"string_value": '{"selection": []}'}, {"string_value": '{"selection": {"rows": "abc"}}'},
    {"string_value": '{"selection": {"rows": [-1, 99999]}}'},
]  # fmt: skip
# What people may say: whatever is typed, and buttons that are pressed.
CAN_SAY = {
    "bool_value": ("popover", "expandable"), "string_value": ("text_input", "text_area"),
    "trigger_value": ("button", "download_button"),
}  # fmt: skip
TYPED = ("-model", "-model2", "-beside", "-relation", "-sees", "-hears")
NAMES = (
    "open", "look_from", "choose", "heads", "look", "threshold", "window", "turn", "cell", "name", "head", "mark",
    "unmark", "nothing",
)  # fmt: skip
CHOICES = ["x", 10**30, [10**9, 10**9], math.nan, {"side": "query", "tokens": [-5]}]


def machine(tmp_path_factory):
    """A tiny model, and a home, a folder for temporary files and a cache in which it is called minilm; what sees and
    what hears there are tiny too.
    """
    tiny, root = tmp_path_factory.mktemp("tiny"), tmp_path_factory.mktemp("machine")
    _save(tiny, make(*TEXT["bert"]), tokenizer())
    places = {name: root / name for name in ("home", "tmp", "cache")}
    for place in places.values():
        place.mkdir()
    (places["cache"] / "models").mkdir()
    (places["cache"] / "models" / "minilm").symlink_to(tiny)
    for name, model in (("dinov2", seeing_model()), ("whisper", whisper())):
        _save(places["cache"] / "models" / name, model.network, *_parts(model))
    (places["cache"] / "parser").mkdir()  # there, so nothing is fetched; broken, so nothing is parsed
    return tiny, places


def _save(folder, network, *parts):
    for part in (network, *parts):
        part.save_pretrained(folder)
    write_sums(folder)


def _parts(model):
    """What cuts pictures, or what hears and what spells."""
    reads = model.processor
    return (reads.feature_extractor, reads.tokenizer) if hasattr(reads, "feature_extractor") else (reads,)


@contextmanager
def running(places, *arguments):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {**os.environ, "HOME": str(places["home"]), "TMPDIR": str(places["tmp"]), "HF_HUB_OFFLINE": "1"}
    environment["PIP_NO_INDEX"] = "1"  # nothing is fetched
    environment |= {"MHA_VIZ_CACHE": str(places["cache"]), "XDG_CACHE_HOME": str(places["home"] / ".cache")}
    command = [sys.executable, "-c", "from mha_viz.cli.main import main; raise SystemExit(main())"]
    with (places["tmp"].parent / "log").open("w+") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--no-browser", *arguments], env=environment, stdout=log, stderr=log
        )
        with ended_at_last(process):
            wait_for(port, "/_stcore/health", process, Path(log.name))
            said_where(process, Path(log.name))
            yield SimpleNamespace(port=port, process=process, log=Path(log.name))


def said_where(process, log):
    """Wait for the links, which are said after the server answers."""
    while "Ctrl+C" not in log.read_text():
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)


def stream(server, **settings):
    return connect(
        f"ws://127.0.0.1:{server.port}/_stcore/stream",
        subprotocols=["streamlit"],
        max_size=None,
        close_timeout=1,
        **settings,
    )


def run(line, page, link, sent=(), page_hash=""):
    """One run of a page with what is sent of its widgets: what it draws that has an id, by id, with its kind; of which
    kind its pictures are; errors and exceptions that it shows; by which hash a browser that is on this page asks for it
    again; what stands on it; all that came last. A run that goes on in another one is the same run.
    """
    message = BackMsg()
    message.rerun_script.page_name, message.rerun_script.query_string = page, urlencode(link)
    message.rerun_script.page_script_hash = page_hash
    message.rerun_script.widget_states.widgets.extend(sent)
    line.send(message.SerializeToString())
    seen = SimpleNamespace(drawn={}, pictures={}, wrong=[], page_hash="", came=b"", labels={})
    while True:
        data = line.recv(timeout=60)
        came, seen.came = ForwardMsg.FromString(data), seen.came + data
        if came.WhichOneof("type") in ("new_session", "navigation"):
            pages = getattr(came, came.WhichOneof("type")).app_pages
            hashes = {"" if one.is_default else one.url_pathname: one.page_script_hash for one in pages}
            seen.page_hash = hashes.get(page, seen.page_hash)
        elif came.WhichOneof("type") == "delta":
            _note(came.delta, seen)
        elif came.WhichOneof("type") == "script_finished":
            if came.script_finished != EARLY:
                return seen
            seen.came = b""


def _note(delta, seen):
    new = getattr(delta, delta.WhichOneof("type"))
    kind = new.WhichOneof("type")
    element = getattr(new, kind) if kind else None
    if getattr(element, "id", ""):
        seen.drawn[element.id] = kind
        seen.labels[element.id] = getattr(element, "label", "")
    if kind == "bidi_component":
        seen.pictures[element.id] = element.component_name.rpartition("mha_viz_")[2]
    if kind == "exception" or (kind == "alert" and element.format == element.ERROR):
        seen.wrong.append(element.message if kind == "exception" else element.body)


def forged(seen):
    """Messages that no browser of ours sends: in each, all widgets of a page say something that none can hold.

    Of pictures every name is sent with one value, as what a picture does not know is refused by its name; with all
    other values the names that it knows, by several pictures at once.
    """
    for values in FORGED:
        yield [state for widget, kind in seen.drawn.items() for state in _states(widget, kind, values)]
    for name in NAMES:
        yield [_event(widget, name, CHOICES[0]) for widget in seen.pictures]
    others = [
        [_event(widget, name, value) for name in NAMES if (kind, name) in CLICKS for value in CHOICES[1:]]
        for widget, kind in seen.pictures.items()
    ]
    for sent in itertools.zip_longest(*others):
        yield [state for state in sent if state is not None]


def _event(widget, name, value):
    event = json.dumps([{"event": name, "value": value}])
    return WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{widget}__events", json_trigger_value=event)


def _states(widget, kind, values):
    for name, value in values.items():
        if kind in CAN_SAY.get(name, ()) or (name == "string_value" and widget.endswith(TYPED)):
            continue
        state = WidgetState(id=widget)
        if name.endswith("array_value"):
            getattr(state, name).data.extend(value)
        elif name == "upload":
            state.file_uploader_state_value.uploaded_file_info.add(file_id=value, name="../../x.conllu", size=5)
        else:
            setattr(state, name, value)
        yield state
