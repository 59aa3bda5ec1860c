"""The page of trainings."""
