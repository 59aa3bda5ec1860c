"""What a page run by AppTest draws beside its menu, and what stands in the bytes of a view."""

import base64
import json

import numpy as np
import pytest
from safetensors.numpy import load

from mha_viz.views.view import View, to_bytes
from tests.support.pages.markup import Page


def pictures(test):
    """The pictures of the page."""
    return [component for component in test.get("bidi_component") if component.proto.bytes]


def menu(test):
    """What the menu of the page is told: the pages, and the state that every link takes along."""
    (component,) = (one for one in test.get("bidi_component") if one.proto.id.endswith("-menu"))
    return json.loads(component.proto.json)


def opened(view):
    """The header and the arrays of a view, or of its bytes, as a browser gets them."""
    arrays = load(to_bytes(view) if isinstance(view, View) else view)
    text = arrays.pop("header").tobytes()
    header = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    return header, {name: np.ravel(array) for name, array in arrays.items()}


def views_in(page):
    """The views in a page of its own: what is shown, and what a click in it opens, where it opens something."""
    buffers = [a["data-buffer"] for a in Page(page.decode()).all("div") if "data-buffer" in a]
    return [opened(base64.b64decode(buffer)) for buffer in buffers]


def header_of(view):
    return opened(view)[0]
