"""The same seeded requests to the centre and to a real Neutron: do they answer alike?

    generator.py        what is asked: a seeded sequence, on a model of what exists (world.py)
    run.py              asks both sides, tells the model, and puts away what only one of them did
    side.py             one server: the values that stand for its symbols, its answers
    compare.py          what must agree of two answers; known_differences.py: what need not, and why
    accounts.py         fresh projects and users in Keystone, and all traces taken away at the end
    __main__.py         the command for long runs

An object has a symbol, `{network3}`, in every request and in every answer that is compared; each side has its own id
for it. The model believes the real Neutron.
"""
