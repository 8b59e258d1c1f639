"""Who may ask, what they are granted, and what was done and seen."""
