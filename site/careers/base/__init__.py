"""What all packages stand on; it imports none of them."""
