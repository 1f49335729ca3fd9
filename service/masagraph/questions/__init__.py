"""Named questions: what can be asked, with which parameters, and the answer as a table."""
