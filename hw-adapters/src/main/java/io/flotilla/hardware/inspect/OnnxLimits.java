package io.flotilla.hardware.inspect;

/**
 * Limits of what {@link OnnxInspector} reads. A file over one of them is refused while it is read,
 * before anything is built of it; of metadata alone the rest is left out. Whatever converts,
 * compares or runs a model reads it this way first.
 */
public final class OnnxLimits {
  /**
   * Most nodes, those of subgraphs and functions included. A chain of so many takes the runtime
   * seconds to load and half a gigabyte, in every process that tries it.
   */
  public static final int NODES = 100_000;

  /** Most different operators, counted once per operator set. */
  public static final int OPERATORS = 10_000;

  /** Most functions of the model's own. */
  public static final int FUNCTIONS = 5_000;

  /** Most subgraphs inside each other. */
  public static final int SUBGRAPH_DEPTH = 32;

  /** Most inputs, initializers included; as many outputs. */
  public static final int TENSORS = 100_000;

  /** Most initializers of the main graph; as many of all subgraphs. */
  public static final int INITIALIZERS = 200_000;

  /** Most dimensions of an input, an output or an inner value. */
  public static final int RANK = 32;

  /** Most operator domains. */
  public static final int DOMAINS = 64;

  /** Most different types of values. */
  public static final int VALUE_TYPES = 1_000;

  /** Most files of external data. */
  public static final int EXTERNAL_FILES = 1_000;

  /** Most entries of metadata that are kept. */
  public static final int METADATA_ENTRIES = 64;

  /** Most characters of a key or value of metadata that are kept. */
  public static final int METADATA_CHARS = 4_096;

  /** Longest name, domain, symbol or location in bytes of UTF-8. */
  public static final int NAME_BYTES = 4_096;

  /** Most bytes of names, domains, symbols and locations together: 128 MiB. */
  public static final long TEXT_BYTES = 128L << 20;

  private OnnxLimits() {}
}
