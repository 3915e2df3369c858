"""The hub's endpoints: REST, WebSockets and pages."""
