"""What is worth looking at in one text: a few sentences, each with its evidence."""
