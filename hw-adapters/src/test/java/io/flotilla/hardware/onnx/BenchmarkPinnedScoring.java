package io.flotilla.hardware.onnx;

import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.PinnedRun;
import io.flotilla.hardware.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One score: ordinary, pinned, and the plain runtime as the floor. Run as a JMH benchmark. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class BenchmarkPinnedScoring {
  /** Features of the model: a small and a middle one. */
  @Param({"64", "512"})
  int features = 64;

  private @Nullable Opened opened;

  /**
   * What is measured.
   *
   * @param model ours
   * @param pinned ours, pinned
   * @param plain the floor
   * @param inputs of an ordinary run
   */
  private record Opened(
      LoadedModel model, PinnedRun pinned, PlainRuntimeLoop plain, Map<String, Tensor> inputs) {}

  /** Loads all. */
  @Setup
  public void open() throws IOException {
    byte[] content =
        features == 64 ? TestModels.classifier(features) : TestModels.chain(features, 3);
    Path file = TestModels.write(Files.createTempDirectory("benchmark"), "model.onnx", content);
    List<Long> shape = List.of(1L, (long) features);
    LoadedModel model = OnnxAccelerators.cpu().load(file, LoadOptions.DEFAULT);
    opened =
        new Opened(
            model,
            model.pin(Map.of("input", shape)),
            PlainRuntimeLoop.open(file, Map.of("input", shape)),
            Map.of("input", Tensor.ofFloats(shape, new float[features])));
  }

  /** Frees all. */
  @TearDown
  public void close() {
    opened().plain().close();
    opened().model().close();
  }

  /** {@link LoadedModel#run}. */
  @Benchmark
  public Map<String, Tensor> ordinary() {
    return opened().model().run(opened().inputs());
  }

  /** {@link PinnedRun#run}. */
  @Benchmark
  public void pinned() {
    opened().pinned().run();
  }

  /** {@link PlainRuntimeLoop#nanos}. */
  @Benchmark
  public long plain() {
    return opened().plain().nanos(1);
  }

  private Opened opened() {
    return Objects.requireNonNull(opened, "JMH calls open() first");
  }
}
