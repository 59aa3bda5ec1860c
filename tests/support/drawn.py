"""What a page run by AppTest draws beside its menu."""

import json


def pictures(test):
    """The pictures of the page."""
    return [component for component in test.get("bidi_component") if component.proto.bytes]


def menu(test):
    """What the menu of the page is told: the pages, and the state that every link takes along."""
    (component,) = (one for one in test.get("bidi_component") if one.proto.id.endswith("-menu"))
    return json.loads(component.proto.json)
