from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save
from tiny_models import detector_onnx, recognizer_onnx, weights_folder
from torch import nn

from ocrpipe import runtime
from ocrpipe.errors import WeightsError

BATCH = np.linspace(-1, 1, 2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)


class Mean(nn.Module):
    """(N, 3, H, W) -> (N, 1, H, W): a weighted mean of the channels."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 1, 1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.conv(images)
        return out


def test_onnx_runtime_computes_what_the_graph_says() -> None:
    network = runtime.onnx_network(detector_onnx(), "dark.onnx")
    image = np.zeros((1, 3, 32, 64), np.float32)
    image[0, :, 8, 9] = -1  # -20 x -3 - 10 = 50
    score = network(image)
    assert (score.shape, score.dtype) == ((1, 1, 32, 64), np.dtype(np.float32))
    assert score[0, 0, 8, 9] == 1.0
    assert score[0, 0, 0, 0] == pytest.approx(1 / (1 + np.exp(10)), abs=1e-7)


def test_an_array_that_is_not_contiguous_is_taken_as_it_looks() -> None:
    network = runtime.onnx_network(detector_onnx(), "dark.onnx")
    images = np.random.default_rng(0).normal(size=(1, 16, 16, 3)).astype(np.float32)
    turned = images.transpose(0, 3, 1, 2)
    np.testing.assert_array_equal(network(turned), network(np.ascontiguousarray(turned)))


def test_torch_computes_what_the_module_says() -> None:
    torch.manual_seed(0)
    module = Mean()
    expected = module(torch.from_numpy(BATCH)).detach().numpy()
    found = runtime.torch_network(module)(BATCH)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_state_is_loaded_from_half_precision() -> None:
    module, other = Mean(), Mean()
    half = {name: value.half() for name, value in other.state_dict().items()}
    runtime.load_state(module, save(half), "mean.safetensors")
    assert torch.equal(module.conv.weight, other.conv.weight.half().float())


def test_a_part_for_training_only_may_be_missing_and_no_other() -> None:
    state = save({"conv.weight": torch.zeros(1, 3, 1, 1)})
    runtime.load_state(Mean(), state, "x", optional="conv.b")
    with pytest.raises(WeightsError, match=r"x: made for another architecture, conv\.bias is missing"):
        runtime.load_state(Mean(), state, "x")


def test_weights_of_another_shape_or_name_are_refused() -> None:
    with pytest.raises(WeightsError, match="weights do not fit Mean"):
        runtime.load_state(Mean(), save({"conv.weight": torch.zeros(2)}), "x")
    extra = {**Mean().state_dict(), "more": torch.zeros(1)}
    with pytest.raises(WeightsError, match="more is unknown"):
        runtime.load_state(Mean(), save(extra), "x")
    with pytest.raises(WeightsError, match="weights do not fit"):
        runtime.load_state(Mean(), b"not safetensors", "x")


@pytest.mark.parametrize("data", [b"", b"hello", detector_onnx()[:-9]])
def test_a_file_that_is_no_onnx_model_is_a_weights_error(data: bytes) -> None:
    with pytest.raises(WeightsError, match=r"x\.onnx: not a model that ONNX Runtime can load"):
        runtime.onnx_network(data, "x.onnx")


def test_a_batch_of_a_wrong_shape_is_a_weights_error_that_tells_it() -> None:
    network = runtime.onnx_network(detector_onnx(), "dark.onnx")
    with pytest.raises(WeightsError, match=r"dark\.onnx: failed on a batch of shape \(2, 2\)"):
        network(np.zeros((2, 2), np.float32))


def test_the_number_of_classes_is_checked_when_it_is_known() -> None:
    runtime.onnx_network(recognizer_onnx(), "a.onnx", classes=95)
    with pytest.raises(WeightsError, match="speaks of 95 classes, its charset of 37"):
        runtime.onnx_network(recognizer_onnx(), "a.onnx", classes=37)


def test_reading_on_a_cpu_never_imports_torch(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib, numpy as np\n"
        "from ocrpipe.pipeline import load_pipeline\n"
        "pipeline = load_pipeline(weights_folder=pathlib.Path(sys.argv[1]), device='cpu')\n"
        "pipeline.read(np.full((64, 64, 3), 255, np.uint8))\n"
        "print(sorted({'torch', 'onnxruntime', 'rich', 'safetensors'} & sys.modules.keys()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(weights_folder(tmp_path))],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("['onnxruntime']\n", "")


def test_the_command_read_imports_no_other_job_and_no_training(tmp_path: Path) -> None:
    photo = tmp_path / "white.png"
    Image.new("RGB", (64, 64), "white").save(photo)
    program = (
        "import sys, cli\n"
        "assert cli.main(['read', sys.argv[1], '--weights', sys.argv[2], '--device', 'cpu', '-q']) == 0\n"
        "jobs = {f'ocrpipe.{job}' for job in 'train synth evaluate bench quantise explain report'.split()}\n"
        "print(sorted((jobs | {'torch', 'onnx', 'safetensors', 'jinja2', 'rich'}) & sys.modules.keys()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(photo), str(weights_folder(tmp_path / "models"))],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    assert (done.stdout.splitlines()[-1:], done.stderr) == (["[]"], "")
