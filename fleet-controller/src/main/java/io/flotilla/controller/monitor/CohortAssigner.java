package io.flotilla.controller.monitor;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Permission;
import io.flotilla.controller.catalog.VersionCatalog;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.device.DeviceScope;
import io.flotilla.drift.Baseline;
import io.flotilla.drift.Cohorts;
import io.flotilla.drift.WindowCounters;
import io.flotilla.drift.codec.DriftCodec;
import io.flotilla.registry.name.Names;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts flagged devices that drifted alike into one cohort: a label on each, and the time from which
 * its captured rows belong to the cohort. Core thread only.
 */
public final class CohortAssigner {
  private static final String PREFIX = "drifted-";
  private static final Pattern NUMBERED = Pattern.compile(PREFIX + "([1-9][0-9]{0,5})");
  private static final int PAGE = 1000;

  private final VersionCatalog catalog;
  private final DeviceDirectory devices;

  /** An assigner in the store that transactions are on. */
  public CohortAssigner(VersionCatalog catalog, DeviceDirectory devices) {
    this.catalog = catalog;
    this.devices = devices;
  }

  /**
   * Groups the model's flagged devices, those on its highest version first, and names the groups
   * {@code drifted-1} and so on, after the highest number that a version's baseline knows already.
   *
   * @return device ids by cohort
   * @throws FlotillaException {@code MODEL_NOT_FOUND} if no device reported windows of this model;
   *     {@code FORBIDDEN} if the caller's grants do not cover one of the devices
   */
  public SortedMap<String, List<String>> assign(Transaction tx, String model) {
    List<Table.Row<DriftRecord>> records = Names.isName(model) ? records(tx, model) : List.of();
    if (records.isEmpty()) {
      throw new FlotillaException(
          ErrorCode.MODEL_NOT_FOUND, "no device reported windows of such a model");
    }
    SortedMap<String, List<String>> cohorts =
        new TreeMap<>(Comparator.comparingInt(CohortAssigner::number));
    SortedMap<Integer, List<Table.Row<DriftRecord>>> byVersion =
        new TreeMap<>(Comparator.reverseOrder());
    for (Table.Row<DriftRecord> row : records) {
      if (row.value().state().flagged() && row.value().pooled().isPresent()) {
        byVersion.computeIfAbsent(row.value().version(), v -> new ArrayList<>()).add(row);
      }
    }
    int next = 1;
    for (int version : byVersion.keySet()) {
      next = Math.max(next, 1 + highest(baseline(model, version).cohorts().keySet()));
    }
    for (Map.Entry<Integer, List<Table.Row<DriftRecord>>> group : byVersion.entrySet()) {
      Baseline baseline = baseline(model, group.getKey());
      for (List<String> alike :
          Cohorts.group(counters(model, group.getValue(), baseline), baseline)) {
        String cohort = PREFIX + next++;
        alike.forEach(device -> join(tx, model, device, cohort));
        cohorts.put(cohort, alike);
      }
    }
    return cohorts;
  }

  private Baseline baseline(String model, int version) {
    return catalog
        .require(model, version)
        .baseline()
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.VERSION_NOT_FOUND,
                    "the bundle of %s:%d has no baseline".formatted(model, version)));
  }

  private static Map<String, WindowCounters> counters(
      String model, List<Table.Row<DriftRecord>> rows, Baseline baseline) {
    Map<String, WindowCounters> byDevice = new TreeMap<>();
    for (Table.Row<DriftRecord> row : rows) {
      row.value()
          .pooled()
          .ifPresent(
              bytes ->
                  byDevice.put(
                      row.id().substring(model.length() + 1),
                      DriftCodec.decodeCounters(bytes, baseline)));
    }
    return byDevice;
  }

  private void join(Transaction tx, String model, String device, String cohort) {
    String id = DriftMonitor.id(model, device);
    DriftRecord record = tx.get(DriftMonitor.RECORDS, id).orElseThrow();
    long sinceMs = record.suspectSinceMs().orElse(0L);
    tx.put(DriftMonitor.RECORDS, id, record.joined(new DriftRecord.Membership(cohort, sinceMs)));
    DeviceRecord known = devices.require(tx, device);
    DeviceScope.of(Permission.ROLLOUT_WRITE, model).require(known);
    Map<String, String> labels = new TreeMap<>(known.labels());
    labels.put(DriftMonitor.COHORT_LABEL, cohort);
    devices.put(tx, known.withLabels(labels));
  }

  private static List<Table.Row<DriftRecord>> records(Transaction tx, String model) {
    List<Table.Row<DriftRecord>> all = new ArrayList<>();
    List<Table.Row<DriftRecord>> rows;
    do {
      String after = all.isEmpty() ? "" : all.getLast().id();
      rows = tx.scan(DriftMonitor.RECORDS, model + "/", after, PAGE);
      all.addAll(rows);
    } while (rows.size() == PAGE);
    return all;
  }

  private static int highest(Collection<String> cohorts) {
    return cohorts.stream().mapToInt(CohortAssigner::number).max().orElse(0);
  }

  private static int number(String cohort) {
    Matcher numbered = NUMBERED.matcher(cohort);
    return numbered.matches() ? Integer.parseInt(numbered.group(1)) : 0;
  }
}
