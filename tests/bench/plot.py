# SPDX-License-Identifier: MIT
"""CPU per forwarded packet by the number of subscribers, as an SVG that fits a light and a dark page.

Lines go through the minima of the rounds; thin bars reach up to the medians. Both axes are
logarithmic. Written by hand, since a plotting library would be the largest dependency of the bench.
"""
import math
import statistics
from html import escape

import report

WIDTH, HEIGHT = 860, 520
LEFT, RIGHT, TOP, BOTTOM = 74, 190, 86, 64

SERIES = (("janus", 1, "Janus VideoRoom, 1 loop", "janus"),
          ("lectern", 2, "Lectern, 2 workers", "two"),
          ("lectern", 1, "Lectern, 1 worker", "one"),
          ("floor", 1, "the floor: a bare loop", "floor"))

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2937; }
.title { font-size: 18px; font-weight: 600; } .note { fill: #5b6472; } .name { font-weight: 600; }
.page { fill: #ffffff; } .grid { stroke: #e3e6ea; } .axis { stroke: #8a93a0; }
.line { fill: none; stroke-width: 2.5; stroke-linejoin: round; } .bar { stroke-width: 1.2; }
.janus { stroke: #b4530a; } .one { stroke: #1257c9; } .two { stroke: #0b7a6f; } .floor { stroke: #6b7280; }
circle { stroke-width: 2; fill: #ffffff; }
text.janus { fill: #b4530a; stroke: none; } text.one { fill: #1257c9; stroke: none; }
text.two { fill: #0b7a6f; stroke: none; } text.floor { fill: #5b6472; stroke: none; }
.two.line { stroke-dasharray: 7 4; } .floor.line { stroke-dasharray: 2 4; }
@media (prefers-color-scheme: dark) {
text { fill: #e5e7eb; } .note { fill: #a3acb9; } .page { fill: #14181f; } .grid { stroke: #2a303a; }
.axis { stroke: #6b7480; } circle { fill: #14181f; }
.janus { stroke: #f0a05c; } .one { stroke: #7fb0ff; } .two { stroke: #5fd0c2; } .floor { stroke: #a3acb9; }
text.janus { fill: #f0a05c; } text.one { fill: #7fb0ff; } text.two { fill: #5fd0c2; }
text.floor { fill: #a3acb9; }
}
"""


class Axis:
    """A logarithmic scale from `low` to `high`, drawn from `begin` to `end`."""

    def __init__(self, low, high, begin, end):
        self.low, self.high, self.begin, self.end = math.log10(low), math.log10(high), begin, end

    def at(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.begin + share * (self.end - self.begin)

    def ticks(self):
        for power in range(math.floor(self.low), math.ceil(self.high) + 1):
            for step in (1, 2, 5):
                value = step * 10**power
                if self.low - 1e-9 <= math.log10(value) <= self.high + 1e-9:
                    yield value


def points(runs, server, workers):
    """(subscribers, minimum, median) for each size at which it carried everybody."""
    found = []
    for n in sorted({run["subscribers"] for run in runs if run["subscribers"]}):
        values = report.costs(report.pick(runs, server, n=n, workers=workers))
        if values:
            found.append((n, min(values), statistics.median(values)))
    return found


def limits(drawn):
    values = [value for _, _, found in drawn for point in found for value in point[1:]]
    sizes = [point[0] for _, _, found in drawn for point in found]
    if not values:
        return (1, 1000), (1, 100)
    low = 10 ** (math.floor(math.log10(min(values)) * 3) / 3)
    high = 10 ** (math.ceil(math.log10(max(values)) * 3) / 3)
    return (min(sizes), max(max(sizes), 10)), (low, high)


def label(value):
    return f"{value:g}"


def grid(x, y):
    for value in y.ticks():
        at = y.at(value)
        yield (f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>'
               f'<text class="note" x="{LEFT - 10}" y="{at + 4.5:.1f}" text-anchor="end">'
               f'{label(value)}</text>')
    for value in x.ticks():
        at = x.at(value)
        yield (f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
               f'<text class="note" x="{at:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">'
               f'{label(value)}</text>')
    yield (f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}'
           f'H{WIDTH - RIGHT}"/>')
    yield (f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 16}" text-anchor="middle">'
           'subscribers of one publisher (logarithmic)</text>')
    yield (f'<text x="{-(TOP + HEIGHT - BOTTOM) / 2}" y="20" text-anchor="middle"'
           ' transform="rotate(-90)">CPU µs per forwarded packet (logarithmic)</text>')


def series(x, y, kind, found):
    for n, least, median in found:
        if y.at(least) - y.at(median) > 1:
            yield (f'<line class="bar {kind}" x1="{x.at(n):.1f}" x2="{x.at(n):.1f}"'
                   f' y1="{y.at(least):.1f}" y2="{y.at(median):.1f}"/>')
    way = " L".join(f"{x.at(n):.1f} {y.at(least):.1f}" for n, least, _ in found)
    yield f'<path class="line {kind}" d="M{way}"/>'
    for n, least, _ in found:
        yield f'<circle class="{kind}" cx="{x.at(n):.1f}" cy="{y.at(least):.1f}" r="4"/>'


def names(x, y, drawn):
    """Each name at the end of its line, far enough above the next one to be read."""
    ends = sorted(((y.at(found[-1][1]), kind, name, found[-1]) for kind, name, found in drawn),
                  key=lambda end: -end[0])
    highest = HEIGHT - BOTTOM + 18
    for at, kind, name, (n, least, _) in ends:
        at = highest = min(at, highest - 36)
        yield (f'<text class="name {kind}" x="{x.at(n) + 12:.1f}" y="{at:.1f}">{escape(name)}</text>'
               f'<text class="note" x="{x.at(n) + 12:.1f}" y="{at + 16:.1f}">'
               f'{least:.2f} µs at {n}</text>')


def cost(results):
    runs, machine = results["runs"], results["machine"]
    drawn = [(kind, name, points(runs, server, workers)) for server, workers, name, kind in SERIES]
    drawn = [one for one in drawn if one[2]]
    sizes, values = limits(drawn)
    x = Axis(*sizes, LEFT, WIDTH - RIGHT)
    y = Axis(*values, HEIGHT - BOTTOM, TOP)
    where = (f"{machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel'].split('-')[0]},"
             " loopback; points: minimum of the rounds, bars: up to the median")
    body = [*grid(x, y)]
    for kind, _, found in drawn:
        body += series(x, y, kind, found)
    body += names(x, y, drawn)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' aria-label="CPU per forwarded packet by number of subscribers">',
        f"<style>{STYLE}</style>", f'<rect class="page" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="title" x="{LEFT}" y="32">What a forwarded packet costs the server</text>',
        f'<text class="note" x="{LEFT}" y="54">1 publisher: Opus and VP8 1.5 Mbit/s;'
        ' AEAD_AES_128_GCM; receivers with UDP_GRO; lower is better</text>',
        f'<text class="note" x="{LEFT}" y="72">{escape(where)}</text>', *body, "</svg>", ""])
