"""From pending records to people: facts, comparison, stable ids, what stands about each."""
