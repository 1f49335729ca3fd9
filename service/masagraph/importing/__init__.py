"""Turn tables of reference facts into the data that ship with the package."""
