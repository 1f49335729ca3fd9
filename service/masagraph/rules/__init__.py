"""The rules: requirements of law, guidance and review, with the shapes that test them."""
