"""A sweep over the regularisation of ridge regression on scikit-learn's diabetes data, a child run for each alpha.

    python examples/ridge_sweep.py [WORKSPACE]

Afterwards the best child is found among the runs, its curve is plotted, and its model is registered.
"""

from __future__ import annotations

import pickle
import sys
import tempfile
from pathlib import Path

import matplotlib as mpl
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split

from mlflow_ws_plugin import Experiment, Run, Workspace

mpl.use("Agg")

ALPHAS = np.arange(0.0, 1.0, 0.05)


def train(child: Run, alpha: float) -> None:
    """Fit one model and record it in its own run."""
    data, target = load_diabetes(return_X_y=True)
    fit, held_out, fit_target, target = train_test_split(data, target, test_size=0.2, random_state=0)
    model = Ridge(alpha=alpha).fit(fit, fit_target)
    child.log("alpha", alpha)
    child.log("mse", mean_squared_error(target, model.predict(held_out)))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.pkl"
        file.write_bytes(pickle.dumps(model))
        child.upload_file("outputs/model.pkl", file)


def plot(parent: Run, points: list[tuple[float, float]]) -> None:
    """Draw the error over alpha into the parent run."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    axes.plot(*zip(*points, strict=True), marker="o")
    axes.set(xlabel="alpha", ylabel="mean squared error")
    parent.log_image("mse over alpha", plot=figure)
    plt.close(figure)


def main() -> None:
    """Sweep, find, plot and register."""
    workspace = Workspace.open(sys.argv[1] if len(sys.argv) > 1 else "my-workspace")
    experiment = Experiment(workspace, "ridge on diabetes")
    with experiment.start_logging() as parent:
        for alpha in ALPHAS:
            with parent.child_run(name=f"alpha {alpha:.2f}") as child:
                train(child, float(alpha))
        found = parent.get_metrics(recursive=True)
        errors = {run_id: metrics["mse"] for run_id, metrics in found.items() if "mse" in metrics}
        best = workspace.get_run(min(errors, key=lambda run_id: errors[run_id]))
        plot(parent, sorted((found[run_id]["alpha"], error) for run_id, error in errors.items()))
        parent.tag("best child", best.id)
    model = best.register_model("diabetes", model_path="outputs/model.pkl")
    print(f"{len(errors)} children; best: {best.name}, mse {errors[best.id]:.1f}")
    print(f"registered: {model.name}, version {model.version}")


if __name__ == "__main__":
    main()
