"""Taking a person out of all that is kept, and knowing them again when a source brings them back."""
