"""Puzzles, rules, referee, moves and scoring: pure, importing nothing of ours."""
