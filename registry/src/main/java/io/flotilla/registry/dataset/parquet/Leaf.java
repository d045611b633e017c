package io.flotilla.registry.dataset.parquet;

/**
 * A column of the file.
 *
 * @param name of the column
 * @param physical how its values are stored
 * @param typeLength bytes of a value of a fixed length; 0 for others
 * @param optional whether values may be missing
 * @param annotation what its values mean
 */
record Leaf(
    String name, Physical physical, int typeLength, boolean optional, Annotation annotation) {

  /** How values are stored. */
  enum Physical {
    BOOLEAN(0),
    INT32(Integer.BYTES),
    INT64(Long.BYTES),
    INT96(12),
    FLOAT(Float.BYTES),
    DOUBLE(Double.BYTES),
    BYTE_ARRAY(0),
    FIXED_LEN_BYTE_ARRAY(0);

    private final int bytes;

    Physical(int bytes) {
      this.bytes = bytes;
    }
  }

  /** What values mean. */
  enum Meaning {
    PLAIN,
    STRING,
    DECIMAL,
    DATE,
    TIME,
    TIMESTAMP,
    UNSIGNED,
    UUID,
    FLOAT16,
    UNSUPPORTED
  }

  /**
   * What values mean.
   *
   * @param meaning the kind
   * @param scale digits after the point of a decimal number; else 0
   * @param unitNanos nanoseconds of a time's unit; else 0
   * @param utc whether a timestamp is in UTC
   */
  record Annotation(Meaning meaning, int scale, long unitNanos, boolean utc) {
    static Annotation of(Meaning meaning) {
      return new Annotation(meaning, 0, 0, false);
    }
  }

  /** Bytes of a value; 0 where they differ or are less than one. */
  int width() {
    return physical == Physical.FIXED_LEN_BYTE_ARRAY ? typeLength : physical.bytes;
  }
}
