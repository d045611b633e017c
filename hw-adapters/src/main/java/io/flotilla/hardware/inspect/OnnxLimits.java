package io.flotilla.hardware.inspect;

/** Limits of what {@link OnnxInspector} reads; a file over one of them is refused as malformed. */
public final class OnnxLimits {
  /** Most nodes, those of subgraphs and functions included. */
  public static final int NODES = 1_000_000;

  /** Most inputs, initializers included; as many outputs. */
  public static final int TENSORS = 100_000;

  /** Most initializers of the main graph. */
  public static final int INITIALIZERS = 200_000;

  /** Most dimensions of an input or output. */
  public static final int RANK = 32;

  /** Most operator domains. */
  public static final int DOMAINS = 64;

  /** Most files of external data. */
  public static final int EXTERNAL_FILES = 1_000;

  /** Longest name, domain, symbol or location in bytes of UTF-8. */
  public static final int NAME_BYTES = 4_096;

  private OnnxLimits() {}
}
