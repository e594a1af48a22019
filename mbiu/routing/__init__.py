"""From a verified incident to an alert: who is told, why, in what words, and who comes next.

`plan` is the preview and changes nothing; `send` starts the alert with its escalation, as it stands now.
Routes (`save`) say which incidents go by which of the chains (`mbiu.chains`); `run` tries them out on a real
incident or an imagined one.
"""

from mbiu.alerting.places import place_name
from mbiu.routing.dryrun import DryRun, Gap, run
from mbiu.routing.imagining import Imagined, imagine
from mbiu.routing.planning import plan, zone
from mbiu.routing.plans import LeftOut, Plan, PlannedStep, Quorum, Recipient, Rule
from mbiu.routing.saving import Rules, put_in_force, save
from mbiu.routing.sending import send

__all__ = [
    "DryRun",
    "Gap",
    "Imagined",
    "LeftOut",
    "Plan",
    "PlannedStep",
    "Quorum",
    "Recipient",
    "Rule",
    "Rules",
    "imagine",
    "place_name",
    "plan",
    "put_in_force",
    "run",
    "save",
    "send",
    "zone",
]
