"""The command `mbiu`. Each sub-command lives beside its subject and is loaded when it is called."""

import sys
from importlib import import_module
from typing import Any

import click

#: name -> (where it is defined, one line of help)
_COMMANDS = {
    "run": ("mbiu.launch.command:run", "Run everything on this machine."),
    "start": ("mbiu.launch.command:start", "Become one program: console, hooks, worker, beat or bot."),
    "health": ("mbiu.launch.command:health", "Exit 0 if a program, or database and broker, are well."),
    "keys": ("mbiu.launch.command:keys", "Print a fresh set of keys as settings."),
    "migrate": ("mbiu.admin:migrate", "Bring the database to the newest form."),
    "user": ("mbiu.admin:user", "Make and change users of the console."),
    "contact": ("mbiu.registry:contact", "Register people who report and respond."),
    "gateway": ("mbiu.gateways.command:gateway", "See the SMS gateways, switch them off and on."),
    "retention": ("mbiu.retention.command:command", "Delete what is over; replay deletions."),
    "audit": ("mbiu.admin:audit", "Check the audit chain."),
    "gazetteer": ("mbiu.gazetteer.refining:gazetteer", "Build, refine and look up places."),
    "demo": ("mbiu.demo.command:demo", "Fill an empty installation with a demonstration."),
    "analyse": ("mbiu.analysis.command:analyse", "Read texts: JSON lines in, JSON lines out."),
    "tables": ("mbiu.analysis.command:check_tables", "Check the centre's own word lists and rules."),
    "evaluate": ("mbiu.evaluation.command:evaluate", "Measure how well labelled messages are read."),
    "train": ("mbiu.learning.command:train", "Learn from what was decided."),
    "cards": ("mbiu.cards.command:write", "Write the training pages, one for each language."),
    "simulate": ("mbiu.simulate:simulate", "Send a stream of made-up messages."),
    "bench": ("mbiu.bench:bench", "Measure, beside a floor; prints JSON."),
}


#: Those that work on an installation; beside a `mbiu run` with services of its own they find these.
_BESIDE = {"health", "user", "contact", "gateway", "audit", "retention", "demo", "simulate", "train"}


class LazyGroup(click.Group):
    """A group that imports a command when it is called, and shows a bad setting as one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module}:{name} is no click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in _COMMANDS.items()])

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except Exception as error:
            from mbiu.settings import BadSetting

            if not isinstance(error, BadSetting):
                raise
            click.echo(f"mbiu: {error}", err=True)
            sys.exit(2)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mbiu")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Mbiu carries reports of trouble to those who can act, and their answer back."""
    ctx.obj = _attach
    if ctx.invoked_subcommand in _BESIDE and not {"-h", "--help"} & set(sys.argv):
        _attach()


def _attach() -> None:
    """Find the installation that runs here; the object of groups of which only some commands need one."""
    from mbiu.launch.attach import attach

    attach()
