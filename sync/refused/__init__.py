"""What was refused and is taken after all: rows and whole tables, once what was missing is known."""
