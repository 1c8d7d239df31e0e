"""The part of BusyBox's wget that the chart's scripts use. Writes its arguments to the file CALLS."""

import argparse
import os
import sys
import urllib.request
from pathlib import Path

with Path(os.environ["CALLS"]).open("a", encoding="utf-8") as calls:
    calls.write(f"wget {sys.argv[1:]}\n")

parser = argparse.ArgumentParser()
parser.add_argument("-q", action="store_true")
parser.add_argument("-Y", choices=["off"], required=True)
parser.add_argument("-O", required=True)
parser.add_argument("--header", default="")
parser.add_argument("--post-file")
parser.add_argument("url")
arguments = parser.parse_args()

request = urllib.request.Request(arguments.url)
if arguments.header:
    name, _, value = arguments.header.partition(": ")
    request.add_header(name, value)
if arguments.post_file:
    request.data = Path(arguments.post_file).read_bytes()
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    with opener.open(request, timeout=60) as answer:
        body = answer.read()
except OSError as error:
    sys.exit(f"wget: {error}")
if arguments.O == "-":
    sys.stdout.write(body.decode())
else:
    Path(arguments.O).write_bytes(body)
