"""Tiny random networks of many more families, and those that are refused, each with the sentence that says why.

A row is built when a test asks for it: the class and its configuration by name, and what differs from a base.
"""

from __future__ import annotations

import transformers as hf

from tests.support.networks.families import BART, BERT, CLIP, LLAMA, T5, WINDOW

NO_TYPES = {key: value for key, value in BERT.items() if key != "type_vocab_size"}
GPT = {"vocab_size": 37, "n_positions": 43, "n_embd": 24, "n_layer": 2, "n_head": 3}
EXPERTS = {**LLAMA, "intermediate_size": 32}
T5_START = {**T5, "decoder_start_token_id": 4, "pad_token_id": 0}
LINEAR = {
    "linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_key_head_dim": 8, "linear_value_head_dim": 8,
}  # fmt: skip
GATED = {**LLAMA, "num_hidden_layers": 4, "num_attention_heads": 4, "head_dim": 8, "intermediate_size": 32, **LINEAR}
QWEN_NEXT = {
    **GATED, "moe_intermediate_size": 32, "shared_expert_intermediate_size": 32, "num_experts": 4,
    "num_experts_per_tok": 2,
}  # fmt: skip
MAMBA = {"mamba_n_heads": 4, "mamba_d_head": 12, "mamba_d_state": 5, "mamba_n_groups": 1, "mamba_chunk_size": 8}
XLM = {"vocab_size": 37, "emb_dim": 24, "n_layers": 2, "n_heads": 3, "max_position_embeddings": 43, "pad_index": 0}
DEEPSEEK = {
    **LLAMA, "num_key_value_heads": 6, "n_routed_experts": 4, "kv_lora_rank": 8, "q_lora_rank": 8,
    "qk_rope_head_dim": 4, "v_head_dim": 7, "qk_nope_head_dim": 5, "n_group": 1, "topk_group": 1,
    "num_experts_per_tok": 2, "moe_intermediate_size": 16, "first_k_dense_replace": 1,
}  # fmt: skip
FOURS = {**DEEPSEEK, "qk_nope_head_dim": 4, "v_head_dim": 4, "n_shared_experts": 1}
MOE = {**EXPERTS, "num_experts": 4, "num_local_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 16}
GLM_MOE = {**MOE, "n_routed_experts": 4, "n_group": 1, "topk_group": 1, "first_k_dense_replace": 1}
LONGCAT = {
    **DEEPSEEK, "head_dim": 4, "num_layers": 2, "zero_expert_num": 1, "expert_ffn_hidden_size": 16,
    "ffn_hidden_size": 31, "moe_topk": 2,
}  # fmt: skip
SPARSE = {**DEEPSEEK, "index_topk": 4, "index_n_heads": 2, "index_head_dim": 8}
# The last two layers use keys and values of earlier ones.
SHARED = {
    **WINDOW, "num_hidden_layers": 5, "num_kv_shared_layers": 2, "hidden_size_per_layer_input": 8,
    "vocab_size_per_layer_input": 37,
    "layer_types": [f"{reach}_attention" for reach in ("sliding", "full", "sliding", "sliding", "full")],
}  # fmt: skip

# name: (what the classes are called, configuration); the class of the network where it is not called NameModel
ENCODERS = {
    "camembert": ("Camembert", BERT),
    "roberta-prelayernorm": ("RobertaPreLayerNorm", BERT),
    "xlm-roberta-xl": ("XLMRobertaXL", BERT),
    "data2vec-text": ("Data2VecText", BERT),
    "megatron-bert": ("MegatronBert", BERT),
    "mobilebert": ("MobileBert", {**BERT, "embedding_size": 16, "true_hidden_size": 24, "intra_bottleneck_size": 24}),
    "layoutlm": ("LayoutLM", {**BERT, "max_2d_position_embeddings": 64}),
    "markuplm": ("MarkupLM", BERT),
    "splinter": ("Splinter", BERT),
    "ernie": ("Ernie", BERT),
    "esm": ("Esm", {**NO_TYPES, "mask_token_id": 3, "emb_layer_norm_before": False}),
    "rembert": ("RemBert", {**BERT, "input_embedding_size": 16, "output_embedding_size": 16}),
    "roc-bert": ("RoCBert", {**BERT, "enable_pronunciation": False, "enable_shape": False}),
    "xmod": ("Xmod", {**BERT, "languages": ["en_XX"], "default_language": "en_XX"}),
    "luke": ("Luke", {**BERT, "entity_vocab_size": 11, "entity_emb_size": 8}),
    "visual-bert": ("VisualBert", {**BERT, "visual_embedding_dim": 8}),
    "eurobert": ("EuroBert", LLAMA),
    "nomic-bert": ("NomicBert", BERT),
    "gte": ("Gte", BERT),
    "jina-embeddings-v3": ("JinaEmbeddingsV3", BERT),
    "flaubert": ("Flaubert", XLM),
    "xlm": ("XLM", XLM),
    "deberta": ("Deberta", {**BERT, "relative_attention": True, "pos_att_type": ["c2p", "p2c"]}),
    "tapas": ("Tapas", BERT),
    "roformer": ("RoFormer", {**BERT, "embedding_size": 24}),
    "ibert": ("IBert", BERT),
    "xlnet": ("XLNet", {"vocab_size": 37, "d_model": 24, "n_layer": 2, "n_head": 3, "d_inner": 31}),
    "bert-generation": ("BertGeneration", NO_TYPES, "BertGenerationEncoder"),
}
DECODERS = {
    "qwen2": ("Qwen2", LLAMA),
    "gemma": ("Gemma", LLAMA),
    "cohere": ("Cohere", LLAMA),
    "cohere2": ("Cohere2", {**LLAMA, "sliding_window": 3}),
    "olmo": ("Olmo", LLAMA),
    "olmo2": ("Olmo2", LLAMA),
    "olmo3": ("Olmo3", {**LLAMA, "sliding_window": 3}),
    "starcoder2": ("Starcoder2", LLAMA),
    "stablelm": ("StableLm", LLAMA),
    "phi": ("Phi", {**LLAMA, "partial_rotary_factor": 0.5}),
    "granite": ("Granite", LLAMA),
    "glm": ("Glm", {**LLAMA, "head_dim": 8}),
    "glm4": ("Glm4", {**LLAMA, "head_dim": 8}),
    "nemotron": ("Nemotron", {**LLAMA, "head_dim": 8}),
    "helium": ("Helium", LLAMA),
    "smollm3": ("SmolLM3", LLAMA),
    "seed-oss": ("SeedOss", LLAMA),
    "ernie-4.5": ("Ernie4_5", LLAMA),
    "arcee": ("Arcee", LLAMA),
    "apertus": ("Apertus", LLAMA),
    "exaone4": ("Exaone4", {**LLAMA, "sliding_window": 3, "sliding_window_pattern": 2}),
    "hunyuan": ("HunYuanDenseV1", LLAMA),
    "ministral": ("Ministral", LLAMA),
    "doge": ("Doge", LLAMA),
    "mixtral": ("Mixtral", {**EXPERTS, "num_local_experts": 3}),
    "granitemoe": ("GraniteMoe", {**EXPERTS, "num_local_experts": 3}),
    "qwen2-moe": (
        "Qwen2Moe",
        {**EXPERTS, "num_experts": 4, "moe_intermediate_size": 16, "shared_expert_intermediate_size": 16},
    ),
    "qwen3-moe": ("Qwen3Moe", {**EXPERTS, "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 16}),
    "olmoe": ("Olmoe", {**EXPERTS, "num_experts": 4, "num_experts_per_tok": 2}),
    "deepseek-v2": ("DeepseekV2", FOURS),
    "deepseek-v3": ("DeepseekV3", DEEPSEEK),
    "glm4-moe-lite": ("Glm4MoeLite", DEEPSEEK),
    "mistral4": ("Mistral4", FOURS),
    "dots1": ("Dots1", {**GLM_MOE, "n_shared_experts": 1}),
    "llama4": (
        "Llama4Text",
        {**LLAMA, "num_local_experts": 2, "intermediate_size_mlp": 31, "attention_chunk_size": 4},
    ),
    "bitnet": ("BitNet", LLAMA),
    "cwm": ("Cwm", {**LLAMA, "sliding_window": 3}),
    "jais2": ("Jais2", LLAMA),
    "flex-olmo": ("FlexOlmo", {**EXPERTS, "num_experts": 4, "num_experts_per_tok": 2}),
    "ernie-4.5-moe": ("Ernie4_5_Moe", {**LLAMA, "moe_intermediate_size": 16, "moe_num_experts": 4, "moe_k": 2}),
    "mpt": ("Mpt", {"vocab_size": 37, "d_model": 24, "n_layers": 2, "n_heads": 3, "max_seq_len": 43}),
    "gpt-bigcode": ("GPTBigCode", GPT),
    "xglm": (
        "XGLM",
        {
            "vocab_size": 37,
            "d_model": 24,
            "num_layers": 2,
            "attention_heads": 3,
            "ffn_dim": 31,
            "max_position_embeddings": 43,
        },
    ),
    "codegen": ("CodeGen", {**GPT, "n_head": 4, "rotary_dim": 4}),
    "openai-gpt": ("OpenAIGPT", GPT),
    "ctrl": ("CTRL", {**GPT, "dff": 31}),
    "biogpt": ("BioGpt", NO_TYPES),
    "gpt-neox-japanese": ("GPTNeoXJapanese", NO_TYPES),
    "afmoe": ("Afmoe", MOE),
    "axk1": ("AXK1", DEEPSEEK),
    "flint": ("Flint", LLAMA),
    "glm4-moe": ("Glm4Moe", GLM_MOE),
    "granitemoe-shared": ("GraniteMoeShared", {**MOE, "shared_intermediate_size": 16}),
    "hunyuan-moe": ("HunYuanMoEV1", MOE),
    "mellum": ("Mellum", MOE),
    "minimax-m2": ("MiniMaxM2", MOE),
    "ministral3": ("Ministral3", LLAMA),
    "nanochat": ("NanoChat", LLAMA),
    "persimmon": ("Persimmon", LLAMA),
    "phimoe": ("Phimoe", MOE),
    "vaultgemma": ("VaultGemma", WINDOW),
    "solar-open": ("SolarOpen", GLM_MOE),
    "longcat-flash": ("LongcatFlash", LONGCAT),
    "exaone-moe": ("ExaoneMoe", {**MOE, "sliding_window": 3}),
    "minicpm3": ("MiniCPM3", DEEPSEEK),
    "jetmoe": ("JetMoe", {**MOE, "kv_channels": 4}),
    "qwen3-vl": (
        "Qwen3VLText",
        {**LLAMA, "rope_parameters": {"rope_type": "default", "rope_theta": 1e4, "mrope_section": [1, 1, 0]}},
    ),
    "gemma3n": (
        "Gemma3nText",
        {**SHARED, "altup_num_inputs": 2, "laurel_rank": 4, "activation_sparsity_pattern": [0.0] * 5},
    ),
    "gemma4": ("Gemma4Text", {**SHARED, "global_head_dim": 4}),
    # Of every layer each query looks at the four keys that the layer chooses.
    "deepseek-v3.2": ("DeepseekV32", SPARSE),
    "glm-moe-dsa": ("GlmMoeDsa", SPARSE),
    "axk2": ("AXK2", SPARSE),
    "dots3-note": ("Dots3NoteText", SPARSE),
    "hy-v4": ("HYV4", SPARSE),
    "mistral-large4": ("MistralLarge4Text", SPARSE),
    "cohere2-moe": ("Cohere2Moe", {**MOE, "sliding_window": 3}),
    "laguna": ("Laguna", GLM_MOE),
    "youtu": ("Youtu", DEEPSEEK),
    "modernbert-decoder": (
        "ModernBertDecoder",
        {**NO_TYPES, "num_hidden_layers": 3, "local_attention": 4, "sliding_window": 4},
    ),
}
ENCODER_DECODERS = {
    "nllb-moe": ("NllbMoe", {**BART, "num_experts": 2, "encoder_sparse_step": 2, "decoder_sparse_step": 2}),
    "mbart": ("MBart", BART),
    "m2m-100": ("M2M100", BART),
    "pegasus": ("Pegasus", BART),
    "blenderbot": ("Blenderbot", BART),
    "blenderbot-small": ("BlenderbotSmall", BART),
    "plbart": ("PLBart", BART),
    "bigbird-pegasus": ("BigBirdPegasus", {**BART, "attention_type": "original_full"}),
    "mvp": ("Mvp", BART),
    "fsmt": ("FSMT", {**BART, "langs": ["en", "de"], "src_vocab_size": 37, "tgt_vocab_size": 37}),
    "mt5": ("MT5", T5_START),
    "umt5": ("UMT5", T5_START),
    "switch": (
        "SwitchTransformers",
        {**T5_START, "num_experts": 2, "num_sparse_encoder_layers": 1, "num_sparse_decoder_layers": 1},
    ),
}
# Some layers attend, the others mix positions in another way: (classes, configuration, layers that attend).
HYBRIDS = {
    "qwen3-next": ("Qwen3Next", QWEN_NEXT, (3,)),
    "qwen3-next, irregular": (
        "Qwen3Next",
        {
            **QWEN_NEXT,
            "layer_types": ["full_attention", "linear_attention", "linear_attention", "full_attention"],
        },
        (0, 3),
    ),
    "qwen3.5": ("Qwen3_5Text", GATED, (3,)),
    "qwen3.5-moe": ("Qwen3_5MoeText", QWEN_NEXT, (3,)),
    "olmo-hybrid": ("OlmoHybrid", GATED, (3,)),
    "bamba": ("Bamba", {**LLAMA, **MAMBA, "attn_layer_indices": [1]}, (1,)),
    "granitemoe-hybrid": (
        "GraniteMoeHybrid",
        {
            **EXPERTS, **MAMBA, "num_hidden_layers": 4, "layer_types": ["mamba", "mamba", "attention", "mamba"],
            "num_local_experts": 2, "shared_intermediate_size": 16,
        },
        (2,),
    ),
    "falcon-h1": (
        "FalconH1",
        {**LLAMA, **MAMBA, "mamba_d_ssm": 24, "mamba_n_heads": 3, "mamba_d_head": 8},
        (0, 1),
    ),
    "jamba": (
        "Jamba",
        {
            **EXPERTS, "num_hidden_layers": 4, "attn_layer_period": 4, "attn_layer_offset": 3, "num_experts": 2,
            "mamba_d_state": 5, "mamba_dt_rank": 4, "use_mamba_kernels": False,
        },
        (3,),
    ),
    "zamba": (
        "Zamba",
        {
            **LLAMA, "num_hidden_layers": 6, "num_key_value_heads": 6, "attn_layer_period": 3, "attn_layer_offset": 2,
            "mamba_d_state": 5, "n_mamba_heads": 2, "use_mamba_kernels": False,
        },
        (2, 5),
    ),
    "zamba2": (
        "Zamba2",
        {
            **LLAMA, "num_hidden_layers": 5, "num_key_value_heads": 6, "mamba_d_state": 5, "n_mamba_heads": 8,
            "mamba_ngroups": 1, "chunk_size": 8, "num_mem_blocks": 1, "hybrid_layer_ids": [1, 3],
            "layer_types": ["linear_attention", "hybrid", "linear_attention", "hybrid", "linear_attention"],
        },
        (1, 3),
    ),
    "lfm2": ("Lfm2", {**LLAMA, "num_hidden_layers": 3, "layer_types": ["conv", "full_attention", "conv"]}, (1,)),
    "nemotron-h": (
        "NemotronH",
        {
            **LLAMA, "num_hidden_layers": 3, "mamba_num_heads": 4, "mamba_head_dim": 12, "ssm_state_size": 5,
            "n_groups": 1, "chunk_size": 8, "layers_block_type": ["mamba", "attention", "mlp"],
        },
        (1,),
    ),
    "recurrent-gemma": (
        "RecurrentGemma",
        {**LLAMA, "num_hidden_layers": 3, "lru_width": 24, "attention_window_size": 5},
        (2,),
    ),
    "minimax": (
        "MiniMax",
        {
            **EXPERTS, "num_hidden_layers": 3, "num_local_experts": 2, "block_size": 4,
            "layer_types": ["linear_attention", "full_attention", "linear_attention"],
        },
        (1,),
    ),
}  # fmt: skip

# A learned sink takes a share of every row; these families return their rows as they were before.
SINKS = {
    "granite-swa": ("GraniteSWA", {**LLAMA, "num_hidden_layers": 3, "sliding_window": 3}),
    "granitemoe-swa": (
        "GraniteMoeSWA", {**EXPERTS, "num_hidden_layers": 3, "num_local_experts": 3, "sliding_window": 3},
    ),
}  # fmt: skip

# They change themselves while they read.
CHANGING = {
    "phi3, longrope": (
        "Phi3",
        {
            **LLAMA,
            "original_max_position_embeddings": 12,
            "rope_parameters": {
                "rope_type": "longrope", "short_factor": [1.0, 1.0], "long_factor": [3.0, 7.0], "rope_theta": 1e4,
                "original_max_position_embeddings": 12,
            },
        },
    ),
    "llama, dynamic": (
        "Llama",
        {
            **LLAMA, "max_position_embeddings": 12,
            "rope_parameters": {"rope_type": "dynamic", "factor": 4.0, "rope_theta": 1e4},
        },
    ),
    "big-bird": ("BigBird", {**BERT, "block_size": 2, "num_random_blocks": 1}),
    "recurrent-gemma": HYBRIDS["recurrent-gemma"],
}  # fmt: skip

# A text beside a longer one would not be what it is alone.
ALONE = {
    "nystromformer": (
        "Nystromformer",
        {**BERT, "num_landmarks": 4, "segment_means_seq_len": 4, "conv_kernel_size": 3},
    ),
    "convbert": ("ConvBert", {**BERT, "embedding_size": 24, "head_ratio": 1, "conv_kernel_size": 3, "num_groups": 1}),
    "phi3, longrope": CHANGING["phi3, longrope"],
}

# Their encoders attend inside windows: decoder and cross-attention are read.
WINDOWED = {
    "longt5": ("LongT5", {**T5_START, "local_radius": 2}),
    "longt5, with global tokens": (
        "LongT5", {**T5_START, "local_radius": 2, "encoder_attention_type": "transient-global", "global_block_size": 3},
    ),
    "led": (
        "LED",
        {
            **BART, "attention_window": 4, "max_encoder_position_embeddings": 43, "max_decoder_position_embeddings": 43,
        },
    ),
    "pegasus-x": ("PegasusX", {**BART, "block_size": 8, "num_global_tokens": 3}),
}  # fmt: skip

# What is refused, with what is said of it.
WINDOWS = "attends inside windows: its maps have no common axis to label"
IN_PART = "attends in part in its own code, inside windows or in another form that does not show from outside"
REFUSED = {
    "lilt": (
        ("Lilt", {**BERT, "max_2d_position_embeddings": 64, "channel_shrink_ratio": 2, "num_attention_heads": 2}),
        "attends more than once in each layer .*layout_value and .*value.*: neither pattern alone is the layer's",
    ),
    "t5gemma2": (
        (
            "T5Gemma2",
            {
                "encoder": {"text_config": WINDOW, "vision_config": {**CLIP, "image_size": 12, "patch_size": 4}},
                "decoder": WINDOW, "eoi_token_index": 33, "image_token_index": 34, "decoder_start_token_id": 4,
            },
        ),
        "attends over the decoder's own positions and the encoder's in one row",
    ),
    "reformer": (
        (
            "Reformer",
            {
                **NO_TYPES, "attention_head_size": 8, "feed_forward_size": 31, "axial_pos_embds": False, "attn_layers":
                ["local", "lsh"], "local_attn_chunk_length": 2, "lsh_attn_chunk_length": 2, "num_buckets": 4,
                "hash_seed": 0, "is_decoder": False,
            },
        ),
        WINDOWS,
    ),
    "longformer": (("Longformer", {**BERT, "attention_window": 4}), WINDOWS),
    "funnel": (
        (
            "Funnel",
            {"vocab_size": 37, "block_sizes": [1, 1], "d_model": 24, "n_head": 3, "d_head": 8, "d_inner": 31},
        ),
        "attends over .* positions where 8 × 8 are known",
    ),
    "hrm-text": (("HrmText", LLAMA), "has several stacks of layers that attend alike"),
    "canine": (("Canine", BERT), "has several stacks of layers that attend alike"),
    "cpmant": (
        (
            "CpmAnt",
            {
                "vocab_size": 37, "hidden_size": 24, "num_attention_heads": 3, "dim_head": 8, "dim_ff": 31,
                "num_hidden_layers": 2, "prompt_length": 5,
            },
        ),
        "attends over .* positions where 8 × 8 are known",
    ),
    "ibert, in integers": (("IBert", {**BERT, "quant_mode": True}), "shows no softmax attention"),
    "minimax-m3": (
        ("MiniMaxM3VLText", {**EXPERTS, "layer_types": ["full_attention", "minimax_m3_sparse"]}),
        "hands block_indices to its attention",
    ),
    "yoso": (("Yoso", BERT), "shows no softmax attention"),
    "mra": (("Mra", BERT), "shows no softmax attention"),
    "fnet": (("FNet", BERT), "shows no softmax attention"),
    "mamba": (
        ("Mamba", {"vocab_size": 37, "hidden_size": 24, "num_hidden_layers": 2, "state_size": 3}),
        "shows no softmax attention",
    ),
    "rwkv": (
        ("Rwkv", {"vocab_size": 37, "hidden_size": 24, "num_hidden_layers": 2, "attention_hidden_size": 24}),
        "shows no softmax attention",
    ),
    "diffllama": (
        ("DiffLlama", {**LLAMA, "num_attention_heads": 4, "hidden_size": 32, "head_dim": 8}),
        "attends twice in one layer",
    ),
}  # fmt: skip


def family(row):
    """The network class and the configuration of a row."""
    name, settings, *rest = row
    network = next((name for name in rest if isinstance(name, str)), f"{name}Model")
    return getattr(hf, network), getattr(hf, f"{name}Config")(**settings)
