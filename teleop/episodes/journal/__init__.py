"""The running episode: an append-only journal that becomes an MCAP file when its turn is over."""
