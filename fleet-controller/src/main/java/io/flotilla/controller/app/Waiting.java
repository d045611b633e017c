package io.flotilla.controller.app;

import io.flotilla.bundle.failure.FlotillaException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Waits for stages while the controller starts. */
final class Waiting {
  private Waiting() {}

  /** The stage's result; throws its typed failure itself. */
  static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof FlotillaException known) {
        throw known;
      }
      throw e;
    }
  }
}
