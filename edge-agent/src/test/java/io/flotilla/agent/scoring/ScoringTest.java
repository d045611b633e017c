package io.flotilla.agent.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.agent.health.HealthCounter;
import io.flotilla.agent.testing.TestBundle;
import io.flotilla.agent.testing.TinyModel;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.BundleVerifier;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import io.flotilla.protocol.message.VersionRef;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoringTest {
  @TempDir Path root;
  private final Accelerator cpu = OnnxAccelerators.cpu();
  private TestBundle bundle;

  @BeforeEach
  void bundle() {
    bundle = TestBundle.make(root, 1, TestBundle.Content.of(2), SigningKey.generate());
  }

  @Test
  void scoresABundleWithItsLabels() {
    try (LocalScorer scorer = LocalScorer.open(bundle.folder(), cpu)) {
      Answer answer = scorer.score(TestBundle.input(4));
      float[] expected = new TinyModel(2).expected(TestBundle.row(4));
      assertThat(only(answer)).containsExactly(expected);
      assertThat(answer.label()).contains("c");
      assertThat(answer.score()).isEqualTo(expected[2]);
      assertThat(scorer.manifest()).isPresent();
    }
  }

  @Test
  void scoresABareModelWithoutLabels() throws Exception {
    Path file = Files.write(root.resolve("bare.onnx"), new TinyModel(3).onnx());
    try (LocalScorer scorer = LocalScorer.open(file, cpu)) {
      Answer answer = scorer.score(TestBundle.input(1));
      assertThat(answer.label()).isEmpty();
      assertThat(answer.score()).isEqualTo(new TinyModel(3).expected(TestBundle.row(1))[0]);
    }
  }

  @Test
  void scoresRowsOnTheBareHotPathLikeAnyOther() {
    try (LocalScorer scorer = LocalScorer.open(bundle.folder(), cpu)) {
      assertThat(scorer.scoresRows()).isTrue();
      float[] output = new float[scorer.outputValues()];
      for (int i = 0; i < 50; i++) {
        int category = scorer.scoreRow(TestBundle.row(i), output);
        assertThat(output).containsExactly(new TinyModel(2).expected(TestBundle.row(i)));
        assertThat(scorer.score(TestBundle.input(i)).category()).hasValue(category);
      }
    }
  }

  @Test
  void scoresBatchesOnTheGeneralPath() {
    try (LocalScorer scorer = LocalScorer.open(bundle.folder(), cpu)) {
      Answer answer =
          scorer.score(Map.of("input", Tensor.ofFloats(List.of(2L, 4L), 1, 2, 3, 4, 5, 6, 7, 8)));
      assertThat(only(answer)).hasSize(6);
      assertThat(answer.label()).isEmpty();
    }
  }

  @Test
  void saysWhatTheModelTakes() {
    try (LocalScorer scorer = LocalScorer.open(bundle.folder(), cpu)) {
      assertThatThrownBy(
              () -> scorer.score(Map.of("input", Tensor.ofFloats(List.of(1L, 3L), 1, 2, 3))))
          .isInstanceOfSatisfying(
              FlotillaException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID));
    }
  }

  @Test
  void namesWhatIsNoBundle() throws Exception {
    Path empty = Files.createDirectories(root.resolve("empty"));
    assertThatThrownBy(() -> LocalScorer.open(empty, cpu))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_MISSING));
  }

  @Test
  void aSwitchFailsNoRunningScoreAndMixesNoAnswers() throws Exception {
    ModelSwitch models = new ModelSwitch();
    ActiveModel first = active(1);
    models.switchTo(first);
    first.release();
    AtomicBoolean stop = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(3);
    List<Future<Integer>> runs = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      runs.add(threads.submit(() -> scoreUntil(stop, models)));
    }
    for (int version = 2; version <= 40; version++) {
      ActiveModel next = active(version);
      models.switchTo(next);
      next.release();
    }
    stop.set(true);
    for (Future<Integer> run : runs) {
      assertThat(run.get()).isPositive();
    }
    threads.shutdown();
    models.switchTo(null);
    assertThat(models.take()).isEmpty();
  }

  private static int scoreUntil(AtomicBoolean stop, ModelSwitch models) {
    int scored = 0;
    while (!stop.get() || scored == 0) {
      ActiveModel model = models.take().orElseThrow();
      try {
        float[] output = only(model.score(TestBundle.input(scored)));
        assertThat(output)
            .containsExactly(
                new TinyModel(model.version().version()).expected(TestBundle.row(scored)));
        scored++;
      } finally {
        model.release();
      }
    }
    return scored;
  }

  private ActiveModel active(int version) throws Exception {
    Path file = Files.write(root.resolve("m" + version), new TinyModel(version).onnx());
    VersionRef ref = new VersionRef("tiny", version, "a".repeat(64));
    return new ActiveModel(
        ref,
        BundleVerifier.inspect(bundle.folder()).manifest(),
        ModelRunner.of(
            cpu.load(file, LoadOptions.DEFAULT),
            BundleVerifier.inspect(bundle.folder()).manifest()),
        (row, answer) -> "",
        new HealthCounter(ref, List.of()));
  }

  private static float[] only(Answer answer) {
    return answer.outputs().values().iterator().next().toFloats();
  }
}
