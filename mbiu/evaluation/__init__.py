"""How well texts are read: labelled messages, what is right, and the figures. Pure but for reading files."""
