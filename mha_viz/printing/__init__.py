"""A lesson that a model has told → what is handed out: worksheet, plan, pictures of its steps, one file of it all."""
