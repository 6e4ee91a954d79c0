"""Sum up who worked how long: hours.py [--over N] FILE."""

import sys

args = sys.argv[1:]
over = 0.0
if args and args[0] == "--over":
    over = float(args[1])
    args = args[2:]
if len(args) != 1:
    print("usage: hours.py [--over N] FILE", file=sys.stderr)
    sys.exit(2)

names = []
hours = {}
days = {}
number = 0
for line in open(args[0]):
    number += 1
    line = line.strip()
    if not line:
        continue
    parts = line.split(",")
    if len(parts) != 3:
        print(f"line {number}: expected name,day,hours", file=sys.stderr)
        sys.exit(1)
    name = parts[0]
    if name not in hours:
        names.append(name)
        hours[name] = 0.0
        days[name] = set()
    hours[name] += float(parts[2])
    days[name].add(parts[1])

if not names:
    print("nobody worked")
    sys.exit(0)

names.sort(key=lambda name: -hours[name])
for name in names:
    if hours[name] > over:
        print(f"{name:<8}{hours[name]:>6.1f} h on {len(days[name])} days")
print(f"total   {sum(hours.values()):>6.1f} h")
