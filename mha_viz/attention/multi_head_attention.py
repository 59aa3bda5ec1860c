"""Multi-head attention, written to be read: several attentions side by side, and one projection that combines them."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from mha_viz.arguments import checked
from mha_viz.attention.module_arguments import refuse_changes, refuse_inputs, refuse_sizes
from mha_viz.attention.trace import Trace
from mha_viz.errors import InputError
from mha_viz.objects import Model


class MultiHeadAttention(nn.Module):
    """Several attentions side by side, each with its own learned view, concatenated and projected back.

    Parameters
    ----------
    d_model : int
        Width of what goes in and comes out.
    n_heads : int
    n_kv_heads : int, optional
        Grouped keys: so many heads' worth of keys and values, each shared by ``n_heads / n_kv_heads`` heads.
    d_head : int, optional
        Width of one head; ``d_model / n_heads`` by default.
    d_context : int, optional
        Width of the sequence looked at, where it differs from ``d_model`` (cross-attention).
    bias : bool
        Whether the four projections have biases.
    scaling : float, optional
        What logits are multiplied by; ``1 / √d_head`` by default.
    frequencies : Tensor of shape (d_rotary / 2,), optional
        Rotary positions: angle per position of each pair (i, i + d_rotary / 2) of a head's first dimensions.
    relative_bias : Tensor of shape (n_heads, 2 × reach + 1), optional
        Added to the logits by distance, key minus query, from -reach to reach; beyond, the value at the end.

    Raises
    ------
    InputError
        If heads do not divide the width, or heads cannot share keys evenly.

    References
    ----------
    .. [1] Vaswani et al. (2017), arXiv:1706.03762.  Grouped keys: Ainslie et al. (2023), arXiv:2305.13245.
       Rotary positions: Su et al. (2021), arXiv:2104.09864.  Relative bias: Raffel et al. (2020), arXiv:1910.10683.

    Examples
    --------
    >>> attention = MultiHeadAttention(d_model=12, n_heads=3)
    >>> output, trace = attention(torch.randn(5, 12), trace=True)
    >>> tuple(trace.pattern.shape), tuple(trace.contributions.shape)
    ((3, 5, 5), (3, 5, 12))
    """

    frequencies: Tensor | None
    relative_bias: Tensor | None

    @checked
    def __init__(
        self, d_model: int, n_heads: int, *, n_kv_heads: int | None = None, d_head: int | None = None,
        d_context: int | None = None, bias: bool = True, scaling: float | None = None,
        frequencies: Tensor | None = None, relative_bias: Tensor | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        sizes = {"d_model": d_model, "n_heads": n_heads, "n_kv_heads": n_kv_heads, "d_head": d_head}
        refuse_sizes({**sizes, "d_context": d_context}, scaling, frequencies, relative_bias)
        self.n_heads, self.n_kv_heads = n_heads, n_heads if n_kv_heads is None else n_kv_heads
        self.d_head = d_model // n_heads if d_head is None else d_head
        self.scaling = self.d_head**-0.5 if scaling is None else scaling
        self.query_projection = nn.Linear(d_model, n_heads * self.d_head, bias=bias)
        self.key_projection = nn.Linear(d_context or d_model, self.n_kv_heads * self.d_head, bias=bias)
        self.value_projection = nn.Linear(d_context or d_model, self.n_kv_heads * self.d_head, bias=bias)
        self.output_projection = nn.Linear(n_heads * self.d_head, d_model, bias=bias)
        self.register_buffer("frequencies", frequencies)
        self.register_buffer("relative_bias", relative_bias)

    def forward(
        self,
        x: Tensor,
        context: Tensor | None = None,
        *,
        mask: Tensor | None = None,
        causal: bool = False,
        head_scale: Tensor | None = None,
        patterns: Mapping[int, Tensor] | None = None,
        trace: bool = False,
    ) -> Tensor | tuple[Tensor, Trace]:
        """Let every position of ``x`` look at those of ``context``, or at those of ``x`` itself.

        Parameters
        ----------
        x : Tensor of shape (…, n_query, d_model)
        context : Tensor of shape (…, n_key, d_context), optional
        mask : Tensor that broadcasts to (…, n_query, n_key) or (…, n_heads, n_query, n_key), optional
            bool: True where a query may look. Numbers: added to the logits. Padding is ``is_token[:, None, :]``.
            A query that may look nowhere gets nothing: a row of zeros.
        causal : bool
            Whether queries may not look ahead.
        head_scale : Tensor of shape (n_heads,), optional
            What each head's output is multiplied by: 0 takes a head out.
        patterns : mapping of head to Tensor of shape (…, n_query, n_key), optional
            Patterns from outside, used instead of the heads' own.
        trace : bool
            Whether to return all steps too.
        """
        context = x if context is None else context
        widths = {"x": self.query_projection.in_features, "context": self.key_projection.in_features}
        refuse_inputs({"x": x, "context": context}, widths, self.query_projection.weight)
        refuse_changes(mask, head_scale, patterns, self.n_heads, [x, context])
        query = self._split(self.query_projection(x), self.n_heads)  # (…, head, query, d_head)
        key = self._split(self.key_projection(context), self.n_kv_heads)  # (…, kv_head, key, d_head)
        value = self._split(self.value_projection(context), self.n_kv_heads)
        if self.frequencies is not None:
            query, key = rotate(query, self.frequencies), rotate(key, self.frequencies)

        logits = query @ self._share(key).mT * self.scaling  # (…, head, query, key)
        if self.relative_bias is not None:
            logits = logits + bias_by_distance(self.relative_bias, *logits.shape[-2:])
        logits = masked(logits, mask, causal=causal)
        pattern = softmax_or_nothing(logits)
        if patterns:
            computed = pattern.unbind(dim=-3)
            used = [patterns[head].expand_as(row) if head in patterns else row for head, row in enumerate(computed)]
            pattern = torch.stack(used, dim=-3)

        head_outputs = pattern @ self._share(value)  # (…, head, query, d_head)
        if head_scale is not None:
            head_outputs = head_outputs * head_scale[:, None, None]
        concatenation = head_outputs.transpose(-3, -2).flatten(-2)  # (…, query, head × d_head)
        output: Tensor = self.output_projection(concatenation)  # (…, query, d_model)
        if not trace:
            return output
        contributions = head_outputs @ self.output_slices()  # (…, head, query, d_model)
        return output, Trace(query, key, value, logits, pattern, head_outputs, concatenation, contributions, output)

    def output_slices(self) -> Tensor:
        """Each head's slice of the output projection: (head, d_head, d_model)."""
        slices: Tensor = self.output_projection.weight.mT.unflatten(0, (self.n_heads, self.d_head))
        return slices

    @classmethod
    @checked
    def from_torch(cls, module: nn.MultiheadAttention) -> MultiHeadAttention:
        """The same attention with the weights of a ``torch.nn.MultiheadAttention``; batch-first whatever it is.

        Raises
        ------
        InputError
            For its options that add a key (``add_bias_kv``, ``add_zero_attn``) or read keys and values of two widths.
        """
        if module.bias_k is not None or module.add_zero_attn:
            raise InputError("add_bias_kv and add_zero_attn append a key that is no position: not supported here.")
        if module.kdim != module.vdim:
            raise InputError(f"Keys of width {module.kdim} and values of width {module.vdim} need one context each.")
        weight, bias = module.out_proj.weight, module.in_proj_bias
        new = cls(module.embed_dim, module.num_heads, d_context=module.kdim, bias=bias is not None).to(weight)
        separate = (module.q_proj_weight, module.k_proj_weight, module.v_proj_weight)
        weights = separate if module.in_proj_weight is None else module.in_proj_weight.chunk(3)
        biases = (None,) * 3 if bias is None else bias.chunk(3)
        targets = (new.query_projection, new.key_projection, new.value_projection)
        for target, *source in zip(targets, weights, biases, strict=True):
            copy_linear(target, *source)
        copy_linear(new.output_projection, weight, module.out_proj.bias)
        return new

    @classmethod
    @checked
    def from_layer(cls, model: Model, layer: int, *, kind: str | None = None) -> MultiHeadAttention:
        """The attention of one layer of a pretrained model, rebuilt from its weights.

        Causal models need ``causal=True`` in the call, as their mask is no weight.

        Raises
        ------
        UnreadableModelError
            If it cannot be rebuilt, or does not give the model's own output on a probe within 1e-4.
        """
        from mha_viz.recording.rebuild import attention_of_layer  # needs captures, which stand above this floor

        return attention_of_layer(model, layer, kind=kind)

    def _split(self, x: Tensor, n_heads: int) -> Tensor:
        heads: Tensor = x.unflatten(-1, (n_heads, self.d_head))
        return heads.transpose(-3, -2)

    def _share(self, grouped: Tensor) -> Tensor:
        """Keys or values, repeated for each head of their group."""
        return grouped.repeat_interleave(self.n_heads // self.n_kv_heads, dim=-3)


def rotate(x: Tensor, frequencies: Tensor) -> Tensor:
    """Turn each pair of dimensions by its angle times the position: products then depend on distance alone.

    >>> turned = rotate(torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([torch.pi / 2]))
    >>> turned.round().abs().tolist()  # position 0 stays, position 1 is turned by a quarter
    [[1.0, 0.0], [0.0, 1.0]]
    """
    position = torch.arange(x.shape[-2], device=x.device, dtype=x.dtype)
    angle = position[:, None] * frequencies.to(x.dtype)  # (position, d_rotary / 2)
    cosine, sine = angle.cos(), angle.sin()
    first, second, rest = x.tensor_split((len(frequencies), 2 * len(frequencies)), dim=-1)
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine, rest], dim=-1)


