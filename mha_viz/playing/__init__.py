"""A lesson and a model → what each step tells and shows, on the page and on paper."""
