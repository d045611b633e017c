package io.flotilla.cli.bench;

import io.flotilla.agent.scoring.Answer;
import io.flotilla.agent.scoring.LocalScorer;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.cli.bench.Figure.Bar;
import io.flotilla.cli.onnx.PerceptronModel;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import io.flotilla.hardware.onnx.PlainRuntimeLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * What the agent's in-process scoring costs over the runtime itself: a small model (64 → 10, 2.6
 * KB) and a middle one (64 → 512 → 448 → 10, 1.1 MB), each scored row by row by the agent's code
 * beside a plain ONNX Runtime loop on pinned tensors that does nothing else.
 *
 * @param folder where the generated models may lie
 * @param rounds pairs that count, ≥ 1
 */
record ScoringBench(Path folder, int rounds) {
  private static final String BENCH = "scoring";
  private static final Bar OVERHEAD = new Bar.AtMost(1.05);
  private static final long SEED = 42;

  /** About 10 ms in each half of a pair, by the models' own speed. */
  private static final int SMALL_ITERATIONS = 5_000;

  private static final int MIDDLE_ITERATIONS = 200;

  /** Measures both cases; each figure is given as soon as it is known. */
  void run(Consumer<Figure> figures) throws IOException {
    measure("small", List.of(64, 10), SMALL_ITERATIONS, figures);
    measure("middle", List.of(64, 512, 448, 10), MIDDLE_ITERATIONS, figures);
  }

  private void measure(String name, List<Integer> widths, int iterations, Consumer<Figure> figures)
      throws IOException {
    Random random = new Random(SEED);
    Path model = folder.resolve(name + ".onnx");
    Files.write(model, PerceptronModel.bytes(widths, random));
    float[] row = new float[widths.getFirst()];
    for (int i = 0; i < row.length; i++) {
      row[i] = random.nextFloat();
    }
    List<Long> shape = List.of(1L, (long) row.length);
    Map<String, Tensor> tensors = Map.of("input", Tensor.ofFloats(shape, row));
    try (PlainRuntimeLoop floor = PlainRuntimeLoop.open(model, Map.of("input", shape));
        LocalScorer scorer = LocalScorer.open(model, OnnxAccelerators.cpu())) {
      floor.input("input").put(0, row);
      float[] output = new float[scorer.outputValues()];
      Rounds rows =
          Rounds.measure(rounds, iterations, n -> rows(scorer, row, output, n), floor::nanos);
      Rounds answers =
          Rounds.measure(rounds, iterations, n -> answers(scorer, tensors, n), floor::nanos);
      figures.accept(new Figure(BENCH, name, "overheadRatio", answers.ratio(), "x", OVERHEAD));
      figures.accept(new Figure(BENCH, name, "rowOverheadRatio", rows.ratio(), "x", OVERHEAD));
      figures.accept(micros(name, "answer", answers.subjectNanos()));
      figures.accept(micros(name, "row", rows.subjectNanos()));
      figures.accept(micros(name, "floor", rows.floorNanos()));
    }
  }

  private static Figure micros(String name, String figure, double nanos) {
    return new Figure(BENCH, name, figure, nanos / 1_000, "us", new Bar.None());
  }

  /** The agent's hot path: a row in, categories out, nothing allocated. */
  private static long rows(LocalScorer scorer, float[] row, float[] output, int iterations) {
    long start = System.nanoTime();
    int sum = 0;
    for (int i = 0; i < iterations; i++) {
      sum += scorer.scoreRow(row, output);
    }
    return checked(sum, System.nanoTime() - start);
  }

  /** The agent's general call: named tensors in, an answer with copies of the outputs back. */
  private static long answers(LocalScorer scorer, Map<String, Tensor> tensors, int iterations) {
    long start = System.nanoTime();
    int sum = 0;
    for (int i = 0; i < iterations; i++) {
      Answer answer = scorer.score(tensors);
      sum += answer.category().orElse(0);
    }
    return checked(sum, System.nanoTime() - start);
  }

  /** Uses the sum, so that nothing before it can be left out. */
  private static long checked(int sum, long nanos) {
    if (sum < 0) {
      throw new IllegalStateException("categories count from 0");
    }
    return nanos;
  }
}
