"""The national register, worked out from arrangements and reference data: who is accountable, where, and since when."""
