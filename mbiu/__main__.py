"""``python -m mbiu`` is ``mbiu``."""

from mbiu.cli import main

main(prog_name="mbiu")
