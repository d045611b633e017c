package io.flotilla.controller.monitor;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.catalog.KnownVersion;
import io.flotilla.controller.catalog.VersionCatalog;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.drift.Baseline;
import io.flotilla.drift.DeviceDriftState;
import io.flotilla.drift.DriftChange;
import io.flotilla.drift.DriftDetector;
import io.flotilla.drift.FeatureDeviation;
import io.flotilla.drift.WindowCounters;
import io.flotilla.drift.WindowVerdict;
import io.flotilla.drift.codec.DriftCodec;
import io.flotilla.protocol.message.WindowReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Judges windows by the baseline of the version that scored them and by the device's own cohort,
 * which is its label {@value #COHORT_LABEL}. A new version begins a fresh state; a flag that is up
 * stays up until two quiet windows in a row on the new version. Core thread only.
 */
public final class DriftMonitor {
  /** Records by model and device. */
  public static final Table<DriftRecord> RECORDS = Table.cached("drift", DriftRecord.class);

  /** The label that names a device's cohort. */
  public static final String COHORT_LABEL = "cohort";

  private final VersionCatalog catalog;
  private final DeviceDirectory devices;
  private final EventLog events;

  /** A monitor of the store that transactions are on. */
  public DriftMonitor(VersionCatalog catalog, DeviceDirectory devices, EventLog events) {
    this.catalog = catalog;
    this.devices = devices;
    this.events = events;
  }

  /** The key of a device's record. */
  public static String id(String model, String device) {
    return model + "/" + device;
  }

  /**
   * Judges a window, and raises or clears the device's flag where it changes.
   *
   * @throws FlotillaException {@code VERSION_NOT_FOUND} if the version is not registered; {@code
   *     INPUT_INVALID}, {@code REQUEST_TOO_LARGE} if the counters are not such of its baseline
   */
  public void window(Transaction tx, String device, WindowReport report) {
    KnownVersion version =
        catalog
            .find(report.source())
            .orElseThrow(
                () ->
                    new FlotillaException(
                        ErrorCode.VERSION_NOT_FOUND,
                        "a window names the unregistered version " + report.source()));
    Optional<Baseline> baseline = version.baseline();
    if (baseline.isEmpty()) {
      return;
    }
    WindowCounters window = DriftCodec.decodeCounters(report.counters(), baseline.get());
    if (window.rows() == 0) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, "a window has rows");
    }
    DeviceRecord known = devices.require(tx, device);
    String model = version.ref().model();
    int number = version.ref().version();
    DriftRecord stored =
        tx.get(RECORDS, id(model, device)).orElseGet(() -> DriftRecord.begin(number));
    if (stored.version() > number && !runs(known, report)) {
      return; // a late window of a version that the device has left
    }
    DriftRecord before = stored.version() == number ? stored : stored.on(number);
    WindowVerdict verdict =
        DriftDetector.judge(
            baseline.get(), known.labels().getOrDefault(COHORT_LABEL, Baseline.REFERENCE), window);
    DeviceDriftState.Step step = before.state().next(verdict);
    DriftRecord after =
        after(before, step.state(), verdict, new Seen(report, window, baseline.get()));
    tx.put(RECORDS, id(model, device), after);
    step.change().ifPresent(change -> announce(tx, known, version, change));
  }

  private record Seen(WindowReport report, WindowCounters window, Baseline baseline) {}

  private static boolean runs(DeviceRecord device, WindowReport report) {
    return device.running().filter(report.source()::equals).isPresent();
  }

  private static DriftRecord after(
      DriftRecord before, DeviceDriftState state, WindowVerdict verdict, Seen seen) {
    boolean suspect = state.flagged() || verdict.exceeds();
    Optional<Long> since =
        suspect
            ? before.suspectSinceMs().or(() -> Optional.of(seen.report().fromMs()))
            : Optional.empty();
    Optional<byte[]> pooled =
        suspect ? Optional.of(DriftCodec.encode(pool(before, seen))) : Optional.empty();
    return new DriftRecord(
        before.version(), state, since, Optional.of(verdict), pooled, before.membership());
  }

  private static WindowCounters pool(DriftRecord before, Seen seen) {
    return before
        .pooled()
        .map(bytes -> DriftCodec.decodeCounters(bytes, seen.baseline()).merge(seen.window()))
        .orElse(seen.window());
  }

  private void announce(
      Transaction tx, DeviceRecord device, KnownVersion version, DriftChange change) {
    boolean raised = change instanceof DriftChange.Raised;
    devices.put(tx, device.withDrifting(raised));
    Map<String, Object> data = new TreeMap<>();
    data.put("device", device.id());
    data.put("model", version.ref().model());
    data.put("version", version.ref().version());
    switch (change) {
      case DriftChange.Raised up -> describe(data, up.sinceWindow(), up.verdict());
      case DriftChange.Cleared down -> describe(data, down.sinceWindow(), down.verdict());
    }
    events.append(
        tx,
        new FleetEvent(
            raised ? "io.flotilla.drift.raised" : "io.flotilla.drift.cleared",
            "device/" + device.id(),
            data));
  }

  private static void describe(Map<String, Object> data, long sinceWindow, WindowVerdict verdict) {
    data.put("sinceWindow", sinceWindow);
    data.put("window", sinceWindow + DeviceDriftState.CONFIRMING - 1);
    data.put("deviation", verdict.deviation());
    data.put("threshold", verdict.threshold());
    data.put("features", features(verdict.ranked()));
    data.put("predictionShift", verdict.prediction().totalVariation());
  }

  /** Features as plain values. */
  static List<Map<String, Object>> features(List<FeatureDeviation> ranked) {
    return ranked.stream()
        .map(
            feature ->
                Map.<String, Object>of(
                    "feature", feature.feature(),
                    "deviation", feature.deviation(),
                    "pValue", feature.pValue(),
                    "jensenShannon", feature.jensenShannon(),
                    "normalisedWasserstein", feature.normalisedWasserstein()))
        .toList();
  }
}
