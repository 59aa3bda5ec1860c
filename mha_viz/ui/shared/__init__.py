"""What sessions share: models, captures and what is computed from them."""
