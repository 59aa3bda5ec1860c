"""Files that hold the same numbers and labels as what is shown, and pages that run nothing but their own script."""

import base64
import hashlib
import io
import json
import re

import numpy as np
import pandas as pd
import pytest
import torch

from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.attention.tables import map_frame
from mha_viz.inputs.text import numbered
from mha_viz.objects import AttentionCall, Capture, Positions
from mha_viz.recording.capture import capture
from mha_viz.table_files import to_csv, to_json, to_parquet
from mha_viz.views.captions.facts import facts_of
from mha_viz.views.exports.alone import alone
from mha_viz.views.exports.page import to_page
from mha_viz.views.head import head_picture
from mha_viz.views.style.scripts import kinds
from mha_viz.views.view import View, to_bytes
from tests.support.networks.families import TEXTS, text_model
from tests.support.pages.drawn import opened
from tests.support.pages.markup import HARD, Page

LABELS = ['"', ",", "⏎", "=1+1", "<script>", "\n", "a;b", "'", "é\u2028", "\\"]
FACTS = {"model": "m", "text": f'{HARD}\n 5" \\', "layer": 0, "hidden": ["first token"]}
SVG = "http://www.w3.org/2000/svg"


def hard_table():
    """Numbers that are easily changed on the way, with labels that are easily lost."""
    numbers = [0.1, 1 / 3, 1e-9 / 3, 1.1754944e-38, 3.4e38, 0.0, 1.0, 16777217 / 3, 1e-45, 2 / 3]
    columns = {"key_position": range(10), "key": LABELS, "value": np.array(numbers, dtype=np.float32)}
    return pd.DataFrame(columns)


def real_table():
    shown = choose(capture(text_model("llama")[1], TEXTS[1]), Selection("decoder"))
    return map_frame(shown, 1, [4, 0])


def assert_same(found, expected):
    """Bit for bit, as float32."""
    assert list(found.columns) == list(expected.columns)
    again = found["value"].to_numpy().astype(np.float32)
    assert np.array_equal(again.view(np.int32), expected["value"].to_numpy().view(np.int32))
    for column in expected.columns.drop("value"):
        assert found[column].tolist() == expected[column].tolist()


@pytest.mark.parametrize("table", [hard_table(), real_table()], ids=["hard", "real"])
def test_csv_reads_back(table):
    file = to_csv(table, FACTS)
    first, _ = file.decode().split("\n", 1)
    assert first.startswith("# ")
    assert json.loads(first[2:]) == FACTS
    assert_same(pd.read_csv(io.BytesIO(file), skiprows=1), table)


@pytest.mark.parametrize("table", [hard_table(), real_table()], ids=["hard", "real"])
def test_parquet_reads_back_with_its_facts(table):
    again = pd.read_parquet(io.BytesIO(to_parquet(table, FACTS)))
    assert again.attrs == FACTS
    assert again["value"].dtype == np.float32
    assert_same(again, table)
    assert table.attrs == {}  # what was given is left as it was


@pytest.mark.parametrize("table", [hard_table().drop(index=[2, 8]), real_table()], ids=["hard", "real"])
def test_json_reads_back(table):
    found = json.loads(to_json(table, FACTS))
    assert found["facts"] == FACTS
    assert_same(pd.DataFrame(found["rows"]), table)


def test_small_numbers_in_json_read_back():
    table = hard_table()
    assert_same(pd.DataFrame(json.loads(to_json(table, {}))["rows"]), table)


def test_json_of_masked_numbers_is_json():
    table = pd.DataFrame({"value": np.array([-np.inf, 1.0], dtype=np.float32)})
    rows = json.loads(to_json(table, {}), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))["rows"]
    assert rows == [{"value": None}, {"value": 1.0}]


def test_csv_and_parquet_keep_masked_numbers():
    table = pd.DataFrame({"value": np.array([-np.inf, 1.0], dtype=np.float32)})
    for again in (
        pd.read_csv(io.BytesIO(to_csv(table, {})), skiprows=1),
        pd.read_parquet(io.BytesIO(to_parquet(table, {}))),
    ):
        assert again["value"].tolist() == [-np.inf, 1.0]


