"""Serve moto on a free port, print the port, and end when standard input closes. With `strict`
as its argument, it refuses what AWS refuses.

Standard input is a pipe held by the test process: however that process ends, so does this one.
"""

import logging
import sys

from moto.server import ThreadedMotoServer

# An action that moto does not have is an error in its log each time it is called.
logging.getLogger("werkzeug").setLevel(logging.CRITICAL)

if sys.argv[1:] == ["strict"]:
    import strict_iam

    strict_iam.install()

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
