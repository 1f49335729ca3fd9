"""From a document to a change of the store: what it says, what is settled from it, and what that touches."""
