"""Whose rows a viewer sees, as conditions that every room of the schema puts into its statements."""
