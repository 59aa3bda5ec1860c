"""What stands beside a picture: facts about the text and its model, and what is said of labels."""
