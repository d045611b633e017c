package io.flotilla.registry.dataset.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.dataset.table.Column;
import io.flotilla.registry.dataset.table.ColumnType;
import io.flotilla.registry.dataset.table.TextValues;
import io.flotilla.registry.dataset.table.Value;
import io.flotilla.registry.store.RecordStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProfileBuilderTest {
  private static final int KINDS = 9;

  @Test
  void profileOfMergedPartsIsThatOfTheWholeInAnyOrder() {
    for (long seed = 1; seed <= 12; seed++) {
      Random random = new Random(seed);
      List<List<Value>> rows = new ArrayList<>();
      int count = seed <= 6 ? 500 : 12_000;
      for (int i = 0; i < count; i++) {
        rows.add(row(random));
      }
      byte[] whole = RecordCodec.encode(builder(rows).build());
      for (int trial = 0; trial < 3; trial++) {
        Collections.shuffle(rows, random);
        List<ProfileBuilder> parts = new ArrayList<>();
        int from = 0;
        while (from < rows.size()) {
          int to = Math.min(rows.size(), from + 1 + random.nextInt(count / 3));
          parts.add(builder(rows.subList(from, to)));
          from = to;
        }
        Collections.shuffle(parts, random);
        while (parts.size() > 1) {
          ProfileBuilder part = parts.remove(random.nextInt(parts.size()));
          parts.get(random.nextInt(parts.size())).merge(part);
        }
        assertThat(RecordCodec.encode(parts.getFirst().build()))
            .as("seed %d, trial %d", seed, trial)
            .isEqualTo(whole);
      }
    }
  }

  @Test
  void mergingLeavesTheOtherPartAsItWas() {
    ProfileBuilder part = builder(List.of(row(new Random(3))));
    DatasetProfile before = part.build();
    ProfileBuilder all = builder(List.of(row(new Random(4))));

    all.merge(part);
    all.merge(part);

    assertThat(part.build()).isEqualTo(before);
    assertThat(all.build().rows()).isEqualTo(3);
  }

  @Test
  void partsOfOtherColumnsAreRefused() {
    ProfileBuilder a = new ProfileBuilder(List.of(Column.untyped("a")));
    assertThatThrownBy(() -> a.merge(new ProfileBuilder(List.of(Column.untyped("b")))))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID));
  }

  @Test
  void numbersHaveTheirMomentsQuantilesAndHistogram() {
    ColumnProfile column = profile(1000, i -> Integer.toString(i + 1));
    NumericSummary numbers = column.numeric().orElseThrow();

    assertThat(column.type()).isEqualTo(ColumnType.INTEGER);
    assertThat(column.distinct()).isEqualTo(new Distinct(1000, true, 0));
    assertThat(numbers.count()).isEqualTo(1000);
    assertThat(numbers.min()).isEqualTo(1);
    assertThat(numbers.max()).isEqualTo(1000);
    assertThat(numbers.mean()).isEqualTo(500.5);
    assertThat(numbers.standardDeviation()).isEqualTo(Math.sqrt(1001 * 1000.0 / 12));
    assertThat(numbers.quantiles()).isEqualTo(new Quantiles(10, 50, 250, 500, 750, 950, 990, 0));
    assertThat(numbers.histogram().lower()).isEqualTo(0);
    assertThat(numbers.histogram().width()).isEqualTo(16);
    assertThat(numbers.histogram().counts()).hasSize(63).startsWith(15L, 16L).endsWith(16L, 9L);
  }

  @Test
  void smallSpreadAroundALargeMeanIsResolved() {
    ColumnProfile column = profile(100_000, i -> Double.toString(3e9 + (i * 7919 % 100_000) / 1e5));
    NumericSummary numbers = column.numeric().orElseThrow();

    assertThat(numbers.standardDeviation()).isCloseTo(1 / Math.sqrt(12), within(1e-4));
    assertThat(numbers.quantiles().error()).isLessThan(0.001);
    assertThat(numbers.quantiles().p50() - 3e9).isCloseTo(0.5, within(0.001));
    assertThat(numbers.histogram().counts()).hasSize(64);
    assertThat(column.top().dropped()).contains("there are more than 1000 different values");
  }

  @Test
  void quantilesAreWithinTheirErrorAndHistogramsCountAll() {
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      double scale = Math.pow(10, random.nextInt(20) - 10);
      boolean wide = random.nextBoolean();
      double[] values = new double[20_000];
      for (int i = 0; i < values.length; i++) {
        double x = random.nextGaussian();
        values[i] = (wide ? Math.exp(5 * x) * (random.nextBoolean() ? 1 : -1) : x) * scale;
      }
      NumericSummary numbers =
          profile(values.length, i -> Double.toString(values[i])).numeric().orElseThrow();
      Arrays.sort(values);
      Quantiles q = numbers.quantiles();
      double error = q.error();
      assertThat(q.p1()).as("seed %d", seed).isCloseTo(values[199], within(error));
      assertThat(q.p5()).as("seed %d", seed).isCloseTo(values[999], within(error));
      assertThat(q.p25()).as("seed %d", seed).isCloseTo(values[4999], within(error));
      assertThat(q.p50()).as("seed %d", seed).isCloseTo(values[9999], within(error));
      assertThat(q.p75()).as("seed %d", seed).isCloseTo(values[14_999], within(error));
      assertThat(q.p95()).as("seed %d", seed).isCloseTo(values[18_999], within(error));
      assertThat(q.p99()).as("seed %d", seed).isCloseTo(values[19_799], within(error));
      assertHistogram(numbers.histogram(), values, seed);
      assertThat(numbers.cells().counts().stream().mapToLong(Long::longValue).sum())
          .isEqualTo(values.length);
    }
  }

  private static void assertHistogram(Histogram histogram, double[] sorted, long seed) {
    assertThat(histogram.counts()).as("seed %d", seed).hasSizeLessThanOrEqualTo(64);
    long[] counts = new long[histogram.counts().size()];
    for (double value : sorted) {
      counts[
          (int) (Math.floor(value / histogram.width()) - histogram.lower() / histogram.width())]++;
    }
    assertThat(histogram.counts())
        .as("seed %d", seed)
        .isEqualTo(Arrays.stream(counts).boxed().toList());
  }

  @Test
  void extremesOfFloat64AreSummarised() {
    NumericSummary numbers =
        profile(
                4,
                i ->
                    List.of("1.7976931348623157e308", "-1.7976931348623157e308", "4.9e-324", "0")
                        .get(i))
            .numeric()
            .orElseThrow();

    assertThat(numbers.mean()).isEqualTo(0);
    assertThat(numbers.standardDeviation()).isEqualTo(Math.sqrt(2 / 3.0) * Double.MAX_VALUE);
    assertThat(numbers.histogram().counts().stream().mapToLong(Long::longValue).sum()).isEqualTo(4);
    assertThat(profile(3, i -> "4.9e-324").numeric().orElseThrow().histogram())
        .isEqualTo(new Histogram(Double.MIN_VALUE, 0, List.of(3L)));
    assertThat(profile(2, i -> i + "e-323").numeric().orElseThrow().histogram().counts())
        .isNotEmpty();
  }

  @Test
  void manyDistinctValuesAreEstimatedWithinTheirError() {
    int outside = 0;
    for (int seed = 1; seed <= 20; seed++) {
      String salt = "s" + seed;
      int n = 20_000 * seed;
      Distinct distinct = profile(n, i -> salt + i).distinct();
      assertThat(distinct.exact()).isFalse();
      assertThat(distinct.standardError() / distinct.count()).isCloseTo(0.0221, within(0.0002));
      if (Math.abs(distinct.count() - n) > 2 * distinct.standardError()) {
        outside++;
      }
      assertThat(distinct.count()).isCloseTo(n, within(Math.round(4 * distinct.standardError())));
    }
    assertThat(outside).as("of 20 beyond two standard errors").isLessThanOrEqualTo(4);
    assertThat(profile(2047, i -> "v" + i).distinct()).isEqualTo(new Distinct(2047, true, 0));
  }

  @Test
  void typesFollowTheValues() {
    assertThat(type("1", "2", "")).isEqualTo(ColumnType.INTEGER);
    assertThat(type("1", "2.5")).isEqualTo(ColumnType.NUMBER);
    assertThat(type("1", "nan")).isEqualTo(ColumnType.NUMBER);
    assertThat(type("true", "False")).isEqualTo(ColumnType.BOOLEAN);
    assertThat(type("2026-01-01", "2026-01-01 10:00")).isEqualTo(ColumnType.TIMESTAMP);
    assertThat(type("a", "b")).isEqualTo(ColumnType.TEXT);
    assertThat(type("a", "1")).isEqualTo(ColumnType.MIXED);
    assertThat(type("", "")).isEqualTo(ColumnType.TEXT);
    assertThat(
            new ProfileBuilder(List.of(new Column("x", Optional.of(ColumnType.NUMBER))))
                .build()
                .columns()
                .getFirst()
                .type())
        .isEqualTo(ColumnType.NUMBER);
  }

  @Test
  void missingAndNonFiniteValuesAreCountedAndLeftOut() {
    List<String> texts = List.of("1", "", "nan", "inf", "3", "");
    ColumnProfile column = profile(texts.size(), texts::get);

    assertThat(column.count()).isEqualTo(4);
    assertThat(column.missing()).isEqualTo(2);
    assertThat(column.missingShare()).isEqualTo(1 / 3.0);
    assertThat(column.kinds()).isEqualTo(new Kinds(2, 0, 2, 0, 0, 0));
    assertThat(column.numeric().orElseThrow().mean()).isEqualTo(2);
    assertThat(column.numeric().orElseThrow().count()).isEqualTo(2);
  }

  @Test
  void timestampsAreSummarisedInMilliseconds() {
    ColumnProfile column = profile(3, i -> "1970-01-0" + (i + 1));

    assertThat(column.type()).isEqualTo(ColumnType.TIMESTAMP);
    assertThat(column.numeric().orElseThrow().mean()).isEqualTo(86_400_000.0);
    assertThat(column.numeric().orElseThrow().max()).isEqualTo(172_800_000.0);
  }

  @Test
  void commonestValuesAreCountedOrDroppedWhole() {
    List<String> texts = List.of("b", "a", "b", "c", "a", "b");
    assertThat(profile(6, texts::get).top())
        .isEqualTo(
            new TopValues(
                List.of(new ValueCount("b", 3), new ValueCount("a", 2), new ValueCount("c", 1)),
                true,
                Optional.empty()));
    TopValues many = profile(1000, i -> "v" + i % 500).top();
    assertThat(many.values()).hasSize(100);
    assertThat(many.complete()).isFalse();
    assertThat(many.dropped()).isEmpty();
    assertThat(profile(2000, i -> "v" + i).top().values()).isEmpty();
    assertThat(profile(2, i -> "x".repeat(128 + i)).top().dropped())
        .contains("a value is over 128 characters");
  }

  @Test
  void profilesOfTheWidestTablesFitARecord() {
    int width = 4096;
    Random random = new Random(9);
    String noise = "\u0001é\uFFFD".repeat(42);
    List<Column> columns =
        IntStream.range(0, width).mapToObj(i -> Column.untyped("\u0001".repeat(250) + i)).toList();
    ProfileBuilder builder = new ProfileBuilder(columns);
    for (int row = 0; row < 60; row++) {
      int at = row;
      builder.add(
          IntStream.range(0, width)
              .<Value>mapToObj(
                  i ->
                      at % 2 == 0
                          ? new Value.Text(noise + at % 20)
                          : new Value.Real(random.nextGaussian() * Math.pow(10, at - 30), ""))
              .toList());
    }
    DatasetProfile profile = builder.build();
    byte[] json = RecordCodec.encode(profile);

    assertThat(json.length).isBetween(5_000_000, RecordStore.MAX_VALUE_BYTES);
    assertThat(RecordCodec.decode(json, DatasetProfile.class)).isEqualTo(profile);
  }

  private static ColumnType type(String... texts) {
    return profile(texts.length, i -> texts[i]).type();
  }

  private static ColumnProfile profile(int rows, IntFunction<String> text) {
    ProfileBuilder builder = new ProfileBuilder(List.of(Column.untyped("x")));
    for (int i = 0; i < rows; i++) {
      builder.add(List.of(TextValues.of(text.apply(i))));
    }
    return builder.build().columns().getFirst();
  }

  private static ProfileBuilder builder(List<List<Value>> rows) {
    ProfileBuilder builder =
        new ProfileBuilder(
            IntStream.range(0, KINDS).mapToObj(i -> Column.untyped("c" + i)).toList());
    rows.forEach(builder::add);
    return builder;
  }

  /** A column of each kind: few and many values, wide and narrow, mixed and missing. */
  private static List<Value> row(Random random) {
    return List.of(
        TextValues.of(Integer.toString(random.nextInt(5))),
        TextValues.of(Double.toString(Math.exp(20 * random.nextGaussian()))),
        TextValues.of(Double.toString(1e9 + random.nextInt(9000))),
        TextValues.of(random.nextInt(4) == 0 ? "" : "t" + random.nextInt(2500)),
        TextValues.of(random.nextInt(9) == 0 ? "nan" : Float.toString(random.nextFloat() - 0.5f)),
        TextValues.of(random.nextInt(3) == 0 ? "true" : Long.toString(random.nextLong())),
        TextValues.of("2026-01-01T00:00:0" + random.nextInt(10)),
        TextValues.of(random.nextInt(300) == 0 ? longText() : "v" + random.nextInt(1500)),
        TextValues.of(""));
  }

  private static String longText() {
    return Collections.nCopies(43, "abc").stream().collect(Collectors.joining());
  }
}
