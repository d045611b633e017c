package io.flotilla.hardware;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Real models beside the checkout, where they are there; tests that want them skip elsewhere. */
public final class SharedData {
  private SharedData() {}

  /**
   * A file of the folder {@code shared/data} in a folder above this one, or the test is skipped.
   */
  public static Path file(String path) {
    Optional<Path> found = find(path);
    Assumptions.assumeTrue(
        found.isPresent(), () -> "no shared/data/%s beside the checkout".formatted(path));
    return found.orElseThrow();
  }

  private static Optional<Path> find(String path) {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path file = at.resolve("shared").resolve("data").resolve(path);
      if (Files.exists(file)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }
}
