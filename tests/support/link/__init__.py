"""A link to test on: a pure law of delay and loss, and two shells that put real packets under it."""
