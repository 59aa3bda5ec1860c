"""The parts of a text selected, hidden and summed up: worked out by hand, and with loops over a real chat."""

import pytest
import torch

from mha_viz.attention import shown as module
from mha_viz.attention.maps import pattern, rollout
from mha_viz.attention.overview import overview_of
from mha_viz.attention.selection import OVER, Selection
from mha_viz.attention.shown import choose, rows_of
from mha_viz.attention.tables import map_frame, pattern_frame
from mha_viz.errors import InputError
from mha_viz.models.load import model_from
from mha_viz.objects import Positions
from mha_viz.recording.capture import capture
from mha_viz.views.captions.facts import facts_of
from mha_viz.views.head import head_picture
from tests.support.captures.shown import MAPS_OF_TWO_HEADS, assert_rows, made, shown_of
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.texts.chats import MARKED, chat_model, messages

GIVEN = messages("user: Why?", "assistant: It was.", "user: Oh no!", "assistant: Yes, oh")
# [turn] Hi [end]: the markers are the template's.
AXIS = Positions(
    (0,) * 3,
    ("[turn]", "Hi", "[end]"),
    (True, False, True),
    (None,) * 3,
    segments=(1, 0, 1),
    parts=("user", "template"),
)


def test_parts_summed_up_by_hand():
    expected = [[[0.45, 0.55], [0.9, 0.1]], [[0.8, 0.2], [0.5, 0.5]]]  # from a part the mean, to it the sum
    assert_rows(made(queries=AXIS), expected, [[0.0, 0.0], [0.0, 0.0]], parts=True)
    shown = shown_of(made(queries=AXIS), parts=True)
    assert shown.query.positions.labels == shown.key.positions.labels == ("template", "user")
    assert not shown.all_keys


def test_what_is_hidden_is_left_out_of_the_sums():
    left = [[[0.1, 0.3], [0.8, 0.1]], [[0.5, 0.1], [0.2, 0.1]]]  # of the user, then of the template
    assert_rows(made(queries=AXIS), left, [[0.6, 0.1], [0.4, 0.7]], parts=True, hidden=("first token",))
    scaled = [[[1 / 4, 3 / 4], [8 / 9, 1 / 9]], [[5 / 6, 1 / 6], [2 / 3, 1 / 3]]]
    assert_rows(made(queries=AXIS), scaled, parts=True, hidden=("first token",), renormalise=True)


def test_a_part_is_hidden_by_its_name():
    assert_rows(made(queries=AXIS), [[[0.1]], [[0.5]]], [[0.9], [0.5]], hidden=("template",))
    shown = shown_of(made(queries=AXIS), hidden=("template", "special tokens"))
    assert (shown.hidden, shown.key_index) == (("template", "template"), (1,))


@pytest.mark.parametrize(
    ("between", "expected"),
    [
        (("user", "template"), [[[0.6, 0.3]], [[0.4, 0.1]]]),
        ((0, 1), [[[0.6, 0.3]], [[0.4, 0.1]]]),
        (("template", None), [[[0.5, 0.3, 0.2], [0.1, 0.8, 0.1]], [[0.2, 0.2, 0.6], [0.7, 0.2, 0.1]]]),
        ((None, "user"), [[[0.3], [0.1], [0.8]], [[0.2], [0.5], [0.2]]]),
    ],
)
def test_a_part_is_selected_by_name_or_number(between, expected):
    assert_rows(made(queries=AXIS), expected, between=between)


def test_a_text_of_one_part_has_nothing_to_sum_up():
    with pytest.raises(InputError, match="This text has one part only"):
        shown_of(made(), parts=True)
    with pytest.raises(InputError, match="Logits does not add up"):
        shown_of(made(queries=AXIS), parts=True, map="Logits")


def test_the_tokens_of_a_target_stay_where_the_source_has_parts():
    target = Positions((0,) * 2, ("a", "b"), (False,) * 2, (None,) * 2)
    found = made(MAPS_OF_TWO_HEADS[:, :2], target, AXIS, "cross")
    assert_rows(found, [[[0.7, 0.3], [0.9, 0.1]], [[0.8, 0.2], [0.5, 0.5]]], parts=True)


def by_role(found, weights):
    """Loops: from a role the mean, to a role the sum, roles in the order in which they first stand in the text."""
    axis = found.query_positions["decoder"]
    roles = [axis.parts[segment] for segment in axis.segments]
    names, n = list(dict.fromkeys(roles)), len(roles)
    table = torch.zeros(len(weights), len(names), len(names))
    for head in range(len(weights)):
        for i in range(n):
            for j in range(n):
                a, b = names.index(roles[i]), names.index(roles[j])
                table[head, a, b] += weights[head, i, j] / roles.count(roles[i])
    return names, table


