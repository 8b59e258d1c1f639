"""What the law on personal data asks for: its periods and choices as rows, consents, requests."""
