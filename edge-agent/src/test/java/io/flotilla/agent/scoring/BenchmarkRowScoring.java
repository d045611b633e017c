package io.flotilla.agent.scoring;

import io.flotilla.agent.testing.TestBundle;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.PinnedRun;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The agent's bare hot path beside the pinned run underneath it, on the tiny model, which is the
 * worst case: its run takes a microsecond or two. Run it by hand; {@code flotilla bench scoring}
 * measures against plain ONNX Runtime.
 */
public final class BenchmarkRowScoring {
  private static final int ROUNDS = 21;
  private static final int RUNS = 100_000;

  private BenchmarkRowScoring() {}

  /** Prints nanoseconds a score of both, and the ratio of the medians. */
  public static void main(String[] args) throws Exception {
    Path root = Files.createTempDirectory("bench");
    TestBundle bundle = TestBundle.make(root, 1, TestBundle.Content.of(2), SigningKey.generate());
    Accelerator cpu = OnnxAccelerators.cpu();
    float[] row = TestBundle.row(3);
    float[] output = new float[3];
    double[] agent = new double[ROUNDS];
    double[] plain = new double[ROUNDS];
    try (LocalScorer scorer = LocalScorer.open(bundle.folder(), cpu);
        LoadedModel model =
            cpu.load(bundle.folder().resolve("models/model.onnx"), LoadOptions.DEFAULT);
        PinnedRun pinned = model.pin(Map.of("input", List.of(1L, 4L)))) {
      FloatBuffer in = pinned.input("input");
      FloatBuffer out = pinned.output("output");
      double sink = 0;
      for (int round = 0; round < ROUNDS; round++) {
        long from = System.nanoTime();
        for (int i = 0; i < RUNS; i++) {
          sink += scorer.scoreRow(row, output);
        }
        agent[round] = (System.nanoTime() - from) / (double) RUNS;
        from = System.nanoTime();
        for (int i = 0; i < RUNS; i++) {
          in.put(0, row);
          pinned.run();
          out.get(0, output);
          sink += output[0];
        }
        plain[round] = (System.nanoTime() - from) / (double) RUNS;
      }
      Arrays.sort(agent);
      Arrays.sort(plain);
      System.out.printf(
          "agent %.0f ns, pinned %.0f ns, ratio %.3f (%s)%n",
          agent[ROUNDS / 2], plain[ROUNDS / 2], agent[ROUNDS / 2] / plain[ROUNDS / 2], sink);
    }
  }
}
