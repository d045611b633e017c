package io.flotilla.simulator.fleet;

import io.flotilla.hardware.AcceleratorKind;

/**
 * Which device has which accelerator. Of twenty devices, numbers 5 and 13 have a simulated GPU and
 * number 9 a simulated FPGA; larger fleets repeat that, smaller ones keep the proportion as far as
 * they can, and fleets of less than {@value #SMALLEST} have processors only.
 */
public final class HardwareMix {
  private static final int SMALLEST = 4;
  private static final int PERIOD = 20;
  private static final int FIRST_GPU = 5;
  private static final int FPGA = 9;
  private static final int SECOND_GPU = 13;

  private final int devices;

  /** The mix of a fleet of that many devices, ≥ 1. */
  public HardwareMix(int devices) {
    this.devices = devices;
  }

  /** What the device of that number, from 1, has. */
  public AcceleratorKind of(int number) {
    if (devices < SMALLEST) {
      return AcceleratorKind.CPU;
    }
    int place = (number - 1) % PERIOD + 1;
    if (place == scaled(FIRST_GPU) || place == scaled(SECOND_GPU)) {
      return AcceleratorKind.GPU;
    }
    return place == scaled(FPGA) ? AcceleratorKind.FPGA : AcceleratorKind.CPU;
  }

  private int scaled(int place) {
    int size = Math.min(devices, PERIOD);
    return (place * size + PERIOD - 1) / PERIOD;
  }
}
