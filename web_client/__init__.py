"""The browser client; `dist` holds its built form."""
