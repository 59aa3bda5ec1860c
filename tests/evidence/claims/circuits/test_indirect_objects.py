"""Prompts of indirect objects: balanced, read at their end; and the claims that rest on them, planted and not."""

from collections import Counter

import pytest
import torch

from mha_viz.attention.calls import call_pattern
from mha_viz.evidence.claims.circuits import indirect_objects as prompts
from mha_viz.evidence.claims.circuits import mcdougall_suppression, wang_objects
from mha_viz.evidence.claims.circuits.reading import Reading, heads_of, reading, written
from mha_viz.evidence.claims.rerun import rerun
from mha_viz.evidence.claims.verdicts import FAILS, HOLDS
from tests.support.networks.claims import named, reader, speaker

MOVER, SECOND, NEGATIVE, WRITER, BEHIND = 6, 7, 8, 12, 21  # of 35 heads


@pytest.fixture(scope="module")
def model():
    return named(initializer_range=0.3)


def test_each_name_is_first_and_second_gives_and_gets_as_often():
    four = prompts.four_prompts(prompts.FRAMES[0], "Anna", "Peter")
    assert len({each.text for each in four}) == 4
    assert Counter(each.receiver for each in four) == {"Anna": 2, "Peter": 2}
    assert Counter((each.text.index("Anna") < each.text.index("Peter"), each.receiver) for each in four).total() == 4
    for each in four:
        assert each.text.count(each.giver) == 2
        assert each.text.count(each.receiver) == 1
        assert each.text == each.text.strip()


def test_sentences_and_names_stand_once_each():
    assert len(set(prompts.FRAMES)) == len(prompts.FRAMES) == len(prompts.NAMES)
    names = [name for pair in prompts.NAMES for name in pair]
    assert len(set(names)) == len(names)


def test_an_answer_is_read_at_the_last_token(model):
    prompt = prompts.four_prompts(prompts.FRAMES[3], "Anna", "Peter")[0]
    found, vocabulary = reading(model, prompt.text), model.processor.get_vocab()
    ids = [vocabulary[prompt.receiver], vocabulary[prompt.giver]]
    with torch.no_grad():
        logits = model.network(input_ids=torch.tensor([found.ids])).logits[0, -1]
    of = prompts.answer(model, prompt)
    assert of.difference == pytest.approx((logits[ids[0]] - logits[ids[1]]).item(), abs=1e-4)
    added = written(found, [len(found.ids) - 1], ids)[:, 0]
    assert torch.allclose(of.direct, added[:, 0] - added[:, 1])
    row = call_pattern(found.read.calls[2])[4, -1]
    by_hand = sum(row[i] * (1 if token == ids[0] else -1) for i, token in enumerate(found.ids) if token in ids)
    assert of.attention[2 * 5 + 4].item() == pytest.approx(by_hand.item(), abs=1e-6)


def test_without_a_head_the_difference_is_another(model):
    prompt = prompts.four_prompts(prompts.FRAMES[0], "Anna", "Peter")[1]
    found = reading(model, prompt.text)
    one = prompts.difference(found, prompt, [(6, 0)])
    assert one != pytest.approx(prompts.difference(found, prompt), abs=1e-6)


def test_a_path_carries_what_is_handed_on_about_three_others(model):
    """In the last layer nothing else follows: the head's slice is put in by hand, at the last token alone."""
    frame, pair = prompts.FRAMES[0], prompts.material(model)[0].texts[1:]
    prompt = prompts.four_prompts(frame, *pair)[0]
    of_others = prompts.of_three_others(model, frame, *pair)
    assert not set(pair) & set(of_others.replace(",", "").split())
    asked = prompts.answer(model, prompt)
    last = model.network.model.layers[-1].self_attn.o_proj
    handed_on, ids = {}, asked.found.ids
    hook = last.register_forward_pre_hook(lambda _module, args: handed_on.update(there=args[0][0, -1].clone()))
    with torch.no_grad():
        model.network(input_ids=torch.tensor([reading(model, of_others).ids]))
    hook.remove()
    size = len(handed_on["there"]) // 5

    def put_in(_module, args):
        values = args[0].clone()
        values[0, -1, 3 * size : 4 * size] = handed_on["there"][3 * size : 4 * size]
        return (values,)

    hook = last.register_forward_pre_hook(put_in)
    with torch.no_grad():
        logits = model.network(input_ids=torch.tensor([ids])).logits[0, -1]
    hook.remove()
    receiver, giver = (model.processor.get_vocab()[name] for name in (prompt.receiver, prompt.giver))
    lost = asked.difference - (logits[receiver] - logits[giver]).item()
    assert abs(lost) > 1e-3
    assert wang_objects.by_paths(asked, prompt, of_others)[-2].item() == pytest.approx(lost, abs=1e-5)


def test_names_of_several_tokens_are_left_out():
    assert "only 0 of 32 pairs" in prompts.why_no_names(speaker())
    known = speaker([name for pair in prompts.NAMES[:9] for name in pair])
    assert [piece.texts[1:] for piece in prompts.material(known)] == list(prompts.NAMES[:9])
    assert prompts.why_no_names(known) == ""


# ---- planted -------------------------------------------------------------------------------------------------------


