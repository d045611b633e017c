package io.flotilla.agent.capture;

import io.flotilla.drift.Baseline;
import io.flotilla.drift.WindowCounter;
import io.flotilla.protocol.message.VersionRef;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What capture keeps for one version: its sampling rate and the counters of the open drift window.
 * Confined to its {@link CaptureLog}, under whose lock everything happens.
 */
final class CaptureSource {
  private static final OptionalInt NONE = OptionalInt.empty();

  private final VersionRef version;
  private final double sampleRate;
  private final @Nullable WindowCounter counter;
  private final int windowRows;

  /** Where the baseline counts each label; it may know others, or have another order. */
  private final Map<String, OptionalInt> categories = new HashMap<>();

  private long windowIndex;
  private long firstRowMs;

  CaptureSource(
      VersionRef version, double sampleRate, @Nullable Baseline baseline, long windowIndex) {
    this.version = version;
    this.sampleRate = sampleRate;
    this.counter = baseline == null ? null : new WindowCounter(baseline);
    this.windowRows = baseline == null ? Integer.MAX_VALUE : baseline.windowRows();
    this.windowIndex = windowIndex;
    List<String> known = baseline == null ? List.of() : baseline.categories();
    for (int i = 0; i < known.size(); i++) {
      categories.put(known.get(i), OptionalInt.of(i));
    }
  }

  VersionRef version() {
    return version;
  }

  double sampleRate() {
    return sampleRate;
  }

  long windowIndex() {
    return windowIndex;
  }

  long firstRowMs() {
    return firstRowMs;
  }

  /** Counts a row; returns the counter if that filled the window. */
  @Nullable WindowCounter count(FloatBuffer row, Optional<String> label, long nowMs) {
    if (counter == null || counter.features() != row.remaining()) {
      return null;
    }
    if (counter.rows() == 0) {
      firstRowMs = nowMs;
    }
    counter.add(row, label.map(categories::get).orElse(NONE));
    return counter.rows() >= windowRows ? counter : null;
  }

  void nextWindow() {
    windowIndex++;
  }
}
