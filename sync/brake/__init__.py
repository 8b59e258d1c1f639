"""The brake: what changes too much at once is held until a person says."""
