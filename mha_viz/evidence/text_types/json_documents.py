"""JSON documents that are made up by a seeded generator: records of varied shape, nested as programs write them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

NAMES = ("Amara", "Bruno", "Chen", "Dalia", "Erik", "Fatima", "Goran", "Hana", "Ivo", "Jana", "Kofi", "Lena", "Mira")
PLACES = ("Bergen", "Dakar", "Graz", "Hanoi", "Izmir", "Lima", "Nantes", "Osaka", "Porto", "Quito", "Riga", "Split")
THINGS = ("lamp", "chair", "kettle", "pump", "rope", "violin", "bicycle", "filter", "camera", "ladder", "tent", "drill")
COLOURS = ("red", "green", "blue", "black", "white", "grey")
UNITS = ("kg", "cm", "m", "l", "V", "W")
STATES = ("open", "closed", "pending", "failed", "done")
REMARKS = (
    "left at the door", "call before noon", "second attempt", "do not bend", "paid in cash", "see the last report",
    "no answer", "checked twice",
)  # fmt: skip


def json_documents(n: int, seed: int = 0) -> list[str]:
    """Documents of some 40 to 60 words and signs each, as ``json.dumps`` writes them in one line.

    Parameters
    ----------
    n : int
        How many.
    seed : int
        The same number and seed give the same documents.

    Returns
    -------
    list of str
        The shapes (an order, a reading, a person, a list of things, settings, an event) come by turns.
    """
    draw = random.Random(seed)  # noqa: S311 - nothing is secret here
    return [json.dumps(SHAPES[i % len(SHAPES)](draw), ensure_ascii=False) for i in range(n)]


def _order(draw: random.Random) -> dict[str, Any]:
    items = [
        {"name": draw.choice(THINGS), "count": draw.randint(1, 9), "price": round(draw.uniform(2, 90), 2)}
        for _ in range(2)
    ]
    return {"order": draw.randint(1000, 9999), "to": draw.choice(PLACES), "items": items, "paid": draw.random() < 0.5}


def _reading(draw: random.Random) -> dict[str, Any]:
    values = [round(draw.uniform(0, 40), 1) for _ in range(draw.randint(4, 6))]
    return {
        "sensor": {"id": f"{draw.choice('abcdef')}{draw.randint(10, 99)}", "unit": draw.choice(UNITS)},
        "values": values, "max": max(values), "broken": None if draw.random() < 0.5 else draw.choice(STATES),
    }  # fmt: skip


def _person(draw: random.Random) -> dict[str, Any]:
    return {
        "name": draw.choice(NAMES), "born": draw.randint(1940, 2015),
        "address": {"city": draw.choice(PLACES), "number": draw.randint(1, 200)},
        "friends": draw.sample(NAMES, draw.randint(2, 4)), "member": draw.random() < 0.5,
        "remark": draw.choice(REMARKS),
    }  # fmt: skip


def _things(draw: random.Random) -> list[dict[str, Any]]:
    return [
        {"thing": thing, "colour": draw.choice(COLOURS), "size": [draw.randint(1, 90), draw.randint(1, 90)]}
        for thing in draw.sample(THINGS, 3)
    ]


def _settings(draw: random.Random) -> dict[str, Any]:
    return {
        "version": f"{draw.randint(0, 9)}.{draw.randint(0, 20)}",
        "window": {"width": draw.randint(300, 2000), "height": draw.randint(300, 2000), "colour": draw.choice(COLOURS)},
        "recent": draw.sample(PLACES, draw.randint(2, 4)),
        "limits": {"retries": draw.randint(0, 9), "seconds": round(draw.uniform(0.1, 30), 1)},
    }


def _event(draw: random.Random) -> dict[str, Any]:
    day = f"{draw.randint(2001, 2026)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
    return {
        "date": day, "state": draw.choice(STATES), "by": {"name": draw.choice(NAMES), "id": draw.randint(10, 999)},
        "tags": draw.sample(THINGS + COLOURS, draw.randint(2, 4)), "note": draw.choice(REMARKS),
    }  # fmt: skip


SHAPES: tuple[Callable[[random.Random], Any], ...] = (_order, _reading, _person, _things, _settings, _event)
