package io.flotilla.controller.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Table;
import io.flotilla.registry.store.RecordStore;
import java.util.List;

/** What a store says of a device's past, for tests of other packages. */
public final class WrittenIntervals {
  private WrittenIntervals() {}

  /**
   * The device's intervals in their order, each as {@code version by rollout as assignment}, after
   * a check that they are whole: numbered without a gap, without an overlap, only the last one
   * open, and the same by version as by device.
   */
  public static List<String> of(RecordStore store, String device) {
    StoredRecords stored = new StoredRecords(store);
    List<RunningInterval> intervals =
        stored.scan(RunningIntervals.BY_DEVICE, device + "/", "", 1000).stream()
            .map(Table.Row::value)
            .toList();
    for (int i = 0; i < intervals.size(); i++) {
      RunningInterval interval = intervals.get(i);
      assertThat(interval.number()).isEqualTo(i + 1);
      assertThat(stored.get(RunningIntervals.BY_VERSION, interval.byVersion())).contains(interval);
      boolean last = i == intervals.size() - 1;
      assertThat(interval.toMs().isEmpty()).isEqualTo(last);
      if (!last) {
        assertThat(interval.toMs().orElseThrow())
            .isBetween(interval.fromMs(), intervals.get(i + 1).fromMs());
      }
    }
    return intervals.stream()
        .map(
            interval ->
                "%s by %s as %d"
                    .formatted(
                        interval.version(),
                        interval.rollout().orElse("nobody"),
                        interval.assignment()))
        .toList();
  }
}
