package io.flotilla.registry.dataset.parquet;

import io.flotilla.registry.dataset.table.Column;
import io.flotilla.registry.dataset.table.RowMeter;
import io.flotilla.registry.dataset.table.RowSource;
import io.flotilla.registry.dataset.table.TableLimits;
import io.flotilla.registry.dataset.table.Value;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A Parquet file, row by row. What can be read:
 *
 * <ul>
 *   <li>flat schemas; columns that are nested or repeated are refused by name
 *   <li>booleans; whole numbers of all widths, signed or not; float16, float32, float64; decimals,
 *       exact in their text and float64 in statistics; text; UUIDs as text; dates and timestamps as
 *       ISO 8601, {@code Z} at the end where they are in UTC, INT96 among them; times of day as
 *       text
 *   <li>pages of version 1 and 2 with all encodings but the long deprecated BIT_PACKED, and their
 *       checksums
 *   <li>SNAPPY, GZIP, ZSTD and no compression; others are refused by name
 * </ul>
 *
 * <p>One page and the dictionary of each column are in memory, together at most {@link
 * Budget#MAX_BYTES}. The file is mapped and must not be shortened while it is read.
 */
public final class ParquetRows implements RowSource {
  /** Characters that a number or time counts for in the limit of all characters. */
  private static final int SHORT_CHARS = 8;

  private final Arena arena;
  private final ByteBuffer file;
  private final Footer footer;
  private final List<LeafValues> leaves;
  private final List<Column> columns;
  private final RowMeter meter;
  private final Budget budget = new Budget();

  // Of the row group.
  private final List<ChunkReader> chunks = new ArrayList<>();
  private int group;
  private long left;

  private ParquetRows(Arena arena, ByteBuffer file) {
    this.arena = arena;
    this.file = file;
    footer = Footer.read(file);
    leaves = footer.leaves().stream().map(LeafValues::of).toList();
    List<Column> named = new ArrayList<>();
    for (int i = 0; i < leaves.size(); i++) {
      named.add(new Column(footer.leaves().get(i).name(), Optional.of(leaves.get(i).type())));
    }
    columns = List.copyOf(named);
    meter = new RowMeter(columns.size());
  }

  /**
   * Reads the footer and begins to read.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code DATASET_INVALID} if the file is
   *     damaged, or cannot be read for a reason that the message names
   * @throws IOException if the file cannot be read
   */
  @SuppressWarnings("MustBeClosedChecker") // close() closes the arena
  public static ParquetRows open(Path path) throws IOException {
    Arena arena = Arena.ofConfined();
    boolean begun = false;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw TableLimits.invalid("the Parquet file is over 2 GiB");
      }
      ByteBuffer file =
          channel
              .map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena)
              .asByteBuffer()
              .order(ByteOrder.LITTLE_ENDIAN);
      ParquetRows rows = new ParquetRows(arena, file);
      begun = true;
      return rows;
    } finally {
      if (!begun) {
        arena.close();
      }
    }
  }

  @Override
  public List<Column> columns() {
    return columns;
  }

  @Override
  public Optional<List<Value>> next() {
    while (left == 0) {
      if (group == footer.groups().size()) {
        return Optional.empty();
      }
      beginGroup();
    }
    left--;
    meter.row();
    List<Value> row = new ArrayList<>(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      row.add(value(i));
    }
    return Optional.of(row);
  }

  @Override
  public long rows() {
    return meter.rows();
  }

  @Override
  public void close() {
    arena.close();
  }

  private void beginGroup() {
    chunks.forEach(ChunkReader::release);
    chunks.clear();
    Footer.Group next = footer.groups().get(group++);
    left = next.rows();
    for (int i = 0; i < columns.size(); i++) {
      chunks.add(new ChunkReader(file, next.chunks().get(i), footer.leaves().get(i), budget));
    }
  }

  private Value value(int column) {
    try {
      Slice bytes = chunks.get(column).next();
      if (bytes == null) {
        return Value.Missing.MISSING;
      }
      Value value = leaves.get(column).reader().apply(bytes);
      meter.text(
          switch (value) {
            case Value.Text text -> text.text().length();
            case Value.Real real -> real.text().length();
            default -> SHORT_CHARS;
          });
      return value;
    } catch (IndexOutOfBoundsException
        | BufferUnderflowException
        | DateTimeException
        | ArithmeticException e) {
      throw TableLimits.invalid(
          "the Parquet file is damaged: the column %s has a value that cannot be in row %d"
              .formatted(columns.get(column).name(), rows()),
          e);
    }
  }
}
