package io.flotilla.conversion.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.conversion.tree.ensemble.EnsembleModel;
import io.flotilla.conversion.tree.ensemble.EnsembleModel.OutputNames;
import io.flotilla.conversion.tree.ensemble.TreeEnsemble;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/** Damages a file in many ways: each must end in a typed failure or in a model that runs. */
final class Damage {
  private static final long SEED = 20_261;
  private static final int FLIPS = 800;
  private static final OutputNames NAMES =
      new OutputNames("input", "label", "probabilities", "prediction");

  private final TreeSource source;
  private final TreeOptions options;
  private final Path folder;
  private int refused;
  private int converted;

  private Damage(TreeSource source, TreeOptions options, Path folder) {
    this.source = source;
    this.options = options;
    this.folder = folder;
  }

  static void survives(byte[] whole, TreeSource source, TreeOptions options, Path folder)
      throws IOException {
    Damage damage = new Damage(source, options, folder);
    damage.read(whole);
    assertThat(damage.converted).as("undamaged").isOne();
    for (int length = 0; length < whole.length; length += 64) {
      damage.read(Arrays.copyOf(whole, length));
    }
    Random random = new Random(SEED);
    for (int flip = 0; flip < FLIPS; flip++) {
      byte[] changed = whole.clone();
      for (int i = 0; i <= flip % 3; i++) {
        int at = random.nextInt(changed.length);
        changed[at] =
            random.nextBoolean()
                ? (byte) (changed[at] ^ 1 << random.nextInt(8))
                : changed[random.nextInt(changed.length)];
      }
      damage.read(changed);
    }
    System.out.printf(
        "%s, seed %d: %d refused, %d converted%n", source, SEED, damage.refused, damage.converted);
    assertThat(damage.refused).isGreaterThan(FLIPS / 20);
  }

  private void read(byte[] content) throws IOException {
    Path file = Files.write(folder.resolve("damaged"), content);
    byte[] model;
    TreeEnsemble ensemble;
    try {
      detect(file);
      ensemble = TreeConverter.read(source, file, options);
      model = EnsembleModel.encode(ensemble, NAMES);
    } catch (FlotillaException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.TREE_DUMP_INVALID);
      refused++;
      return;
    }
    converted++;
    runs(Files.write(folder.resolve("damaged.onnx"), model), ensemble.columns().size());
  }

  private static void detect(Path file) {
    try {
      TreeSource.detect(file);
    } catch (FlotillaException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.TREE_DUMP_INVALID);
    }
  }

  private static void runs(Path onnx, int columns) {
    try (LoadedModel model = OnnxAccelerators.cpu().load(onnx, LoadOptions.DEFAULT)) {
      Rows rows = Rows.random(SEED, 4, columns, 0.2);
      assertThat(model.run(Map.of("input", rows.tensor()))).isNotEmpty();
    }
  }
}
