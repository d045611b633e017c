package io.flotilla.hardware.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtEpDevice;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.AcceleratorInfo;
import io.flotilla.hardware.AcceleratorKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What ONNX Runtime offers on this machine. The runtime's CPU package offers the CPU only; with its
 * GPU package in place of it on the class path, or with a provider plugged in, the same calls find
 * more.
 */
public final class OnnxAccelerators {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxAccelerators.class);
  private static final List<AcceleratorKind> BEST_FIRST =
      List.of(AcceleratorKind.GPU, AcceleratorKind.NPU, AcceleratorKind.FPGA, AcceleratorKind.CPU);

  private OnnxAccelerators() {}

  /**
   * The CPU, which is always there.
   *
   * @throws FlotillaException {@code ACCELERATOR_UNAVAILABLE} if the runtime does not load on this
   *     machine; {@code CONFIGURATION_INVALID} if this process's command line is too long for it
   */
  public static Accelerator cpu() {
    return accelerator(new Provider.Cpu());
  }

  /**
   * All accelerators, best first and the CPU last.
   *
   * @throws FlotillaException as {@link #cpu()}
   */
  public static List<Accelerator> probe() {
    return providers(OnnxRuntimes.environment()).stream()
        .sorted(Comparator.comparingInt(provider -> BEST_FIRST.indexOf(provider.kind())))
        .map(OnnxAccelerators::accelerator)
        .toList();
  }

  /**
   * The first accelerator of this kind.
   *
   * @throws FlotillaException {@code ACCELERATOR_UNAVAILABLE} if there is none, naming what there
   *     is; and as {@link #cpu()}
   */
  public static Accelerator require(AcceleratorKind kind) {
    List<Accelerator> found = probe();
    return found.stream()
        .filter(accelerator -> accelerator.info().kind() == kind)
        .findFirst()
        .orElseThrow(() -> unavailable(kind, found));
  }

  /**
   * Version of the runtime, such as {@code 1.29.0}.
   *
   * @throws FlotillaException as {@link #cpu()}
   */
  public static String runtimeVersion() {
    return OnnxRuntimes.environment().getVersion();
  }

  private static Accelerator accelerator(Provider provider) {
    OrtEnvironment environment = OnnxRuntimes.environment();
    return new OnnxAccelerator(
        environment,
        provider,
        new AcceleratorInfo(
            provider.kind(), provider.providerName(), false, environment.getVersion()));
  }

  private static List<Provider> providers(OrtEnvironment environment) {
    List<Provider> providers = new ArrayList<>(List.of(new Provider.Cpu()));
    try {
      for (OrtEpDevice device : environment.getEpDevices()) {
        AcceleratorKind kind = kind(device);
        // CPU providers beside the runtime's own are no accelerators to choose between.
        if (kind != AcceleratorKind.CPU) {
          providers.add(new Provider.Discovered(kind, device.getEpName(), device));
        }
      }
    } catch (OrtException e) {
      LOG.warn("The runtime cannot list its devices; only built-in providers are used", e);
    }
    boolean discovered =
        providers.stream()
            .anyMatch(p -> p.providerName().equals(new Provider.Cuda().providerName()));
    if (!discovered && cudaStarts()) {
      providers.add(new Provider.Cuda());
    }
    return providers;
  }

  /** The GPU package lists CUDA on machines without its driver too: only asking for it tells. */
  private static boolean cudaStarts() {
    if (!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
      return false;
    }
    try (SessionOptions options = new SessionOptions()) {
      new Provider.Cuda().addTo(options);
      return true;
    } catch (OrtException e) {
      LOG.info("CUDA is built in but does not start on this machine: {}", e.getMessage());
      return false;
    }
  }

  private static AcceleratorKind kind(OrtEpDevice device) {
    return switch (device.getDevice().getType()) {
      case CPU -> AcceleratorKind.CPU;
      case GPU -> AcceleratorKind.GPU;
      case NPU -> AcceleratorKind.NPU;
    };
  }

  private static FlotillaException unavailable(AcceleratorKind kind, List<Accelerator> found) {
    return new FlotillaException(
        ErrorCode.ACCELERATOR_UNAVAILABLE,
        "ONNX Runtime %s finds no %s on this machine; it finds %s"
            .formatted(
                runtimeVersion(),
                kind,
                found.stream()
                    .map(a -> a.info().kind() + " (" + a.info().provider() + ")")
                    .collect(Collectors.joining(", "))));
  }
}
