"""Words → arcs, mentions, names: what scores compare attention with."""
