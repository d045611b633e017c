package io.flotilla.controller.ingest;

import io.flotilla.protocol.message.WindowReport.Totals;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a device says it predicted beside what is stored of it.
 *
 * @param current the device's own totals over the life of its spool
 * @param earlier the same of the spools that it had before
 * @param models what is stored, by model
 */
public record Accounting(Totals current, Totals earlier, Map<String, Stored> models) {
  private static final Totals NONE = new Totals(0, 0, 0);

  static final Accounting EMPTY = new Accounting(NONE, NONE, Map.of());

  /** Copies the map. */
  public Accounting {
    models = Map.copyOf(models);
  }

  /**
   * Predictions of one model.
   *
   * @param byVersion stored, by version number as text
   * @param duplicates predictions that came once more under an id that was stored already
   */
  public record Stored(Map<String, Long> byVersion, long duplicates) {
    static final Stored NONE = new Stored(Map.of(), 0);

    /** Copies the map. */
    public Stored {
      byVersion = Map.copyOf(byVersion);
    }

    Stored plus(int version, long stored, long repeated) {
      Map<String, Long> sum = new TreeMap<>(byVersion);
      if (stored > 0) {
        sum.merge(Integer.toString(version), stored, Long::sum);
      }
      return new Stored(sum, duplicates + repeated);
    }

    /** Predictions stored, over all versions. */
    public long total() {
      return byVersion.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /** The device's own totals over all its spools. */
  public Totals device() {
    return sum(earlier, current);
  }

  Accounting plus(String model, int version, long stored, long repeated) {
    Map<String, Stored> next = new TreeMap<>(models);
    next.put(model, models.getOrDefault(model, Stored.NONE).plus(version, stored, repeated));
    return new Accounting(current, earlier, next);
  }

  Accounting reported(Totals totals) {
    return new Accounting(totals, earlier, models);
  }

  Accounting spoolReplaced() {
    return new Accounting(NONE, sum(earlier, current), models);
  }

  private static Totals sum(Totals one, Totals other) {
    return new Totals(
        one.made() + other.made(),
        one.captured() + other.captured(),
        one.refused() + other.refused());
  }
}
