"""The child process: reads which targets to check from standard input, and writes one line of JSON about each.

`python -m bptt_viz.targets.run.worker`. What users' code prints goes to standard error, which the parent catches.
"""

import faulthandler
import json
import os
import sys
import traceback
from typing import Any

from bptt_viz.targets.run.limits import Limits, end_with, quiet, set_memory, set_time, without_input
from bptt_viz.targets.run.wire import written


def main() -> None:
    """Check the targets of one file."""
    order = json.loads(sys.stdin.buffer.readline())
    results, parent = quiet(), without_input()
    end_with(parent)
    limits = Limits(**order["limits"])
    set_memory(limits)
    channel = open(results, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    traces = open(order["traces"], "w", encoding="utf-8")  # noqa: SIM115, PTH123

    def tell(message: dict[str, Any]) -> None:
        channel.write(json.dumps(message) + "\n")
        channel.flush()

    from bptt_viz.targets.run.session import Session

    session = Session(order)
    for number in order["numbers"]:
        tell({"started": number})
        set_time(limits)
        # Where it hangs is written down shortly before the parent ends it.
        faulthandler.dump_traceback_later(0.9 * limits.seconds, file=traces)
        try:
            answer = f'{{"finished": {number}, "found": {written(session.check(number))}}}'
        except Exception as error:  # ours: what users' code raises is an outcome
            answer = json.dumps({"broken": "".join(traceback.format_exception(error))})
        faulthandler.cancel_dump_traceback_later()
        channel.write(answer + "\n")
        channel.flush()
    channel.close()
    os._exit(0)  # threads of users' code are not waited for


if __name__ == "__main__":
    main()
