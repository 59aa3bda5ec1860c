"""Before, after and difference are those of two plain runs, the second with the head's slice zeroed by hand."""

import pytest
import torch
import transformers as hf

from mha_viz.attention.maps import pattern
from mha_viz.comparison.asks import Accuracy, Continuation, LogitDifference, Loss, NextWord, Similarity, Vectors
from mha_viz.comparison.distance import jensen_shannon
from mha_viz.comparison.effects import effect, pattern_changes
from mha_viz.errors import InputError
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.interventions.changes import Cut, From, Pattern, Zero
from tests.support.networks.families import BERT, ENCODER_DECODERS, LLAMA, VOCABULARY, make, text_model, tokenizer
from tests.support.networks.zeroed import zeroed

TEXT, OTHER = "the cat sat on a mat", "the dog ran on a mat"
HEAD = (1, 4)


@pytest.fixture(scope="module")
def llama():
    return model_from(make(hf.LlamaForCausalLM, hf.LlamaConfig(**LLAMA)), tokenizer(ends=False), name="llama")


def logits(model, text, *, heads=(), **inputs):
    """Of a plain run, with slices of the output projection's input zeroed by hand."""
    with zeroed(_slices(model, heads)), torch.no_grad():
        ids = torch.tensor([capture(model, text).query_positions["decoder"].ids])
        return model.network(input_ids=ids, **inputs).logits[0], ids[0]


def _slices(model, heads):
    layers = model.network.model.layers
    return [(layers[layer].self_attn.o_proj, slice(head * 4, head * 4 + 4)) for layer, head in heads]


def test_a_logit_difference(llama):
    before, after = (logits(llama, TEXT, heads=heads)[0][-1] for heads in ((), [HEAD]))
    dog, fish = VOCABULARY["dog"], VOCABULARY["fish"]
    (row,) = effect(llama, TEXT, Zero([HEAD]), LogitDifference("dog", "fish")).itertuples()
    wanted = [(one[dog] - one[fish]).item() for one in (before, after)]
    assert (row.before, row.after) == pytest.approx(wanted, abs=1e-4)
    assert row.difference == pytest.approx(wanted[1] - wanted[0], abs=1e-4)
    assert abs(row.difference) > 1e-2
    assert (row.change, row.way) == ("zero L1 H4", "noising")
    (row,) = effect(llama, TEXT, [], LogitDifference("dog", "fish", position=2)).itertuples()
    assert (
        row.before
        == row.after
        == pytest.approx((logits(llama, TEXT)[0][2, dog] - logits(llama, TEXT)[0][2, fish]).item())
    )


def test_an_accuracy_is_1_where_the_word_is_the_likeliest(llama):
    """Before, or after, and of all tokens, or of two."""
    names = {number: word for word, number in VOCABULARY.items()}
    every = [(layer, head) for layer in (0, 1) for head in range(6)]
    before, after = (logits(llama, TEXT, heads=heads)[0][-1] for heads in ((), every))
    order = [names[i] for i in before.argsort(descending=True).tolist() if i in names and not names[i].startswith("[")]
    (row,) = effect(llama, TEXT, Zero(every), Accuracy(names[after.argmax().item()])).itertuples()
    assert before.argmax() != after.argmax()
    assert (row.before, row.after, row.difference) == (0.0, 1.0, 1.0)
    (row,) = effect(llama, TEXT, [], Accuracy(names[before.argmax().item()])).itertuples()
    assert (row.before, row.ask) == (1.0, f"“{names[before.argmax().item()]}” is the likeliest")
    for first, second, found in ((order[1], order[3], 1.0), (order[3], order[1], 0.0)):
        (row,) = effect(llama, TEXT, [], Accuracy(first, against=second)).itertuples()
        assert row.before == found
    (row,) = effect(llama, TEXT, [], Accuracy(order[1], against=order[3], position=2)).itertuples()
    there = logits(llama, TEXT)[0][2]
    assert row.before == float(there[VOCABULARY[order[1]]] > there[VOCABULARY[order[3]]])


