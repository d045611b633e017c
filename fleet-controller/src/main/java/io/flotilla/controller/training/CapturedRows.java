package io.flotilla.controller.training;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.catalog.VersionCatalog;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.device.Groups;
import io.flotilla.controller.device.Selector;
import io.flotilla.controller.ingest.Predictions;
import io.flotilla.controller.ingest.Sample;
import io.flotilla.controller.ingest.StoredPrediction;
import io.flotilla.controller.monitor.DriftMonitor;
import io.flotilla.controller.monitor.DriftRecord;
import io.flotilla.drift.Baseline;
import io.flotilla.drift.FeatureBins;
import io.flotilla.registry.dataset.DatasetRegistry;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Captured rows as CSV: the features under their names in the version's baseline, then {@code
 * label} and {@code cohort}, in the order of the predictions' ids. The same rows and labels always
 * give the same bytes. Rows of versions with other features than the first row's, and rows with a
 * value that is no number, are left out. Thread-safe.
 */
public final class CapturedRows {
  private static final int PAGE = 200;

  private final StoredRecords stored;
  private final VersionCatalog catalog;
  private final DeviceDirectory devices;
  private final Groups groups;

  /** Rows of what is stored. */
  public CapturedRows(
      StoredRecords stored, VersionCatalog catalog, DeviceDirectory devices, Groups groups) {
    this.stored = stored;
    this.catalog = catalog;
    this.devices = devices;
    this.groups = groups;
  }

  /**
   * Which rows are meant.
   *
   * @param model name of the model
   * @param version only of this version; of all versions with the same features if missing
   * @param selector only of these devices; of all if missing
   * @param labelledOnly whether rows without a label are left out; true if missing
   * @param fromMs only rows scored at or after this Unix time in milliseconds on the device
   * @param toMs only rows scored before this one
   * @param reason why they are made a dataset
   */
  public record Wanted(
      String model,
      Optional<Integer> version,
      Optional<String> selector,
      Optional<Boolean> labelledOnly,
      Optional<Long> fromMs,
      Optional<Long> toMs,
      Optional<String> reason) {
    private boolean covers(long atMs) {
      return fromMs.map(from -> atMs >= from).orElse(true)
          && toMs.map(to -> atMs < to).orElse(true);
    }
  }

