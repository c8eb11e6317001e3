# SPDX-License-Identifier: MIT
"""What the clients in Python share: the HTTP of WHIP and WHEP, and how they report."""
import json
import sys
import urllib.error
import urllib.request


def tell(**what):
    """One JSON object a line (see tests/interop/lib/peer.mjs)."""
    print(json.dumps(what), flush=True)


def http(method, url, token, body=None):
    """Returns (Location, body); what the server refuses ends the program with its reason."""
    request = urllib.request.Request(url, method=method, data=body and body.encode(), headers={
        "Authorization": f"Bearer {token}", "Content-Type": "application/sdp"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.headers.get("Location"), answer.read().decode()
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {url}: {error} {error.read().decode()}")
