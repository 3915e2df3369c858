"""The proof that episodes train policies: collected, curated, learnt from, tried in the simulated cell."""
