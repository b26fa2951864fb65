"""Pages for people, each with its values as JSON at the same address."""
