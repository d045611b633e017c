package io.flotilla.hardware;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * How to load a model.
 *
 * @param threads threads one run may use, the calling one included; 1 to 256, default 1
 * @param spinning whether idle threads spin for the next run instead of sleeping: lower latency
 *     under constant load, one busy core per thread at any load; default false
 * @param optimisedCache where to keep the optimised form between loads; default nowhere. The file
 *     and one named {@code <file>.key} beside it are used only while the model's digest, the
 *     runtime, the provider, the processor and the file's own checksum agree, and rebuilt otherwise
 */
public record LoadOptions(int threads, boolean spinning, Optional<Path> optimisedCache) {
  /** Most threads of one model. */
  public static final int MAX_THREADS = 256;

  /** One thread, no spinning, no cache. */
  public static final LoadOptions DEFAULT = new LoadOptions(1, false, Optional.empty());

  /**
   * Checks the range.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if {@code threads} is out of range
   */
  public LoadOptions {
    Objects.requireNonNull(optimisedCache, "optimisedCache");
    if (threads < 1 || threads > MAX_THREADS) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "a model runs on 1 to %d threads, not %d".formatted(MAX_THREADS, threads));
    }
  }

  /** The same options with the optimised form kept in this file. */
  public LoadOptions cachedAt(Path file) {
    return new LoadOptions(threads, spinning, Optional.of(file));
  }
}
