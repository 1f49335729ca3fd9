"""All that is held, in one store: reference data, published arrangements, the meaning of terms, and what follows from them."""