@pytest.mark.parametrize(("second_half", "first"), [(False, 1), (True, 3)])
def test_a_loss_is_over_the_text_or_its_second_half(llama, second_half, first):
    wanted = []
    for heads in ((), [HEAD]):
        of_text, ids = logits(llama, TEXT, heads=heads)
        wanted.append(torch.nn.functional.cross_entropy(of_text[first - 1 : -1], ids[first:]).item())
    (row,) = effect(llama, TEXT, Zero([HEAD]), Loss(second_half)).itertuples()
    assert (row.before, row.after) == pytest.approx(wanted, abs=1e-4)


def test_the_next_words_are_the_likeliest_before_and_after(llama):
    before, after = (logits(llama, TEXT, heads=heads)[0][-1].softmax(-1) for heads in ((), [(0, 1), HEAD]))
    table = effect(llama, TEXT, Zero([(0, 1), HEAD]), NextWord(2))
    names = {number: word for word, number in VOCABULARY.items()}
    likeliest = list(dict.fromkeys([*before.topk(2).indices.tolist(), *after.topk(2).indices.tolist()]))
    assert table["what"].tolist() == [names.get(number, "") for number in likeliest]
    assert table["before"].tolist() == pytest.approx(before[likeliest].tolist(), abs=1e-5)
    assert table["after"].tolist() == pytest.approx(after[likeliest].tolist(), abs=1e-5)


def test_a_continuation_is_the_most_likely_token_each_time(llama):
    texts = []
    for heads in ((), [HEAD, (0, 2), (0, 3)]):
        ids = logits(llama, TEXT)[1]
        for _ in range(3):
            words = llama.processor.convert_ids_to_tokens(ids.tolist())
            assert len(words) == len(ids)
            ids = torch.cat([ids, _next(llama, ids, heads)])
        texts.append(llama.processor.decode(ids[6:]))
    (row,) = effect(llama, TEXT, Zero([HEAD, (0, 2), (0, 3)]), Continuation(3)).itertuples()
    assert [row.before.split(), row.after.split()] == [text.split() for text in texts]


def _next(model, ids, heads):
    with zeroed(_slices(model, heads)), torch.no_grad():
        return model.network(input_ids=ids[None]).logits[0, -1].argmax()[None]


def test_a_patch_is_named_by_its_way(llama):
    """From a text where the target is likelier: is it enough? From one where it is not: is it needed?"""
    ask = LogitDifference("dog", "fish")
    values = {text: effect(llama, text, [], ask)["before"].item() for text in (TEXT, OTHER)}
    worse, better = sorted(values, key=values.get)
    every = [(layer, head) for layer in (0, 1) for head in range(6)]
    for text, source, way in ((worse, better, "denoising"), (better, worse, "noising")):
        (row,) = effect(llama, text, From(every, source), ask).itertuples()
        assert (row.before, row.way) == (pytest.approx(values[text], abs=1e-5), way)
        assert abs(row.difference) > 1e-3


def test_a_patch_by_words_takes_the_words_that_stand_for_each_other(llama):
    """One more word in the middle: what comes after it is patched from where it stands there."""
    longer = "the cat sat and ran on a mat"
    here, there = (capture(llama, text) for text in (TEXT, longer))
    assert [here.query_positions["decoder"].labels[i] for i in (3, 4, 5)] == ["on", "a", "mat"]
    found = effect(llama, TEXT, From([HEAD], longer, "words"), Vectors())
    pairs = tuple(((i,), (j,)) for i, j in zip(range(6), (0, 1, 2, 5, 6, 7), strict=True))
    wanted = effect(llama, TEXT, From([HEAD], longer, pairs=pairs), Vectors())
    assert found["after"].tolist() == wanted["after"].tolist()
    assert there.query_positions["decoder"].labels[5] == "on"
    assert min(found["after"][3:]) < 1 - 1e-4


