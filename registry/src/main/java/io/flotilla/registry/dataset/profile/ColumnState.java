package io.flotilla.registry.dataset.profile;

import io.flotilla.registry.dataset.table.Column;
import io.flotilla.registry.dataset.table.ColumnType;
import io.flotilla.registry.dataset.table.Value;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is kept of a column while its values come. */
final class ColumnState {
  private static final int NUMBER = 1;
  private static final int LONG = 2;
  private static final int TRUTH = 3;
  private static final int TEXT = 4;
  private static final int MOMENT = 5;

  private final Column column;
  private final Detail detail;
  private final DistinctValues distinct;
  private final ValueCounts values;
  private long missing;
  private long integers;
  private long reals;
  private long nonFinite;
  private long booleans;
  private long texts;
  private long timestamps;

  /** Made with the first number. */
  private @Nullable Numbers numbers;

  /** Made with the first timestamp: Unix times in milliseconds. */
  private @Nullable Numbers times;

  ColumnState(Column column, Detail detail) {
    this.column = column;
    this.detail = detail;
    distinct = new DistinctValues(detail.hashes());
    values = new ValueCounts(detail.values());
  }

  void add(Value value) {
    switch (value) {
      case Value.Missing none -> missing++;
      case Value.Whole whole -> {
        integers++;
        addNumber((double) whole.value());
        distinct.add(hash(whole.value()));
        count(value);
      }
      case Value.Real real -> {
        if (Double.isFinite(real.value())) {
          reals++;
          addNumber(real.value());
        } else {
          nonFinite++;
        }
        distinct.add(hash(real.value()));
        count(value);
      }
      case Value.Truth truth -> {
        booleans++;
        distinct.add(Hash64.of(TRUTH, truth.value() ? 1 : 0));
        count(value);
      }
      case Value.Text text -> {
        texts++;
        distinct.add(Hash64.of(TEXT, text.text()));
        values.add(text.text());
      }
      case Value.Moment moment -> {
        timestamps++;
        if (times == null) {
          times = new Numbers(detail.cells());
        }
        times.add(moment.epochMillis());
        Instant at = moment.at();
        distinct.add(Hash64.of(Hash64.of(MOMENT, at.getNano()), at.getEpochSecond()));
        count(value);
      }
    }
  }

  void add(ColumnState other) {
    missing += other.missing;
    integers += other.integers;
    reals += other.reals;
    nonFinite += other.nonFinite;
    booleans += other.booleans;
    texts += other.texts;
    timestamps += other.timestamps;
    distinct.add(other.distinct);
    values.add(other.values);
    numbers = merged(numbers, other.numbers);
    times = merged(times, other.times);
  }

  ColumnProfile profile() {
    Kinds kinds = new Kinds(integers, reals, nonFinite, booleans, texts, timestamps);
    ColumnType type = kinds.total() == 0 ? column.type().orElse(ColumnType.TEXT) : kinds.type();
    Numbers summed = type == ColumnType.TIMESTAMP ? times : numbers;
    return new ColumnProfile(
        column.name(),
        type,
        kinds.total(),
        missing,
        kinds,
        distinct.count(),
        Optional.ofNullable(summed).map(some -> some.summary(detail)),
        values.top(detail.keptValues()));
  }

  private void addNumber(double value) {
    if (numbers == null) {
      numbers = new Numbers(detail.cells());
    }
    numbers.add(value);
  }

  /** Values of these kinds are never too long, so nothing is missed once counting has stopped. */
  private void count(Value value) {
    if (!values.isDropped()) {
      values.add(value.key());
    }
  }

  private @Nullable Numbers merged(@Nullable Numbers mine, @Nullable Numbers others) {
    if (others == null) {
      return mine;
    }
    Numbers all = mine == null ? new Numbers(detail.cells()) : mine;
    all.add(others);
    return all;
  }

  private static long hash(long whole) {
    double nearest = (double) whole;
    return (long) nearest == whole ? hash(nearest) : Hash64.of(LONG, whole);
  }

  private static long hash(double number) {
    return Hash64.of(NUMBER, Cells.ordered(Double.isNaN(number) ? Double.NaN : number));
  }
}