def test_csv_keeps_the_token_nan():
    table = pd.DataFrame({"key": ["nan", "None", "NA", "null"], "value": np.ones(4, dtype=np.float32)})
    assert_same(pd.read_csv(io.BytesIO(to_csv(table, {})), skiprows=1, keep_default_na=False), table)


# ---- pages -------------------------------------------------------------------------------------------------------


def view_of(label=HARD, n=5):
    axis = Positions((0,) * n, (label,) * n, (False,) * n, (None,) * n)
    calls = (AttentionCall(0, "encoder", seen_pattern=torch.full((2, n, n), 1 / n)),)
    found = Capture(label, None, label, None, calls, {"encoder": axis}, {"encoder": axis})
    shown = choose(found, Selection("encoder"))
    return head_picture(shown, 0, [1]), facts_of(shown, 0, [1])


def page_of(label=HARD):
    view, facts = view_of(label)
    return to_page(view, f"Pattern of {label}", facts).decode()


def test_a_page_is_one_document_with_one_script_and_one_style():
    page = Page(page_of())
    assert len(page.all("script")) == len(page.all("style")) == len(page.all("title")) == 1
    assert page.all("script") == [{"type": "module"}]
    assert not page.all("link") + page.all("iframe") + page.all("img") + page.all("object") + page.all("base")
    for _, attributes in page.elements:
        assert not any(name.startswith("on") or name in ("src", "href", "style") for name in attributes)


def test_only_the_script_and_the_style_of_the_page_may_run():
    page = Page(page_of())
    (policy,) = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    for tag in ("script", "style"):
        (text,) = page.text(tag)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"
    assert "unsafe" not in policy
    assert "*" not in policy
    assert rules["img-src"] == "data: blob:"
    assert (rules["base-uri"], rules["form-action"]) == ("'none'", "'none'")
    assert set(rules) == {"default-src", "script-src", "style-src", "img-src", "base-uri", "form-action"}


def test_a_page_names_no_address():
    plain = re.sub(r"^\s*//.*$", "", page_of("text"), flags=re.MULTILINE)  # comments may
    assert set(re.findall(r"\b(?:https?|wss?|ftp):[^\s\"'`)]*", plain)) <= {SVG}
    code = Page(plain).text("script")[0]
    assert len(code) > 10_000
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|importScripts|sendBeacon|eval)\b|\bimport\s*\(", code)


def test_whatever_a_user_typed_is_text():
    raw = page_of()
    page = Page(raw)
    assert "alert(1)</script>" not in raw
    assert page.text("title") == page.text("h1") == [f"Pattern of {HARD}"]
    (described,) = [meta["content"] for meta in page.all("meta") if meta.get("name") == "description"]
    assert json.loads(described)["text"] == HARD
    assert page.text("script")[0] == Page(page_of("text")).text("script")[0]  # the code is the same for all


def test_a_page_carries_its_view():
    view, facts = view_of()
    (holder,) = [a["data-buffer"] for a in Page(to_page(view, "t", facts).decode()).all("div") if "data-buffer" in a]
    assert base64.b64decode(holder) == to_bytes(alone(view))
    header, arrays = opened(base64.b64decode(holder))
    assert header["queries"] == [HARD] * 5
    assert arrays["values"].tolist() == pytest.approx([0.2] * 50)


@pytest.mark.parametrize("kind", kinds())
def test_a_page_without_its_numbers_is_small(kind):
    page = to_page(View(kind, {}, {}), "t")
    assert 10_000 < len(page) < 110_000
    (described,) = [meta for meta in Page(page.decode()).all("meta") if meta.get("name") == "description"]
    assert described["content"] == "{}"
    drawn = [other for other in kinds() if f"const ${other} =" in page.decode()]
    assert kind in drawn
    assert len(drawn) <= 3


def test_the_size_of_a_page_is_that_of_its_numbers():
    calls = (AttentionCall(0, "encoder", seen_pattern=torch.rand(12, 128, 128)),)
    axis = {"encoder": numbered(128)}
    view = head_picture(choose(Capture("m", None, "", None, calls, axis, axis), Selection("encoder")), 0, [0])
    assert len(to_page(view, "t")) < 12 * 128 * 128 * 4 * 4 / 3 + 117_000
