"""All benchmarks, one after the other: `python -m tests.bench`. The machine should have nothing else to do."""

from tests.bench import ack, commands, counts, journal, memory, peers, policy, requests, tenants, typeahead

for part in (requests, memory, tenants, counts, ack, commands, peers, journal, typeahead, policy):
    print(f"\n== {part.__doc__ and part.__doc__.splitlines()[0]}")
    part.main()
