"""Pictures, sounds and tensors of one example → captures."""
