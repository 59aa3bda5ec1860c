"""Claims on models that hear and see."""
