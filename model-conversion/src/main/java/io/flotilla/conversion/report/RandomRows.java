package io.flotilla.conversion.report;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.ModelTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Makes rows of random numbers for a model; see {@link SampleRows.Seeded}. */
final class RandomRows {
  /** Most elements of one random input. */
  private static final long MAX_ELEMENTS = 1L << 24;

  private static final long OPEN_LENGTH = 8;

  private final List<ModelTensor> inputs;
  private final long seed;
  private final Set<String> leading = new HashSet<>();

  RandomRows(List<ModelTensor> inputs, long seed) {
    this.inputs = inputs;
    this.seed = seed;
    inputs.stream()
        .filter(input -> !input.shape().isEmpty())
        .forEach(input -> leading.add(input.shape().getFirst().symbol()));
    leading.remove("?");
  }

  /** The inputs of one call; the same number gives the same. */
  Map<String, Tensor> row(int number) {
    RandomGenerator random = new SplittableRandom(seed + number);
    Map<String, Tensor> row = new LinkedHashMap<>();
    for (ModelTensor input : inputs) {
      row.put(input.name(), tensor(input, random));
    }
    return row;
  }

  private Tensor tensor(ModelTensor input, RandomGenerator random) {
    List<Dimension> dims = input.shape();
    List<Long> shape =
        IntStream.range(0, dims.size())
            .mapToObj(i -> dims.get(i).length().orElse(openLength(dims.get(i), i)))
            .toList();
    long elements = Tensor.elements(shape);
    if (elements > MAX_ELEMENTS) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "the input %s is too large for random rows; give real ones".formatted(input));
    }
    ByteBuffer data =
        ByteBuffer.allocate((int) elements * input.type().bytes()).order(ByteOrder.LITTLE_ENDIAN);
    while (data.hasRemaining()) {
      switch (input.type()) {
        case FP32 -> data.putFloat((float) random.nextGaussian());
        case FP64 -> data.putDouble(random.nextGaussian());
        case INT64 -> data.putLong(random.nextInt(2));
        case INT32 -> data.putInt(random.nextInt(2));
        case INT16 -> data.putShort((short) random.nextInt());
        case INT8, UINT8 -> data.put((byte) random.nextInt());
        case BOOL -> data.put((byte) random.nextInt(2));
      }
    }
    return new Tensor(input.type(), shape, data.flip());
  }

  private long openLength(Dimension dimension, int at) {
    return at == 0 || leading.contains(dimension.symbol()) ? 1 : OPEN_LENGTH;
  }
}
