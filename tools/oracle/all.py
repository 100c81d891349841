"""Makes every fixture in fixtures/, one script after the other. Running it twice gives identical files."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPTS = ["layers", "applications", "activations", "losses", "optimizers", "training", "files", "dtypes", "sharded", "operations", "npy", "safetensors_files", "summary", "signatures"]


def main():
    for script in sys.argv[1:] or SCRIPTS:
        print(f"== {script}", flush=True)
        subprocess.run([sys.executable, str(HERE / f"{script}.py")], check=True)


if __name__ == "__main__":
    main()
