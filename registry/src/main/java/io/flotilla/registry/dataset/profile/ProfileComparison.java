package io.flotilla.registry.dataset.profile;

import io.flotilla.registry.dataset.table.ColumnType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How two tables differ by their profiles. It says what differs and by how much, not whether chance
 * would do the same: for that decision drift is watched.
 *
 * @param rowsBefore rows of the earlier table
 * @param rowsAfter rows of the later table
 * @param columns of both tables, by falling effect and then by name
 */
public record ProfileComparison(long rowsBefore, long rowsAfter, List<ColumnChange> columns) {
  /** Columns of numbers with at most so many different values are also compared value by value. */
  private static final int FEW_VALUES = 20;

  /** Copies the collection. */
  public ProfileComparison {
    columns = List.copyOf(columns);
  }

  /** Compares an earlier table with a later one. */
  public static ProfileComparison between(DatasetProfile before, DatasetProfile after) {
    Map<String, ColumnProfile> later = new HashMap<>();
    after.columns().forEach(column -> later.put(column.name(), column));
    List<ColumnChange> changes = new ArrayList<>();
    for (ColumnProfile column : before.columns()) {
      ColumnProfile same = later.remove(column.name());
      changes.add(same == null ? removed(column) : changed(column, same));
    }
    for (ColumnProfile column : after.columns()) {
      if (later.containsKey(column.name())) {
        changes.add(added(column));
      }
    }
    changes.sort(
        Comparator.comparingDouble(ColumnChange::effect)
            .reversed()
            .thenComparing(Comparator.comparingDouble(ProfileComparison::meanShift).reversed())
            .thenComparing(ColumnChange::column));
    return new ProfileComparison(before.rows(), after.rows(), changes);
  }

  /** The sentences of all columns, the largest effect first; empty if nothing is worth a word. */
  public List<String> words() {
    return columns.stream().flatMap(column -> column.words().stream()).toList();
  }

  private static ColumnChange changed(ColumnProfile before, ColumnProfile after) {
    MissingShift missing = new MissingShift(before.missingShare(), after.missingShare());
    Optional<NumericShift> numeric =
        isTime(before) == isTime(after)
            ? before
                .numeric()
                .flatMap(old -> after.numeric().map(now -> NumericShift.between(old, now)))
            : Optional.empty();
    Optional<ValueShift> values =
        comparable(before) && comparable(after)
            ? Optional.of(ValueShift.between(before, after))
            : Optional.empty();
    double effect = Math.abs(missing.after() - missing.before());
    if (!sameKind(before, after)) {
      effect = 1;
    }
    effect = Math.max(effect, numeric.map(n -> n.divergence().jensenShannon()).orElse(0.0));
    effect = Math.max(effect, values.map(v -> v.divergence().jensenShannon()).orElse(0.0));
    return new ColumnChange(
        before.name(),
        Optional.of(before.type()),
        Optional.of(after.type()),
        effect,
        missing,
        numeric,
        values,
        new ChangeWords(before, after).words(numeric, values));
  }

  private static ColumnChange removed(ColumnProfile column) {
    return new ColumnChange(
        column.name(),
        Optional.of(column.type()),
        Optional.empty(),
        1,
        new MissingShift(column.missingShare(), 0),
        Optional.empty(),
        Optional.empty(),
        List.of("%s: the column is gone.".formatted(column.name())));
  }

  private static ColumnChange added(ColumnProfile column) {
    return new ColumnChange(
        column.name(),
        Optional.empty(),
        Optional.of(column.type()),
        1,
        new MissingShift(0, column.missingShare()),
        Optional.empty(),
        Optional.empty(),
        List.of(
            "%s: the column is new, of type %s."
                .formatted(column.name(), ChangeWords.typeName(column.type()))));
  }

  /** Columns without any value have no type that could differ. */
  private static boolean sameKind(ColumnProfile before, ColumnProfile after) {
    return before.count() == 0
        || after.count() == 0
        || before.type() == after.type()
        || (before.type().isNumeric() && after.type().isNumeric());
  }

  private static boolean isTime(ColumnProfile column) {
    return column.type() == ColumnType.TIMESTAMP;
  }

  private static boolean comparable(ColumnProfile column) {
    boolean counted = column.count() > 0 && column.top().dropped().isEmpty();
    return switch (column.type()) {
      case TEXT, BOOLEAN, MIXED -> counted;
      case INTEGER, NUMBER -> counted && column.distinct().count() <= FEW_VALUES;
      case TIMESTAMP -> false;
    };
  }

  private static double meanShift(ColumnChange change) {
    OptionalDouble shift =
        change.numeric().map(NumericShift::meanShift).orElse(OptionalDouble.empty());
    return Math.abs(shift.orElse(0));
  }
}
