"""The part of BusyBox's nc that the chart's scripts use: connect, then run a program."""

import argparse
import socket
import sys

parser = argparse.ArgumentParser()
parser.add_argument("-w", type=float, required=True)
parser.add_argument("host")
parser.add_argument("port", type=int)
parser.add_argument("-e", choices=["true"], required=True)
arguments = parser.parse_args()
try:
    socket.create_connection((arguments.host, arguments.port), timeout=arguments.w).close()
except OSError as error:
    sys.exit(f"nc: {error}")
