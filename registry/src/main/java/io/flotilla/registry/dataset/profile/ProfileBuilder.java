package io.flotilla.registry.dataset.profile;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.dataset.table.Column;
import io.flotilla.registry.dataset.table.RowSource;
import io.flotilla.registry.dataset.table.Value;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Makes a profile of rows that come in any order, or in parts of which each has a builder of its
 * own: the profile of the merged parts is that of the whole, bit for bit. Memory is bounded: at
 * most about 200 MiB, whatever the number of columns. Confined to one thread.
 */
public final class ProfileBuilder {
  private final List<Column> columns;
  private final List<ColumnState> states;
  private long rows;

  /**
   * A builder without rows.
   *
   * @param columns at least one
   */
  public ProfileBuilder(List<Column> columns) {
    this.columns = List.copyOf(columns);
    Detail detail = Detail.forColumns(columns.size());
    states = columns.stream().map(column -> new ColumnState(column, detail)).toList();
  }

  /**
   * Profiles all rows that are left.
   *
   * @throws FlotillaException as {@link RowSource#next}
   * @throws IOException if the source cannot be read
   */
  public static DatasetProfile of(RowSource source) throws IOException {
    ProfileBuilder builder = new ProfileBuilder(source.columns());
    for (Optional<List<Value>> row = source.next(); row.isPresent(); row = source.next()) {
      builder.add(row.get());
    }
    return builder.build();
  }

  /** Takes in a row: one value for each column. */
  public void add(List<Value> row) {
    if (row.size() != states.size()) {
      throw new IllegalArgumentException(
          "%d values where %d belong".formatted(row.size(), states.size()));
    }
    rows++;
    for (int i = 0; i < states.size(); i++) {
      states.get(i).add(row.get(i));
    }
  }

  /**
   * Takes in the rows that another builder has, which stays as it is.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if it has other columns
   */
  public void merge(ProfileBuilder other) {
    if (!columns.equals(other.columns)) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "parts of a table must have the same columns in one order");
    }
    rows += other.rows;
    IntStream.range(0, states.size()).forEach(i -> states.get(i).add(other.states.get(i)));
  }

  /** The profile of the rows so far. */
  public DatasetProfile build() {
    return new DatasetProfile(
        DatasetProfile.METHOD, rows, states.stream().map(ColumnState::profile).toList());
  }
}
