package io.flotilla.hardware.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.Proto;
import io.flotilla.hardware.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A tensor's shape is no promise: its values must be there. */
class DeclaredSizesTest {
  private static final int INT4 = 22;
  private static final int INT64 = 7;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "536870912, 1, has fewer values",
    "1, 1, has fewer values",
    "9223372036854775807, 8, more values than there can be",
    "9223372036854775807, 1, more values than there can be"
  })
  void aShapeWithoutItsValuesIsRefused(long rows, long columns, String what) {
    Proto weights = tensor(TestModels.FLOAT).number(1, rows).number(1, columns);

    assertRefused(new Proto().message(5, weights), what);
    Proto attribute = new Proto().text(1, "value").message(5, weights).number(20, 4);
    assertRefused(
        new Proto().message(1, TestModels.node("Constant", "output").message(5, attribute)), what);
  }

  @Test
  void everyWayToWriteValuesCountsThem() {
    Proto raw = tensor(TestModels.FLOAT).number(1, 3);
    assertRefused(new Proto().message(5, raw.bytes(9, new byte[11])), "fewer values");
    assertThat(declared(tensor(TestModels.FLOAT).number(1, 3).bytes(9, new byte[12])))
        .isEqualTo(12);
    assertThat(declared(tensor(TestModels.FLOAT).number(1, 3).bytes(4, new byte[12])))
        .isEqualTo(12);
    assertThat(declared(tensor(INT64).number(1, 3).bytes(7, new byte[3]))).isEqualTo(24);
    assertRefused(
        new Proto().message(5, tensor(INT64).number(1, 3).bytes(7, new byte[2])), "fewer values");
    assertThat(declared(tensor(INT4).number(1, 5).bytes(5, new byte[3]))).isEqualTo(3);
    assertThat(declared(tensor(TestModels.FLOAT).number(1, 1L << 40).number(1, 0))).isZero();
    Proto texts = tensor(TestModels.STRING).number(1, 2).text(6, "a");
    assertRefused(new Proto().message(5, texts), "fewer values");
    assertThat(declared(texts.text(6, "b"))).isPositive();
  }

  @Test
  void aFileOfWeightsMustHoldTheTensorThatNamesIt() throws IOException {
    Proto graph =
        new Proto()
            .message(
                5,
                tensor(TestModels.FLOAT)
                    .number(1, 1000)
                    .message(13, new Proto().text(1, "location").text(2, "w.bin"))
                    .number(14, 1));
    Files.write(folder.resolve("w.bin"), new byte[3999]);
    assertRefused(graph, "than there are in its file of weights");

    Files.write(folder.resolve("w.bin"), new byte[4000]);
    assertThat(read(graph).contents().initializers().bytes()).isEqualTo(4000);
  }

  private static Proto tensor(int elementType) {
    return new Proto().number(2, elementType).text(8, "w");
  }

  private long declared(Proto weights) {
    return read(new Proto().message(5, weights)).contents().initializers().bytes();
  }

  private void assertRefused(Proto graph, String what) {
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> read(graph))
        .withMessageContaining(what)
        .returns(ErrorCode.MODEL_MALFORMED, FlotillaException::code);
  }

  private OnnxFacts read(Proto graph) {
    graph.message(12, TestModels.tensor("output", TestModels.FLOAT, 2));
    return OnnxInspector.read(
        TestModels.write(folder, "model.onnx", TestModels.model(8, 13, graph)));
  }
}
