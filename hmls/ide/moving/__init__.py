"""What it takes to write a setting into another file: its value, the place, the arguments."""
