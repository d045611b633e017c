package io.flotilla.hardware;

/** What sort of hardware runs the model. */
public enum AcceleratorKind {
  /** The device's general processor: always there. */
  CPU,
  /** A graphics processor. */
  GPU,
  /** A field-programmable gate array. */
  FPGA,
  /** A processor made for neural networks. */
  NPU
}
