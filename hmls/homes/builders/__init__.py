"""The functions with which flakes build homes and systems, understood natively."""
