"""What partners push: an entry for each thing said, cards folded of them, evidence made of cards."""
