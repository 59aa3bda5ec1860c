"""A pruning curve begins with all heads and ends with none; each order is what it says."""

import pytest
import transformers as hf

from mha_viz.comparison.asks import LogitDifference
from mha_viz.comparison.effects import effect
from mha_viz.errors import InputError
from mha_viz.evidence.importance.pruning import pruning_curve
from mha_viz.evidence.importance.single_heads import estimate, heads_of, question_of, without_each
from mha_viz.models.load import model_from
from mha_viz.recording.interventions.changes import Zero
from tests.support.networks.families import LLAMA, make, tokenizer

TEXT, ASK = "the cat sat on a mat", LogitDifference("dog", "fish")


@pytest.fixture(scope="module")
def question():
    model = model_from(make(hf.LlamaForCausalLM, hf.LlamaConfig(**LLAMA)), tokenizer(ends=False), name="llama")
    return question_of(model, TEXT, ASK)


def without(question, heads):
    return effect(question.model, TEXT, Zero(heads) if heads else [], ASK)["after"].item()


def test_the_three_orders(question):
    table = pruning_curve(question, step=5)
    heads = heads_of(question)
    effects = {"estimate": estimate(question), "exact": without_each(question)}
    for order, rows in table.groupby("order"):
        assert rows["n_left"].tolist() == [12, 7, 2, 0]
        gone = []
        for row in rows.itertuples():
            if order == "greedy" and row.removed:
                alone = without(question, gone)
                values = {one: abs(without(question, [*gone, one]) - alone) for one in heads if one not in gone}
            elif row.removed:
                values = {one: abs(effects[order][heads.index(one)].item()) for one in heads if one not in gone}
            if row.removed:
                assert list(row.removed) == sorted(values, key=values.get)[:5]
            gone += row.removed
            assert row.value == pytest.approx(without(question, gone), abs=1e-4)
        assert sorted(gone) == heads
    first = {order: rows["removed"].iloc[2] for order, rows in table.groupby("order")}
    assert first["greedy"] != first["exact"]  # heads stand in for each other
    with pytest.raises(InputError, match="step is 0; give 1 or more"):
        pruning_curve(question, step=0)
