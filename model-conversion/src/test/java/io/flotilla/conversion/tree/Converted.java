package io.flotilla.conversion.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A file of trees, converted and ready to score with the device's own code. */
record Converted(TreeSummary summary, Path onnx) {
  /**
   * The bar: sums of some hundred 32-bit leaves differ by the order of additions, each addition by
   * up to 6e-8 of the sum so far; the links keep or shrink that. A wrong turn at a single split
   * differs by a leaf, thus by 1e-3 and more.
   */
  static final double BAR = 1e-5;

  static Converted of(String content, TreeOptions options) {
    return of(content.getBytes(StandardCharsets.UTF_8), options);
  }

  static Converted of(byte[] content, TreeOptions options) {
    try {
      Path folder = Files.createTempDirectory("trees");
      Path file = Files.write(folder.resolve("model"), content);
      Path out = folder.resolve("model.onnx");
      // Deleted in the opposite order.
      List.of(folder, file, out).forEach(made -> made.toFile().deleteOnExit());
      return of(file, options, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Converted of(Path file, TreeOptions options, Path out) {
    return new Converted(TreeConverter.convert(file, options, out), out);
  }

  Tensor output(String name, Rows rows) {
    try (LoadedModel model = OnnxAccelerators.cpu().load(onnx, LoadOptions.DEFAULT)) {
      return Objects.requireNonNull(model.run(Map.of("input", rows.tensor())).get(name), name);
    }
  }

  long[] labels(Rows rows) {
    long[] labels = new long[rows.count()];
    output("label", rows).bytes().asLongBuffer().get(labels);
    return labels;
  }

  /** A regressor's answers are the trainer's. */
  void predicts(Rows rows, double[][] expected) {
    assertAgree(expected, output("prediction", rows));
  }

  /** A classifier's probabilities and classes are the trainer's, given for each class. */
  void classifies(Rows rows, double[][] expected) {
    assertAgree(expected, output("probabilities", rows));
    long[] labels = labels(rows);
    for (int row = 0; row < labels.length; row++) {
      assertThat((int) labels[row]).as("class of row %d", row).isEqualTo(best(expected[row]));
    }
  }

  /** The same where the trainer gives the probability of the second class alone. */
  void classifiesBinary(Rows rows, double[][] expected) {
    double[][] both = new double[expected.length][];
    for (int row = 0; row < both.length; row++) {
      both[row] = new double[] {1 - expected[row][0], expected[row][0]};
    }
    classifies(rows, both);
  }

  private static int best(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  private static void assertAgree(double[][] expected, Tensor actual) {
    assertThat(actual.shape()).containsExactly((long) expected.length, (long) expected[0].length);
    float[] values = actual.toFloats();
    double smallest = Double.POSITIVE_INFINITY;
    double greatest = Double.NEGATIVE_INFINITY;
    for (int row = 0; row < expected.length; row++) {
      for (int column = 0; column < expected[row].length; column++) {
        double wanted = expected[row][column];
        double given = values[row * expected[row].length + column];
        double difference = Math.abs(given - wanted) / Math.max(1, Math.abs(wanted));
        assertThat(difference)
            .as("row %d column %d: %s, trainer %s", row, column, given, wanted)
            .isLessThanOrEqualTo(BAR);
        smallest = Math.min(smallest, wanted);
        greatest = Math.max(greatest, wanted);
      }
    }
    // A trainer that answers the same for all rows would prove nothing.
    assertThat(greatest).isGreaterThan(smallest);
  }
}
