"""The service: HTTP in, HTTP out. No other room knows Flask."""
