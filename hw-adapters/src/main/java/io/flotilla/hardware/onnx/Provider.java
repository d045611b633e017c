package io.flotilla.hardware.onnx;

import ai.onnxruntime.OrtEpDevice;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.flotilla.hardware.AcceleratorKind;
import java.util.List;
import java.util.Map;

/** An execution provider of the runtime and how a session asks for it. */
sealed interface Provider {
  /** The sort of hardware. */
  AcceleratorKind kind();

  /** The runtime's name of the provider. */
  String providerName();

  /** Asks for it; what it cannot run, the runtime runs on the CPU. */
  void addTo(SessionOptions options) throws OrtException;

  /** The runtime's own: always there, and nothing to ask for. */
  record Cpu() implements Provider {
    @Override
    public AcceleratorKind kind() {
      return AcceleratorKind.CPU;
    }

    @Override
    public String providerName() {
      return "CPUExecutionProvider";
    }

    @Override
    public void addTo(SessionOptions options) {
      // The runtime adds it by itself.
    }
  }

  /** NVIDIA's, as built into the runtime's GPU package, on the first device. */
  record Cuda() implements Provider {
    @Override
    public AcceleratorKind kind() {
      return AcceleratorKind.GPU;
    }

    @Override
    public String providerName() {
      return "CUDAExecutionProvider";
    }

    @Override
    public void addTo(SessionOptions options) throws OrtException {
      options.addCUDA();
    }
  }

  /**
   * What the runtime's device discovery found, plug-in providers included.
   *
   * @param kind the sort of hardware
   * @param providerName the runtime's name of the provider
   * @param device the device
   */
  record Discovered(AcceleratorKind kind, String providerName, OrtEpDevice device)
      implements Provider {
    @Override
    public void addTo(SessionOptions options) throws OrtException {
      options.addExecutionProvider(List.of(device), Map.of());
    }
  }
}
