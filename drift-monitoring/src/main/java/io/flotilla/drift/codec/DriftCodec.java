package io.flotilla.drift.codec;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.drift.Baseline;
import io.flotilla.drift.CohortBaseline;
import io.flotilla.drift.DriftLimits;
import io.flotilla.drift.FeatureBins;
import io.flotilla.drift.FeatureCounters;
import io.flotilla.drift.WindowCounters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Baselines and counters to CBOR (RFC 8949) and back. Equal values give equal bytes. Counts are
 * CBOR integers, so small ones take one byte.
 *
 * <pre>
 * counters = [version: 1, rows: uint, predictions: [* uint], features: [* slots]]
 * slots    = [below: uint, 1*64 cell: uint, above: uint, nonFinite: uint, null: uint]
 * baseline = [version: 1, windowRows: uint, categories: [* tstr], bins: [* bin], cohorts: [* cohort]]
 * bin      = [name: tstr, 1*64 edge: float32]
 * cohort   = [name: tstr, threshold: float64, counters]
 * </pre>
 */
public final class DriftCodec {
  /** Version of both forms. */
  public static final int VERSION = 1;

  /** Most bytes of one window's counters: 256 KiB. */
  public static final int MAX_COUNTERS_BYTES = 256 * 1024;

  /** Most bytes of a baseline: 64 MiB. */
  public static final int MAX_BASELINE_BYTES = 64 * 1024 * 1024;

