from __future__ import annotations

import pytest

from ocrpipe import device
from ocrpipe.device import Device, choose
from ocrpipe.errors import DeviceError


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_has_driver", lambda: False)
    monkeypatch.setattr(device, "_cuda_works", lambda: False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_has_driver", lambda: True)
    monkeypatch.setattr(device, "_cuda_works", lambda: True)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")


@pytest.mark.usefixtures("no_gpu")
def test_without_a_gpu_auto_is_onnx_on_the_cpu() -> None:
    assert choose() == choose("cpu") == Device("cpu", "onnx", 3)


@pytest.mark.usefixtures("no_gpu")
def test_a_gpu_that_is_asked_for_and_missing_is_an_error_and_never_replaced() -> None:
    with pytest.raises(DeviceError, match="use --device cpu"):
        choose("cuda")


@pytest.mark.usefixtures("gpu")
def test_with_a_gpu_auto_is_torch_on_it_unless_onnx_is_asked_for() -> None:
    assert choose() == choose("cuda") == Device("cuda", "torch", 3)
    assert choose("auto", "onnx") == choose("cpu") == Device("cpu", "onnx", 3)


@pytest.mark.usefixtures("gpu")
def test_torch_serves_the_cpu_where_it_is_asked_to() -> None:
    assert choose("cpu", "torch") == Device("cpu", "torch", 3)


def test_a_driver_without_a_gpu_that_works_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_has_driver", lambda: True)
    monkeypatch.setattr(device, "_cuda_works", lambda: False)
    assert choose().kind == "cpu"


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown device 'gpu'; known devices: auto, cpu, cuda"):
        choose("gpu")
    with pytest.raises(ValueError, match="unknown engine 'tvm'; known engines: onnx, torch"):
        choose("cpu", "tvm")
    with pytest.raises(ValueError, match="runs on the CPU only"):
        choose("cuda", "onnx")


@pytest.mark.parametrize("wish", ["", "0", "many"])
def test_threads_are_at_most_eight_where_the_wish_says_nothing(
    monkeypatch: pytest.MonkeyPatch, wish: str
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", wish)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(64)), raising=False)
    assert device.cpu_threads() == 8
