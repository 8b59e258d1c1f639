"""What waits for a person's word, what was said, and why two records are one person."""