  private static final CBORFactory FACTORY =
      CBORFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(8)
                  .maxStringLength(4 * DriftLimits.MAX_NAME_CHARS)
                  .maxNumberLength(64)
                  .build())
          .build();

  private DriftCodec() {}

  /** The CBOR form of counters. */
  public static byte[] encode(WindowCounters counters) {
    return write(generator -> writeCounters(generator, counters));
  }

  /** The CBOR form of a baseline. */
  public static byte[] encode(Baseline baseline) {
    return write(
        generator -> {
          generator.writeStartArray(baseline, 5);
          generator.writeNumber(VERSION);
          generator.writeNumber(baseline.windowRows());
          generator.writeStartArray(baseline, baseline.categories().size());
          for (String category : baseline.categories()) {
            generator.writeString(category);
          }
          generator.writeEndArray();
          generator.writeStartArray(baseline, baseline.bins().size());
          for (FeatureBins bins : baseline.bins()) {
            writeBins(generator, bins);
          }
          generator.writeEndArray();
          generator.writeStartArray(baseline, baseline.cohorts().size());
          for (Map.Entry<String, CohortBaseline> cohort : baseline.cohorts().entrySet()) {
            generator.writeStartArray(cohort, 3);
            generator.writeString(cohort.getKey());
            generator.writeNumber(cohort.getValue().threshold());
            writeCounters(generator, cohort.getValue().counters());
            generator.writeEndArray();
          }
          generator.writeEndArray();
          generator.writeEndArray();
        });
  }

  /**
   * Reads the counters of a window.
   *
   * @param baseline the baseline of the version that scored the window
   * @throws FlotillaException {@code INPUT_INVALID} if the bytes are not well-formed counters, do
   *     not fit the baseline, or their totals contradict each other; {@code REQUEST_TOO_LARGE} over
   *     {@link #MAX_COUNTERS_BYTES}
   */
  public static WindowCounters decodeCounters(byte[] bytes, Baseline baseline) {
    requireSize(bytes, MAX_COUNTERS_BYTES);
    WindowCounters counters = read(bytes, "window counters", DriftCodec::readCounters);
    if (!counters.fits(baseline)) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "the window counters do not fit the version's baseline");
    }
    return counters;
  }

  /**
   * Reads a baseline.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if the bytes are not a well-formed baseline;
   *     {@code REQUEST_TOO_LARGE} over {@link #MAX_BASELINE_BYTES}
   */
  public static Baseline decodeBaseline(byte[] bytes) {
    requireSize(bytes, MAX_BASELINE_BYTES);
    return read(
        bytes,
        "a drift baseline",
        in -> {
          in.startArray();
          in.version(VERSION);
          int windowRows = (int) in.count(DriftLimits.MAX_WINDOW_ROWS);
          List<String> categories = in.list(DriftLimits.MAX_CATEGORIES, CborIn::text);
          List<FeatureBins> bins = in.list(DriftLimits.MAX_FEATURES, DriftCodec::readBins);
          List<NamedCohort> cohorts = in.list(DriftLimits.MAX_COHORTS, DriftCodec::readCohort);
          in.endArray();
          SortedMap<String, CohortBaseline> byName = new TreeMap<>();
          for (NamedCohort cohort : cohorts) {
            if (byName.put(cohort.name(), cohort.baseline()) != null) {
              throw in.malformed("cohort " + cohort.name() + " is there twice");
            }
          }
          return new Baseline(bins, byName, categories, windowRows);
        });
  }

  private static void writeCounters(JsonGenerator generator, WindowCounters counters)
      throws IOException {
    generator.writeStartArray(counters, 4);
    generator.writeNumber(VERSION);
    generator.writeNumber(counters.rows());
    generator.writeStartArray(counters, counters.predictions().size());
    for (long count : counters.predictions()) {
      generator.writeNumber(count);
    }
    generator.writeEndArray();
    generator.writeStartArray(counters, counters.features().size());
    for (FeatureCounters feature : counters.features()) {
      long[] slots = feature.toSlots();
      generator.writeArray(slots, 0, slots.length);
    }
    generator.writeEndArray();
    generator.writeEndArray();
  }

  private static WindowCounters readCounters(CborIn in) throws IOException {
    in.startArray();
    in.version(VERSION);
    long rows = in.count(Long.MAX_VALUE);
    List<Long> predictions =
        in.list(DriftLimits.MAX_CATEGORIES + 1, entry -> entry.count(Long.MAX_VALUE));
    List<FeatureCounters> features =
        in.list(
            DriftLimits.MAX_FEATURES,
            entry ->
                FeatureCounters.ofSlots(
                    entry.counts(DriftLimits.MAX_CELLS + FeatureCounters.EXTRA_SLOTS)));
    in.endArray();
    return new WindowCounters(rows, features, predictions);
  }

  private static void writeBins(JsonGenerator generator, FeatureBins bins) throws IOException {
    generator.writeStartArray(bins, bins.cells() + 1);
    generator.writeString(bins.name());
    for (double edge : bins.edges()) {
      generator.writeNumber((float) edge);
    }
    generator.writeEndArray();
  }

  private static FeatureBins readBins(CborIn in) throws IOException {
    in.startArray();
    String name = in.text();
    List<Double> edges = new ArrayList<>();
    while (in.hasMore()) {
      if (edges.size() == DriftLimits.MAX_CELLS) {
        throw in.malformed("feature " + name + " has more than 64 edges");
      }
      edges.add(in.number());
    }
    return new FeatureBins(name, edges.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private static NamedCohort readCohort(CborIn in) throws IOException {
    in.startArray();
    String name = in.text();
    double threshold = in.number();
    WindowCounters counters = readCounters(in);
    in.endArray();
    return new NamedCohort(name, new CohortBaseline(counters, threshold));
  }

  private static byte[] write(Body body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator generator = FACTORY.createGenerator(out)) {
      body.writeTo(generator);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory cannot fail", e);
    }
    return out.toByteArray();
  }

  private static <T> T read(byte[] bytes, String what, CborIn.Element<T> element) {
    try (CborIn in = new CborIn(FACTORY.createParser(bytes))) {
      T value = element.read(in);
      in.end();
      return value;
    } catch (IOException | IllegalArgumentException | ArithmeticException e) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, "not " + what + " in CBOR", e);
    }
  }

  private static void requireSize(byte[] bytes, int limit) {
    if (bytes.length > limit) {
      throw new FlotillaException(
          ErrorCode.REQUEST_TOO_LARGE,
          "%d bytes are over the limit of %d".formatted(bytes.length, limit));
    }
  }

  @FunctionalInterface
  private interface Body {
    void writeTo(JsonGenerator generator) throws IOException;
  }

  private record NamedCohort(String name, CohortBaseline baseline) {}
}
