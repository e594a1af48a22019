"""Learning beside the work: a process of its own, because it takes more memory and time than a task may."""

import logging
import os
import subprocess
import sys

from mbiu.db import transaction
from mbiu.learning import train

log = logging.getLogger(__name__)

#: Below everything else that the machine does.
NICE = 10

_pupils: list["subprocess.Popen[bytes]"] = []


def attend() -> None:
    """Start `mbiu train` if a round is due and none that this process started is still going on."""
    _pupils[:] = [pupil for pupil in _pupils if pupil.poll() is None]
    if _pupils:
        return
    with transaction() as session:
        if not train.is_due(session):
            return
    pupil = subprocess.Popen(
        [sys.executable, "-m", "mbiu", "train"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    os.setpriority(os.PRIO_PROCESS, pupil.pid, NICE)
    _pupils.append(pupil)
    log.info("learning.begun")
