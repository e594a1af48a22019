"""A worker and its beat in one process that is soon begun: it looks for steps and texts again and again."""

import sys
import time

from workers import tasks

PAUSE = 0.005


def main() -> None:
    """Until it is killed."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        tasks.escalate()
        tasks.deliver()
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
