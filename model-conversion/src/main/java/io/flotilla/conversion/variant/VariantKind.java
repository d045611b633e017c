package io.flotilla.conversion.variant;

/** What kinds of variants are made of a model. */
public enum VariantKind {
  /** Weights and arithmetic in half precision (IEEE 754 binary16); inputs and outputs stay. */
  FP16("fp16"),
  /**
   * Products and convolutions in 8-bit integers: weights are stored so, and each call finds the
   * scale of its own inputs.
   */
  INT8_DYNAMIC("int8-dynamic"),
  /** Weights stored in 8-bit integers with a scale per channel, arithmetic in FP32. */
  INT8_WEIGHTS("int8-weights");

  private final String label;

  VariantKind(String label) {
    this.label = label;
  }

  /** The name in bundles, files and commands, as in {@code int8-dynamic}. */
  public String label() {
    return label;
  }
}
