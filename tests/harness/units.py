"""systemd's units as far as a test needs them where systemd itself does not run."""
import configparser
import re
import shlex


def service_of(unit):
    """The section [Service] of a unit file."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read(unit)
    return parser["Service"]


def command_of(unit, environment=None):
    """The words of ExecStart. As in systemd $NAME becomes as many words as its value has."""
    known, words = environment or {}, []
    for word in shlex.split(service_of(unit)["ExecStart"]):
        variable = re.fullmatch(r"\$(\w+)", word)
        words += known.get(variable[1], "").split() if variable else [word]
    return words
