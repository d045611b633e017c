package io.flotilla.hardware.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.TestModels;
import io.flotilla.hardware.probe.ProbeResult.Stage;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelProbeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int SIGSEGV = 11;
  private static final int SIGABRT = 6;
  private static final int SIGKILL = 9;

  @TempDir Path folder;
  private Path work;
  private ModelProbe probe;

  @BeforeEach
  void makeProbe() {
    work = folder.resolve("work");
    probe = new ModelProbe(ProbeLimits.DEFAULT, work);
  }

  @AfterEach
  void nothingStays() throws IOException {
    if (Files.exists(work)) {
      try (Stream<Path> left = Files.list(work)) {
        assertThat(left).as("folders of probes").isEmpty();
      }
    }
    assertThat(children()).as("processes of probes").isEmpty();
  }

  @Test
  void tellsOutputsTimesAndMemoryOfWhatRuns() throws InterruptedException {
    ProbeReport report = probe.probe(model(TestModels.classifier(64)));

    assertThat(report.provider()).isEqualTo("CPUExecutionProvider");
    assertThat(report.runtimeVersion()).isEqualTo("1.29.0");
    assertThat(report.result()).isInstanceOf(ProbeResult.Ran.class);
    ProbeResult.Ran ran = (ProbeResult.Ran) report.result();
    assertThat(ran.outputs()).containsExactly(new ProbeOutput("output", "FP32", List.of(1L, 10L)));
    assertThat(ran.loadMillis()).isPositive();
    assertThat(ran.runMillis()).isPositive();
    assertThat(ran.peakRssBytes()).isBetween(20L << 20, ProbeLimits.DEFAULT.memoryBytes());
  }

  @Test
  void runsOnGivenInputs() throws InterruptedException {
    Tensor rows = Tensor.ofFloats(List.of(3L, 64L), new float[3 * 64]);

    ProbeResult result =
        probe.probe(model(TestModels.classifier(64)), Map.of("input", rows)).result();

    assertThat(((ProbeResult.Ran) result).outputs().getFirst().shape()).containsExactly(3L, 10L);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {TestModels.STRING, TestModels.FLOAT16, TestModels.BOOL, TestModels.DOUBLE, 16})
  void makesUpInputsOfTypesThatTensorsDoNotCarryToo(int elementType) throws InterruptedException {
    ProbeResult result = probe.probe(model(TestModels.identity(elementType, "n", 2))).result();

    assertThat(((ProbeResult.Ran) result).outputs().getFirst().shape()).containsExactly(1L, 2L);
  }

  @Test
  void aModelWithAnInputThatCannotBeMadeUpHasLoaded() throws InterruptedException {
    ProbeResult result = probe.probe(model(TestModels.identity(4, 2))).result();

    assertThat(result).isInstanceOf(ProbeResult.Refused.class);
    assertThat(result.loaded()).isTrue();
    assertThat(result.message()).contains("'input' of the type UINT16");
  }

  @Test
  void tellsWhyTheRuntimeRefuses() throws InterruptedException {
    ProbeResult result = probe.probe(model(TestModels.unary("Frobnicate", 8, 13))).result();

    assertThat(result).isInstanceOf(ProbeResult.Refused.class);
    ProbeResult.Refused refused = (ProbeResult.Refused) result;
    assertThat(refused.stage()).isEqualTo(Stage.LOAD);
    assertThat(refused.code()).isEqualTo(ErrorCode.MODEL_UNSUPPORTED);
    assertThat(refused.message()).contains("Frobnicate");
  }

  @Test
  void anEndlessLoopIsKilledAtTheLimitOfTime() throws InterruptedException {
    Duration limit = Duration.ofMillis(1_500);
    ProbeLimits limits = new ProbeLimits(limit, 2L << 30, 64);

    ProbeResult result = new ModelProbe(limits, work).probe(model(TestModels.endless())).result();

    assertThat(result).isEqualTo(new ProbeResult.TimedOut(Stage.RUN, limit));
  }

  @ParameterizedTest
  @ValueSource(longs = {1L << 28, 1L << 40})
  void aModelThatTakesTooMuchMemoryIsFoundOut(long floats) throws InterruptedException {
    ProbeLimits limits = new ProbeLimits(Duration.ofSeconds(30), 768L << 20, 64);

    ProbeResult result =
        new ModelProbe(limits, work).probe(model(TestModels.huge(floats))).result();

    assertThat(result).isEqualTo(new ProbeResult.OutOfMemory(Stage.RUN, 768L << 20));
  }

  @Test
  void theSameModelRunsWhereTheLimitAllowsIt() throws InterruptedException {
    ProbeLimits limits =
        new ProbeLimits(Duration.ofSeconds(30), 512L << 20, 64).forModelOf(512L << 20);

    ProbeResult result =
        new ModelProbe(limits, work).probe(model(TestModels.huge(1L << 27))).result();

    assertThat(limits.memoryBytes()).isEqualTo(2560L << 20);
    assertThat(result).isInstanceOf(ProbeResult.Ran.class);
    assertThat(((ProbeResult.Ran) result).peakRssBytes()).isGreaterThan(512L << 20);
  }

  @Test
  void theSmallestMemoryIsEnoughForASmallModel() throws InterruptedException {
    ProbeLimits limits = new ProbeLimits(Duration.ofSeconds(30), 512L << 20, 32);

    ProbeResult result =
        new ModelProbe(limits, work).probe(model(TestModels.classifier(64))).result();

    assertThat(result).isInstanceOf(ProbeResult.Ran.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {SIGSEGV, SIGKILL})
  void aCrashIsAResultAndTheBatchGoesOn(int signal) throws Exception {
    try (ProbeBatch batch = probe.batch()) {
      assertThat(batch.probe(model(TestModels.classifier(4))).result())
          .isInstanceOf(ProbeResult.Ran.class);
      long pid = batch.pid().orElseThrow();
      Path endless = model(TestModels.endless());
      Thread killer = Thread.ofPlatform().start(() -> killWhenBusy(pid, signal));

      ProbeResult result = batch.probe(endless).result();

      killer.join();
      assertThat(result).isInstanceOf(ProbeResult.Crashed.class);
      ProbeResult.Crashed crashed = (ProbeResult.Crashed) result;
      // Java's own handler turns a segmentation fault into an abort.
      assertThat(crashed.signal()).isEqualTo(OptionalInt.of(signal == SIGSEGV ? SIGABRT : signal));
      assertThat(crashed.stage()).isEqualTo(Stage.RUN);
      assertThat(crashed.errorOutput()).contains(signal == SIGSEGV ? "SIGSEGV" : "");
      assertThat(batch.probe(model(TestModels.classifier(4))).result())
          .isInstanceOf(ProbeResult.Ran.class);
      assertThat(batch.starts()).isEqualTo(2);
    }
  }

  @Test
  void anInterruptKillsTheProcess() throws InterruptedException {
    Path endless = model(TestModels.endless());
    CountDownLatch interrupted = new CountDownLatch(1);
    Thread waiting =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    probe.probe(endless);
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                  }
                });
    await().atMost(PATIENCE).until(() -> !children().isEmpty());

    waiting.interrupt();

    assertThat(interrupted.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    waiting.join();
    await().atMost(PATIENCE).until(() -> children().isEmpty());
  }

  @Test
  void theProcessEndsWithItsParentAndTakesItsFilesAlong() throws Exception {
    Path endless = model(TestModels.endless());
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            Parent.class.getName(),
            work.toString(),
            endless.toString());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process parent = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader lines = parent.inputReader(StandardCharsets.UTF_8)) {
      long pid = Long.parseLong(lines.readLine());
      ProcessHandle child = ProcessHandle.of(pid).orElseThrow();
      awaitBusy(child);

      parent.destroyForcibly();

      await().atMost(PATIENCE).until(() -> !child.isAlive());
    } finally {
      parent.destroyForcibly().waitFor();
    }
  }

  @Test
  void limitsHaveTheirRanges() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> new ProbeLimits(Duration.ZERO, 2L << 30, 64));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> new ProbeLimits(Duration.ofSeconds(1), 1, 64));
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> new ProbeLimits(Duration.ofSeconds(1), 2L << 30, 0));
    assertThat(ProbeLimits.DEFAULT.forModelOf(Long.MAX_VALUE).memoryBytes()).isEqualTo(1L << 40);
  }

  /** The process whose end its child must notice. */
  static final class Parent {
    private Parent() {}

    /** Tries an endless model and tells the child's id first. */
    public static void main(String[] arguments) throws InterruptedException {
      ProbeLimits limits = new ProbeLimits(Duration.ofMinutes(2), 2L << 30, 64);
      try (ProbeBatch batch = new ModelProbe(limits, Path.of(arguments[0])).batch()) {
        Path endless = Path.of(arguments[1]);
        batch.probe(endless.resolveSibling("absent.onnx"));
        System.out.println(batch.pid().orElseThrow());
        batch.probe(endless);
      }
    }
  }

  private static void killWhenBusy(long pid, int signal) {
    awaitBusy(ProcessHandle.of(pid).orElseThrow());
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A second of processor time more than now: more than loading takes. */
  private static void awaitBusy(ProcessHandle process) {
    Duration before = processorTime(process);
    await()
        .atMost(PATIENCE)
        .until(() -> processorTime(process).minus(before).compareTo(Duration.ofSeconds(1)) > 0);
  }

  private static Duration processorTime(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  private static List<ProcessHandle> children() {
    return ProcessHandle.current()
        .children()
        .filter(ProcessHandle::isAlive)
        .filter(child -> child.info().commandLine().orElse("").contains("ProbeMain"))
        .toList();
  }

  private Path model(byte[] content) {
    return TestModels.write(folder, "model.onnx", content);
  }
}
