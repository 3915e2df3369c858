"""The hub's database: accounts, sessions, consents, turns, results, operators' orders."""
