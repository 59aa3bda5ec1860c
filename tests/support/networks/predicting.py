"""Tiny networks with a prediction head, of every family that the tests of changes go through."""

import transformers as hf

from mha_viz.models.load import model_from
from tests.support.networks.families import TEXT as FAMILIES
from tests.support.networks.families import make, tokenizer

CAUSAL = {
    "gpt2": hf.GPT2LMHeadModel, "llama": hf.LlamaForCausalLM, "mistral": hf.MistralForCausalLM,
    "gemma2": hf.Gemma2ForCausalLM, "gpt-oss": hf.GptOssForCausalLM, "gpt-neox": hf.GPTNeoXForCausalLM,
    "bloom": hf.BloomForCausalLM, "falcon": hf.FalconForCausalLM, "gptj": hf.GPTJForCausalLM,
    "gpt-neo": hf.GPTNeoForCausalLM, "opt": hf.OPTForCausalLM,
}  # fmt: skip
MASKED = {"bert": hf.BertForMaskedLM, "albert": hf.AlbertForMaskedLM, "mpnet": hf.MPNetForMaskedLM}


def model_of(name):
    network_class = {**CAUSAL, **MASKED}[name]
    return model_from(make(network_class, FAMILIES[name][1]), tokenizer(ends=name in MASKED), name=name)
