package io.flotilla.protocol.message;

import java.util.List;

/**
 * What a device is made of.
 *
 * @param os operating system name
 * @param architecture processor architecture, such as {@code amd64}
 * @param cpuCount logical processors
 * @param memoryBytes memory that the agent may use
 * @param runtimeVersion version of ONNX Runtime
 * @param accelerators what can score, best first
 */
public record HardwareFacts(
    String os,
    String architecture,
    int cpuCount,
    long memoryBytes,
    String runtimeVersion,
    List<AcceleratorFacts> accelerators) {
  /** Copies the list. */
  public HardwareFacts {
    accelerators = List.copyOf(accelerators);
  }

  /**
   * One accelerator.
   *
   * @param kind {@code CPU}, {@code GPU}, {@code FPGA} or {@code NPU}
   * @param provider execution provider, such as {@code CPUExecutionProvider}
   * @param simulated true if it is a stand-in that computes on the CPU
   */
  public record AcceleratorFacts(String kind, String provider, boolean simulated) {}
}
