"""The one JSON line that a peer prints for a case, with the keys that Lamella's own line has."""
import json
import resource
import time


def timed(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def per_step(seconds: list[float], steps: int) -> dict:
    """The first epoch with all that is compiled in it, and the best of the others a step."""
    return {
        "first_epoch_s": round(seconds[0], 3),
        "ms_per_step": round(1000 * min(seconds[1:]) / steps, 4),
    }


def report(peer: str, version: str, case: str, import_s: float, **measured) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    line = {"peer": peer, "version": version, "case": case, "import_s": round(import_s, 3)}
    print(json.dumps({**line, **measured, "rss_mb": peak}), flush=True)
