package io.flotilla.hardware.profile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.Proto;
import io.flotilla.hardware.TestModels;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import io.flotilla.hardware.simulated.SimulatedAccelerator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelProfilerTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Accelerator cpu = OnnxAccelerators.cpu();
  private final List<String> progress = new ArrayList<>();

  @TempDir Path folder;

  @Test
  void measuresEachNumberOfThreads() throws InterruptedException {
    Path model = model(TestModels.chain(256, 4));

    ModelProfile profile =
        new ModelProfiler(System::nanoTime)
            .profile(
                cpu,
                model,
                plan(List.of(1, 2), 2_000, Map.of("input", List.of(8L, 256L))),
                progress::add);

    assertThat(profile.accelerator()).isEqualTo(cpu.info());
    assertThat(profile.cpuCount()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(profile.points()).extracting(ProfilePoint::threads).containsExactly(1, 2);
    assertThat(progress).hasSize(2).first().asString().startsWith("1 threads: p95 ");
    for (ProfilePoint point : profile.points()) {
      assertThat(point.runs()).isEqualTo(2_000);
      assertThat(point.loadMicros()).isPositive();
      assertThat(point.latency().p50Micros()).isPositive();
      assertThat(point.latency().p95Micros())
          .isBetween(point.latency().p50Micros(), point.latency().p99Micros());
      assertThat(point.throughputPerSecond()).isPositive();
      assertThat(point.cpuSecondsPerThousand()).isPositive();
      assertThat(point.peakBytes()).isGreaterThan(point.residentBytes());
    }
    assertThat(profile.recommendedThreads()).isIn(1, 2);
  }

  @Test
  void countsWithTheGivenClock() throws InterruptedException {
    AtomicLong now = new AtomicLong();
    ModelProfiler profiler = new ModelProfiler(() -> now.getAndAdd(1_000_000));

    ModelProfile profile =
        profiler.profile(
            cpu, model(TestModels.classifier(4)), plan(List.of(1), 50, Map.of()), progress::add);

    ProfilePoint point = profile.points().getFirst();
    assertThat(point.loadMicros()).isEqualTo(1_000);
    assertThat(point.latency()).isEqualTo(new ProfilePoint.Latency(1_000, 1_000, 1_000));
    assertThat(point.throughputPerSecond()).isEqualTo(1_000);
  }

  @Test
  void stopsAtTheLimitOfTimeButMeasuresOneRun() throws InterruptedException {
    AtomicLong now = new AtomicLong();
    ModelProfiler profiler = new ModelProfiler(() -> now.getAndAdd(MINUTE.toNanos() * 2));

    ModelProfile profile =
        profiler.profile(
            cpu, model(TestModels.classifier(4)), plan(List.of(1), 50, Map.of()), progress::add);

    assertThat(profile.points().getFirst().runs()).isEqualTo(1);
  }

  @Test
  void measuresModelsWhoseOutputShapeDependsOnValues() throws InterruptedException {
    Proto graph =
        new Proto()
            .message(1, TestModels.node("NonZero", "output", "input"))
            .message(11, TestModels.tensor("input", TestModels.FLOAT, "n"))
            .message(12, TestModels.tensor("output", TestModels.INT64, 1, "m"));

    ModelProfile profile =
        new ModelProfiler(System::nanoTime)
            .profile(
                cpu,
                model(TestModels.model(8, 13, graph)),
                plan(List.of(1), 20, Map.of()),
                progress::add);

    assertThat(profile.points().getFirst().runs()).isEqualTo(20);
  }

  @Test
  void saysThatSimulatedHardwareIsSimulated() throws InterruptedException {
    ModelProfile profile =
        new ModelProfiler(System::nanoTime)
            .profile(
                SimulatedAccelerator.gpu(cpu),
                model(TestModels.classifier(4)),
                plan(List.of(1), 5, Map.of()),
                progress::add);

    assertThat(profile.accelerator().simulated()).isTrue();
  }

  @Test
  void refusesShapesThatTheModelDoesNotTake() {
    refuses(TestModels.classifier(4), Map.of("input", List.of(1L, 5L)), ErrorCode.INPUT_INVALID);
    refuses(TestModels.classifier(4), Map.of("nope", List.of(1L)), ErrorCode.INPUT_INVALID);
    refuses("no model".getBytes(UTF_8), Map.of(), ErrorCode.MODEL_MALFORMED);
  }

  @Test
  void saysWhenAModelFailsOnZeros() {
    Proto graph =
        new Proto()
            .message(1, TestModels.node("Reshape", "output", "input", "shape"))
            .message(11, TestModels.tensor("input", TestModels.FLOAT, "n"))
            .message(11, TestModels.tensor("shape", TestModels.INT64, 2))
            .message(12, TestModels.tensor("output", TestModels.FLOAT, "a", "b"));

    refuses(TestModels.model(8, 13, graph), Map.of("input", List.of(7L)), ErrorCode.PROFILE_FAILED);
  }

  @Test
  void anInterruptEndsIt() {
    Path model = model(TestModels.classifier(4));
    Thread.currentThread().interrupt();

    assertThatExceptionOfType(InterruptedException.class)
        .isThrownBy(
            () ->
                new ModelProfiler(System::nanoTime)
                    .profile(cpu, model, plan(List.of(1), 5, Map.of()), progress::add));
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void recommendsFewThreadsOfThoseThatAreQuickAndGood() {
    ProfilePoint one = point(1, 100, 1_000);
    ProfilePoint two = point(2, 60, 1_900);
    ProfilePoint four = point(4, 50, 1_950);
    ProfilePoint eight = point(8, 90, 2_500);

    assertThat(ModelProfile.recommend(List.of(one, two, four, eight), 25)).isEqualTo(2);
    assertThat(ModelProfile.recommend(List.of(one, two, four, eight), 100)).isEqualTo(8);
    assertThat(ModelProfile.recommend(List.of(one, two, four, eight), 0)).isEqualTo(4);
    assertThat(ModelProfile.recommend(List.of(one), 0)).isEqualTo(1);
    assertThatIllegalArgumentException().isThrownBy(() -> ModelProfile.recommend(List.of(), 0));
  }

  @Test
  void plansHaveDefaultsAndRanges() {
    assertThat(ProfilePlan.sweep(6).threads()).containsExactly(1, 2, 4, 6);
    assertThat(ProfilePlan.sweep(4).threads()).containsExactly(1, 2, 4);
    assertThat(ProfilePlan.sweep(1).threads()).containsExactly(1);
    assertThat(ProfilePlan.sweep(1).runs()).isEqualTo(1_000);
    for (List<Integer> threads :
        List.of(List.<Integer>of(), List.of(0), List.of(1, 1), List.of(257))) {
      assertThatExceptionOfType(FlotillaException.class)
          .isThrownBy(() -> plan(threads, 10, Map.of()))
          .returns(ErrorCode.INPUT_INVALID, FlotillaException::code);
    }
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> plan(List.of(1), 0, Map.of()));
  }

  private void refuses(byte[] content, Map<String, List<Long>> shapes, ErrorCode code) {
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(
            () ->
                new ModelProfiler(System::nanoTime)
                    .profile(cpu, model(content), plan(List.of(1), 5, shapes), progress::add))
        .returns(code, FlotillaException::code);
  }

  private static ProfilePlan plan(List<Integer> threads, int runs, Map<String, List<Long>> shapes) {
    return new ProfilePlan(threads, 5, runs, MINUTE, shapes, 25);
  }

  private static ProfilePoint point(int threads, double p95, double throughput) {
    return new ProfilePoint(
        threads, 1, 10, new ProfilePoint.Latency(p95 / 2, p95, p95 * 2), throughput, 1, 0, 0);
  }

  private Path model(byte[] content) {
    return TestModels.write(folder, "model.onnx", content);
  }
}
