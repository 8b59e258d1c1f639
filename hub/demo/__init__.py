"""A synthetic region: its organisations, people and mentorships, its files and its truth."""
