"""Draws from what there is, by the seed. Everything that the generator leaves to chance goes through here."""
import random

from .world import World

UNKNOWN = "00000000-0000-4000-8000-00000000dead"  # an id that nobody has
PROJECT_OF = {"admin": "project_c", "member": "project_a", "reader": "project_a", "other": "project_b"}


class Draw:
    """A seeded Random with the model of what exists at hand."""

    def __init__(self, seed, world: World):
        self.random, self.world, self.count = random.Random(seed), world, 0

    def one(self, values):
        values = list(values)
        return values[self.random.randrange(len(values))]

    def chance(self, probability):
        return self.random.random() < probability

    def some(self, values, probability=0.3):
        return [value for value in values if self.chance(probability)]

    def number(self, low, high):
        return self.random.randint(low, high)

    def serial(self):
        """A new number each time: what must be unlike all else is made of it."""
        self.count += 1
        return self.count

    def weighted(self, weights):
        """One of the keys of a dict: key -> weight."""
        return self.random.choices(list(weights), list(weights.values()))[0]

    def shuffled(self, values):
        values = list(values)
        self.random.shuffle(values)
        return values

    def thing(self, kind, user=None, **shown):
        """An object of the kind that the user's project owns (the administrator: any), or None."""
        found = self.world.of(kind, **shown)
        if user not in (None, "admin"):
            found = [thing for thing in found if self.owner(thing) == PROJECT_OF[user]]
        return self.one(found) if found else None

    def owner(self, thing):
        parent = self.world.get(thing.parent) if thing.kind == "rule" else None
        return (parent or thing).project

    def user_of(self, thing):
        """Who may write it: mostly its own project, else the administrator."""
        own = {"project_a": "member", "project_b": "other"}.get(self.owner(thing), "admin")
        return own if self.chance(0.7) else "admin"

    def stranger(self, thing):
        """Who may not."""
        return self.one({"project_a": ["other"], "project_b": ["member"]}.get(self.owner(thing), ["member", "other"]))
