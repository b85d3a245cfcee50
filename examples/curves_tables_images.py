"""Every kind of metric, with the calls that scripts of the AzureML SDK v1 make: curves, lists, tables and images.

python examples/curves_tables_images.py [WORKSPACE]
"""

from __future__ import annotations

import sys

import matplotlib as mpl
import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split

from mlflow_ws_plugin import Experiment, Run, Workspace

mpl.use("Agg")


def log_curves(run: Run) -> None:
    """Log a list, one name again and again, rows, and a whole table."""
    run.log_list(name="Fibonacci", value=[0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89])
    sines: dict[str, list[float]] = {"angle": [], "sine": []}
    for i in range(-10, 10):
        run.log(name="Sigmoid", value=1 / (1 + np.exp(-i)))
        angle = i / 2.0
        run.log_row(name="Cosine Wave", angle=angle, cos=np.cos(angle))
        sines["angle"].append(angle)
        sines["sine"].append(np.sin(angle))
    run.log_table(name="Sine Wave", value=sines)


def log_digits(run: Run) -> None:
    """Log pictures of real handwritten digits, and how well a classifier tells them apart."""
    import matplotlib.pyplot as plt

    digits = load_digits()
    for step in range(3):
        run.log_image("digit", plot=digits.images[step] / 16.0, description="as scanned", step=step)
    fit, held_out, fit_labels, labels = train_test_split(digits.data, digits.target, random_state=0)
    model = LogisticRegression(max_iter=2000).fit(fit / 16.0, fit_labels)
    found = model.predict(held_out / 16.0)
    run.log("accuracy", float((found == labels).mean()))
    matrix = {
        "schema_type": "confusion_matrix",
        "schema_version": "1.0.0",
        "data": {
            "class_labels": [str(label) for label in digits.target_names],
            "matrix": confusion_matrix(labels, found).tolist(),
        },
    }
    run.log_confusion_matrix("digits told apart", matrix)
    figure, axes = plt.subplots()
    axes.plot(model.coef_[0])
    run.log_image("weights", plot=figure)
    plt.close(figure)


def main() -> None:
    """Log everything, then read it back."""
    workspace = Workspace.open(sys.argv[1] if len(sys.argv) > 1 else "my-workspace")
    with Experiment(workspace, "kinds of metrics").start_logging() as run:
        log_curves(run)
        log_digits(run)
    metrics = run.get_metrics()
    print(f"run {run.number} of {run.experiment.name}: {run.status}")
    for name, value in metrics.items():
        print(f"  {name:<18} {_shortly(value)}")
    print(f"files: {', '.join(run.get_file_names())}")


def _shortly(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


if __name__ == "__main__":
    main()