  /**
   * Writes the rows to a new file.
   *
   * @return how many
   * @throws FlotillaException {@code SELECTOR_INVALID}; {@code GROUP_NOT_FOUND}; {@code
   *     DATASET_INVALID} if there is no such row; {@code REQUEST_TOO_LARGE} if they are over {@link
   *     DatasetRegistry#MAX_BYTES}; {@code STORAGE_FAILED}
   */
  public long write(Wanted wanted, Path file) {
    Selector selector = groups.selector(wanted.selector());
    try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      Writer writer = new Writer(wanted, selector, out);
      String after = "";
      List<Table.Row<Sample>> page;
      do {
        page = stored.scan(Predictions.SAMPLES, wanted.model() + "/", after, PAGE);
        for (Table.Row<Sample> sample : page) {
          after = sample.id();
          writer.add(sample.id().substring(wanted.model().length() + 1), sample.value());
        }
      } while (page.size() == PAGE);
      if (writer.rows == 0) {
        throw new FlotillaException(
            ErrorCode.DATASET_INVALID,
            "no captured row of %s matches: rows need a sampled input%s"
                .formatted(
                    wanted.model(), wanted.labelledOnly().orElse(true) ? " and a label" : ""));
      }
      return writer.rows;
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "the captured rows cannot be written", e);
    }
  }

  /** One file in the making. */
  private final class Writer {
    private final Wanted wanted;
    private final Selector selector;
    private final BufferedWriter out;
    private final Map<Integer, List<String>> namesByVersion = new HashMap<>();
    private final Map<String, Optional<Of>> byDevice = new HashMap<>();
    private List<String> columns = List.of();
    private long rows;
    private long chars;

    Writer(Wanted wanted, Selector selector, BufferedWriter out) {
      this.wanted = wanted;
      this.selector = selector;
      this.out = out;
    }

    /** What is known of the device of a row. */
    private record Of(DeviceRecord device, Optional<DriftRecord.Membership> membership) {
      String cohort(long atMs) {
        return membership
            .filter(m -> atMs >= m.sinceMs())
            .filter(m -> m.cohort().equals(device.labels().get(DriftMonitor.COHORT_LABEL)))
            .map(DriftRecord.Membership::cohort)
            .orElse(Baseline.REFERENCE);
      }
    }

    void add(String id, Sample sample) throws IOException {
      Optional<StoredPrediction> prediction =
          stored.get(Predictions.PREDICTIONS, id).filter(this::isWanted);
      Optional<Of> of = of(StoredPrediction.deviceOf(id));
      if (prediction.isEmpty() || of.isEmpty()) {
        return;
      }
      List<String> names = names(prediction.get().version());
      Optional<List<String>> values = values(sample, names.size());
      if (names.isEmpty() || values.isEmpty()) {
        return;
      }
      if (columns.isEmpty()) {
        columns = names;
        List<String> header = new ArrayList<>(names);
        header.add("label");
        header.add("cohort");
        line(header);
      }
      if (names.equals(columns)) {
        List<String> fields = new ArrayList<>(values.get());
        fields.add(prediction.get().truth().orElse(""));
        fields.add(of.get().cohort(prediction.get().atMs()));
        line(fields);
        rows++;
      }
    }

    private boolean isWanted(StoredPrediction prediction) {
      return wanted.version().map(version -> version == prediction.version()).orElse(true)
          && wanted.covers(prediction.atMs())
          && (prediction.truth().isPresent() || !wanted.labelledOnly().orElse(true));
    }

    private Optional<Of> of(String device) {
      return byDevice.computeIfAbsent(
          device,
          id ->
              devices
                  .find(id)
                  .filter(selector::matches)
                  .map(known -> new Of(known, membership(id))));
    }

    private Optional<DriftRecord.Membership> membership(String device) {
      return stored
          .get(DriftMonitor.RECORDS, DriftMonitor.id(wanted.model(), device))
          .flatMap(DriftRecord::membership);
    }

    private List<String> names(int version) {
      return namesByVersion.computeIfAbsent(
          version,
          number ->
              catalog
                  .find(wanted.model(), number)
                  .flatMap(known -> known.baseline())
                  .map(baseline -> baseline.bins().stream().map(FeatureBins::name).toList())
                  .orElse(List.of()));
    }

    private void line(List<String> fields) throws IOException {
      String line = fields.stream().map(CapturedRows::quoted).collect(Collectors.joining(","));
      chars += line.length() + 1;
      if (chars > DatasetRegistry.MAX_BYTES) {
        throw new FlotillaException(
            ErrorCode.REQUEST_TOO_LARGE,
            "the captured rows have over %d bytes: ask for fewer devices or a shorter time"
                .formatted(DatasetRegistry.MAX_BYTES));
      }
      out.write(line);
      out.write('\n');
    }
  }

  private static Optional<List<String>> values(Sample sample, int count) {
    if (sample.input().length != count * Float.BYTES) {
      return Optional.empty();
    }
    ByteBuffer input = ByteBuffer.wrap(sample.input()).order(ByteOrder.LITTLE_ENDIAN);
    List<String> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      float value = input.getFloat();
      if (!Float.isFinite(value)) {
        return Optional.empty();
      }
      values.add(Float.toString(value));
    }
    return Optional.of(values);
  }

  /** RFC 4180, chapter 2, rules 5 to 7. */
  private static String quoted(String field) {
    boolean plain = field.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? field : '"' + field.replace("\"", "\"\"") + '"';
  }
}
