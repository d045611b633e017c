package io.flotilla.hardware.onnx;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.Proto;
import io.flotilla.hardware.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxLoadingTest {
  private static final long MAX_GROWTH_BYTES = 64L << 20;

  private final Accelerator cpu = OnnxAccelerators.cpu();
  @TempDir Path folder;

  static Stream<Arguments> refusals() {
    byte[] whole = TestModels.classifier(4);
    return Stream.of(
        Arguments.of("empty", new byte[0], ErrorCode.MODEL_MALFORMED),
        Arguments.of("text", "no model".getBytes(UTF_8), ErrorCode.MODEL_MALFORMED),
        Arguments.of(
            "truncated", Arrays.copyOf(whole, whole.length / 2), ErrorCode.MODEL_MALFORMED),
        Arguments.of("newer format", TestModels.unary("Relu", 99, 13), ErrorCode.MODEL_TOO_NEW),
        Arguments.of("newer opset", TestModels.unary("Relu", 8, 99), ErrorCode.MODEL_TOO_NEW),
        Arguments.of(
            "unknown operator", TestModels.unary("Nonsense", 8, 13), ErrorCode.MODEL_UNSUPPORTED),
        Arguments.of("no kernel", TestModels.unary("Relu", 8, 1), ErrorCode.MODEL_UNSUPPORTED),
        Arguments.of("foreign domain", foreign(), ErrorCode.MODEL_UNSUPPORTED),
        Arguments.of(
            "text tensor", TestModels.identity(TestModels.STRING, 1), ErrorCode.MODEL_UNSUPPORTED),
        Arguments.of("wires to nowhere", dangling(), ErrorCode.MODEL_MALFORMED),
        Arguments.of("wrong type inside", wrongType(), ErrorCode.MODEL_MALFORMED));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusals")
  void refusesWithTheRightCodeAndOneSentence(String name, byte[] content, ErrorCode code) {
    Path file = TestModels.write(folder, "model.onnx", content);

    FlotillaException refusal =
        catchThrowableOfType(
            FlotillaException.class, () -> cpu.load(file, LoadOptions.DEFAULT).close());

    assertThat(refusal.code()).isEqualTo(code);
    assertThat(refusal.getMessage())
        .contains("model.onnx")
        .doesNotContain("\n", "onnxruntime_src", "std::", folder.toString())
        .hasSizeLessThan(500);
  }

  @Test
  void refusesAFileThatIsNotThere() {
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> cpu.load(folder.resolve("absent.onnx"), LoadOptions.DEFAULT))
        .withMessageContaining("absent.onnx")
        .returns(ErrorCode.FILE_MISSING, FlotillaException::code);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 257})
  void refusesThreadsOutOfRange(int threads) {
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> new LoadOptions(threads, false, Optional.empty()))
        .withMessageContaining("1 to 256")
        .returns(ErrorCode.INPUT_INVALID, FlotillaException::code);
  }

  @Test
  void defaultsToOneThreadWithoutSpinningOrCache() {
    assertThat(LoadOptions.DEFAULT).isEqualTo(new LoadOptions(1, false, Optional.empty()));
  }

  @Test
  void everyFlippedFileLoadsOrIsRefusedInOurWords() {
    byte[] whole = TestModels.classifier(4);
    Random random = new Random(42);
    for (int i = 0; i < 1_500; i++) {
      byte[] mutated = whole.clone();
      for (int n = random.nextInt(3); n >= 0; n--) {
        mutated[random.nextInt(mutated.length)] ^= (byte) (1 + random.nextInt(255));
      }
      loadOrRefuse(TestModels.write(folder, "mutated.onnx", mutated));
    }
  }

  @Test
  void neitherLoadingNorRefusingLeaksNativeMemory() throws IOException {
    Assumptions.assumeTrue(
        Files.isReadable(Path.of("/proc/self/statm")), "no /proc/self/statm to measure with");
    byte[] content = TestModels.chain(512, 2);
    Path good = TestModels.write(folder, "good.onnx", content);
    // Fails late, when all 2 MiB of weights are read.
    byte[] bad = content.clone();
    bad[indexOf(bad, "\"\u0006MatMul") + 2] = 'N';
    Path refused = TestModels.write(folder, "refused.onnx", bad);
    loadMany(good, refused, 30);
    long before = residentBytes();

    loadMany(good, refused, 150);

    assertThat(residentBytes() - before).isLessThan(MAX_GROWTH_BYTES);
  }

  private void loadMany(Path good, Path refused, int times) {
    for (int i = 0; i < times; i++) {
      cpu.load(good, LoadOptions.DEFAULT).close();
      assertThatExceptionOfType(FlotillaException.class)
          .isThrownBy(() -> cpu.load(refused, LoadOptions.DEFAULT).close())
          .returns(ErrorCode.MODEL_UNSUPPORTED, FlotillaException::code);
    }
  }

  private void loadOrRefuse(Path file) {
    try (LoadedModel model = cpu.load(file, LoadOptions.DEFAULT)) {
      assertThat(model.outputs()).isNotEmpty();
    } catch (FlotillaException e) {
      assertThat(e.code())
          .isIn(
              ErrorCode.MODEL_MALFORMED,
              ErrorCode.MODEL_TOO_NEW,
              ErrorCode.MODEL_UNSUPPORTED,
              ErrorCode.LOAD_FAILED);
    }
  }

  private static int indexOf(byte[] content, String text) {
    int at = new String(content, ISO_8859_1).indexOf(text);
    assertThat(at).isNotNegative();
    return at;
  }

  private static long residentBytes() throws IOException {
    String pages = Files.readString(Path.of("/proc/self/statm"), UTF_8).split(" ", -1)[1];
    return Long.parseLong(pages) * 4_096;
  }

  private static byte[] foreign() {
    return oneNode(TestModels.node("Relu", "output", "input").text(7, "com.acme"));
  }

  private static byte[] dangling() {
    return oneNode(TestModels.node("Relu", "output", "nowhere"));
  }

  private static byte[] wrongType() {
    return oneNode(TestModels.node("BitShift", "output", "input", "input"));
  }

  private static byte[] oneNode(Proto node) {
    return TestModels.model(
        8,
        13,
        new Proto()
            .message(1, node)
            .text(2, "one-node")
            .message(11, TestModels.tensor("input", TestModels.FLOAT, 2))
            .message(12, TestModels.tensor("output", TestModels.FLOAT, 2)));
  }
}
