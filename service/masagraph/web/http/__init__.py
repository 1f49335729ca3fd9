"""How requests are read and answers made, whatever they are about."""
