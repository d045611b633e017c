package io.flotilla.retraining;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Pipelines that ship with this module. */
public enum BuiltInPipelines {
  /** First training of the digit classifier; input {@code train}. */
  DIGITS_FIRST("digits-first.yaml"),
  /**
   * Its retraining; inputs {@code base}, {@code captured}, {@code clean-holdout}, {@code
   * degraded-holdout}, and the champion.
   */
  DIGITS_RETRAIN("digits-retrain.yaml");

  private final String file;

  BuiltInPipelines(String file) {
    this.file = file;
  }

  /** The pipeline's text. */
  public String yaml() {
    try (InputStream in = BuiltInPipelines.class.getResourceAsStream("pipelines/" + file)) {
      if (in == null) {
        throw new IllegalStateException("the module ships " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
