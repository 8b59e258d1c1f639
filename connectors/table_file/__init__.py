"""The reader that every file-shaped source shares: from bytes to rows, headers and title facts."""
