"""What the terminal shows: the data as JSON, and the same for people, with rich."""
