package io.flotilla.hardware.inspect;

/**
 * How many bytes of values a tensor has in the model file, by the ways to write them.
 *
 * @param whole of raw values, and of numbers of four or eight bytes
 * @param shortened of numbers that take one byte or more, whatever their type
 * @param texts number of texts
 */
record TensorData(long whole, long shortened, long texts) {
  /** No values. */
  static final TensorData NONE = new TensorData(0, 0, 0);

  private static final int BITS_PER_BYTE = 8;

  TensorData plusWhole(long bytes) {
    return new TensorData(whole + bytes, shortened, texts);
  }

  TensorData plusShortened(long bytes) {
    return new TensorData(whole, shortened + bytes, texts);
  }

  TensorData plusText() {
    return new TensorData(whole, shortened, texts + 1);
  }

  /**
   * Whether this can be all values of a tensor.
   *
   * @param elementType number of {@code TensorProto.DataType}
   * @param elements how many values its shape says
   * @param bytes what they take as raw values; not used for texts
   */
  boolean canHold(long elementType, long elements, long bytes) {
    OnnxElement type = OnnxElement.of(elementType).orElse(null);
    if (type == null) {
      return true;
    }
    if (type.bits() == 0) {
      return texts >= elements;
    }
    // A short number may hold several values that are smaller than a byte.
    int perByte = BITS_PER_BYTE / Math.min(type.bits(), BITS_PER_BYTE);
    return whole >= bytes || shortened >= (elements + perByte - 1) / perByte;
  }
}