@pytest.fixture
def plant(monkeypatch):
    def of(difference, direct, attention, lost):
        """Of the model; random weights do nothing. Heads by number: what they write, look at, and cost."""

        def is_random(model):
            return "random weights" in model.name

        def answer(model, prompt):
            shift = len(prompt.text) / 1e4
            on = 0.0 if is_random(model) else 1.0
            vector = lambda values: torch.tensor([values.get(i, 0.0) for i in range(35)]) * on + shift  # noqa: E731
            found = Reading(model, None, {"input_ids": torch.tensor([[1, 2]])})
            is_first = prompt.text.index(prompt.receiver) < prompt.text.index(prompt.giver)
            return prompts.Answer(
                found, on * difference + (shift if is_first else -shift), vector(direct), vector(attention)
            )

        def without_each(question):
            on = 0.0 if is_random(question[0]) else 1.0
            return -torch.tensor([lost.get(i, 0.0) for i in range(35)]) * on

        def by_paths(asked, prompt, of_others):
            assert of_others != prompt.text
            return asked.direct

        monkeypatch.setattr(wang_objects, "answer", answer)
        monkeypatch.setattr(wang_objects, "by_paths", by_paths)
        monkeypatch.setattr(wang_objects, "question_on", lambda *of: of)
        monkeypatch.setattr(wang_objects, "without_each", without_each)

    return of


def verdicts(claim, model):
    return {each.statement.name: each.verdict for each in rerun(claim, model).results}


def test_a_circuit_is_found_where_it_is_planted(plant, model):
    direct = {MOVER: 2.0, SECOND: 1.0, NEGATIVE: -1.5, WRITER: 0.5}
    plant(4.0, direct, {MOVER: 0.6, SECOND: 0.4, NEGATIVE: 0.5}, {MOVER: 1.0, BEHIND: 1.1})
    done = rerun(wang_objects.CLAIM, model)
    found = {each.statement.name: each for each in done.results}
    assert {each.verdict for each in found.values()} == {HOLDS}
    assert found["right"].found.value == 100
    assert [found[name].found.value for name in ("movers", "negative", "behind")] == [2, 1, 1]
    assert [found[f"{name} by paths"].found.value for name in ("movers", "negative")] == [2, 1]


def test_a_strongest_head_that_looks_at_the_giver_is_told(plant, model):
    plant(-2.0, {WRITER: 2.0}, {WRITER: -0.5}, {WRITER: 2.0})
    assert set(verdicts(wang_objects.CLAIM, model).values()) == {FAILS}


def test_suppression_is_counted_by_hand(monkeypatch, model):
    """Head 0 gives all to the token before and lowers it by 2 where the others stay; head 1 looks at the first."""
    ids = [1, 9, 17, 33]
    found = reading(model, ids)
    patterns = torch.zeros(2, 4, 4)
    patterns[0, 1, 0] = patterns[0, 2, 1] = patterns[0, 3, 2] = 1.0
    patterns[1, :, 0] = 1.0
    added = torch.zeros(2, 4, 4)
    added[0, 2, 1] = added[0, 3, 2] = -2.0
    monkeypatch.setattr(mcdougall_suppression, "looks", lambda _found: patterns)
    monkeypatch.setattr(mcdougall_suppression, "written", lambda _found, _queries, _words: added)
    attention, against = mcdougall_suppression.written_against(found)
    assert attention.tolist() == [0.5, 0.0]
    assert against[0].item() == pytest.approx(1.5)  # 2 below the others is 1.5 below the mean of all four
    assert against[1].isnan()


@pytest.mark.parametrize(("lost", "against", "verdict"), [(0.5, 0.4, HOLDS), (2.0, -0.4, FAILS)])
def test_what_is_written_and_not_lost_is_made_up_for(monkeypatch, model, lost, against, verdict):
    def of(model_, prompt):
        on = 0.0 if "random weights" in model_.name else 1.0
        found = reading(model_, prompt.text)
        direct = torch.zeros(35)
        direct[:5] = 2.0 * on
        return prompts.Answer(found, 4.0 + len(prompt.text) / 1e4, direct, direct)

    def difference(found, prompt, without=()):
        on = 0.0 if "random weights" in found.model.name else 1.0
        return 4.0 + len(prompt.text) / 1e4 - lost * on * len(without)

    def written_against(found):
        on = 0.0 if "random weights" in found.model.name else 1.0
        return torch.full((35,), 0.3, dtype=torch.float64) * on, torch.full((35,), against, dtype=torch.float64) * on

    here = mcdougall_suppression
    monkeypatch.setattr(here, "answer", of)
    monkeypatch.setattr(here, "difference", difference)
    monkeypatch.setattr(here, "written_against", written_against)
    fresh = named(initializer_range=0.3)
    assert sorted(here.writers(fresh)) == heads_of(reading(fresh, "w0"))[:5]
    assert set(verdicts(here.CLAIM, fresh).values()) == {verdict}


@pytest.mark.parametrize("claim", [wang_objects.CLAIM, mcdougall_suppression.CLAIM])
def test_who_cannot_be_asked(claim):
    assert "no prediction head" in rerun(claim, reader()).why_not
    assert "pairs of names" in rerun(claim, speaker()).why_not