def bias_by_distance(table: Tensor, n_query: int, n_key: int) -> Tensor:
    """A table by distance, for every query and key: (head, query, key)."""
    device, reach = table.device, table.shape[1] // 2
    distance = torch.arange(n_key, device=device)[None, :] - torch.arange(n_query, device=device)[:, None]
    return table[:, distance.clamp(-reach, reach) + reach]


def copy_linear(target: nn.Linear, weight: Tensor, bias: Tensor | None) -> None:
    """Copy weights into a linear map; one without bias gets a bias of zeros where the target has one."""
    with torch.no_grad():
        target.weight.copy_(weight)
        if target.bias is not None:
            target.bias.zero_() if bias is None else target.bias.copy_(bias)


def masked(logits: Tensor, mask: Tensor | None, *, causal: bool) -> Tensor:
    """Logits with ``-inf`` where a query may not look."""
    n_query, n_key = logits.shape[-2:]
    if mask is not None and mask.dtype != torch.bool and not mask.is_floating_point():
        raise InputError(f"A mask is bool (True: may look) or numbers to add; this one is {mask.dtype}.")
    if causal:
        ahead = torch.ones(n_query, n_key, dtype=torch.bool, device=logits.device).triu(1)
        logits = logits.masked_fill(ahead, -torch.inf)
    if mask is None:
        return logits
    if mask.dim() == logits.dim() - 1 and mask.dim() > 2:
        mask = mask.unsqueeze(-3)  # (batch, query, key): the same for every head
    try:
        shape = torch.broadcast_shapes(mask.shape, logits.shape)
    except RuntimeError:
        shape = None
    if shape != logits.shape:
        raise InputError(f"A mask of shape {tuple(mask.shape)} does not fit logits (…, head, query, key) of shape "
                         f"{tuple(logits.shape)}.")  # fmt: skip
    return logits.masked_fill(~mask, -torch.inf) if mask.dtype == torch.bool else logits + mask


def softmax_or_nothing(logits: Tensor) -> Tensor:
    """Softmax over keys; zeros, not nan, in a row that may look nowhere."""
    nowhere = (logits == -torch.inf).all(dim=-1, keepdim=True)
    return logits.masked_fill(nowhere, 0.0).softmax(dim=-1).masked_fill(nowhere, 0.0)
