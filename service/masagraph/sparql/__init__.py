"""What is asked in SPARQL: what may be asked, and how the answer is written."""
