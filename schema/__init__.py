"""The GraphQL door: declared types, the compiler behind them, and the HTTP view."""
