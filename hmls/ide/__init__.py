"""The features of the editor: one file each, pure functions from a view and a position.

No file here imports another feature; what they share is in `types`, `homes` and `syntax`.
"""