def test_vectors_and_similarity_of_an_encoder_without_a_head():
    network, model = text_model("bert")
    table = effect(model, TEXT, Zero([(1, 2)], positions=[3]), Vectors())
    assert table["what"].tolist()[:3] == ["[CLS]", "the", "cat"]
    changed_rows = [i for i, one in enumerate(table["after"]) if one < 1 - 1e-6]
    assert changed_rows == [3]  # the last layer: no other position reads it
    other = effect(model, TEXT, Zero([(1, 2)]), Similarity(OTHER))
    ids = [torch.tensor([capture(model, text).query_positions["encoder"].ids]) for text in (TEXT, OTHER)]
    with torch.no_grad():
        means = [network(input_ids=one).last_hidden_state[0].mean(dim=0) for one in ids]
    assert other["before"].item() == pytest.approx(torch.cosine_similarity(*means, dim=0).item(), abs=1e-5)
    with pytest.raises(InputError, match="bert predicts nothing here"):
        effect(model, TEXT, Zero([(1, 2)]), NextWord())


def test_a_masked_word_is_read_at_the_mask():
    of_masks = tokenizer()
    of_masks.mask_token = "[UNK]"
    model = model_from(make(hf.BertForMaskedLM, hf.BertConfig(**BERT)), of_masks, name="bert")
    text = "the cat [UNK] on a mat"
    table = effect(model, text, Zero([(0, 1)]), NextWord(4))
    ids = torch.tensor([capture(model, text).query_positions["encoder"].ids])
    with torch.no_grad():
        expected = model.network(input_ids=ids).logits[0, 3].softmax(-1).topk(4).values
    assert table["before"][:4].tolist() == pytest.approx(expected.tolist(), abs=1e-5)


def test_an_encoder_decoder_predicts_with_its_decoder():
    network = make(hf.BartForConditionalGeneration, ENCODER_DECODERS["bart"][1])
    model = model_from(network, tokenizer(), name="bart")
    found = effect(model, TEXT, Zero([(0, 1)], kind="cross"), LogitDifference("dog", "fish"), target="he ran home")
    read = capture(model, TEXT, target="he ran home")
    inputs = {"input_ids": "encoder", "decoder_input_ids": "decoder"}
    with torch.no_grad():
        last = network(**{k: torch.tensor([read.query_positions[v].ids]) for k, v in inputs.items()}).logits[0, -1]
    assert found["before"].item() == pytest.approx(
        (last[VOCABULARY["dog"]] - last[VOCABULARY["fish"]]).item(), abs=1e-4
    )
    assert found["difference"].item() != 0


def test_which_heads_look_otherwise_while_one_is_changed(llama):
    table = pattern_changes(llama, TEXT, Zero([(0, 4)]))
    assert table[table["layer"] == 0]["distance"].abs().max() < 1e-6  # they read before it hands on anything
    assert table["layer"][0] == 1
    assert table["distance"][0] > 1e-4
    table = pattern_changes(llama, TEXT, Pattern([HEAD], "uniform")).set_index(["layer", "head"])["distance"]
    weights = pattern(capture(llama, TEXT), 1)[4]
    uniform = (weights > 0).float()
    assert table[HEAD] == pytest.approx(jensen_shannon(weights, uniform).item(), abs=1e-5)
    cut = pattern_changes(llama, TEXT, Cut([(5, 2)], [HEAD])).set_index(["layer", "head"])["distance"]
    weights_left = weights.clone()
    weights_left[5, 2] = 0
    assert cut[HEAD] == pytest.approx(jensen_shannon(weights, weights_left).item(), abs=1e-5)


def test_words_that_are_no_single_token_are_refused(llama):
    with pytest.raises(InputError, match="does not know 'zebra'"):
        effect(llama, TEXT, Zero([HEAD]), LogitDifference("zebra", "dog"))
    with pytest.raises(InputError, match="'dog fish' is 2 tokens in llama; ask about one"):
        effect(llama, TEXT, Zero([HEAD]), LogitDifference("dog fish", "dog"))
