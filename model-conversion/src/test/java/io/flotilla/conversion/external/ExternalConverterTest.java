package io.flotilla.conversion.external;

import static io.flotilla.conversion.fixture.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.conversion.fixture.Graphs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExternalConverterTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path folder;
  private Path work;
  private Path input;
  private Path out;

  @BeforeEach
  void prepare() {
    work = folder.resolve("work");
    input = Graphs.classifier(8, 4, 3).write(folder.resolve("model.in"), 13);
    out = folder.resolve("kept.onnx");
  }

  @AfterEach
  void nothingIsLeftInTheWorkFolder() throws IOException {
    if (Files.exists(work)) {
      try (Stream<Path> left = Files.list(work)) {
        assertThat(left).isEmpty();
      }
    }
  }

  @Test
  void theOutputIsKeptAndTheRecordSaysWhatItCameOf() throws Exception {
    ConversionRecord conversion = convert("mkdir sub && cp model.in sub/out.onnx", "sub/out.onnx");

    assertThat(Files.mismatch(input, out)).isNegative();
    assertThat(conversion.inputs()).containsExactly(Map.entry("model.in", Digest.ofFile(input)));
    assertThat(conversion.outputDigest()).isEqualTo(Digest.ofFile(out));
    assertThat(conversion.outputBytes()).isEqualTo(Files.size(out));
    assertThat(conversion.command()).startsWith("/bin/sh", "-c");
    assertThat(convert("mkdir sub && cp model.in sub/out.onnx", "sub/out.onnx").commandDigest())
        .isEqualTo(conversion.commandDigest());
    assertThat(convert("mkdir sub; cp model.in sub/out.onnx", "sub/out.onnx").commandDigest())
        .isNotEqualTo(conversion.commandDigest());
  }

  @Test
  void theCommandSeesItsInputsAndDeclaredVariablesOnly() throws Exception {
    Path seen = folder.resolve("seen.txt");
    String script =
        "{ env | cut -d= -f1; ls -A; pwd; echo $HOME; echo $GREETING; cat; stat -c %a .; } > "
            + seen
            + "; cp model.in out.onnx";
    ExternalConversion conversion =
        new ExternalConversion(
            List.of("/bin/sh", "-c", script),
            List.of(input),
            "out.onnx",
            Map.of("GREETING", "hello"),
            LIMIT);

    new ExternalConverter(work).convert(conversion, out);

    List<String> lines = new ArrayList<>(Files.readAllLines(seen));
    // The shell itself adds the first three.
    lines.removeAll(List.of("PWD", "SHLVL", "_", "OLDPWD"));
    String home = lines.get(lines.size() - 4);
    assertThat(home).startsWith(work.toString());
    assertThat(lines.subList(0, 4)).containsExactlyInAnyOrder("PATH", "HOME", "LANG", "GREETING");
    assertThat(lines.subList(4, lines.size()))
        .containsExactly("model.in", home, home, "hello", "700");
  }

  @Test
  void aFailureCarriesTheStatusAndTheEndOfWhatWasPrinted() {
    refused(
        ErrorCode.CONVERSION_FAILED,
        () ->
            convert(
                "i=0; while [ $i -lt 3000 ]; do echo noise $i; i=$((i+1)); done; echo last >&2; exit 3",
                "out.onnx"),
        "status 3",
        "noise 2999 last");
    assertThat(out).doesNotExist();
  }

  @Test
  void aCommandThatRunsTooLongIsKilledWithItsChildren() throws Exception {
    Path pids = folder.resolve("pids.txt");
    String script =
        "sleep 300 & echo $! > "
            + pids
            + "; (sleep 301 & echo $! >> "
            + pids
            + "); cd /; echo started; wait";
    ExternalConversion conversion =
        new ExternalConversion(
            List.of("/bin/sh", "-c", script),
            List.of(input),
            "out.onnx",
            Map.of(),
            Duration.ofMillis(800));

    refused(
        ErrorCode.CONVERSION_FAILED,
        () -> new ExternalConverter(work).convert(conversion, out),
        "longer than 800 ms",
        "started");

    List<String> children = Files.readAllLines(pids);
    assertThat(children).hasSize(2);
    await()
        .atMost(10, TimeUnit.SECONDS)
        .untilAsserted(() -> assertThat(children).noneMatch(ExternalConverterTest::runs));
  }

  private static boolean runs(String pid) {
    try {
      // The state follows the name, which is in brackets; Z is dead but not yet taken note of.
      return !Files.readString(Path.of("/proc", pid, "stat")).contains(") Z ");
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void anOutputThatIsNoPlainFileOfItsOwnIsRefused() {
    refused(
        ErrorCode.CONVERSION_FAILED,
        () -> convert("true", "out.onnx"),
        "no file",
        "printed nothing");
    refused(
        ErrorCode.CONVERSION_FAILED, () -> convert("ln -s model.in out.onnx", "out.onnx"), "link");
    refused(
        ErrorCode.CONVERSION_FAILED,
        () -> convert("ln -s . sub; cp model.in out.onnx", "sub/out.onnx"),
        "link");
    refused(ErrorCode.CONVERSION_FAILED, () -> convert("mkdir out.onnx", "out.onnx"), "no file");
    refused(ErrorCode.MODEL_MALFORMED, () -> convert("echo hello > out.onnx", "out.onnx"));
    assertThat(out).doesNotExist();
  }

  @Test
  void aCommandThatFillsItsFolderIsStopped() {
    ExternalConversion conversion =
        new ExternalConversion(
            List.of("/bin/sh", "-c", "while :; do head -c 65536 /dev/zero >> big; done"),
            List.of(input),
            "out.onnx",
            Map.of(),
            LIMIT);

    refused(
        ErrorCode.CONVERSION_FAILED,
        () -> new ExternalConverter(work, 1 << 20).convert(conversion, out),
        "filled its folder");
  }

  @Test
  void whatCannotBeStartedOrIsNotThereIsRefused() {
    refused(
        ErrorCode.CONVERSION_FAILED,
        () ->
            new ExternalConverter(work)
                .convert(
                    new ExternalConversion(
                        List.of("no-such-program"), List.of(input), "o.onnx", Map.of(), LIMIT),
                    out),
        "cannot be started");
    refused(
        ErrorCode.FILE_MISSING,
        () ->
            new ExternalConverter(work)
                .convert(
                    new ExternalConversion(
                        List.of("true"), List.of(folder.resolve("x")), "o.onnx", Map.of(), LIMIT),
                    out));
  }

  @Test
  void impossibleDeclarationsAreRefused() {
    refused(ErrorCode.INPUT_INVALID, () -> declare(List.of(), List.of(input), "o.onnx"));
    refused(ErrorCode.INPUT_INVALID, () -> declare(List.of("a\0b"), List.of(input), "o.onnx"));
    refused(ErrorCode.INPUT_INVALID, () -> declare(List.of("true"), List.of(), "o.onnx"));
    refused(
        ErrorCode.INPUT_INVALID, () -> declare(List.of("true"), List.of(input, input), "o.onnx"));
    refused(ErrorCode.INPUT_INVALID, () -> declare(List.of("true"), List.of(input), "model.in"));
    for (String output : List.of("../o.onnx", "/o.onnx", "", "a/../b", "a//b")) {
      refused(ErrorCode.BUNDLE_PATH_UNSAFE, () -> declare(List.of("true"), List.of(input), output));
    }
    refused(
        ErrorCode.INPUT_INVALID,
        () ->
            new ExternalConversion(
                List.of("true"), List.of(input), "o.onnx", Map.of("A B", "c"), LIMIT));
    refused(
        ErrorCode.INPUT_INVALID,
        () ->
            new ExternalConversion(
                List.of("true"), List.of(input), "o.onnx", Map.of(), Duration.ZERO));
  }

  private static void declare(List<String> command, List<Path> inputs, String output) {
    new ExternalConversion(command, inputs, output, Map.of(), LIMIT);
  }

  private ConversionRecord convert(String script, String output) throws InterruptedException {
    return new ExternalConverter(work)
        .convert(
            new ExternalConversion(
                List.of("/bin/sh", "-c", script), List.of(input), output, Map.of(), LIMIT),
            out);
  }
}
