"""The manual as text: what its pages quote, and where their links go."""
import functools
import re
import shlex

from harness.commands import run
from harness.processes import ROOT

# A command begins where a shell has it: at the beginning, after a prompt, a variable, or one of the shell's words.
COMMAND = re.compile(r"(?:^|\$ |\$\(|; |&& |\|\| |(?:^| )until |(?:^| )[A-Z_]+=\S+ )tricircle ([a-z](?:(?! \d>)[^|;&<>)])*)")
OPTION = re.compile(r"^  (-\S+)(.*)$", re.M)
VALUE = r" (?!REQUIRED)[A-Z]+(?=[:= \n]|$)"  # its kind: TEXT, INT...
POSITIONAL = re.compile(rf"^  [a-z]+{VALUE}(.*)$", re.M)


def pages():
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def named(page):
    return str(page.relative_to(ROOT))


class Page:
    """`blocks`: code lines, [(number, line)], those that end with a backslash made whole. `spans`: inline code,
    [(number, text)]. `prose`: all else, with its spans."""

    def __init__(self, path):
        self.path, self.blocks, prose = path, [], []
        fenced = False
        for number, line in enumerate(path.read_text().splitlines(), 1):
            fence = line.startswith("```")
            if fence:
                fenced = not fenced
            elif fenced or line.startswith("    "):
                self._add_code(number, line if fenced else line[4:])
            prose.append("" if fence or fenced or line.startswith("    ") else line)
        self.prose = "\n".join(prose)
        self.spans = [(self.prose.count("\n", 0, found.start()) + 1, " ".join(found.group(1).split()))
                      for found in re.finditer(r"`([^`]+)`", self.prose)]

    def _add_code(self, number, line):
        if self.blocks and self.blocks[-1][1].endswith("\\"):
            first, before = self.blocks.pop()
            number, line = first, before[:-1] + line.strip()
        self.blocks.append((number, line))

    def commands(self):
        """(number of the line, words after `tricircle`, whether it is to be typed as it stands)"""
        for number, line in self.blocks:
            for found in COMMAND.finditer(re.sub(r"\s#.*", "", line).strip()):
                whole = not re.search(r"\.\.\.|\[options\]", found.group(1))
                yield number, words(found.group(1)), whole
        for number, text in self.spans:
            for found in COMMAND.finditer(text):
                yield number, words(found.group(1)), False

    def options(self):
        """(number, section, option): of inline code, and of blocks in the form of a configuration file."""
        for number, text in self.spans:
            for section, option in re.findall(r"^\[([\w:]+)\] (\w+)", text):
                yield number, section, option
        section = None
        for number, line in self.blocks:
            if heading := re.fullmatch(r"\[([\w:]+)\]", line.strip()):
                section = heading.group(1)
            elif section and (option := re.match(r"(\w+) = ", line)):
                yield number, section, option.group(1)
            elif not line.startswith(("#", "...")):
                section = None

    def links(self):
        """(number, where to) of all that do not leave the manual."""
        text = re.sub(r"`[^`]*`", lambda span: re.sub(r"[^\n]", " ", span.group(0)), self.prose)
        for found in re.finditer(r"\]\(([^)\s]+)\)", text):
            if not re.match(r"[a-z]+:", found.group(1)):
                yield text.count("\n", 0, found.start()) + 1, found.group(1)

    def anchors(self):
        """What a heading can be linked by."""
        return {slug(heading) for heading in re.findall(r"^#+ (.*)$", self.prose, re.M)}


def words(text):
    """`[--limit N]` says that one may leave it away."""
    text = re.sub(r"\[options\]|[\[\]]|\.\.\.", "", text)
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def slug(heading):
    text = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return text.replace(" ", "-")


class Help:
    """What `tricircle ... --help` says of a command."""

    def __init__(self, text):
        groups = re.findall(r"^  ([\w-]+(?:, [\w-]+)*)", text.partition("\nSubcommands:\n")[2], re.M)
        self.subcommands = [name for names in groups for name in names.split(", ")]
        options = text.partition("\nOptions:\n")[2].partition("\n\n")[0]
        self.takes = {}  # option -> whether a value follows
        self.required = set()
        for spelled, rest in OPTION.findall(options):
            for name in spelled.split(","):
                self.takes[name] = bool(re.match(VALUE, rest))
            if "REQUIRED" in rest:
                self.required.add(spelled)
        positionals = POSITIONAL.findall(text.partition("\nPositionals:\n")[2].partition("\n\n")[0])
        self.least = sum("REQUIRED" in rest for rest in positionals)
        self.most = 1000 if any(" ..." in rest for rest in positionals) else len(positionals)


@functools.lru_cache(maxsize=None)
def help_of(*command):
    return Help(run(*command, "--help"))


def mistake_in(command, whole):
    """Why nobody can type this command; None when one can. `whole`: nothing of it is left out."""
    path, rest = [], list(command)
    while help_of(*path).subcommands and rest:
        if rest[0] not in help_of(*path).subcommands:
            return None if rest[0].startswith("-") and rest[0] in help_of(*path).takes else f"there is no {rest[0]}"
        path.append(rest.pop(0))
    known = help_of(*path)
    if known.subcommands:
        return "a word is missing" if whole else None
    given, positionals = set(), 0
    while rest:
        word, _, value = rest.pop(0).partition("=")
        if not word.startswith("-"):
            positionals += 1
        elif word not in known.takes:
            return f"there is no option {word}"
        else:
            given.add(word)
            if known.takes[word] and not value and rest:
                rest.pop(0)
    if positionals > known.most:
        return "it takes fewer words"
    if whole and (positionals < known.least or known.required - given):
        return "it wants more"
    return None
