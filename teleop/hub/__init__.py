"""What people meet first: pages, accounts, lobby, leases, signalling, results."""