@pytest.mark.parametrize("block", [1, 13, 10**9])
def test_roles_of_a_chat_are_summed_up_in_blocks_as_at_once(block, monkeypatch):
    found = capture(chat_model(MARKED), GIVEN)
    names, expected = by_role(found, pattern(found, 1))
    assert names == ["template", "user", "assistant"]
    n = len(found.query_positions["decoder"])
    monkeypatch.setattr(module, "BLOCK", block * n * 6)
    shown = choose(found, Selection("decoder", parts=True))
    values, hidden = rows_of(shown, 1)
    torch.testing.assert_close(values, expected)
    torch.testing.assert_close(values.sum(-1), torch.ones(6, 3))
    assert hidden.abs().max() < 1e-5
    torch.testing.assert_close(rows_of(shown, 1, rows=slice(1, 3))[0], expected[:, 1:3])
    torch.testing.assert_close(rows_of(shown, 1, heads=[4])[0], expected[4:5])
    mean = choose(found, Selection("decoder", parts=True, over=OVER[1]))
    torch.testing.assert_close(rows_of(mean, 1)[0], expected.mean(dim=0, keepdim=True))
    seen = overview_of(shown, 30)
    torch.testing.assert_close(seen.pictures[1], expected)
    assert seen.mean_distance is None  # parts have no distance


def test_rollout_between_roles():
    found = capture(chat_model(MARKED), GIVEN)
    _, expected = by_role(found, rollout(found, 1)[None])
    shown = choose(found, Selection("decoder", "Rollout", parts=True))
    torch.testing.assert_close(rows_of(shown, 1)[0], expected)
    torch.testing.assert_close(overview_of(shown, 30).pictures[1], expected)


def test_tables_of_a_chat_name_its_roles():
    found = capture(chat_model(MARKED), GIVEN)
    names, expected = by_role(found, pattern(found, 0))
    table = pattern_frame(found, 0, 5, parts=True)
    assert list(table.index) == list(table.columns) == names
    torch.testing.assert_close(torch.tensor(table.to_numpy()), expected[5])
    frame = map_frame(choose(found, Selection("decoder", between=("assistant", "user"))), 0, [2])
    assert set(frame["query_part"]) == {"assistant"}
    assert set(frame["key_part"]) == {"user"}
    assert "".join(frame.drop_duplicates("key_position")["key"].str.partition("#")[0]) == "Why?Oh␣no!"


def test_what_is_said_of_a_picture_of_roles():
    found = capture(chat_model(MARKED), GIVEN)
    header = head_picture(choose(found, Selection("decoder")), 0, [1]).header
    axis = found.query_positions["decoder"]
    assert header["second"]["key"] == [segment == 4 for segment in axis.segments]
    assert "Coloured labels: written by the chat template." in header["note"]
    summed = choose(found, Selection("decoder", parts=True, hidden=("template",), between=(None, "user")))
    header = head_picture(summed, 0, [1]).header
    assert (header["queries"], header["keys"]) == (["user", "assistant"], ["user"])
    assert header["said"] == {"query": ["10 tokens", "14 tokens"], "key": ["10 tokens"]}  # letters of what was typed
    assert header["note"].startswith(
        "The model's chat template adds words of its own: “You help people a lot”. Hidden: "
    )
    assert header["note"].endswith("Attention to a part is the sum over its tokens, from a part their mean.")
    facts = facts_of(summed)
    assert (facts["on"], facts["between segments"]) == ("parts of the text", ["all", "user"])
    assert facts["read through"] == "the model's chat template"
    assert facts["roles of the messages"] == ["user", "assistant", "user", "assistant"]
    assert (facts["hidden"], facts["text"]) == (["template"], found.text)


def test_two_texts_are_parts_too():
    found = capture(model_from(make(*TEXT["bert"]), tokenizer(), name="bert"), "the cat", pair="he ran home")
    table = pattern_frame(found, 1, 2, parts=True)
    assert list(table.index) == ["A", "B"]
    whole = pattern(found, 1)[2]
    torch.testing.assert_close(torch.tensor(table.to_numpy())[0, 1], whole[:4, 4:].sum(dim=1).mean())
    assert "read through" not in facts_of(choose(found, Selection("encoder")))
