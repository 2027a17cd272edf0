# What the askers share: a case a line comes in, an answer a line goes out. A tool that fails on a case
# has not answered it.
import json, sys

def answer_each(ask):
    # The tools print to stdout; only answers may get there.
    out, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        try:
            answer = ask(json.loads(line))
        except Exception as error:
            answer = f"no answer: {error!r}"
        print(json.dumps(answer), file=out)
