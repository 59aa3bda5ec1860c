"""Chat templates of the kinds that models bring, and tokenizers that bring them, for tests."""

from __future__ import annotations

import transformers as hf
from tokenizers import processors
from transformers import PreTrainedTokenizerFast

from mha_viz.models.load import model_from
from tests.support.networks.families import LLAMA, make
from tests.support.texts.texts import byte_tokenizer

# Turns between markers; where no system prompt is typed, one is put there.
MARKED = """{% for m in messages %}{% if loop.first and m['role'] != 'system' %}<|im_start|>system
You help people a lot<|im_end|>
{% endif %}<|im_start|>{{ m['role'] }}
{{ m['content'] }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
# A start token of its own, white space cut off, no system prompt, roles in turns.
TURNS = """{{ bos_token }}{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}\
{{ raise_exception('Conversation roles must alternate user/assistant/user/...') }}{% endif %}<turn>{{ m['role'] }}
{{ m['content'] | trim }}</turn>
{% endfor %}"""
# The system prompt moves into the last turn of the user.
MOVED = """{% if messages[0]['role'] == 'system' %}{% set system, rest = messages[0]['content'], messages[1:] %}\
{% else %}{% set system, rest = '', messages %}{% endif %}{{ bos_token }}{% for m in rest %}\
{% if m['role'] == 'user' %}[INST] {% if loop.last and system %}{{ system }}

{% endif %}{{ m['content'] }} [/INST]{% else %}{{ m['content'] }}<|im_end|>{% endif %}{% endfor %}"""
PLAIN = "{% for m in messages %}<turn>{{ m['content'] }}</turn>{% endfor %}"
LOUD = "{% for m in messages %}<turn>{{ m['content'] | upper }}</turn>{% endfor %}"
LAST_ALONE = "<turn>{{ messages[-1]['content'] }}</turn>"
TWICE = "{% for m in messages %}<turn>{{ m['content'] }}|{{ m['content'] }}</turn>{% endfor %}"
BY_WORDS = "{% for m in messages %}{{ 'A' if 'cat' in m['content'] else 'B' }}{{ m['content'] }}{% endfor %}"

MARKERS = ("<s>", "<|im_start|>", "<|im_end|>", "<turn>", "</turn>", "[INST]", "[/INST]")


def messages(*turns):
    """``messages("user: Hi")``: the form that transformers takes."""
    return [dict(zip(("role", "content"), turn.split(": ", 1), strict=True)) for turn in turns]


def chat_tokenizer(template, *, starts=True):
    """Every byte a token, beside the markers; puts a start token before any text where it ``starts``."""
    core = byte_tokenizer().backend_tokenizer
    core.add_special_tokens(list(MARKERS))
    if starts:
        start = ("<s>", core.token_to_id("<s>"))
        core.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A $B", special_tokens=[start])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, bos_token="<s>", pad_token="<s>")
    tokenizer.chat_template = template
    return tokenizer


def chat_model(template=TURNS):
    config = hf.LlamaConfig(**{**LLAMA, "vocab_size": 263, "max_position_embeddings": 131, "eos_token_id": None})
    return model_from(make(hf.LlamaForCausalLM, config), chat_tokenizer(template), name="tiny")
