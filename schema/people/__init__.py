"""People, what is known of them, and the evidence behind it."""
