"""What stands round every request: who asks, how often, what is told of it, and how failures are answered."""
