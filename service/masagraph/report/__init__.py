"""Reports: verdicts as text, JSON, Turtle and CSV."""
